"""Side of the left ventricle on which the septum lies."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from GenerativeModelsLib.errors import InputError, named
from GenerativeModelsLib.heart.labels.label_map import LabelMap
from GenerativeModelsLib.heart.measure.anterior import lies_as_in_people

__all__ = ["Septum", "parse_septum", "septal_direction"]

USUAL_SEPTUM = np.array([-0.5, -0.8, -0.2])
"""Usual direction in LPS from the left to the right ventricle: to the right and the front."""
TOUCHES_MM = 6.0
"""Largest distance of the right ventricle's cavity from the outside of the septum; its own wall is not labelled."""


@dataclass(frozen=True, eq=False)
class Septum:
    """Side of the septum given by the user: a point (3,) in LPS mm beside the ventricle, or a direction."""

    vector_lps: np.ndarray
    is_direction: bool = False


def parse_septum(text: str) -> Septum:
    """Septum from "x,y,z", a point in LPS mm on or beyond it, or "dir:x,y,z", a direction from the cavity to it.

    Raises
    ------
    InputError
        The text has another form.
    """
    match = re.fullmatch(r"(dir:)?\s*([^,]+),([^,]+),([^,]+)", text.strip(), re.IGNORECASE)
    try:
        vector = np.array([float(part) for part in match.groups()[1:]]) if match else np.full(3, np.nan)
    except ValueError:
        vector = np.full(3, np.nan)
    if not np.isfinite(vector).all() or (match[1] and not vector.any()):
        raise InputError(
            f"{named('septum')} is '{text}': give a point on the septum as x,y,z in mm (LPS), or a direction as "
            "dir:x,y,z."
        )
    return Septum(vector, is_direction=bool(match[1]))


def septal_direction(
    label_map: LabelMap, origin: np.ndarray, z: np.ndarray, length: float, septum: Septum | None, called: str
) -> tuple[np.ndarray, str]:
    """+x of the heart frame, a unit LPS vector perpendicular to z, and its source (`HeartFrame.septum`).

    Parameters
    ----------
    origin, z, length
        Point where the long axis meets the base, the axis, and the cavity's length in mm.

    Raises
    ------
    InputError
        The given septum does not define a side.
    """
    if septum is not None:
        return _given(septum, origin, z, length, called), "given"
    touched = _right_ventricle(label_map, origin, z, length)
    if touched is not None:
        return touched, "rv"
    if lies_as_in_people(z):
        return _across(USUAL_SEPTUM, z), "position"
    return _thickest(label_map, origin, z, length), "wall"


def _given(septum: Septum, origin: np.ndarray, z: np.ndarray, length: float, called: str) -> np.ndarray:
    towards = septum.vector_lps if septum.is_direction else septum.vector_lps - origin
    flat = towards - (towards @ z) * z
    shown = ",".join(f"{v:g}" for v in septum.vector_lps)
    if septum.is_direction:
        if np.linalg.norm(flat) < 0.17 * np.linalg.norm(towards):
            raise InputError(
                f"{called}: {named('septum')} dir:{shown} runs along the ventricle: give a direction across it."
            )
    elif np.linalg.norm(flat) < 5 or np.linalg.norm(towards) > length + 120:
        where = "on the long axis" if np.linalg.norm(flat) < 5 else f"{np.linalg.norm(towards):.0f} mm from the heart"
        raise InputError(
            f"{called}: {named('septum')} {shown} lies {where}: give a point on the septum in LPS mm (x to the left, "
            "y to the back, z to the head), or a direction as dir:x,y,z."
        )
    return flat / np.linalg.norm(flat)


def _rays(origin: np.ndarray, z: np.ndarray, depths: np.ndarray, radii: np.ndarray, azimuths: int = 72) -> tuple:
    """Points (depths, azimuths, radii, 3) across the axis, and the unit vectors (azimuths, 3) they run along."""
    x = _across(np.eye(3)[np.abs(z).argmin()], z)
    phi = 2 * np.pi * np.arange(azimuths) / azimuths
    out = np.cos(phi)[:, None] * x + np.sin(phi)[:, None] * np.cross(z, x)
    start = origin - depths[:, None] * z
    return start[:, None, None] + radii[:, None] * out[:, None, :], out


def _right_ventricle(label_map: LabelMap, origin: np.ndarray, z: np.ndarray, length: float) -> np.ndarray | None:
    """Mean direction of the arcs along which the right ventricle touches the epicardium, by level; None without one."""
    if label_map.labels.rv is None:
        return None
    radii = np.arange(0.0, 90.0, 0.75)
    points, out = _rays(origin, z, np.linspace(0.15, 0.65, 11) * length, radii)
    values = label_map.at(points)
    own = (values == label_map.labels.lv) | (values == label_map.labels.myo)
    last = np.where(own.any(-1), own.shape[-1] - 1 - own[..., ::-1].argmax(-1), -1)
    beyond = (np.arange(len(radii)) > last[..., None]) & (radii - radii[last][..., None] <= TOUCHES_MM)
    touched = ((values == label_map.labels.rv) & beyond & (last >= 0)[..., None]).any(-1)
    # Each level has the same weight, whatever the width of its arc.
    arcs = [out[row].mean(0) for row in touched if row.sum() >= 3]
    if not arcs:
        return None
    middle = np.sum([arc / max(np.linalg.norm(arc), 1e-6) for arc in arcs], axis=0)
    return _across(middle, z) if np.linalg.norm(middle) > 0.3 * len(arcs) else None


def _thickest(label_map: LabelMap, origin: np.ndarray, z: np.ndarray, length: float) -> np.ndarray:
    points, out = _rays(origin, z, np.array([0.2, 0.35, 0.5]) * length, np.arange(0.0, 90.0, 0.75))
    wall = (label_map.at(points) == label_map.labels.myo).sum(axis=(0, 2))
    return _across(wall @ out, z)


def _across(vector: np.ndarray, z: np.ndarray) -> np.ndarray:
    """Unit vector of the part of `vector` perpendicular to z; any perpendicular one if it is parallel to z."""
    flat = vector - (vector @ z) * z
    length = np.linalg.norm(flat)
    if length > 1e-6:
        return flat / length
    return _across(np.eye(3)[np.abs(z).argmin()], z)
