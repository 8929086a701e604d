"""Faults of known kind and size, made in label maps that have none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from GenerativeModelsLib.segmentation.maps import CODES, LabelMaps
from GenerativeModelsLib.segmentation.repair.distances import labels_of, signed_distances

__all__ = ["FAULTS", "MAP_FAULTS", "OUTLINES", "TIME_FAULTS", "Fault", "Made"]


OUTLINE_LENGTH_MM = 6.0
"""Standard deviation of the Gaussian that makes the noise of outlines smooth."""


@dataclass(frozen=True, eq=False)
class Made:
    """Label maps with a fault, and where it is: `slice` is None for a whole frame."""

    maps: LabelMaps
    frame: int
    slice: int | None


@dataclass(frozen=True)
class Fault:
    """A kind of fault.

    Attributes
    ----------
    label
        What it is, with the unit of its grades.
    grades
        Sizes, from small to large.
    make
        (values (rows, columns) of one slice, pixel_mm, size, generator) -> changed values; None where the slice has
        no room for it. Kinds of whole frames take values (slices, rows, columns).
    whole
        Whether it is a fault of a whole frame.
    """

    label: str
    grades: tuple[float, ...]
    make: Callable[[np.ndarray, np.ndarray, float, np.random.Generator], np.ndarray | None]
    whole: bool = False

    def put(
        self, maps: LabelMaps, frame: int, slice_: int | None, size: float, rng: np.random.Generator
    ) -> Made | None:
        """The maps with this fault in a slice, or in a whole frame; None where there is no room for it."""
        place = (frame,) if self.whole else (frame, slice_)
        changed = self.make(maps.values[place], maps.pixel_mm, size, rng)
        if changed is None or np.array_equal(changed, maps.values[place]):
            return None
        values = maps.values.copy()
        values[place] = changed
        return Made(replace(maps, values=values), frame, None if self.whole else slice_)


def _disc(shape: tuple[int, ...], at: np.ndarray, radius_mm: float, pixel_mm: np.ndarray) -> np.ndarray:
    offset = (np.indices(shape).transpose(1, 2, 0) - at) * pixel_mm
    return np.hypot(offset[..., 0], offset[..., 1]) <= radius_mm


def _inside(mask: np.ndarray, margin_mm: float, pixel_mm: np.ndarray, rng: np.random.Generator) -> np.ndarray | None:
    """A random place of a mask at least `margin_mm` from its border."""
    from scipy.ndimage import distance_transform_edt

    deep = np.argwhere(distance_transform_edt(mask, sampling=pixel_mm) > margin_mm)
    return deep[rng.integers(len(deep))] if len(deep) else None


def _hole(structure: str) -> Callable:
    def make(values: np.ndarray, pixel_mm: np.ndarray, radius_mm: float, rng: np.random.Generator) -> np.ndarray | None:
        mask = values == CODES[structure]
        at = _inside(mask, radius_mm + float(max(pixel_mm)), pixel_mm, rng)
        return None if at is None else np.where(_disc(values.shape, at, radius_mm, pixel_mm) & mask, 0, values)

    return make


def _island(structure: str) -> Callable:
    def make(values: np.ndarray, pixel_mm: np.ndarray, radius_mm: float, rng: np.random.Generator) -> np.ndarray | None:
        if not (values == CODES[structure]).any():
            return None
        at = _inside(values == 0, radius_mm + 2 * float(max(pixel_mm)), pixel_mm, rng)
        if at is None:
            return None
        return np.where(_disc(values.shape, at, radius_mm, pixel_mm), CODES[structure], values)

    return make


def _opened_wall(
    values: np.ndarray, pixel_mm: np.ndarray, width_mm: float, rng: np.random.Generator
) -> np.ndarray | None:
    """The wall left out in a sector as wide at the cavity's border."""
    cavity, wall = values == CODES["lv"], values == CODES["myo"]
    if not cavity.any() or not wall.any():
        return None
    middle = np.argwhere(cavity).mean(axis=0)
    offset = (np.indices(values.shape).transpose(1, 2, 0) - middle) * pixel_mm
    radius = np.sqrt(cavity.sum() * pixel_mm.prod() / np.pi)
    angle = np.arctan2(offset[..., 1], offset[..., 0])
    start = rng.uniform(-np.pi, np.pi)
    off = np.abs(np.angle(np.exp(1j * (angle - start))))
    return np.where(wall & (off * radius < 0.5 * width_mm), 0, values)


def _no_septum(
    values: np.ndarray, pixel_mm: np.ndarray, width_mm: float, rng: np.random.Generator
) -> np.ndarray | None:
    """The wall between the cavities given to the left one, as wide as said."""
    from scipy.ndimage import distance_transform_edt

    cavity, wall, right = (values == CODES[name] for name in ("lv", "myo", "rv"))
    if not (cavity.any() and wall.any() and right.any()):
        return None
    to_right = distance_transform_edt(~right, sampling=pixel_mm)
    to_left = distance_transform_edt(~cavity, sampling=pixel_mm)
    between = np.where(wall, to_right + to_left, np.inf)
    at = np.array(np.unravel_index(int(between.argmin()), between.shape))
    return np.where(wall & _disc(values.shape, at, max(0.5 * width_mm, 0.75 * between.min()), pixel_mm), 1, values)


