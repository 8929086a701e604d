"""The ways in which a slice is mended: from a plane to candidates for its labels, by rule.

A way gives the smallest change first, and does not ask whether the slice is better for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from GenerativeModelsLib.language import S_
from GenerativeModelsLib.segmentation import geometry
from GenerativeModelsLib.segmentation.maps import CODES
from GenerativeModelsLib.segmentation.plane import Plane

__all__ = ["WAYS", "Way"]

WIDEST_OPENING_MM = 10.0
"""Widest opening of the wall that is closed."""
WIDEST_SPUR_MM = 6.0
"""Widest spur that is cut off: half of it is less than the radius of any part of a ventricle's outline."""
_SIDES = np.array([[0, 1, 0], [1, 1, 1], [0, 1, 0]], bool)
_Make = Callable[[Plane, np.ndarray], Iterator[np.ndarray]]
"""Plane, and mask of its size of the ventricle in the slices beside it -> labels of its size."""


@dataclass(frozen=True)
class Way:
    """A kind of change: what is done, in words, and the candidates for the values of a plane."""

    done: str
    make: _Make


def _fill(structure: str) -> _Make:
    """All that a structure encloses becomes the structure's; what the wall encloses only where it is background."""

    def make(plane: Plane, beside: np.ndarray) -> Iterator[np.ndarray]:
        made = plane.values.copy()
        for pixels in geometry.enclosed_pieces(plane.mask(structure)):
            at = tuple(pixels.T)
            if structure != "myo" or not plane.values[at].any():
                made[at] = CODES[structure]
        yield made

    return make


def _fill_between(*structures: str) -> _Make:
    """Background that these structures enclose together goes to the nearest of them."""

    def make(plane: Plane, beside: np.ndarray) -> Iterator[np.ndarray]:
        from scipy.ndimage import distance_transform_edt

        made = plane.values.copy()
        given = np.isin(plane.values, [CODES[name] for name in structures])
        _, nearest = distance_transform_edt(~given, sampling=plane.pixel_mm, return_indices=True)
        for hole in plane.holes:
            if set(structures) <= hole.beside:
                at = tuple(hole.pixels.T)
                made[at] = plane.values[tuple(nearest[(slice(None), *at)])]
        yield made

    return make


def _remove_pieces(structure: str) -> _Make:
    """Pieces beside the main one become what surrounds them most; pieces of wall at the cavity stay."""

    def make(plane: Plane, beside: np.ndarray) -> Iterator[np.ndarray]:
        from scipy.ndimage import binary_dilation

        made = plane.values.copy()
        cavity = binary_dilation(plane.mask("lv"), np.ones((3, 3), bool))
        for pixels in _main_first(plane.mask(structure), beside)[1:]:
            at = tuple(pixels.T)
            if structure == "myo" and cavity[at].any() and not _within(plane.mask("lv"), at):
                continue
            made[at] = _most_around(plane.values, at)
        yield made

    return make


def _main_first(mask: np.ndarray, beside: np.ndarray) -> list[geometry.Piece]:
    """The pieces of a mask, that first which continues the ventricle of the slices beside best, else the largest."""
    found = geometry.pieces(mask)
    return sorted(found, key=lambda pixels: -int(beside[tuple(pixels.T)].sum()))


def _within(mask: np.ndarray, at: tuple[np.ndarray, ...]) -> bool:
    return bool(geometry.filled(mask)[at].all())


def _most_around(values: np.ndarray, at: tuple[np.ndarray, ...]) -> int:
    """The label of most pixels beside a piece."""
    from scipy.ndimage import binary_dilation

    piece = np.zeros(values.shape, bool)
    piece[at] = True
    return int(np.bincount(values[binary_dilation(piece, _SIDES) & ~piece]).argmax())


def _radii(plane: Plane, widest_mm: float) -> np.ndarray:
    """Radii in mm up to half a width and a pixel, in steps of a pixel."""
    step = float(min(plane.pixel_mm))
    return np.arange(step, 0.5 * widest_mm + step, step)


def _disc(plane: Plane, radius: float) -> np.ndarray:
    """Mask of a disc about its middle pixel."""
    reach = np.floor(radius / plane.pixel_mm + 1e-6).astype(int)
    offsets = np.indices(2 * reach + 1).transpose(1, 2, 0) - reach
    return np.hypot(*np.moveaxis(offsets * plane.pixel_mm, -1, 0)) <= radius + 1e-6


def _drop_islands(plane: Plane, beside: np.ndarray) -> Iterator[np.ndarray]:
    """Pieces of the ventricle, cavity and wall together, beside the main one become background."""
    made = plane.values.copy()
    for pixels in _main_first(plane.mask("epi"), beside)[1:]:
        made[tuple(pixels.T)] = 0
    yield made


def _drop_cavities(plane: Plane, beside: np.ndarray) -> Iterator[np.ndarray]:
    """Pieces of the cavity beside the main one become background, with the wall that is nearer to them than to it."""
    from scipy.ndimage import distance_transform_edt

    found = _main_first(plane.mask("lv"), beside)
    if len(found) < 2:
        return
    main = np.zeros(plane.values.shape, bool)
    main[tuple(found[0].T)] = True
    others = plane.mask("lv") & ~main
    near, far = (distance_transform_edt(~mask, sampling=plane.pixel_mm) for mask in (main, others))
    yield np.where(others | (plane.mask("myo") & (far < near)), 0, plane.values).astype(plane.values.dtype)


