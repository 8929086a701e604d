"""The seven attributes of a label map that an attribute-regularised VAE puts on dimensions of their own.

Pati and Lerch (arXiv 2004.05485) on the attributes of echocardiograms of Painchaud et al. (2022): area, length, basal
width and orientation of the left cavity, area of the myocardium, and the epicardial centre. In the short axis the
cavity has no length and no base. There the major axis of the ventricle's outline, the axis of the cavity towards the
septum and the direction of the septum stand for them. Not both axes of one outline: their product follows from the two
areas, X"""

from __future__ import annotations

import numpy as np

from GenerativeModelsLib.segmentation import geometry
from GenerativeModelsLib.segmentation.attribute_names import ATTRIBUTES
from GenerativeModelsLib.segmentation.long_axis import long_axis
from GenerativeModelsLib.segmentation.maps import CODES
from GenerativeModelsLib.segmentation.plane import Plane

__all__ = ["attributes", "cavity_share"]


def attributes(values: np.ndarray, pixel_mm: np.ndarray, view: str) -> np.ndarray:
    """The attributes of `ATTRIBUTES[view]` of label maps.

    Parameters
    ----------
    values
        (..., rows, columns) values of `maps.CODES`.
    pixel_mm
        (2,) distance of neighbouring rows and columns.
    view
        "short-axis" or "apical".

    Returns
    -------
    (..., 7) in mm, mm2 and degrees; NaN where a structure that an attribute needs is not labelled:
    the myocardium for all of the outline. A missing cavity has the area 0, as at the apex.

    lv_area_mm2, myo_area_mm2
        Area of the cavity and of the myocardium.
    lv_length_mm, lv_base_width_mm, lv_orientation_degrees
        Of `long_axis.LongAxis`; the angle is that from the direction of growing rows towards growing columns.
    epi_major_axis_mm, lv_septal_axis_mm
        4 times the standard deviation of the epicardial outline's inside along its longest axis, and of the cavity
        along the direction of the septum, each pixel counted as the rectangle that it is: of an ellipse these are its
        major axis, and the axis that points there. The outline is that of cavity and myocardium together, with all that
        they enclose.
    septum_degrees
        Direction from the centre of the left to that of the right cavity, from that of falling columns (the left of
        the picture) towards falling rows (its top), in (-180, 180].
    epi_centre_x_mm, epi_centre_y_mm
        Centre of that inside, along the columns and along the rows, from the centre of pixel (0, 0).

    Raises
    ------
    ValueError
        There is no such view.
    """
    if view not in ATTRIBUTES:
        raise ValueError(f"view is {view!r}, expected one of {', '.join(ATTRIBUTES)}")
    values, pixel_mm = np.asarray(values), np.asarray(pixel_mm, float)
    measure = _apical if view == "apical" else _short_axis
    found = np.full((int(np.prod(values.shape[:-2])), len(ATTRIBUTES[view])), np.nan)
    for number, one in enumerate(values.reshape(-1, *values.shape[-2:])):
        if one.any():
            found[number] = measure(Plane(one, pixel_mm))
    return found.reshape(*values.shape[:-2], -1)


def cavity_share(values: np.ndarray) -> np.ndarray:
    """(...,) share of the ventricle, which is cavity and myocardium, that the cavity is, of maps (..., rows, columns).

    Over a beat it is largest at end diastole and smallest at end systole, and so says where between them a frame is.
    NaN where no myocardium is labelled.
    """
    cavity, wall = ((np.asarray(values) == CODES[name]).sum(axis=(-2, -1), dtype=float) for name in ("lv", "myo"))
    return np.divide(cavity, cavity + wall, out=np.full(cavity.shape, np.nan), where=wall > 0)


def _areas(plane: Plane) -> tuple[float, float]:
    return plane.area_mm2("lv"), plane.area_mm2("myo") if plane.has("myo") else np.nan


def _inside(plane: Plane) -> np.ndarray:
    """Mask of what the epicardial outline holds; empty without myocardium, whose border the outline is."""
    if not plane.has("myo"):
        return np.zeros(plane.values.shape, bool)
    return geometry.filled(plane.mask("epi")) & ~plane.mask("rv") & ~plane.mask("la")


def _centre_xy_mm(plane: Plane, inside: np.ndarray) -> tuple[float, float]:
    row, column = plane.in_slice(geometry.centre(inside))
    return column * float(plane.pixel_mm[1]), row * float(plane.pixel_mm[0])


def _apical(plane: Plane) -> tuple[float, ...]:
    lv, myo = _areas(plane)
    axis = long_axis(plane)
    along = (np.nan,) * 3 if axis is None else (axis.length_mm, axis.base_width_mm, axis.orientation_degrees)
    return lv, *along, myo, *_centre_xy_mm(plane, _inside(plane))


def _short_axis(plane: Plane) -> tuple[float, ...]:
    lv, myo = _areas(plane)
    inside = _inside(plane)
    major = 4 * np.sqrt(np.linalg.eigvalsh(_spread_mm2(inside, plane.pixel_mm))[-1]) if inside.any() else np.nan
    septum = _septum_degrees(plane)
    towards = -np.array([np.sin(np.radians(septum)), np.cos(np.radians(septum))])  # row and column
    axis = 4 * np.sqrt(towards @ _spread_mm2(plane.mask("lv"), plane.pixel_mm) @ towards) if lv else np.nan
    return lv, float(major), float(axis), septum, myo, *_centre_xy_mm(plane, inside)


def _spread_mm2(mask: np.ndarray, pixel_mm: np.ndarray) -> np.ndarray:
    """(2, 2) covariance of the inside of a mask that is not empty, along rows and columns."""
    points = np.argwhere(mask) * pixel_mm
    offset = points - points.mean(axis=0)
    return offset.T @ offset / len(points) + np.diag(pixel_mm**2) / 12  # that of a pixel about its centre


def _septum_degrees(plane: Plane) -> float:
    left = "lv" if plane.has("lv") else "epi"
    down, right = (np.array(geometry.centre(plane.mask("rv"))) - geometry.centre(plane.mask(left))) * plane.pixel_mm
    return float(np.degrees(np.arctan2(-down, -right)))
