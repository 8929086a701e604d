"""Poses of standard planes in the head frame, and random deviations of acquired planes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from GenerativeModelsLib.errors import InputError

PLANES = ("axial", "sagittal", "coronal")
"""The standard planes: z = 0, x = 0 and y = 0 of the head frame."""

_AXES = {
    "axial": ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0)),
    "sagittal": ((0.0, 1.0, 0.0), (0.0, 0.0, -1.0)),
    "coronal": ((1.0, 0.0, 0.0), (0.0, 0.0, -1.0)),
}
MAXIMUM_OFFSET_MM, MAXIMUM_TILT_DEGREES = 12.0, 25.0
_NARROW, _WIDE, _WIDE_SHARE = (2.8, 5.5), (6.8, 13.5), 0.2


@dataclass(frozen=True)
class PlanePose:
    """A plane in the head frame: point = origin_mm + a * u_axis + b * v_axis, with a and b in mm.

    Attributes
    ----------
    origin_mm
        (3,) point of the plane, mm.
    u_axis, v_axis
        (3,) orthogonal unit vectors.
    """

    origin_mm: np.ndarray
    u_axis: np.ndarray
    v_axis: np.ndarray

    @property
    def normal(self) -> np.ndarray:
        """(3,) unit vector u x v."""
        return np.cross(self.u_axis, self.v_axis)

    def points(self, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        """Head-frame points (..., 3) in mm at the in-plane coordinates `a` and `b` (...) in mm."""
        return self.origin_mm + np.asarray(a)[..., None] * self.u_axis + np.asarray(b)[..., None] * self.v_axis


def standard_pose(plane: str) -> PlanePose:
    """The exact standard plane: axial u=+x v=+y, sagittal u=+y v=-z, coronal u=+x v=-z, through the origin.

    Raises
    ------
    InputError
        `plane` is none of `PLANES`.
    """
    if plane not in _AXES:
        raise InputError(f"plane is {plane!r}; expected one of {', '.join(PLANES)}.")
    u, v = _AXES[plane]
    return PlanePose(np.zeros(3), np.array(u), np.array(v))


def noisy_pose(plane: str, rng: np.random.Generator, scale: float = 1.0) -> PlanePose:
    """A standard plane with random acquisition error: shifted along its normal and tilted about both in-plane axes.

    Offset and tilt come from one mixture of two normals (80 % narrow, 20 % wide) with a total root mean square of 4 mm
    and 8 degrees (per plane; 4.13 mm and 7.93 degrees in arXiv 2511.10412), clipped at 12 mm and 25 degrees.

    Parameters
    ----------
    plane
        One of `PLANES`.
    rng
        Random number generator.
    scale
        Head circumference / 250 mm; multiplies the offset, so that the plane cuts small heads.
    """
    standard = standard_pose(plane)
    offset, tilt = _WIDE if rng.random() < _WIDE_SHARE else _NARROW
    along = np.clip(rng.normal(0.0, offset), -MAXIMUM_OFFSET_MM, MAXIMUM_OFFSET_MM) * scale
    rotation = rng.normal(0.0, np.radians(tilt) / np.sqrt(2), 2)
    angle = np.hypot(*rotation)
    rotation *= min(1.0, np.radians(MAXIMUM_TILT_DEGREES) / max(angle, 1e-9))
    turn = _rotation_about(rotation[0] * standard.u_axis + rotation[1] * standard.v_axis)
    return PlanePose(along * standard.normal, turn @ standard.u_axis, turn @ standard.v_axis)


def _rotation_about(vector: np.ndarray) -> np.ndarray:
    """Rotation matrix (3, 3) of the rotation vector (3,) in radians (Rodrigues)."""
    angle = float(np.linalg.norm(vector))
    if angle < 1e-12:
        return np.eye(3)
    x, y, z = vector / angle
    k = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
    return np.eye(3) + np.sin(angle) * k + (1.0 - np.cos(angle)) * (k @ k)