def _shift(values: np.ndarray, pixel_mm: np.ndarray, size_mm: float, rng: np.random.Generator) -> np.ndarray:
    """The slice, or all slices of a frame, moved in a random direction by whole pixels."""
    angle = rng.uniform(0, 2 * np.pi)
    steps = np.rint(size_mm * np.array([np.cos(angle), np.sin(angle)]) / pixel_mm).astype(int)
    room = int(np.abs(steps).max()) + 1
    axes = [(0, 0)] * (values.ndim - 2) + [(room, room)] * 2
    moved = np.roll(np.pad(values, axes), tuple(steps), axis=(-2, -1))
    return moved[..., room:-room, room:-room]


def _shrunk(values: np.ndarray, pixel_mm: np.ndarray, size_mm: float, rng: np.random.Generator) -> np.ndarray | None:
    """The cavity made smaller by `size_mm` all around, and the wall as much thicker."""
    from scipy.ndimage import distance_transform_edt

    cavity = values == CODES["lv"]
    beside = [(0, 0)] * (values.ndim - 2) + [(1, 1)] * 2
    depth = distance_transform_edt(np.pad(cavity, beside), sampling=_spacing(values, pixel_mm))
    depth = depth[..., 1:-1, 1:-1]
    left = cavity & (depth > size_mm + 0.5 * float(max(pixel_mm)))
    if not left.any() or not (values == CODES["myo"]).any():
        return None
    return np.where(cavity & ~left, CODES["myo"], values)


def _spacing(values: np.ndarray, pixel_mm: np.ndarray) -> tuple[float, ...]:
    """Pixel spacing; slices of a frame are far from each other, so that each is measured alone."""
    return (1e6,) * (values.ndim - 2) + tuple(float(v) for v in pixel_mm)


def _emptied(values: np.ndarray, pixel_mm: np.ndarray, size: float, rng: np.random.Generator) -> np.ndarray:
    return np.zeros_like(values)


def _bitten(values: np.ndarray, pixel_mm: np.ndarray, radius_mm: float, rng: np.random.Generator) -> np.ndarray | None:
    """A disc about a place of the ventricle's outline left out, as in the shadow of a rib."""
    from scipy.ndimage import binary_erosion

    ventricle = np.isin(values, (CODES["lv"], CODES["myo"]))
    outline = np.argwhere(ventricle & ~binary_erosion(ventricle))
    if not len(outline):
        return None
    return np.where(_disc(values.shape, outline[rng.integers(len(outline))], radius_mm, pixel_mm), 0, values)


def _moved_outlines(values: np.ndarray, pixel_mm: np.ndarray, size_mm: float, rng: np.random.Generator) -> np.ndarray:
    """All outlines moved by smooth random amounts of this standard deviation, each by others."""
    from scipy.ndimage import gaussian_filter

    distances = signed_distances(values, pixel_mm)
    for name, distance in distances.items():
        if (distance > 0).any():
            noise = gaussian_filter(rng.standard_normal(values.shape), OUTLINE_LENGTH_MM / pixel_mm)
            distances[name] = distance + size_mm * noise / noise.std()
    return labels_of(distances)


FAULTS = {
    "lv_hole": Fault("hole in the cavity, radius mm", (1.0, 2.0, 4.0), _hole("lv")),
    "myo_hole": Fault("hole in the wall, radius mm", (1.0, 1.5, 2.0), _hole("myo")),
    "lv_island": Fault("island of cavity, radius mm", (1.0, 2.0, 4.0), _island("lv")),
    "myo_island": Fault("island of wall, radius mm", (1.0, 2.0, 4.0), _island("myo")),
    "opened_wall": Fault("opened wall, width mm", (3.0, 6.0, 10.0, 20.0), _opened_wall),
    "no_septum": Fault("septum given to the cavity, width mm", (5.0, 10.0), _no_septum),
    "shifted_slice": Fault("slice shifted, mm", (4.0, 8.0, 12.0, 16.0), _shift),
    "shrunk_slice": Fault("cavity of a slice smaller in radius, mm", (3.0, 5.0, 7.0), _shrunk),
    "empty_slice": Fault("slice left out", (1.0,), _emptied),
}
"""Kinds of faults in one slice, by name."""
MAP_FAULTS = {
    **{name: FAULTS[name] for name in ("lv_hole", "myo_hole", "lv_island", "myo_island", "opened_wall")},
    "bite": Fault("part of the ventricle left out, radius mm", (4.0, 8.0, 12.0), _bitten),
}
"""Kinds of faults in a map of any view that no other map is beside."""
OUTLINES = Fault("outlines off, standard deviation mm", (1.5, 3.0, 5.0), _moved_outlines)
"""What a network does that has found the heart and not its borders."""
TIME_FAULTS = {
    "shifted_frame": Fault("frame shifted, mm", (2.0, 4.0, 8.0), _shift, whole=True),
    "shrunk_frame": Fault("cavity of a frame smaller in radius, mm", (1.5, 3.0, 5.0), _shrunk, whole=True),
    "empty_frame": Fault("frame left out", (1.0,), _emptied, whole=True),
}
"""Kinds of faults in one frame of a cine, by name."""
