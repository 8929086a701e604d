"""Conversion of a known head (label map or mesh) to a star-shaped head in the head frame, the truth of own cohorts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

import numpy as np

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.geometry.grids import Grid
from GenerativeModelsLib.geometry.surface_files import MESH_SUFFIXES, read_surface
from GenerativeModelsLib.geometry.surfaces import Surface
from GenerativeModelsLib.geometry.voxels import read_label_map, signed_distance, surface_from_image, voxelize
from GenerativeModelsLib.skull.shape.cast import cast_head, head_about_largest_section
from GenerativeModelsLib.skull.shape.ellipse import Ellipse, fit_ellipse
from GenerativeModelsLib.skull.shape.star_surface import HeadShape, unit_sphere
from GenerativeModelsLib.skull.shape.unit_head import height_of

__all__ = ["ClosedHead", "Frame", "closed_head", "read_closed_head"]

Frame = Literal["largest", "head"]
"""Definition of the head frame: by the axial section of largest area, or the file's own LPS frame."""

HC_RANGE_MM = (40.0, 420.0)
INDEX_RANGE = (0.55, 1.0)
HEIGHT_RANGE = (0.5, 1.3)
"""Plausible ratios of short to long axis of the axial outline, and of height to its long axis."""
LARGEST_TURN_DEG = 30.0
ROUND = 0.95
"""Ratio of short to long axis above which the long axis is undetermined and the head is not rotated."""
VOXELS = 130
"""Number of voxels along the longest side of the head's bounding box."""
PART = 0.05
"""Largest relative size of a second body, or of a section on a face of the volume."""
VOLUME_TOLERANCE = 0.05


@dataclass(frozen=True)
class ClosedHead:
    """A head read from a file.

    Attributes
    ----------
    shape
        Outer skull surface in the head frame.
    outline
        Ellipse of its axial outline, mm.
    to_file
        (4, 4) from the head frame to the LPS frame of the file, mm.
    """

    shape: HeadShape
    outline: Ellipse
    to_file: np.ndarray

    @property
    def hc_mm(self) -> float:
        """Perimeter of the ellipse of the axial outline."""
        return self.outline.perimeter

    @property
    def cephalic_index_percent(self) -> float:
        """100 times the ratio of its short to its long axis."""
        return 100 * self.outline.semi_minor / self.outline.semi_major


def read_closed_head(path: str | Path, frame: Frame = "largest") -> ClosedHead:
    """The head in a label map (nonzero = inside the outer skull surface) or in a closed mesh.

    The LPS axes of the file must be those of the head: +x its left, +y its back, +z its vertex. Storage order,
    direction and spacing of the voxels are arbitrary.

    Raises
    ------
    InputError
        The file is missing, unreadable, cut off, not one closed body, or not of the size or proportions of a fetal
        head.
    """
    path = Path(path)
    if path.suffix.lower() in MESH_SUFFIXES:
        surface = read_surface(path)
        if not surface.is_closed:
            raise InputError(f"{path} is not a closed surface: fill its holes, or give a label map.")
        return closed_head(surface, frame, str(path))
    image = read_label_map(path)
    _require_one_whole_body(image, path)
    return closed_head(surface_from_image(image), frame, str(path))


def closed_head(surface: Surface, frame: Frame = "largest", name: str = "The head") -> ClosedHead:
    """The head enclosed by a closed surface in LPS mm; `name` is its name in messages.

    Raises
    ------
    InputError
        See `read_closed_head`.
    """
    if frame not in get_args(Frame):
        raise InputError(f"frame is '{frame}': expected {' or '.join(get_args(Frame))}.")
    body = surface.largest_component().outward()
    if surface.volume_mm3 - body.volume_mm3 > PART * body.volume_mm3:
        raise InputError(f"{name} holds several separate bodies: keep the head alone.")
    sides = np.ptp(body.points, axis=0)
    if not 0.5 * HC_RANGE_MM[0] / np.pi < sides.max() < 1.5 * HC_RANGE_MM[1] / np.pi:
        raise InputError(f"{name} measures {_mm(sides)}, not the size of a fetal head: check its unit and spacing.")
    spacing = float(sides.max()) / VOXELS
    grid = Grid.around(body.points, spacing, 6 * spacing)
    distance = signed_distance(voxelize(body, grid), grid.spacing_zyx)
    origin = np.array(grid.origin_mm)
    if frame == "head":
        turn, centre = np.eye(3), -origin
        _require_inside(distance, centre / spacing, name)
    else:
        _, outline, centre = head_about_largest_section(distance, spacing)
        turn = _turn(outline, name)
    shape = cast_head(distance, spacing, centre, turn=turn)
    outline = fit_ellipse(shape.axial_outline())
    _require_centred(outline, name)
    _require_plausible(shape, outline, body, name)
    to_file = np.eye(4)
    to_file[:3, :3], to_file[:3, 3] = turn, centre + origin
    return ClosedHead(shape, outline, to_file)


