"""Slices brought to the map of the nearest valid code of a label network, where they are wrong.

After Painchaud et al., IEEE TMI 2020;39(11):3703-3713. Two things differ. A map is not replaced by the decoding as a
whole where that is not needed: the outline stays where it lies within a pixel of it. And a map whose code lies outside
the population of the network is left alone, since its shape may be the patient's own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from GenerativeModelsLib.language import S_, said
from GenerativeModelsLib.segmentation.check import Findings, broken_rules
from GenerativeModelsLib.segmentation.codes.bank import nearest_valid
from GenerativeModelsLib.segmentation.criteria.titles import titles
from GenerativeModelsLib.segmentation.geometry import centre, pieces
from GenerativeModelsLib.segmentation.maps import CODES, LabelMaps
from GenerativeModelsLib.segmentation.plane import Plane
from GenerativeModelsLib.segmentation.population.label_sequence import STRUCTURES, known_codes
from GenerativeModelsLib.segmentation.repair.change import (
    Change,
    Place,
    changed_mm2,
    changed_percent,
    with_unnamed,
)
from GenerativeModelsLib.segmentation.repair.distances import replaced_where_wrong
from GenerativeModelsLib.segmentation.repair.placement import Placement, turn_of
from GenerativeModelsLib.segmentation.repair.smallest import mend_slice

if TYPE_CHECKING:
    from GenerativeModelsLib.segmentation.label_model import LabelModel

__all__ = ["NearestCodes", "NearestMaps"]

STEP = "codes"
NEAREST = 64
"""Nearest codes of the bank that are tried as a beginning of the line."""
NEVER = -1e4
"""Logit of labels that the slice has not; finite, since logits are interpolated."""
_REASON = S_("Brought to the nearest valid map of the label network; rules that were broken: {rule_list}.")
_OUTSIDE = S_("Its shape lies outside the population of the label network; it may be the patient's own.")


@dataclass(frozen=True, eq=False)
class NearestMaps:
    """Maps with slices of nearest codes, the changes, and by place why a slice was not brought there."""

    maps: LabelMaps
    changes: list[Change] = field(default_factory=list)
    refused: dict[Place, str] = field(default_factory=dict)


class NearestCodes:
    """The step of nearest codes of one repair; a slice is not looked at again while its frame stays as it is.

    Parameters
    ----------
    model
        The label network, of the view of the maps.
    most_percent
        Largest change of a slice, in percent of its labelled area.
    kept
        Frames that are not touched.
    """

    def __init__(self, model: LabelModel, most_percent: float, kept: Collection[int] = ()) -> None:
        self._model, self._most, self._kept = model, most_percent, kept
        self._seen: dict[tuple[Place, str, float, bytes], np.ndarray | str | None] = {}

    def __call__(self, found: Findings) -> NearestMaps:
        """The maps of `found` with slices that break a rule on slices brought to the map of their nearest valid code.

        A result is taken only if the slice then breaks no rule on slices. Slices without both cavity and wall of the
        left ventricle, and maps with the wall around both ventricles, are not those of the network, and stay.
        """
        maps = found.maps
        if maps.biventricular:
            return NearestMaps(maps)
        values, changes, refused = maps.values.copy(), [], {}
        faulty = set(found.faulty_slices)
        turn = turn_of(maps, [place for place in found.labelled if place not in faulty] or found.labelled, found.view)
        for frame, row in enumerate(found.planes):
            digest = hashlib.blake2b(maps.values[frame].tobytes()).digest()
            for slice_, judged in enumerate(row):
                if judged is None or not judged.violations or frame in self._kept or not judged.plane.has("lv", "myo"):
                    continue
                place, before = (frame, slice_), maps.values[frame, slice_]
                key = place, judged.plane.role, turn, digest
                if key not in self._seen:
                    self._seen[key] = self._nearest(found, judged.plane, place, turn)
                made = self._seen[key]
                if isinstance(made, str):
                    refused[place] = made
                elif made is not None:
                    values[place] = made
                    rules = titles(violation.criterion.name for violation in judged.violations)
                    area = changed_mm2(before, made, maps.pixel_mm)
                    changes.append(Change(frame, slice_, (STEP,), area, (said(_REASON, rule_list=rules),)))
        return NearestMaps(replace(maps, values=values), changes, refused)

    def _nearest(self, found: Findings, like: Plane, place: Place, turn: float) -> np.ndarray | str | None:
        """Labels (rows, columns) that break no rule; a sentence why it is left alone; None if nothing was found."""
        maps, model, view = found.maps, self._model, found.view
        before = maps.values[place]
        where, code = self._encoded(before, maps, view, turn)
        if model.density.log_density(code) < model.limit:
            return said(_OUTSIDE)
        named = [CODES[name] for name in STRUCTURES[view] if name in maps.labels and (before == CODES[name]).any()]

        def plane_of(labels: np.ndarray, pixel_mm: np.ndarray) -> Plane:
            return Plane(labels, pixel_mm, like.role, biventricular=like.biventricular)

        def is_valid(labels: np.ndarray) -> bool:
            labels = np.where(np.isin(labels, named), labels, 0)
            return bool(labels.any()) and not broken_rules(view, plane_of(labels, model.pixel_mm))

        near = np.linalg.norm((model.valid - code) / model.spread, axis=1).argsort(kind="stable")[:NEAREST]
        try:
            nearest = nearest_valid(code, model.valid[near], model, is_valid, scale=model.spread)
        except LookupError:
            return None
        logits = model.logits(nearest.code[None])[0]
        logits[[code for code in CODES.values() if code not in named]] = NEVER
        made = where.onto_slice(logits)
        made = np.where(_of_view(before, view) | (made != 0), made, before)
        for labels in self._candidates(found, like, place, made):
            if labels.any() and not broken_rules(view, plane_of(labels, maps.pixel_mm)):
                return labels
        return None

    def _encoded(self, values: np.ndarray, maps: LabelMaps, view: str, turn: float) -> tuple[Placement, np.ndarray]:
        """The place of a slice on the grid where its code is the likeliest, and that code.

        The largest piece of the ventricle lies at the middle of the grid, as where no right ventricle is drawn, or at
        the mean of the population, whose ventricles lie at the middle together.
        """
        model = self._model
        largest = np.zeros(values.shape, bool)
        largest[tuple(pieces(np.isin(values, (CODES["lv"], CODES["myo"])))[0].T)] = True
        middle = np.full(2, 0.5 * (model.grid - 1))
        anchors = [middle, middle if np.isnan(model.middle_mm).any() else model.middle_mm / model.pixel_mm]
        places = [
            Placement(np.array(centre(largest)), anchor, turn, maps.pixel_mm, values.shape, model.pixel_mm, model.grid)
            for anchor in anchors
        ]
        known = np.repeat(known_codes(view, *maps.labels)[None], len(places), axis=0)
        seen = np.where(_of_view(values, view), values, 0)
        codes = model.encode(np.stack([where.onto_grid(seen) for where in places]), known)
        best = int(np.argmax(model.density.log_density(codes)))
        return places[best], codes[best]

    def _candidates(self, found: Findings, like: Plane, place: Place, made: np.ndarray) -> Iterator[np.ndarray]:
        """Labels of a slice from those that a network made, the smallest change first, none beyond the limit."""
        maps = found.maps
        before = maps.values[place]
        local = with_unnamed(maps, *place, replaced_where_wrong(before, made))
        mended = mend_slice(maps, found.view, like, place, local) if local.any() else None
        for labels in (local, *(() if mended is None else (mended.values,)), with_unnamed(maps, *place, made)):
            if changed_percent(before, labels) <= self._most:
                yield labels


def _of_view(values: np.ndarray, view: str) -> np.ndarray:
    """Mask of the background and of the structures that a network of this view knows."""
    return np.isin(values, [0, *(CODES[name] for name in STRUCTURES[view])])
