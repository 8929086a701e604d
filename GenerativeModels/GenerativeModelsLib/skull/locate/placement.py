"""Placement of an input picture in the head frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from GenerativeModelsLib.skull.locate.canonical import STANDARD_AXES, pose_axes
from GenerativeModelsLib.skull.locate.window import Window


@dataclass(frozen=True)
class Placement:
    """Estimated pose of one input picture: point = origin_mm + u * u_axis + v * v_axis.

    u = column * column spacing, v = row * row spacing, mm.

    Attributes
    ----------
    origin_mm : (3,) head-frame position of the centre of pixel (0, 0).
    u_axis, v_axis : (3,) orthogonal unit vectors along a row and down a column; u x v may point either way, since a
        picture may be mirrored.
    offset_mm : signed distance of the head's centre in the picture from the standard plane.
    tilt_deg : angle between the picture and the standard plane.
    """

    origin_mm: np.ndarray
    u_axis: np.ndarray
    v_axis: np.ndarray
    offset_mm: float
    tilt_deg: float

    @property
    def normal(self) -> np.ndarray:
        return np.cross(self.u_axis, self.v_axis)

    def to_head(self, uv: np.ndarray) -> np.ndarray:
        """Picture points (..., 2) in mm -> head points (..., 3)."""
        return self.origin_mm + uv[..., :1] * self.u_axis + uv[..., 1:] * self.v_axis

    def to_picture(self, points: np.ndarray) -> np.ndarray:
        """Head points (..., 3) -> picture points (..., 2) in mm, projected along the normal."""
        offset = points - self.origin_mm
        return np.stack([offset @ self.u_axis, offset @ self.v_axis], axis=-1)


def place(
    plane: str, pose: np.ndarray, window: Window, head_size_mm: float, moved_mm: Sequence[float] = (0.0, 0.0, 0.0)
) -> Placement:
    """Placement from the network's pose (6,) of the canonical picture in `window`.

    `moved_mm` (3,) is the shift from the network's frame to the head frame; it is added to every position.
    """
    centre, right, down = pose_axes(plane, pose)
    u_axis = window.right[0] * right + window.down[0] * down
    v_axis = window.right[1] * right + window.down[1] * down
    middle = centre * head_size_mm + np.asarray(moved_mm)
    origin = middle - window.centre_mm[0] * u_axis - window.centre_mm[1] * v_axis
    normal = np.cross(*STANDARD_AXES[plane])
    cosine = np.clip(np.cross(right, down) @ normal, -1.0, 1.0)
    return Placement(origin, u_axis, v_axis, float(middle @ normal), float(np.degrees(np.arccos(cosine))))
