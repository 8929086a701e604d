"""The smallest change to a slice: islands removed, holes filled, open walls closed, cavities parted by wall.

A slice is touched only where it breaks a rule on slices, and a change is taken only if the slice breaks fewer rules
afterwards and no new one. Rules on shape and size have no change here: an unusual shape may be the patient's.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace

import numpy as np

from GenerativeModelsLib.language import S_, listed, said
from GenerativeModelsLib.segmentation import geometry
from GenerativeModelsLib.segmentation.check import Findings, broken_rules
from GenerativeModelsLib.segmentation.maps import CODES, LabelMaps
from GenerativeModelsLib.segmentation.plane import Plane
from GenerativeModelsLib.segmentation.repair.change import Change, Place, changed_mm2, changed_percent, with_unnamed

__all__ = ["Mended", "mend_slice", "smallest_changes"]

STEP = "smallest"
WIDEST_OPENING_MM = 10.0
"""Widest opening of the wall that is closed."""
_SIDES = np.array([[0, 1, 0], [1, 1, 1], [0, 1, 0]], bool)
_Make = Callable[[Plane], Iterator[np.ndarray]]


@dataclass(frozen=True)
class _Way:
    """A kind of change: what is done, in words, and plane -> candidates for its values, the smallest change first."""

    done: str
    make: _Make


@dataclass(frozen=True, eq=False)
class Mended:
    """Changed labels (rows, columns) of a slice, the rules that they still break, and what was done."""

    values: np.ndarray
    broken: frozenset[str]
    done: tuple[str, ...]


def smallest_changes(
    found: Findings, most_percent: float, kept: Collection[int] = ()
) -> tuple[LabelMaps, list[Change]]:
    """The maps of `found` with the smallest changes that mend slices.

    Parameters
    ----------
    found
        The check of the maps.
    most_percent
        Largest change of a slice, in percent of its labelled area.
    kept
        Frames that are not touched.

    Returns
    -------
    The maps, in which slices that break no rule on slices are bit for bit what they were, and the changes.
    """
    maps, changes = found.maps, []
    values = maps.values.copy()
    for frame, row in enumerate(found.planes):
        for slice_, judged in enumerate(row):
            if judged is None or not judged.violations or frame in kept:
                continue
            before = maps.values[frame, slice_]
            mended = mend_slice(maps, found.view, judged.plane, (frame, slice_), before)
            if mended is None or changed_percent(before, mended.values) > most_percent:
                continue
            values[frame, slice_] = mended.values
            broken = (violation.criterion.name for violation in judged.violations)
            rules = [name for name in broken if name not in mended.broken]
            area = changed_mm2(before, mended.values, maps.pixel_mm)
            changes.append(Change(frame, slice_, (STEP,), area, (_reason(mended.done, rules),)))
    return replace(maps, values=values), changes


_REASON = S_("{done_list}; rules that were broken: {id}.")


def _reason(done: tuple[str, ...], rules: list[str]) -> str:
    return said(_REASON, done_list=listed(done).capitalize(), id=", ".join(rules))


def mend_slice(maps: LabelMaps, view: str, like: Plane, place: Place, values: np.ndarray) -> Mended | None:
    """The labels of a slice with the smallest changes; None if none makes it break fewer rules.

    Parameters
    ----------
    like
        A plane that is judged as this slice is.
    place
        Frame and slice.
    values
        (rows, columns) labels to mend.
    """

    def plane_of(labels: np.ndarray) -> Plane:
        return Plane(labels, maps.pixel_mm, like.role, biventricular=like.biventricular)

    plane = plane_of(values)
    broken, done = broken_rules(view, plane), []
    while broken:
        better = _better(maps, view, plane_of, place, values, broken)
        taken = min(better, key=lambda mended: len(mended.broken), default=None)
        if taken is None:
            break
        values, broken = taken.values, taken.broken
        done += [words for words in taken.done if words not in done]
    return Mended(values, broken, tuple(done)) if done else None


def _better(
    maps: LabelMaps,
    view: str,
    plane_of: Callable[[np.ndarray], Plane],
    place: tuple[int, int],
    values: np.ndarray,
    broken: frozenset[str],
) -> Iterator[Mended]:
    """Changed labels that break fewer rules and no new one: by one change, then by all changes one after the other."""
    ways = list(dict.fromkeys(way for rule in sorted(broken) for way in _WAYS.get(rule, ())))
    for way in ways:
        for labels in _candidates(way, plane_of(values), values):
            labels = with_unnamed(maps, *place, labels)
            left = broken_rules(view, plane_of(labels)) if labels.any() else broken
            if left < broken:
                yield Mended(labels, left, (way.done,))
    together, done = values, []
    for way in ways:
        labels = next(_candidates(way, plane_of(together), together), None)
        if labels is not None and labels.any():
            together, done = with_unnamed(maps, *place, labels), [*done, way.done]
    if len(done) > 1 and (left := broken_rules(view, plane_of(together))) < broken:
        yield Mended(together, left, tuple(done))


def _candidates(way: _Way, plane: Plane, values: np.ndarray) -> Iterator[np.ndarray]:
    """Labels (rows, columns) of the whole slice, those that differ from `values`."""
    top, left = (int(v) for v in plane.corner)
    rows = slice(max(0, top), min(values.shape[0], top + plane.values.shape[0]))
    columns = slice(max(0, left), min(values.shape[1], left + plane.values.shape[1]))
    for made in way.make(plane):
        whole = values.copy()
        whole[rows, columns] = made[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left]
        if not np.array_equal(whole, values):
            yield whole


def _fill(structure: str) -> _Make:
    """All that a structure encloses becomes the structure's; what the wall encloses only where it is background."""

    def make(plane: Plane) -> Iterator[np.ndarray]:
        made = plane.values.copy()
        for pixels in geometry.enclosed_pieces(plane.mask(structure)):
            at = tuple(pixels.T)
            if structure != "myo" or not plane.values[at].any():
                made[at] = CODES[structure]
        yield made

    return make


