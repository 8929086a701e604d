"""Label maps of hearts: meaning of the values, and the array with its geometry, cropped to the heart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from GenerativeModelsLib.errors import InputError, named
from GenerativeModelsLib.label_files import values as label_values
from GenerativeModelsLib.label_files.values import parse_values, require_spacing, whole_values

__all__ = ["PRESETS", "STRUCTURES", "HeartLabels", "LabelMap", "is_preset", "label_map_from_array", "parse_labels"]

PRESETS = {"acdc": "lv=3,myo=2,rv=1", "ukbb": "lv=1,myo=2,rv=3"}
"""Values of public data sets: lv is the cavity, myo the myocardium, rv the right ventricle's cavity."""
STRUCTURES = {name: label_values.STRUCTURES[name] for name in ("lv", "myo", "rv")}
"""What messages call the structures."""
THICK_SLICES = 2.2
"""Ratio of slice distance to in-plane spacing from which a map is a stack."""
FARTHEST_MM = 160.0
"""Distance from the middle of the cavity beyond which labels are not part of the heart."""
MARGIN_MM = 12.0


@dataclass(frozen=True)
class HeartLabels:
    """Values of the left ventricle's cavity, its myocardium and, if labelled, the right ventricle."""

    lv: int
    myo: int
    rv: int | None = None

    def __str__(self) -> str:
        return f"lv={self.lv},myo={self.myo}" + ("" if self.rv is None else f",rv={self.rv}")


@dataclass(frozen=True, eq=False)
class LabelMap:
    """A label map with its geometry.

    Attributes
    ----------
    values : (k, j, i) integers.
    labels : meaning of the values.
    to_lps : (4, 4) index (i, j, k, 1) -> LPS mm.
    name : name in messages.
    left_out_ml : volume of cavity and myocardium that was cropped away, beyond `FARTHEST_MM`.
    segments : names of the segments of a segmentation file by structure; None for other files.
    cut_off : voxels (i, j, k) of the file before the first one of the map.
    moved_mm : (slices, 2) by how much each slice of a stack is moved in its plane, along its rows' and its columns'
        axis (`plane_axes`); None = not at all. The values stay on their voxels, points and positions move.
    """

    values: np.ndarray
    labels: HeartLabels
    to_lps: np.ndarray
    name: str
    left_out_ml: float = 0.0
    segments: Mapping[str, str] | None = None
    cut_off: tuple[int, int, int] = (0, 0, 0)
    moved_mm: np.ndarray | None = None

    @property
    def spacing_mm(self) -> np.ndarray:
        """(3,) distance of neighbouring voxels along i, j, k."""
        return np.linalg.norm(self.to_lps[:3, :3], axis=0)

    @property
    def voxel_ml(self) -> float:
        """Volume of a voxel."""
        return abs(float(np.linalg.det(self.to_lps[:3, :3]))) / 1000

    @property
    def slice_column(self) -> int | None:
        """Axis i, j or k (0, 1, 2) across the slices of a stack; None if the map is not a stack."""
        order = np.argsort(self.spacing_mm)
        coarse = int(order[-1])
        return coarse if self.spacing_mm[coarse] >= THICK_SLICES * self.spacing_mm[order[1]] else None

    @property
    def slices(self) -> int:
        """Number of slices of a stack."""
        return self.values.shape[2 - self.slice_column]

    @property
    def plane_columns(self) -> list[int]:
        """Axes i, j or k (0, 1, 2) from row to row and from column to column of a stack's slices."""
        return [c for c in (2, 1, 0) if c != self.slice_column]

    @property
    def plane_axes(self) -> np.ndarray:
        """(2, 3) unit LPS vectors of `plane_columns`."""
        return (self.to_lps[:3, self.plane_columns] / self.spacing_mm[self.plane_columns]).T

    def mask(self, structure: str) -> np.ndarray:
        """(k, j, i) bool of "lv", "myo" or "rv"; an rv without a value is empty."""
        value = getattr(self.labels, structure)
        return np.zeros(self.values.shape, bool) if value is None else self.values == value

    def volume_ml(self, structure: str) -> float:
        """Volume of the voxels of "lv", "myo" or "rv"."""
        return float(self.mask(structure).sum()) * self.voxel_ml

    def points_lps(self, mask: np.ndarray) -> np.ndarray:
        """(N, 3) centres of the voxels of `mask` (k, j, i)."""
        index = np.argwhere(mask)[:, ::-1]
        points = index @ self.to_lps[:3, :3].T + self.to_lps[:3, 3]
        return points if self.moved_mm is None else points + self._moves_lps(index)

    def at(self, points_lps: np.ndarray) -> np.ndarray:
        """Values (...) of the voxels that contain the points (..., 3); 0 beyond the map."""
        back = np.linalg.inv(self.to_lps)
        index = np.rint(points_lps @ back[:3, :3].T + back[:3, 3]).astype(int)
        if self.moved_mm is not None:
            stayed = points_lps - self._moves_lps(index)
            index = np.rint(stayed @ back[:3, :3].T + back[:3, 3]).astype(int)
        inside = ((index >= 0) & (index < self.values.shape[::-1])).all(axis=-1)
        i, j, k = np.moveaxis(np.where(inside[..., None], index, 0), -1, 0)
        return np.where(inside, self.values[k, j, i], 0)

    def _moves_lps(self, index: np.ndarray) -> np.ndarray:
        """(..., 3) by how much voxels (..., 3) of i, j, k are moved; the nearest slice's beyond the stack."""
        at = np.clip(index[..., self.slice_column], 0, len(self.moved_mm) - 1)
        return self.moved_mm[at] @ self.plane_axes

    def window(self, low: np.ndarray, high: np.ndarray, step: tuple[int, int, int] = (1, 1, 1)) -> LabelMap:
        """Voxels low to high (3,) of i, j, k, every `step`-th, of a map that is not moved; beyond it is background."""
        size = np.array(self.values.shape[::-1])
        inner_low, inner_high = np.clip(low, 0, size), np.clip(high, 0, size)
        cut = self.values[tuple(slice(a, b) for a, b in zip(inner_low[::-1], inner_high[::-1]))]
        padding = np.stack([inner_low - low, high - inner_high], axis=1)[::-1]
        if padding.any():
            cut = np.pad(cut, padding)
        to_lps = self.to_lps.copy()
        to_lps[:3, 3] += to_lps[:3, :3] @ low
        to_lps[:3, :3] *= step
        values = cut[tuple(slice(None, None, s) for s in step[::-1])]
        return replace(
            self, values=values, to_lps=to_lps, cut_off=tuple(int(v) for v in self.cut_off + np.asarray(low))
        )


