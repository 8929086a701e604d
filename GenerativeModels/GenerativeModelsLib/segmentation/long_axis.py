"""The long axis of a left ventricle in an apical view: apex, middle of the mitral plane, length, width and turn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from GenerativeModelsLib.segmentation.geometry import band_widths_mm, contact
from GenerativeModelsLib.segmentation.plane import Plane

__all__ = ["VALVE_MM", "LongAxis", "long_axis"]

_BASE_SHARE = 0.1
"""Share of the length at which the width of the base is measured: the valve's own border is ragged."""
VALVE_MM = 4.0
"""Largest width of the gap that a valve leaves between ventricle and atrium."""


@dataclass(frozen=True, eq=False)
class LongAxis:
    """The long axis of a plane; points are (row, column) in mm from pixel (0, 0) of the plane.

    Attributes
    ----------
    apex_mm, base_mm
        Tip of the cavity, and the middle of its mitral plane.
    base_width_mm
        Width of the cavity across the axis in a band a tenth of its length from the mitral plane.
    orientation_degrees
        Angle of the cavity's principal axis from the direction of growing rows, towards growing columns, pointing to
        the base. It follows from all pixels, and so moves less than the line from apex to base.
    """

    apex_mm: np.ndarray
    base_mm: np.ndarray
    base_width_mm: float
    orientation_degrees: float

    @property
    def length_mm(self) -> float:
        """Distance from the apex to the mitral plane."""
        return float(np.linalg.norm(self.base_mm - self.apex_mm))

    @property
    def direction(self) -> np.ndarray:
        """(2,) unit vector from the apex to the base."""
        return (self.base_mm - self.apex_mm) / max(self.length_mm, 1e-9)


def long_axis(plane: Plane) -> LongAxis | None:
    """The long axis of the cavity; None where it touches neither background nor atrium, or is a few pixels.

    The mitral plane is where the cavity touches the left atrium or, within `VALVE_MM` of it, the background; without a
    labelled atrium, where it touches the background, which the largest run of this contact stands for. The apex is the
    point of the cavity farthest from the middle of the mitral plane.
    """
    cavity = plane.mask("lv")
    if cavity.sum() < 20:
        return None
    places = mitral_places(plane)
    if len(places) < 2:
        return None
    ends = places * plane.pixel_mm
    base = ends.mean(axis=0)
    points = np.argwhere(cavity) * plane.pixel_mm
    for _ in range(2):  # the middle of the extent across the axis, which does not depend on the run of the pixels
        apex = points[np.linalg.norm(points - base, axis=1).argmax()]
        along = (base - apex) / max(float(np.linalg.norm(base - apex)), 1e-9)
        across = np.array([-along[1], along[0]])
        extent = (ends - base) @ across
        base = base + across * 0.5 * (extent.min() + extent.max())
    # Centres of pixels lie half a pixel inside the tip.
    apex = apex - along * 0.5 * float(np.abs(along) @ plane.pixel_mm)
    near_base = base - _BASE_SHARE * (base - apex)
    (width,) = band_widths_mm([cavity], along, near_base, plane.pixel_mm)
    spread = np.cov((points - points.mean(axis=0)).T)
    main = np.linalg.eigh(spread)[1][:, -1]
    main = main if main @ along >= 0 else -main
    return LongAxis(apex, base, width, float(np.degrees(np.arctan2(main[1], main[0]))))


def mitral_places(plane: Plane) -> np.ndarray:
    """(n, 2) rows and columns of the pixel sides at which the cavity ends at the mitral plane."""
    from scipy.ndimage import distance_transform_edt, label

    cavity, atrium = plane.mask("lv"), plane.mask("la")
    _, open_places = contact(cavity, plane.mask("background"), plane.pixel_mm)
    if atrium.any():
        near = distance_transform_edt(~atrium, sampling=plane.pixel_mm) <= VALVE_MM + float(max(plane.pixel_mm))
        _, places = contact(cavity, atrium, plane.pixel_mm)
        nearby = open_places[near[tuple(np.rint(open_places).astype(int).T)]] if len(open_places) else open_places
        return np.concatenate([places, nearby])
    if not len(open_places):
        return open_places
    doubled = np.zeros(2 * np.array(cavity.shape), bool)  # sides lie between pixels
    doubled[tuple((2 * open_places).astype(int).T)] = True
    from scipy.ndimage import binary_dilation

    numbers, _ = label(binary_dilation(doubled, np.ones((3, 3), bool), iterations=2), np.ones((3, 3), bool))
    run = numbers[tuple((2 * open_places).astype(int).T)]
    return open_places[run == np.bincount(run).argmax()]