def _require_inside(distance: np.ndarray, origin_voxels: np.ndarray, name: str) -> None:
    index = tuple(np.round(origin_voxels[::-1]).astype(int))
    if min(index) < 0 or any(i >= n for i, n in zip(index, distance.shape)) or distance[index] >= 0:
        raise InputError(
            f"{name}: the origin lies outside the head, so it is not in the head frame: use frame largest."
        )


def _require_centred(outline: Ellipse, name: str) -> None:
    off = float(np.hypot(*outline.centre))
    if off > 0.1 * outline.semi_major:
        raise InputError(
            f"{name}: the centre of its section z = 0 is {off:.0f} mm off the origin, so it is not in the head frame: "
            "use frame largest."
        )


def _turn(outline: Ellipse, name: str) -> np.ndarray:
    """(3, 3) rotation about z that aligns y with the long axis of the outline; the identity for a round outline."""
    if outline.semi_minor > ROUND * outline.semi_major:
        return np.eye(3)
    angle = outline.angle_rad - np.pi / 2
    if abs(np.degrees(angle)) > LARGEST_TURN_DEG:
        raise InputError(
            f"{name}: the longest diameter of its largest axial section lies {abs(np.degrees(angle)):.0f} degrees off "
            "the front-back axis: turn the file so that +y is the back of the head and +z its vertex."
        )
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])


def _require_one_whole_body(image, path: Path) -> None:
    """Check that there is no second body, and that no face of the volume cuts the head off."""
    import SimpleITK as sitk
    from scipy.ndimage import label

    inside = sitk.GetArrayViewFromImage(image) != 0
    pieces, count = label(inside)
    sizes = np.sort(np.bincount(pieces.ravel())[1:])[::-1]
    if count > 1 and sizes[1] > PART * sizes[0]:
        several = int((sizes > PART * sizes[0]).sum())
        raise InputError(f"{path} holds {several} separate bodies: keep the head alone, as one closed body.")
    for axis in range(3):
        area = inside.sum(axis=tuple({0, 1, 2} - {axis}))
        if max(area[0], area[-1]) > PART * area.max():
            raise InputError(f"{path} cuts the head off at a face of the volume: give a whole head, base included.")


def _require_plausible(shape: HeadShape, outline: Ellipse, body: Surface, name: str) -> None:
    star = Surface(shape.points(5), unit_sphere(5)[1])
    share = star.volume_mm3 / body.volume_mm3
    if abs(share - 1) > VOLUME_TOLERANCE:
        raise InputError(
            f"{name} is no closed head: it fills {100 / share:.0f} % of the volume that it encloses around its "
            "centre; fill it, so that everything inside the outer skull surface is nonzero."
        )
    low, high = HC_RANGE_MM
    if not low <= outline.perimeter <= high:
        raise InputError(
            f"{name} has a head circumference of {outline.perimeter:.0f} mm, outside {low:.0f} to {high:.0f} mm: check "
            "its unit and spacing."
        )
    index, height = outline.semi_minor / outline.semi_major, height_of(shape) / (2 * outline.semi_major)
    if not INDEX_RANGE[0] <= index <= INDEX_RANGE[1] or not HEIGHT_RANGE[0] <= height <= HEIGHT_RANGE[1]:
        raise InputError(
            f"{name} has a cephalic index of {100 * index:.0f} % and a height of {height:.2f} of its length, not those "
            "of a head: check that +y is its back, +z its vertex, and that it is a head alone."
        )


def _mm(sides: np.ndarray) -> str:
    return " x ".join(f"{side:.0f}" for side in sides) + " mm"
