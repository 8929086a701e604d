"""Label maps of one slice of one heart over the frames: what label networks are trained on."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from GenerativeModelsLib.segmentation.maps import CODES, LabelMaps

__all__ = ["STRUCTURES", "LabelSequence", "known_codes", "on_grid"]

STRUCTURES = {"short-axis": ("lv", "myo", "rv"), "apical": ("lv", "myo", "la")}
"""Structures that are labelled in a view."""


@dataclass(frozen=True, eq=False)
class LabelSequence:
    """Label maps of one slice over the frames; the first frame is end diastole where it is labelled.

    Attributes
    ----------
    values
        (frames, rows, columns) uint8, values of `maps.CODES`.
    pixel_mm
        (2,) distance of neighbouring rows and of neighbouring columns.
    view
        "short-axis" or "apical".
    role
        "base", "mid" or "apex" of a short-axis slice, see `roles`; "alone" in an apical view.
    known
        (frames, 5) bool by code: whether the structure is labelled in this frame where it is present. Structures that
        are not in `STRUCTURES` of the view count as known, and are background. Entry 0 is whether the value 0 is
        background alone: where it is False, a pixel of value 0 is background or any structure that is not known.
    subject
        Name of the heart; sequences of one heart have the same one, so that a split by subjects is one by hearts.
    frame_s
        Seconds from one frame to the next; None for a single frame and for a pair of phases.
    """

    values: np.ndarray
    pixel_mm: np.ndarray
    view: str
    role: str
    known: np.ndarray
    subject: str
    frame_s: float | None = None

    def __post_init__(self) -> None:
        if self.values.ndim != 3 or self.known.shape != (len(self.values), 1 + len(CODES)):
            raise ValueError(
                f"values have shape {self.values.shape} and known {self.known.shape}, expected (frames, rows, columns) "
                f"and (frames, {1 + len(CODES)})."
            )

    @property
    def maps(self) -> LabelMaps:
        """The sequence as frames of one slice, with pixel (0, 0) at LPS 0."""
        to_lps = np.diag([self.pixel_mm[1], self.pixel_mm[0], 1.0, 1.0])
        known = {name: CODES[name] for name in STRUCTURES[self.view] if self.known[:, CODES[name]].any()}
        return LabelMaps(self.values[:, None], to_lps, self.frame_s, known, self.subject)


def known_codes(view: str, *labelled: str) -> np.ndarray:
    """(5,) entries of `LabelSequence.known` where these structures of the view are labelled."""
    known = np.ones(1 + len(CODES), bool)
    known[[CODES[name] for name in STRUCTURES[view] if name not in labelled]] = False
    known[0] = known[1:].all()
    return known


def on_grid(sequence: LabelSequence, grid: int = 96, pixel_mm: float = 1.5) -> LabelSequence:
    """The sequence on a square grid about the same middle, by the nearest pixels; outside of it the values are 0."""
    places = []
    for size, spacing in zip(sequence.values.shape[1:], sequence.pixel_mm, strict=True):
        place = (np.arange(grid) - (grid - 1) / 2) * pixel_mm / spacing + (size - 1) / 2
        places.append(np.rint(place).astype(int) + 1)
    outside = np.pad(sequence.values, ((0, 0), (1, 1), (1, 1)))
    rows, columns = (np.clip(at, 0, size - 1) for at, size in zip(places, outside.shape[1:], strict=True))
    values = np.ascontiguousarray(outside[:, rows[:, None], columns])
    return replace(sequence, values=values, pixel_mm=np.full(2, float(pixel_mm)))