def _cut_spurs(plane: Plane, beside: np.ndarray) -> Iterator[np.ndarray]:
    """Spurs of the ventricle and of its cavity, ever wider ones, are cut off where a disc does not fit in.

    What is cut off the cavity becomes wall within the ventricle.
    """
    ventricle, cavity = plane.mask("epi"), plane.mask("lv")
    for radius in _radii(plane, WIDEST_SPUR_MM):
        disc = _disc(plane, radius)
        inner = _without_spurs(cavity, disc)
        whole = ventricle if plane.biventricular else _without_spurs(ventricle, disc)
        for outline, inside in ((whole, cavity & whole), (ventricle, inner), (whole, inner & whole)):
            made = plane.values.copy()
            made[ventricle & ~outline] = 0
            made[cavity & outline & ~inside] = CODES["myo"]
            yield made


def _without_spurs(mask: np.ndarray, disc: np.ndarray) -> np.ndarray:
    """The mask without the pieces, more than a disc's radius away from the rest, into which the disc does not fit.

    The largest piece of the rest and what lies at it stay.
    """
    from scipy.ndimage import binary_dilation, binary_opening

    opened = binary_opening(mask, disc) if min(disc.shape) > 1 else mask
    if not opened.any():
        return mask
    core = np.zeros(mask.shape, bool)
    core[tuple(geometry.pieces(opened)[0].T)] = True
    near, kept = binary_dilation(core, disc), core.copy()
    for pixels in geometry.pieces(mask & ~core):
        at = tuple(pixels.T)
        if near[at].all():
            kept[at] = True
    return kept


def _close_wall(plane: Plane, beside: np.ndarray) -> Iterator[np.ndarray]:
    """Background at the cavity becomes wall: within ever wider openings, else beside the cavity alone."""
    from scipy.ndimage import binary_dilation, binary_erosion

    if not plane.has("lv", "myo"):
        return
    outside, ventricle = plane.mask("background"), plane.mask("epi")
    at_cavity = binary_dilation(plane.mask("lv"), _SIDES) & outside
    for radius in _radii(plane, WIDEST_OPENING_MM):
        disc = _disc(plane, radius)
        reach = np.array(disc.shape) // 2
        room = [(int(r), int(r)) for r in reach]
        closed = binary_erosion(binary_dilation(np.pad(ventricle, room), disc), disc)
        closed = closed[tuple(slice(r, r + size) for r, size in zip(reach, ventricle.shape))]
        made = plane.values.copy()
        for pixels in geometry.pieces(closed & outside):
            if at_cavity[tuple(pixels.T)].any():
                made[tuple(pixels.T)] = CODES["myo"]
        yield made
        yield np.where(binary_dilation(made == CODES["lv"], _SIDES) & (made == 0), CODES["myo"], made)


def _part_cavities(plane: Plane, beside: np.ndarray) -> Iterator[np.ndarray]:
    """The pixels of the left cavity at the right one become wall; else those of the right cavity at the left one."""
    from scipy.ndimage import binary_dilation

    for one, other in (("lv", "rv"), ("rv", "lv")):
        touching = plane.mask(one) & binary_dilation(plane.mask(other), _SIDES)
        yield np.where(touching, CODES["myo"], plane.values).astype(plane.values.dtype)


_HOLES, _PIECES = S_("holes filled"), S_("islands removed")
_BETWEEN = S_("gaps between structures filled")
_CAVITIES = S_("a second cavity removed with its wall")
_SPURS = S_("spurs cut off")
_WALL, _SEPTUM = S_("the wall closed"), S_("the cavities parted by a line of wall")
_FILLED = {name: Way(_HOLES, _fill(name)) for name in ("lv", "myo", "rv", "la")}
_FEWER = {name: Way(_PIECES, _remove_pieces(name)) for name in ("lv", "myo", "rv", "la")}
_CLOSED, _PARTED = Way(_WALL, _close_wall), Way(_SEPTUM, _part_cavities)
_ALONE, _CUT = Way(_PIECES, _drop_islands), Way(_SPURS, _cut_spurs)
_SINGLE = Way(_CAVITIES, _drop_cavities)
WAYS = {
    **{f"{name}_hole": (_FILLED[name],) for name in _FILLED},
    "epi_hole": (_FILLED["myo"],),
    **{f"{name}_pieces": (_FEWER[name],) for name in _FEWER},
    "lv_myo_hole": (Way(_BETWEEN, _fill_between("lv", "myo")),),
    "rv_myo_hole": (Way(_BETWEEN, _fill_between("rv", "myo")),),
    "lv_la_hole": (Way(_BETWEEN, _fill_between("lv", "la")),),
    "rv_off_myo": (_FEWER["rv"],),
    "lv_pieces": (_ALONE, _FEWER["lv"], _SINGLE),
    "myo_pieces": (_ALONE, _FEWER["myo"]),
    "lv_rv_contact": (_PARTED, _FEWER["rv"], _FEWER["lv"]),
    "lv_background_contact": (_CLOSED, _FEWER["lv"], _ALONE, _CUT),
    "lv_concavity": (_FILLED["lv"], _FEWER["lv"], _ALONE, _CUT),
    "myo_concavity": (_FEWER["myo"], _CLOSED, _ALONE, _CUT),
    "myo_circularity": (_FEWER["myo"], _ALONE, _CUT),
    "lv_circularity": (_FEWER["lv"], _ALONE, _CUT),
}
"""By rule, the ways in which it is mended, the likeliest first; rules on shape where a hole, a piece or a spur breaks
them."""
