"""Labels of a slice as signed distances of its structures, which can be averaged over frames or slices, and back."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

import numpy as np

from GenerativeModelsLib.segmentation.maps import CODES

__all__ = ["FARTHEST_MM", "candidates", "labels_of", "replaced_where_wrong", "signed_distances"]

FARTHEST_MM = 12.0
"""Distances are cut here: what a slice without a structure counts as."""
RIM_PX = 1
"""Pixels of difference along an outline that are no fault."""
_SHAPES = {"lv": ("lv",), "epi": ("lv", "myo"), "rv": ("rv",), "la": ("la",)}
"""Masks whose distances are taken: the wall is what "epi" has beside "lv", so that it closes around the cavity."""


def signed_distances(values: np.ndarray, pixel_mm: np.ndarray) -> dict[str, np.ndarray]:
    """(rows, columns) distance in mm from the border of each mask, positive inside, from the labels of a slice."""
    return {
        name: _signed(np.isin(values, [CODES[part] for part in parts]), pixel_mm) for name, parts in _SHAPES.items()
    }


def _signed(mask: np.ndarray, pixel_mm: np.ndarray) -> np.ndarray:
    from scipy.ndimage import distance_transform_edt

    if not mask.any():
        return np.full(mask.shape, -FARTHEST_MM)
    half = 0.5 * float(np.mean(pixel_mm))  # the border lies between the centres of two pixels
    inside = distance_transform_edt(np.pad(mask, 1), sampling=pixel_mm)[1:-1, 1:-1] - half
    outside = distance_transform_edt(~mask, sampling=pixel_mm) - half
    return np.clip(np.where(mask, inside, -outside), -FARTHEST_MM, FARTHEST_MM)


def labels_of(distances: Mapping[str, np.ndarray]) -> np.ndarray:
    """(rows, columns) labels whose signed distances these are.

    Where two shapes overlap, the one whose border is farther has the pixel.
    """
    names = ("epi", "rv", "la")
    stacked = np.stack([distances[name] for name in names])
    first = stacked.argmax(axis=0)
    inner = np.where(distances["lv"] > 0, CODES["lv"], CODES["myo"])
    found = np.choose(first, [inner, CODES["rv"], CODES["la"]])
    return np.where(stacked.max(axis=0) > 0, found, 0).astype(np.uint8)


def replaced_where_wrong(before: np.ndarray, rebuilt: np.ndarray) -> np.ndarray:
    """Labels (rows, columns), those before replaced around the places that differ by more than a rim of `RIM_PX`.

    An outline is never that of the frames beside it to the pixel; where nothing else is wrong with it, it stays.
    """
    from scipy.ndimage import binary_dilation, distance_transform_edt

    differ = before != rebuilt
    wrong = distance_transform_edt(np.pad(differ, 1))[1:-1, 1:-1] > RIM_PX
    return np.where(differ & binary_dilation(wrong, iterations=RIM_PX + 1), rebuilt, before)


def candidates(before: np.ndarray, made: np.ndarray, structures: Collection[str] | None) -> Iterator[np.ndarray]:
    """Labels (rows, columns) of a slice that was rebuilt as `made`, the smallest change first.

    Parameters
    ----------
    structures
        Names of the structures at fault, to rebuild alone where that is enough; None: all.
    """
    if structures is not None and before.any():
        ventricle = not {"lv", "myo", "epi"}.isdisjoint(structures)
        parts = [CODES["lv"], CODES["myo"]] if ventricle else []
        parts += [CODES[name] for name in ("rv", "la") if name in structures]
        rest = np.where(np.isin(before, parts), 0, before)
        new = np.where(np.isin(made, parts), made, 0)
        # What is rebuilt has the pixels that two structures claim only where it is the ventricle.
        rebuilt = np.where(new != 0, new, rest) if ventricle else np.where(rest != 0, rest, new)
        yield replaced_where_wrong(before, rebuilt)
        yield rebuilt
    yield made
