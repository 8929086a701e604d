"""Whether label maps are those of one left ventricle at all: sizes, pieces and values that are not exchanged."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from GenerativeModelsLib.errors import InputError, named
from GenerativeModelsLib.label_files.values import labels_text
from GenerativeModelsLib.segmentation.geometry import contact, filled, pieces, pixel_area_mm2
from GenerativeModelsLib.segmentation.maps import CODES, LabelMaps
from GenerativeModelsLib.segmentation.request import OPTIONAL

__all__ = ["require_one_heart"]

CAVITY_RANGE_MM2 = (30.0, 12_000.0)
"""Range of the largest area of the cavity in a slice: from a child's to beyond any dilated heart's."""
MOST_PIECES = 60
"""Largest number of pieces of cavity and wall in a slice; noise has hundreds."""
LEAST_WALLED = 0.4
"""Share of the border of a cavity in an apical view along which its wall lies; a left ventricle has some 0.7."""


def require_one_heart(maps: LabelMaps, view: str, called: str) -> None:
    """Refuse label maps that are not those of a heart.

    Raises
    ------
    InputError
        No slice has a cavity, its size is impossible, the labels are scattered, or the values of two structures are
        exchanged.
    """
    cavity, wall = (maps.values == CODES[name] for name in ("lv", "myo"))
    areas = cavity.sum(axis=(2, 3)) * pixel_area_mm2(maps.pixel_mm)
    low, high = CAVITY_RANGE_MM2
    if not low <= areas.max() <= high:
        raise InputError(
            f"{called} has a cavity of at most {areas.max() / 100:.3g} cm² in a slice, expected {low / 100:g} to "
            f"{high / 100:g} cm²: check the pixel spacing and {named('labels')}."
        )
    frame, slice_ = np.unravel_index(int(areas.argmax()), areas.shape)
    count = len(pieces(cavity[frame, slice_])) + len(pieces(wall[frame, slice_]))
    if count > MOST_PIECES:
        raise InputError(
            f"{called} has its labels scattered in {count} pieces in slice {slice_}: it is an image, or the values of "
            f"{named('labels')} mean something else in it."
        )
    others = {name: maps.values == CODES[name] for name in OPTIONAL if name in maps.labels}
    if view == "short-axis":
        _require_enclosed_cavity(maps, cavity, wall, others, called)
    else:
        _require_walled_cavity(maps, cavity, wall, others, called)


def _require_enclosed_cavity(
    maps: LabelMaps, cavity: np.ndarray, wall: np.ndarray, others: Mapping[str, np.ndarray], called: str
) -> None:
    """Raise InputError where the wall encloses another structure and not the left cavity, or lies within the cavity."""
    sizes = wall.sum(axis=(2, 3))
    chosen = np.argsort(sizes, axis=None)[::-1][:8]
    left_in, wall_in, other_in = 0, 0, dict.fromkeys(others, 0)
    for frame, slice_ in zip(*np.unravel_index(chosen, sizes.shape)):
        here = (frame, slice_)
        inside = filled(wall[here]) & ~wall[here]
        left_in += int((inside & cavity[here]).sum())
        for name, mask in others.items():
            other_in[name] += int((inside & mask[here]).sum())
        wall_in += int((filled(cavity[here]) & wall[here]).sum())
    at = tuple(np.array(np.unravel_index(chosen, sizes.shape)))
    shown = labels_text(maps.labels)
    for name, mask in others.items():
        if other_in[name] > max(0.5 * mask[at].sum(), 2 * left_in):
            raise _exchanged(maps, name, called, "encloses")
    if wall_in > 0.5 * wall[at].sum() and left_in < 0.5 * cavity[at].sum():
        raise InputError(
            f"{called}: value {maps.labels['lv']} (lv) encloses value {maps.labels['myo']} (myo), and not the other "
            f"way round: exchange them in {named('labels')} {shown}."
        )


def _require_walled_cavity(
    maps: LabelMaps, cavity: np.ndarray, wall: np.ndarray, others: Mapping[str, np.ndarray], called: str
) -> None:
    """Raise InputError where the wall of an apical view lies along another structure and not along the left cavity."""
    slices = [(frame, slice_) for frame, slice_ in np.argwhere(wall.any(axis=(2, 3)) & cavity.any(axis=(2, 3)))]

    def along_wall(mask: np.ndarray) -> float:
        """Median share of the border of a structure at which the wall lies."""
        shares = [0.0]
        for here in map(tuple, slices):
            whole, _ = contact(mask[here], ~mask[here], maps.pixel_mm)
            shares += [contact(mask[here], wall[here], maps.pixel_mm)[0] / whole] if whole else []
        return float(np.median(shares[1:] or shares))

    of_cavity = along_wall(cavity)
    for name, mask in others.items():
        if of_cavity < LEAST_WALLED < along_wall(mask):
            raise _exchanged(maps, name, called, "lies along")


def _exchanged(maps: LabelMaps, name: str, called: str, does: str) -> InputError:
    whom = "left and right were swapped" if name == "rv" else "ventricle and atrium were swapped"
    return InputError(
        f"{called}: the myocardium {does} value {maps.labels[name]} ({name}) and not value {maps.labels['lv']} (lv), "
        f"as if {whom}: exchange them in {named('labels')} {labels_text(maps.labels)}."
    )
