"""Corrections of the user applied to a picture and to the head that was found in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from GenerativeModelsLib.errors import InputError, named
from GenerativeModelsLib.skull.corrections import EllipsePx, PlaneCorrection, Polygon
from GenerativeModelsLib.skull.locate.locator import HeadFinding
from GenerativeModelsLib.skull.locate.strip import ANGLES
from GenerativeModelsLib.skull.locate.window import pixel_at, whole_picture
from GenerativeModelsLib.skull.planes.image import PlaneClip, PlaneImage
from GenerativeModelsLib.skull.shape.ellipse import Ellipse

LEAST_OUTLINE_INSIDE = 0.5
"""Least share of the outline of an ellipse given by the user that lies in the picture."""
LEAST_LOOKED_AT = 0.1
"""Least share of the picture that masks leave over, and of an ellipse's outline."""
ROUND = 1.05
"""Ratio of the axes below which an ellipse has no direction that a head could follow."""


def ellipse_in_mm(ellipse: EllipsePx, spacing_mm: tuple[float, float]) -> Ellipse:
    """The ellipse in mm of a picture of spacing (row, column) mm."""
    turn, scale = np.radians(ellipse.angle_deg), np.array([spacing_mm[1], spacing_mm[0]])
    axes = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]) * [ellipse.first, ellipse.second]
    directions, (semi_major, semi_minor), _ = np.linalg.svd(scale[:, None] * axes)
    angle = float(np.arctan2(directions[1, 0], directions[0, 0]) % np.pi)
    u, v = scale * [ellipse.column, ellipse.row]
    return Ellipse((float(u), float(v)), float(semi_major), float(semi_minor), angle)


def ellipse_in_px(ellipse: Ellipse, spacing_mm: tuple[float, float]) -> EllipsePx:
    """Inverse of `ellipse_in_mm`, the longer axis in pixels first."""
    middle = EllipsePx(*ellipse.centre, ellipse.semi_major, ellipse.semi_minor, float(np.degrees(ellipse.angle_rad)))
    found = ellipse_in_mm(middle, (1 / spacing_mm[0], 1 / spacing_mm[1]))
    return EllipsePx(*found.centre, found.semi_major, found.semi_minor, float(np.degrees(found.angle_rad)))


def hidden_pixels(mask: Sequence[Polygon], shape: tuple[int, int]) -> np.ndarray:
    """(rows, columns) bool: pixels whose centres lie within one of the polygons."""
    from skimage.draw import polygon

    hidden = np.zeros(shape, bool)
    for corners in mask:
        columns, rows = np.array(corners, float).T
        hidden[polygon(rows, columns, shape)] = True
    return hidden


def corrected_image(image: PlaneImage, correction: PlaneCorrection, name: str) -> PlaneImage:
    """The picture with the pixels hidden that a correction masks.

    Raises
    ------
    InputError
        The ellipse lies outside the picture, a mask leaves nothing to look at, or the two contradict each other.
    """
    rows, columns = image.file_size
    called = f"the {columns} x {rows} pixels of the {name} plane"
    correction = correction.reduced(image.reduction)
    if correction.ellipse is not None:
        outline = _outline_px(correction.ellipse)
        inside = np.all((outline >= -0.5) & (outline <= np.array(image.size)[::-1] - 0.5), axis=1)
        if inside.mean() < LEAST_OUTLINE_INSIDE:
            raise InputError(
                f"{named(f'{name}_ellipse')} lies outside {called}: at least half of its outline must be within them."
            )
    if not correction.mask:
        return image
    hidden, field = hidden_pixels(correction.mask, image.size), f"{name}_mask"
    if not hidden.any():
        raise InputError(f"{named(field)} lies outside {called}.")
    if hidden.mean() > 1 - LEAST_LOOKED_AT:
        raise InputError(f"{named(field)} covers {100 * hidden.mean():.0f} % of {called}: leave the head uncovered.")
    if correction.ellipse is not None:
        covered = pixel_at(hidden, *_outline_px(correction.ellipse).T[::-1])
        if covered.mean() > 1 - LEAST_LOOKED_AT:
            raise InputError(
                f"{named(field)} covers the outline of {named(f'{name}_ellipse')}: give either of the two alone.", field
            )
    return replace(image, hidden=hidden)


def corrected_plane(plane: PlaneImage | PlaneClip, correction: PlaneCorrection, name: str) -> PlaneImage | PlaneClip:
    """As `corrected_image`; of a clip every frame, when it is read."""
    if isinstance(plane, PlaneClip):
        return replace(plane, read=lambda number: corrected_image(plane.read(number), correction, name))
    return corrected_image(plane, correction, name)


def on_ellipse(finding: HeadFinding | None, ellipse: Ellipse, plane: str, image: PlaneImage) -> HeadFinding:
    """The head on an ellipse given by the user.

    It faces as the head found by the locator, turned by the angle between the long axes of the two ellipses; in the
    axial plane the direction then follows the long axis, see `HeadFinding.with_border`. Where nothing was found, or
    something outside the ellipse, the vertex is up and the forehead is to the left; an axial head faces along its axis.
    """
    if finding is None:
        nothing = np.zeros((2, 2))
        finding = HeadFinding(
            plane, whole_picture(image.size, image.spacing_mm), nothing, ellipse, None, None, 0.0, 0.0, 0.0
        )
    elif _within(finding.ellipse.centre, ellipse):
        turn = _turn_between(finding.ellipse, ellipse)
        anterior, superior = (None if v is None else turn @ v for v in (finding.anterior, finding.superior))
        return replace(finding, ellipse=ellipse, anterior=anterior, superior=superior)
    along = np.array([np.cos(ellipse.angle_rad), np.sin(ellipse.angle_rad)])
    left, up = np.array([-1.0, 0.0]), np.array([0.0, -1.0])
    anterior = {"axial": along, "sagittal": left}.get(plane)
    return replace(finding, ellipse=ellipse, anterior=anterior, superior=None if plane == "axial" else up)


def _outline_px(ellipse: EllipsePx) -> np.ndarray:
    """(ANGLES, 2) column, row."""
    return ellipse_in_mm(ellipse, (1.0, 1.0)).points(ANGLES)


def _within(point: Sequence[float], ellipse: Ellipse) -> bool:
    c, s = np.cos(ellipse.angle_rad), np.sin(ellipse.angle_rad)
    x, y = np.asarray(point) - np.asarray(ellipse.centre)
    return bool(np.hypot((c * x + s * y) / ellipse.semi_major, (c * y - s * x) / ellipse.semi_minor) < 1)


def _turn_between(one: Ellipse, other: Ellipse) -> np.ndarray:
    """(2, 2) rotation by at most 90 degrees of the long axis of `one` to that of `other`; none if either is round."""
    turn = 0.0
    if min(e.semi_major / e.semi_minor for e in (one, other)) >= ROUND:
        turn = (other.angle_rad - one.angle_rad + np.pi / 2) % np.pi - np.pi / 2
    c, s = np.cos(turn), np.sin(turn)
    return np.array([[c, -s], [s, c]])