def _fill_between(*structures: str) -> _Make:
    """Background that these structures enclose together goes to the nearest of them."""

    def make(plane: Plane) -> Iterator[np.ndarray]:
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
    """Pieces beside the largest become what surrounds them most; pieces of wall at the cavity stay."""

    def make(plane: Plane) -> Iterator[np.ndarray]:
        from scipy.ndimage import binary_dilation

        made = plane.values.copy()
        cavity = binary_dilation(plane.mask("lv"), np.ones((3, 3), bool))
        for pixels in geometry.pieces(plane.mask(structure))[1:]:
            at = tuple(pixels.T)
            if structure == "myo" and cavity[at].any() and not _within(plane.mask("lv"), at):
                continue
            made[at] = _most_around(plane.values, at)
        yield made

    return make


def _within(mask: np.ndarray, at: tuple[np.ndarray, ...]) -> bool:
    return bool(geometry.filled(mask)[at].all())


def _most_around(values: np.ndarray, at: tuple[np.ndarray, ...]) -> int:
    """The label of most pixels beside a piece."""
    from scipy.ndimage import binary_dilation

    piece = np.zeros(values.shape, bool)
    piece[at] = True
    return int(np.bincount(values[binary_dilation(piece, _SIDES) & ~piece]).argmax())


def _close_wall(plane: Plane) -> Iterator[np.ndarray]:
    """Background at the cavity becomes wall: within ever wider openings, else beside the cavity alone."""
    from scipy.ndimage import binary_dilation, binary_erosion

    if not plane.has("lv", "myo"):
        return
    outside, ventricle = plane.mask("background"), plane.mask("epi")
    beside = binary_dilation(plane.mask("lv"), _SIDES) & outside
    step = float(min(plane.pixel_mm))
    for radius in np.arange(step, 0.5 * WIDEST_OPENING_MM + step, step):
        reach = np.floor(radius / plane.pixel_mm + 1e-6).astype(int)
        offsets = np.indices(2 * reach + 1).transpose(1, 2, 0) - reach
        disc = np.hypot(*np.moveaxis(offsets * plane.pixel_mm, -1, 0)) <= radius + 1e-6
        room = [(int(r), int(r)) for r in reach]
        closed = binary_erosion(binary_dilation(np.pad(ventricle, room), disc), disc)
        closed = closed[tuple(slice(r, r + size) for r, size in zip(reach, ventricle.shape))]
        made = plane.values.copy()
        for pixels in geometry.pieces(closed & outside):
            if beside[tuple(pixels.T)].any():
                made[tuple(pixels.T)] = CODES["myo"]
        yield made
        yield np.where(binary_dilation(made == CODES["lv"], _SIDES) & (made == 0), CODES["myo"], made)


def _part_cavities(plane: Plane) -> Iterator[np.ndarray]:
    """The pixels of the left cavity at the right one become wall; else those of the right cavity at the left one."""
    from scipy.ndimage import binary_dilation

    for one, other in (("lv", "rv"), ("rv", "lv")):
        touching = plane.mask(one) & binary_dilation(plane.mask(other), _SIDES)
        yield np.where(touching, CODES["myo"], plane.values).astype(plane.values.dtype)


_HOLES, _PIECES = S_("holes filled"), S_("islands removed")
_BETWEEN = S_("gaps between structures filled")
_WALL, _SEPTUM = S_("the wall closed"), S_("the cavities parted by a line of wall")
_FILLED = {name: _Way(_HOLES, _fill(name)) for name in ("lv", "myo", "rv", "la")}
_FEWER = {name: _Way(_PIECES, _remove_pieces(name)) for name in ("lv", "myo", "rv", "la")}
_CLOSED, _PARTED = _Way(_WALL, _close_wall), _Way(_SEPTUM, _part_cavities)
_WAYS = {
    **{f"{name}_hole": (_FILLED[name],) for name in _FILLED},
    "epi_hole": (_FILLED["myo"],),
    **{f"{name}_pieces": (_FEWER[name],) for name in _FEWER},
    "lv_myo_hole": (_Way(_BETWEEN, _fill_between("lv", "myo")),),
    "rv_myo_hole": (_Way(_BETWEEN, _fill_between("rv", "myo")),),
    "lv_la_hole": (_Way(_BETWEEN, _fill_between("lv", "la")),),
    "rv_off_myo": (_FEWER["rv"],),
    "lv_rv_contact": (_PARTED, _FEWER["rv"], _FEWER["lv"]),
    "lv_background_contact": (_CLOSED, _FEWER["lv"]),
    "lv_concavity": (_FILLED["lv"], _FEWER["lv"]),
    "myo_concavity": (_FEWER["myo"], _CLOSED),
    "myo_circularity": (_FEWER["myo"],),
    "lv_circularity": (_FEWER["lv"],),
}
"""By rule, the ways in which it is mended, the likeliest first; rules on shape where a hole or a piece breaks them."""
