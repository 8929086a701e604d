"""Repairs of label maps side by side: as they are, largest pieces, median in time, and that of this project."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Protocol

import numpy as np

from GenerativeModelsLib.resources import default_bundle
from GenerativeModelsLib.segmentation.check import check_maps
from GenerativeModelsLib.segmentation.geometry import enclosed_pieces, pieces
from GenerativeModelsLib.segmentation.label_model import LabelModel, load_label_model
from GenerativeModelsLib.segmentation.maps import CODES, LabelMaps
from GenerativeModelsLib.segmentation.repair.change import Place
from GenerativeModelsLib.segmentation.repair.repair import repair_maps

__all__ = [
    "AsItIs",
    "InTurn",
    "LargestPieces",
    "MedianInTime",
    "Method",
    "Outcome",
    "Repair",
    "WhereFaulty",
    "with_ventricle",
]

LV, MYO = CODES["lv"], CODES["myo"]


@dataclass(frozen=True, eq=False)
class Outcome:
    """Repaired label maps, and the places that the method says still break rules."""

    maps: LabelMaps
    abstained: frozenset[Place] = frozenset()


class Method(Protocol):
    """A repair of label maps; it can be pickled."""

    name: str

    def repair(self, maps: LabelMaps) -> Outcome:
        """The repaired maps on the same grid."""
        ...


def with_ventricle(values: np.ndarray, ventricle: np.ndarray) -> np.ndarray:
    """Labels of a slice whose cavity and wall are replaced by those of `ventricle`; other structures yield to them."""
    rest = np.where((values == LV) | (values == MYO), 0, values)
    return np.where(ventricle != 0, ventricle, rest).astype(np.uint8)


@dataclass(frozen=True)
class AsItIs:
    """Nothing is changed: what the others are compared with."""

    name: str = "as it is"

    def repair(self, maps: LabelMaps) -> Outcome:
        return Outcome(maps)


@dataclass(frozen=True)
class LargestPieces:
    """The usual clean-up: the ventricle's largest piece in the stack, of each slice the largest piece, holes filled.

    What the cavity encloses becomes cavity, what the ventricle encloses besides becomes wall.
    """

    name: str = "largest component, holes filled"

    def repair(self, maps: LabelMaps) -> Outcome:
        from scipy.ndimage import label

        values = maps.values.copy()
        for frame in values:
            ventricle = (frame == LV) | (frame == MYO)
            numbers, count = label(ventricle, np.ones((3, 3, 3), bool))
            if count > 1:
                largest = 1 + int(np.bincount(numbers.ravel())[1:].argmax())
                frame[ventricle & (numbers != largest)] = 0
            for slice_, labels in enumerate(frame):
                frame[slice_] = _cleaned(labels)
        return Outcome(replace(maps, values=values))


def _cleaned(values: np.ndarray) -> np.ndarray:
    made = values.copy()
    for code in (LV, MYO):
        for piece in pieces(made == code)[1:]:
            made[tuple(piece.T)] = 0
    for structures, code in (((LV,), LV), ((LV, MYO), MYO)):
        for hole in enclosed_pieces(np.isin(made, structures)):
            made[tuple(hole.T)] = code
    return made


@dataclass(frozen=True)
class MedianInTime:
    """Median of each pixel over three frames, background below wall below cavity; the last frame precedes the first.

    Other structures stay as they are, and so do maps of fewer than three frames.
    """

    name: str = "median in time"

    def repair(self, maps: LabelMaps) -> Outcome:
        if maps.frames < 3:
            return Outcome(maps)
        order = np.zeros(256, np.uint8)
        order[MYO], order[LV] = 1, 2
        ranks = order[maps.values]
        middle = np.median(np.stack([np.roll(ranks, step, axis=0) for step in (-1, 0, 1)]), axis=0).astype(int)
        return Outcome(replace(maps, values=with_ventricle(maps.values, np.array([0, MYO, LV])[middle])))


@dataclass(frozen=True, eq=False)
class WhereFaulty:
    """Another method's result in faulty slices, and in all slices of frames that are faulty as a whole."""

    method: Method

    @property
    def name(self) -> str:
        """That of the method, and where it is used."""
        return f"{self.method.name}, faulty slices alone"

    def repair(self, maps: LabelMaps) -> Outcome:
        found = check_maps(maps)
        whole = sorted({violation.frame for violation in found.faults if violation.slice is None})
        made, values = self.method.repair(maps).maps.values, maps.values.copy()
        values[whole] = made[whole]
        for place in found.faulty_slices:
            values[place] = made[place]
        return Outcome(replace(maps, values=values))


@dataclass(frozen=True)
class Repair:
    """`segmentation repair` of this project with its default settings; cines are whole cycles.

    Attributes
    ----------
    network : whether a label network takes part.
    bundle : folder of its bundle; None = the shipped one.
    """

    network: bool = True
    bundle: Path | None = None

    @property
    def name(self) -> str:
        """Which label network takes part, if it is not the shipped one."""
        if not self.network:
            return "segmentation repair, no network"
        return (
            "segmentation repair"
            if self.bundle is None
            else f"segmentation repair, {_network(self.bundle).manifest.name}"
        )

    def repair(self, maps: LabelMaps) -> Outcome:
        model = _network(self.bundle) if self.network else None
        done = repair_maps(maps, whole_cycle=maps.frames > 2, model=model)
        return Outcome(done.after.maps, frozenset((each.frame, each.slice) for each in done.abstained))


@lru_cache(maxsize=2)
def _network(bundle: Path | None) -> LabelModel:
    return load_label_model(bundle or default_bundle("repair"))


@dataclass(frozen=True)
class InTurn:
    """One method after another."""

    first: Method
    second: Method

    @property
    def name(self) -> str:
        """The names of both."""
        return f"{self.first.name}, then {self.second.name}"

    def repair(self, maps: LabelMaps) -> Outcome:
        return self.second.repair(self.first.repair(maps).maps)
