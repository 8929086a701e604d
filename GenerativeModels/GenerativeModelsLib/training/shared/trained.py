"""What a training leaves."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

__all__ = ["Trained"]


class Trained(NamedTuple):
    """Result of a training.

    Attributes
    ----------
    folder : of the weights, or of the bundle if one was written.
    report : page of the report on an own cohort; None without held-out own cases.
    """

    folder: Path
    report: Path | None = None
