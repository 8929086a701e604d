"""Cleaning of label maps: removes islands, fills holes, and refuses maps that are not of one left ventricle."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from GenerativeModelsLib.errors import InputError, named
from GenerativeModelsLib.heart.labels.label_map import LabelMap
from GenerativeModelsLib.language import said

__all__ = ["CheckedMap", "one_heart"]

SECOND_HEART = 0.2
"""Share of the whole from which a second piece is another heart, or half of one, and not an island."""
MOST_PIECES = 300
LARGEST_HOLE_ML = 0.1
"""Volume above which filled holes are reported."""
MOST_DISPLACEMENT_MM = 5.0
FORGOTTEN_CAVITY_ML = 0.5
CAVITY_RANGE_ML = (3.0, 1500.0)


@dataclass(frozen=True, eq=False)
class CheckedMap:
    """A label map of one heart without holes, and warnings on what was repaired."""

    label_map: LabelMap
    warnings: tuple[str, ...]


def one_heart(label_map: LabelMap, phase: str) -> CheckedMap:
    """The heart of a label map.

    Raises
    ------
    InputError
        Several hearts, scattered voxels, values of the wrong structures, or an impossible size.
    """
    called = f"{named(phase)} {label_map.name}"
    _require_right_values(label_map, called)
    label_map, islands = _without_islands(label_map, called)
    label_map, holes = _without_holes(label_map, called)
    low, high = CAVITY_RANGE_ML
    if not low <= label_map.volume_ml("lv") <= high:
        raise InputError(
            f"{called} has a cavity of {label_map.volume_ml('lv'):.3g} ml, expected {low:g} to {high:g} ml: check "
            f"the voxel spacing and {named('labels')}."
        )
    slices = _missing_slices(label_map, called) if label_map.slice_column is not None else []
    return CheckedMap(label_map, (*islands, *holes, *slices))


def _across(mask: np.ndarray, label_map: LabelMap) -> np.ndarray:
    """View of the mask (k, j, i) of a stack with the slices along the first axis."""
    return np.moveaxis(mask, 2 - label_map.slice_column, 0)


def _enclosed(mask: np.ndarray, label_map: LabelMap) -> np.ndarray:
    """Background enclosed by the mask in planes across the axis with most of it; of a stack, in its slices."""
    from scipy.ndimage import binary_fill_holes

    axes = range(3) if label_map.slice_column is None else [2 - label_map.slice_column]
    best = np.zeros_like(mask)
    for axis in axes:
        filled = np.stack([binary_fill_holes(plane) for plane in np.moveaxis(mask, axis, 0)])
        inside = np.moveaxis(filled, 0, axis) & ~mask
        if inside.sum() > best.sum():
            best = inside
    return best


def _require_right_values(label_map: LabelMap, called: str) -> None:
    """Raise InputError unless the myocardium encloses the cavity."""
    cavity, wall, right = (label_map.mask(name) for name in ("lv", "myo", "rv"))
    inside = _enclosed(wall, label_map)
    labels = label_map.labels
    if (inside & right).sum() > max(0.5 * right.sum(), 2 * (inside & cavity).sum()):
        raise InputError(
            f"{called}: the myocardium encloses value {labels.rv} (rv) and not value {labels.lv} (lv): exchange them "
            f"in {named('labels')} {labels}."
        )
    if (_enclosed(cavity, label_map) & wall).sum() > 0.5 * wall.sum() and not (
        inside & cavity
    ).sum() > 0.5 * cavity.sum():
        raise InputError(
            f"{called}: value {labels.lv} (lv) encloses value {labels.myo} (myo), and not the other way round: "
            f"exchange them in {named('labels')} {labels}."
        )


def _without_islands(label_map: LabelMap, called: str) -> tuple[LabelMap, list[str]]:
    from scipy.ndimage import label

    whole = label_map.mask("lv") | label_map.mask("myo")
    linked = whole.copy()
    if label_map.slice_column is not None:
        _bridge_empty_slices(_across(linked, label_map))
    pieces, count = label(linked, np.ones((3, 3, 3), bool))
    sizes = np.bincount(pieces[whole], minlength=count + 1)
    main = int(sizes.argmax())
    if count > MOST_PIECES or sizes[main] < 0.5 * whole.sum():
        second = np.sort(sizes)[-2]
        if count <= MOST_PIECES and second > SECOND_HEART * whole.sum():
            raise _several(called, sizes, label_map)
        raise InputError(
            f"{called}: its labels lie scattered in {count} pieces: it is an image, or the values of {named('labels')} "
            f"{label_map.labels} mean something else in it."
        )
    if np.sort(sizes)[-2] > SECOND_HEART * whole.sum():
        raise _several(called, sizes, label_map)
    others = whole & (pieces != main)
    lost = others.sum() * label_map.voxel_ml + label_map.left_out_ml
    if not lost:
        return label_map, []
    several = count - 1 + (label_map.left_out_ml > 0)
    warning = (
        said(
            "{count:d} islands of {volume:.2g} ml beside the heart of {called_list} were left out.",
            count=several,
            volume=lost,
            called_list=called,
        )
        if several > 1
        else said(
            "An island of {volume:.2g} ml beside the heart of {called_list} was left out.",
            volume=lost,
            called_list=called,
        )
    )
    return replace(label_map, values=np.where(others, 0, label_map.values)), [warning]


def _several(called: str, sizes: np.ndarray, label_map: LabelMap) -> InputError:
    first, second = np.sort(sizes)[::-1][:2] * label_map.voxel_ml
    return InputError(
        f"{called} holds two hearts or a heart in two pieces ({first:.0f} and {second:.0f} ml of cavity and "
        "myocardium): give the label map of one whole heart."
    )


def _bridge_empty_slices(slices: np.ndarray) -> None:
    """Fill empty slices in place with the union of their neighbours, since they would split a heart in two."""
    there = np.flatnonzero(slices.any(axis=(1, 2)))
    for k in range(there[0], there[-1]):
        if not slices[k].any():
            before, after = there[there < k][-1], there[there > k][0]
            slices[k] = slices[before] | slices[after]


def _without_holes(label_map: LabelMap, called: str) -> tuple[LabelMap, list[str]]:
    """Give background voxels enclosed by the heart the label of their surroundings."""
    from scipy.ndimage import (
        binary_dilation,
        binary_fill_holes,
        distance_transform_edt,
        generate_binary_structure,
        label,
    )

    cavity, wall = label_map.mask("lv"), label_map.mask("myo")
    whole = cavity | wall
    if label_map.slice_column is None:
        holes = binary_fill_holes(whole) & ~whole
    else:
        slices = _across(whole, label_map)
        filled = np.stack([binary_fill_holes(plane) for plane in slices])
        holes = np.moveaxis(filled, 0, 2 - label_map.slice_column) & ~whole
    if not holes.any():
        return label_map, []
    values = label_map.values.copy()
    nearest = distance_transform_edt(~whole, sampling=label_map.spacing_mm[::-1], return_indices=True)[1]
    values[holes] = label_map.values[tuple(nearest[:, holes])]
    # A slice without labelled cavity has a large hole in its ring of myocardium.
    links = generate_binary_structure(3, 1)
    if label_map.slice_column is not None:
        _across(links, label_map)[[0, 2]] = False
    pieces, count = label(holes, links)
    for piece in range(1, count + 1):
        here = pieces == piece
        beside = binary_dilation(here, links)
        if here.sum() * label_map.voxel_ml > FORGOTTEN_CAVITY_ML and not (cavity & beside).any():
            values[here] = label_map.labels.lv
    lost = float(holes.sum()) * label_map.voxel_ml
    filled = said(
        "Holes of {volume:.2g} ml in the heart of {called_list} were filled.", volume=lost, called_list=called
    )
    warnings = [filled] if lost > LARGEST_HOLE_ML else []
    return replace(label_map, values=values), warnings


def _missing_slices(label_map: LabelMap, called: str) -> list[str]:
    cavity = _across(label_map.mask("lv"), label_map).any(axis=(1, 2))
    there = np.flatnonzero(cavity)
    gaps = [int(k) for k in range(there[0], there[-1]) if not cavity[k]]
    if len(gaps) > len(there) / 2:
        raise InputError(
            f"{called}: {len(gaps)} of the {there[-1] - there[0] + 1} slices between base and apex show no cavity: "
            "label every slice."
        )
    spacing = float(label_map.spacing_mm[label_map.slice_column])
    warnings = []
    if gaps:
        warnings.append(
            said(
                "{count:d} slices between base and apex of {called_list} show no cavity; the neighbours were "
                "interpolated.",
                count=len(gaps),
                called_list=called,
            )
            if len(gaps) > 1
            else said(
                "1 slice between base and apex of {called_list} shows no cavity; the neighbours were interpolated.",
                called_list=called,
            )
        )
    moved = _displacement_mm(label_map, there)
    if moved > MOST_DISPLACEMENT_MM:
        warnings.append(
            said(
                "The slices of {called_list} are displaced against each other by {moved:.0f} mm on average, as by "
                "unequal breath holds; walls between them are less certain.",
                called_list=called,
                moved=moved,
            )
        )
    if spacing > 13 or len(there) < 5:
        warnings.append(
            said(
                "{called_list} shows the cavity in {count:d} slices {spacing:.3g} mm apart; the shape between them is "
                "interpolated.",
                called_list=called,
                count=len(there),
                spacing=spacing,
            )
        )
    return warnings


def _displacement_mm(label_map: LabelMap, slices: np.ndarray) -> float:
    """Root mean square distance of the ventricle's centres in the slices from a parabola through them."""
    whole = _across(label_map.mask("lv") | label_map.mask("myo"), label_map)
    slices = slices[1:-1]  # the end slices may be cut obliquely by base and apex
    if len(slices) < 5:
        return 0.0
    centres = np.array([np.argwhere(whole[k]).mean(0) for k in slices]) * label_map.spacing_mm[label_map.plane_columns]
    if label_map.moved_mm is not None:
        centres += label_map.moved_mm[slices]
    fit = np.polynomial.polynomial.polyfit(slices, centres, 2)
    residual = centres - np.polynomial.polynomial.polyval(slices, fit).T
    return float(np.sqrt((residual**2).sum() / (len(slices) - 3)))
