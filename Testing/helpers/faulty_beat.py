"""Beats of a short-axis stack with known faults, and what every command refuses of their file."""

from __future__ import annotations

import numpy as np

from GenerativeModelsLib.segmentation.maps import LabelMaps
from Testing.helpers.segmentation_phantoms import MIDDLE, cine, disc, maps_of, ring

__all__ = ["HOLE", "JUMP", "REFUSED", "faulty_beat", "hole_and_jump"]

HOLE, JUMP = (1, 2), (4, 3)
"""Frame and slice with the hole, and of the slice that jumps."""
REFUSED = (
    (["--view", "sagittal"], "Error: --view is 'sagittal': give short-axis or apical."),
    (["--labels", "lv=1,myo=2,rv=3"], "Error: FILE beat.nii.gz: the myocardium encloses value 3 (rv)"),
    (["--labels", "lv=3,myo=8"], "Error: FILE beat.nii.gz has no pixel of value 8"),
    (["--frame-interval", "soon"], "Error: --frame-interval is 'soon': give milliseconds such as 35."),
)
"""Options of a check and of a repair of beat.nii.gz, and how the sentence begins that refuses them."""


def faulty_beat() -> LabelMaps:
    """Eight frames of five slices, with a hole in the cavity of one."""
    values = cine(8, 5)
    values[HOLE][disc(4.0)] = 0
    return maps_of(values)


def hole_and_jump(frames: int, slices: int) -> np.ndarray:
    """(frames, slices, rows, columns) of a beat with a hole in the cavity of one slice, and another that jumps far."""
    values = cine(frames, slices)
    values[HOLE][disc(4.0)] = 0
    values[JUMP] = ring(12.0, 20.0, (MIDDLE[0] + 12, MIDDLE[1]))
    return values