def parse_labels(text: str) -> HeartLabels:
    """Label values from "acdc", "ukbb" or explicit values such as "lv=3,myo=2,rv=1"; rv may be left out.

    Raises
    ------
    InputError
        The text is invalid; the message contains the expected form.
    """
    return HeartLabels(**parse_values(text, PRESETS, ("rv",)))


def is_preset(text: str) -> bool:
    """Whether a text for `parse_labels` is the name of a preset."""
    return text.strip().lower() in PRESETS


def label_map_from_array(
    values: np.ndarray, to_lps: np.ndarray, labels: HeartLabels, name: str, phase: str = "ed"
) -> LabelMap:
    """A checked `LabelMap`, cropped to its heart.

    Parameters
    ----------
    values
        (k, j, i) numbers of any type.
    to_lps
        (4, 4) index (i, j, k, 1) -> LPS mm.
    name, phase
        Name of the map, and "ed", "es" or "cine", for messages.

    Raises
    ------
    InputError
        The array is not three-dimensional, is an image, has an impossible spacing, no cavity or no myocardium.
    """
    called = f"{named(phase)} {name}"
    values, to_lps = np.asarray(values), np.asarray(to_lps, float)
    if values.ndim != 3 or min(values.shape, default=0) < 2:
        size = " x ".join(map(str, values.shape[::-1]))
        film = f"; a film is given as {named('cine')}" if values.ndim == 4 else ""
        raise InputError(f"{called} is {size} voxels: a 3D label map of one phase is needed{film}.")
    require_spacing(to_lps, called)
    present = whole_values(values, called)
    there = ", ".join(str(value) for value in present if value)
    for structure, value in (("lv", labels.lv), ("myo", labels.myo)):
        if value not in present:
            raise InputError(
                f"{called} has no voxel of value {value}, the {STRUCTURES[structure]} by {named('labels')} {labels}; "
                f"it holds {there or 'only 0'}: name its own values by {named('labels')}"
                + (_without_wall(phase) if structure == "myo" else ".")
            )
    return _cropped(LabelMap(values, labels, to_lps, name), called)


def _without_wall(phase: str) -> str:
    """What else can be done about a cavity without myocardium in a file of `phase`, as the end of a sentence."""
    if phase == "es":
        return f", or leave {named('es')} out; a cavity alone is not enough."
    if phase == "cine":
        return (
            f", choose frames with cavity and myocardium by {named('ed_frame')} and {named('es_frame')}, or save the "
            f"one of end diastole as a 3D label map and give it as {named('ed')}; a cavity alone is not enough."
        )
    return "; a cavity alone is not enough."


def _cropped(label_map: LabelMap, called: str) -> LabelMap:
    """The map as integers, cropped to the heart with a margin; never extended, so that its border is known."""
    labels, spacing = label_map.labels, label_map.spacing_mm
    values = label_map.values
    if values.dtype.kind == "f":
        values = np.rint(values)
    found = {name: np.argwhere(values == value)[:, ::-1] for name, value in vars(labels).items() if value is not None}
    middle = np.median(found["lv"], axis=0)
    near = {
        name: voxels[(np.abs((voxels - middle) * spacing) < FARTHEST_MM).all(axis=1)] for name, voxels in found.items()
    }
    own, all_own = (len(some["lv"]) + len(some["myo"]) for some in (near, found))
    if own < 0.7 * all_own or not len(near["lv"]):
        spread = float(((found["lv"].max(0) - found["lv"].min(0)) * spacing).max())
        raise InputError(
            f"{called} has its cavity (lv={labels.lv}) spread over {spread:.0f} mm: it holds several hearts or no "
            "labels of a heart; give the label map of one heart."
        )
    margin = np.ceil(MARGIN_MM / spacing).astype(int)
    together = np.concatenate(list(near.values()))
    low = np.maximum(together.min(0) - margin, 0)
    high = np.minimum(together.max(0) + 1 + margin, values.shape[::-1])
    cut = replace(label_map, values=values).window(low, high)
    return replace(cut, values=cut.values.astype(np.int32), left_out_ml=(all_own - own) * label_map.voxel_ml)
