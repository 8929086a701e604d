"""Slices replaced by the map of the nearest valid code of a label network."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from GenerativeModelsLib.language import S_, said
from GenerativeModelsLib.segmentation.check import Findings, broken_rules
from GenerativeModelsLib.segmentation.maps import LabelMaps
from GenerativeModelsLib.segmentation.plane import Plane
from GenerativeModelsLib.segmentation.repair.change import Change, changed_mm2, changed_percent, with_unnamed
from GenerativeModelsLib.segmentation.repair.model import MapModel

__all__ = ["nearest_codes"]

STEP = "codes"
_REASON = S_("Replaced by the nearest valid map of the label network; rules that were broken: {id}.")


def nearest_codes(
    found: Findings, model: MapModel, most_percent: float, kept: Collection[int] = ()
) -> tuple[LabelMaps, list[Change]]:
    """The maps of `found`, slices that break a rule on slices replaced by the decoding of their nearest valid code.

    A decoding that breaks a rule itself, or that changes more than `most_percent` of the slice's labelled area, is not
    taken. `kept` are frames that are not touched.
    """
    maps, changes = found.maps, []
    values = maps.values.copy()
    for frame, row in enumerate(found.planes):
        for slice_, judged in enumerate(row):
            if judged is None or not judged.violations or frame in kept:
                continue
            before = maps.values[frame, slice_]
            codes = model.nearest_valid(model.encode(before[None], maps.pixel_mm))
            labels = with_unnamed(maps, frame, slice_, model.decode(codes, before.shape, maps.pixel_mm)[0])
            if not labels.any() or changed_percent(before, labels) > most_percent:
                continue
            plane = Plane(labels, maps.pixel_mm, judged.plane.role, biventricular=judged.plane.biventricular)
            if broken_rules(found.view, plane):
                continue
            values[frame, slice_] = labels
            rules = ", ".join(violation.criterion.name for violation in judged.violations)
            area = changed_mm2(before, labels, maps.pixel_mm)
            changes.append(Change(frame, slice_, (STEP,), area, (said(_REASON, id=rules),)))
    return replace(maps, values=values), changes
