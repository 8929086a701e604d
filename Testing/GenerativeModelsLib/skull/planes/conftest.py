"""Pixels of the DICOM files."""

from __future__ import annotations

import numpy as np
import pytest


@pytest.fixture
def pixels() -> np.ndarray:
    """(80, 100) uint8, smooth, without symmetry."""
    row, column = np.mgrid[:80, :100]
    return (row * 1.5 + column).astype(np.uint8)
