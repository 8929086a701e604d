"""Readings that a limit is compared with: what correct maps of the development part reach."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import numpy as np

from GenerativeModelsLib.segmentation.check import VIEWS, check_maps
from GenerativeModelsLib.segmentation.criteria.between_slices import inner_series
from GenerativeModelsLib.segmentation.criteria.over_time import TimeCriterion, time_series
from GenerativeModelsLib.segmentation.criteria.record import Criterion
from GenerativeModelsLib.segmentation.maps import LabelMaps
from GenerativeModelsLib.segmentation.plane import Plane
from GenerativeModelsLib.segmentation.series import deviations

__all__ = ["Reached", "readings_of"]

Reached = dict[str, list[tuple[Criterion, float, float]]]
"""By criterion: the rule, its value and its limit at each place."""


def readings_of(maps: Iterable[tuple[LabelMaps, str]]) -> Reached:
    """All values and limits of label maps with their view."""
    found: Reached = defaultdict(list)
    for each, view in maps:
        checked = check_maps(each, view)
        for frame, row in zip(each.values, checked.roles):
            for values, role in zip(frame, row):
                if role is None:
                    continue
                plane = Plane(values, each.pixel_mm, role, biventricular=each.biventricular)
                for rule in VIEWS[view]:
                    if (judged := rule.judged(plane)) is not None:
                        found[rule.name].append((rule, judged[0].value, judged[1]))
        if view == "short-axis":
            for frame, _ in enumerate(checked.roles):
                for rule, values, limit in inner_series(each, checked.measures, checked.roles, frame):
                    _add(found, rule, values, limit)
        if each.frames > 2:
            for rule, values, _ in time_series(each, checked.measures, checked.curves, checked.roles, view):
                _add(found, rule, values, _limit(rule, each))
    return found


def _limit(rule: Criterion, maps: LabelMaps) -> float:
    assert isinstance(rule, TimeCriterion)
    return rule.limit(maps.frame_s)


def _add(found: Reached, rule: Criterion, values: np.ndarray, limit: float) -> None:
    sizes = deviations(values)
    found[rule.name] += [(rule, float(size), limit) for size in sizes[np.isfinite(sizes)]]
