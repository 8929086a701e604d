"""Samples along the beams of one scan."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class BeamGrid:
    """Samples along the beams of one scan.

    Attributes
    ----------
    points_mm
        (D, B, 3) head-frame position of sample d of beam b.
    beams
        (B, 3) unit vectors of the beams in the head frame.
    signed_mm, radius_mm
        (D, B) signed distance to the skull (negative inside) and the head's radius in that direction.
    rows, columns
        (D, B) position in the image, fractions of its height.
    step_mm
        Distance of neighbouring samples along a beam.
    """

    points_mm: np.ndarray
    beams: np.ndarray
    signed_mm: np.ndarray
    radius_mm: np.ndarray
    rows: np.ndarray
    columns: np.ndarray
    step_mm: float
