"""The grid of label maps, and where a heart lies in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from GenerativeModelsLib.errors import InputError, named
from GenerativeModelsLib.heart.labels.label_map import THICK_SLICES, parse_labels
from GenerativeModelsLib.heart.measure.anterior import USUAL_ANTERIOR, USUAL_Z
from GenerativeModelsLib.heart.measure.frame import HeartFrame
from GenerativeModelsLib.label_files.files import lps_matrix, opened, require_size, unreadable
from GenerativeModelsLib.label_files.values import require_spacing
from GenerativeModelsLib.synthesis.labels.whole_heart import LABELS, WholeHeart

if TYPE_CHECKING:
    import SimpleITK as sitk

__all__ = [
    "ACROSS",
    "LikeFile",
    "Placed",
    "VoxelGrid",
    "on_faces",
    "placed_like",
    "rasterised",
    "read_like",
    "usual_stack",
]

ACROSS = np.cos(np.radians(25))
"""Cosine of the largest angle between an axis of a grid and the long axis, for its planes to be short-axis slices."""
LEAST_APEX_MM2 = 80.0
"""Area of the left ventricle in a short-axis slice below which its apex is not labelled: a disc of 5 mm. Readers leave
out a slice that the apex barely touches, and the radius jumps from it to the next."""
MARGIN = 2
"""Pixels of background around the heart."""


@dataclass(frozen=True, eq=False)
class VoxelGrid:
    """A grid of voxels.

    Attributes
    ----------
    size
        Numbers of voxels along i, j, k.
    to_lps
        (4, 4) index (i, j, k, 1) -> LPS mm.
    """

    size: tuple[int, int, int]
    to_lps: np.ndarray

    @property
    def spacing_mm(self) -> np.ndarray:
        """(3,) distance of neighbouring voxels along i, j, k."""
        return np.linalg.norm(self.to_lps[:3, :3], axis=0)

    @property
    def axes(self) -> np.ndarray:
        """(3, 3) unit LPS vectors of i, j, k as columns."""
        return self.to_lps[:3, :3] / self.spacing_mm

    @property
    def voxel_ml(self) -> float:
        """Volume of a voxel."""
        return float(np.prod(self.spacing_mm)) / 1000

    def across(self, axis_lps: np.ndarray) -> int | None:
        """The axis (0 = i, 1 = j, 2 = k) across planes normal to a unit vector; None without one within `ACROSS`."""
        along = np.abs(self.axes.T @ axis_lps)
        nearest = int(along.argmax())
        return nearest if along[nearest] >= ACROSS else None

    def image(self, values: np.ndarray, frame_s: float | None = None) -> sitk.Image:
        """Values (k, j, i), or (frames, k, j, i) with seconds from one frame to the next, as an image on the grid."""
        import SimpleITK as sitk

        if values.ndim == 4:
            return sitk.JoinSeries([self.image(frame) for frame in values], 0.0, float(frame_s))
        image = sitk.GetImageFromArray(values)
        image.SetSpacing(self.spacing_mm.tolist())
        image.SetDirection(self.axes.ravel().tolist())
        image.SetOrigin(self.to_lps[:3, 3].tolist())
        return image


@dataclass(frozen=True, eq=False)
class Placed:
    """A grid and the heart frame in it, of end diastole; `by` says what placed it."""

    grid: VoxelGrid
    frame: HeartFrame
    by: str


def usual_stack(hearts: Sequence[WholeHeart], slice_mm: float, pixel_mm: float, view_mm: float) -> Placed:
    """A short-axis stack around hearts, seen from the apex: the septum to the left, the anterior wall on top.

    The stack is normal to the long axis in its usual direction, slice 0 at the apex, and has a slice without labels at
    both ends. The base at end diastole lies halfway between two slices.

    Raises
    ------
    InputError
        The field of view does not hold the hearts.
    """
    z = USUAL_Z / np.linalg.norm(USUAL_Z)
    y = USUAL_ANTERIOR - (USUAL_ANTERIOR @ z) * z
    y /= np.linalg.norm(y)
    frame = HeartFrame(np.zeros(3), np.stack([np.cross(y, z), y, z]), "given")
    low, high = _ends(hearts)
    count = max(round(view_mm / pixel_mm), 1)
    if (high - low)[:2].max() > (count - 2 * MARGIN - 1) * pixel_mm:
        raise InputError(
            f"{named('field_of_view_mm')} is {view_mm:g} mm, where the largest heart is {(high - low)[:2].max():.0f} "
            "mm wide: give a larger one."
        )
    bottom = np.floor(low[2] / slice_mm) - 1
    slices = int(np.ceil(high[2] / slice_mm) - bottom) + 1
    # i runs against x, j against y. Pixels lie on the axis in the same way whatever the hearts are.
    corner = 0.5 * (low + high)[:2] + 0.5 * (count - 1) * pixel_mm
    first = np.array([*((np.round(corner / pixel_mm) + 0.5) * pixel_mm), (bottom + 0.5) * slice_mm])
    to_lps = np.eye(4)
    to_lps[:3, :3] = frame.axes.T * np.array([-pixel_mm, -pixel_mm, slice_mm])
    to_lps[:3, 3] = frame.to_lps(first)
    return Placed(VoxelGrid((count, count, slices), to_lps), frame, "short-axis stack")


def _ends(hearts: Sequence[WholeHeart]) -> tuple[np.ndarray, np.ndarray]:
    """(3,) least and largest place in the frame of end diastole over all moments of hearts."""
    ends = []
    for heart in hearts:
        for frame in range(heart.frames):
            descent = np.array([0, 0, heart.left.descent_mm[frame]])
            ends.append(heart.corners(frame) - descent)
    return np.min(ends, axis=(0, 1)), np.max(ends, axis=(0, 1))


@dataclass(frozen=True, eq=False)
class LikeFile:
    """The grid of a file, its name, and the heart frame of its labels; None without those of a heart."""

    grid: VoxelGrid
    name: str
    frame: HeartFrame | None


def read_like(path: Path, labels: str) -> LikeFile:
    """The grid of a file, and the heart that it labels, if it does.

    Raises
    ------
    InputError
        The file cannot be read, is no volume, or has an impossible spacing.
    """
    path, called, reader = opened(path, "like", "label map or image")
    try:
        reader.ReadImageInformation()
    except RuntimeError as error:
        raise unreadable(called, error) from error
    size = reader.GetSize()
    if len(size) not in (3, 4) or min(size[:3]) < 2:
        raise InputError(f"{called} is {' x '.join(map(str, size))} voxels: give a file of three dimensions.")
    require_size(size[:3], called)
    grid = VoxelGrid(tuple(size[:3]), lps_matrix(reader))
    require_spacing(grid.to_lps, called)
    return LikeFile(grid, path.name, _labelled_frame(path, labels) if len(size) == 3 else None)


def placed_like(like: LikeFile, hearts: Sequence[WholeHeart]) -> Placed:
    """Hearts in the grid of a file: where its labels have one, and else in its middle, to the nearest voxel.

    In the middle a heart has the usual direction in the patient; in a stack of thick slices its long axis is normal to
    them.
    """
    if like.frame is not None:
        return Placed(like.grid, like.frame, f"the labels of {like.name}")
    return Placed(like.grid, _middle_frame(like.grid, hearts), f"the middle of {like.name}")


def _labelled_frame(path: Path, labels: str) -> HeartFrame | None:
    """The heart frame of a label map; None for a file that is none of a heart."""
    from GenerativeModelsLib.heart.labels.read import read_label_map
    from GenerativeModelsLib.heart.measure.load import load_phase

    try:
        return load_phase(read_label_map(path, parse_labels(labels), "like"), "like").frame
    except InputError:
        return None


def _middle_frame(grid: VoxelGrid, hearts: Sequence[WholeHeart]) -> HeartFrame:
    order = np.argsort(grid.spacing_mm)
    z, y = USUAL_Z / np.linalg.norm(USUAL_Z), USUAL_ANTERIOR
    if grid.spacing_mm[order[2]] >= THICK_SLICES * grid.spacing_mm[order[1]]:
        normal = grid.axes[:, order[2]]
        z = normal if normal @ z > 0 else -normal
        in_plane = grid.axes[:, order[:2]]
        # An axial stack has no anterior direction of a short-axis view: the nearest there is.
        y = max((sign * axis for axis in in_plane.T for sign in (1, -1)), key=lambda axis: axis @ USUAL_ANTERIOR)
    y = y - (y @ z) * z
    y /= np.linalg.norm(y)
    axes = np.stack([np.cross(y, z), y, z])
    low, high = _ends(hearts)
    off_middle = np.linalg.inv(grid.to_lps[:3, :3]) @ (0.5 * (low + high) @ axes)
    voxel = np.round((np.array(grid.size) - 1) / 2 - off_middle)
    return HeartFrame(grid.to_lps[:3, :3] @ voxel + grid.to_lps[:3, 3], axes, "given")


def on_faces(placed: Placed, descent_mm: float = 0.0) -> HeartFrame:
    """The heart frame of a moment whose base has descended, with the base halfway between two slices of a stack.

    By the midpoint rule the voxels then have the volume of the shape, which they miss by up to half a basal slice
    otherwise. The heart moves by at most half the distance of slices; in a grid whose planes are no short-axis slices
    it stays.
    """
    frame, grid = placed.frame, placed.grid
    origin = frame.origin_lps - descent_mm * frame.axes[2]
    axis = grid.across(frame.axes[2])
    if axis is not None:
        at = float((np.linalg.inv(grid.to_lps) @ [*origin, 1])[axis])
        origin = origin + (np.floor(at) + 0.5 - at) * grid.to_lps[:3, axis]
    return replace(frame, origin_lps=origin)


def rasterised(
    heart: WholeHeart, moment: int, grid: VoxelGrid, frame: HeartFrame, *, volumes_kept: bool = False
) -> np.ndarray:
    """(k, j, i) uint8 labels of a moment of a heart; a voxel has the label of its centre.

    Short-axis slices that the apex barely touches are left out (`LEAST_APEX_MM2`).

    Parameters
    ----------
    frame
        The heart frame of the moment.
    volumes_kept
        Whether endo- and epicardium are moved by some hundredths of a millimetre so that the voxels have their volume.
    """
    back = np.linalg.inv(grid.to_lps)
    low, high = heart.corners(moment)
    box = np.stack(np.meshgrid(*np.stack([low, high], axis=1), indexing="ij"), axis=-1).reshape(-1, 3)
    index = frame.to_lps(box) @ back[:3, :3].T + back[:3, 3]
    first = np.clip(np.floor(index.min(axis=0)).astype(int), 0, grid.size)
    last = np.clip(np.ceil(index.max(axis=0)).astype(int) + 1, 0, grid.size)
    values = _filled(heart, moment, grid, frame, (first, last), volumes_kept)
    axis = grid.across(frame.axes[2])
    if axis is not None:
        way = 1 if grid.axes[:, axis] @ frame.axes[2] > 0 else -1
        apex = _apical_slice(values, grid, axis, way)
        (first if way > 0 else last)[axis] = apex if way > 0 else apex + 1
        values = _filled(heart, moment, grid, frame, (first, last), volumes_kept)
    return values


def _filled(
    heart: WholeHeart,
    moment: int,
    grid: VoxelGrid,
    frame: HeartFrame,
    ends: tuple[np.ndarray, np.ndarray],
    volumes_kept: bool,
) -> np.ndarray:
    """(k, j, i) labels in the box from the first to before the last voxel of i, j, k, and 0 outside."""
    values = np.zeros(grid.size[::-1], np.uint8)
    i, j, k = (np.arange(a, b) for a, b in zip(*ends))
    places = np.stack(np.meshgrid(k, j, i, indexing="ij")[::-1], axis=-1)
    points = frame.to_heart(places @ grid.to_lps[:3, :3].T + grid.to_lps[:3, 3])
    values[np.ix_(k, j, i)] = heart.labels_at(moment, points, grid.voxel_ml if volumes_kept else None)
    return values


def _apical_slice(values: np.ndarray, grid: VoxelGrid, axis: int, way: int) -> int:
    """The first slice from the apex in which the ventricle has `LEAST_APEX_MM2`; `way` is 1 where the apex is first."""
    ventricle = np.isin(values, (LABELS["lv"], LABELS["myo"]))
    areas = ventricle.sum(axis=tuple(k for k in range(3) if k != 2 - axis)) * float(
        np.delete(grid.spacing_mm, axis).prod()
    )
    found = np.flatnonzero(areas >= LEAST_APEX_MM2)
    if not len(found):
        return 0 if way > 0 else len(areas) - 1
    return int(found[0] if way > 0 else found[-1])
