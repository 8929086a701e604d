"""The check of label maps: every criterion on every slice and frame."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np

from GenerativeModelsLib.errors import Caution
from GenerativeModelsLib.language import said
from GenerativeModelsLib.segmentation.criteria.apical import APICAL
from GenerativeModelsLib.segmentation.criteria.between_slices import BETWEEN_SLICES, SliceCriterion, check_slices
from GenerativeModelsLib.segmentation.criteria.over_time import OVER_TIME, TimeCriterion, check_frames
from GenerativeModelsLib.segmentation.criteria.record import Criterion, PlaneCriterion, Violation
from GenerativeModelsLib.segmentation.criteria.short_axis import SHORT_AXIS
from GenerativeModelsLib.segmentation.curves import Curves, curves_of
from GenerativeModelsLib.segmentation.geometry import centre
from GenerativeModelsLib.segmentation.maps import LabelMaps
from GenerativeModelsLib.segmentation.measures import Measures, measure_planes
from GenerativeModelsLib.segmentation.plane import Plane
from GenerativeModelsLib.segmentation.roles import judged_role, slice_roles

__all__ = ["VIEWS", "Findings", "JudgedPlane", "broken_rules", "check_maps", "criteria_of", "series_limit"]

VIEWS = {"short-axis": SHORT_AXIS, "apical": APICAL}
"""The criteria of one slice by view."""


@dataclass(frozen=True, eq=False)
class JudgedPlane:
    """What the criteria of one slice said: the plane, names of those that were applied, and the violations."""

    plane: Plane
    judged: tuple[str, ...]
    violations: tuple[Violation, ...]


@dataclass(frozen=True, eq=False)
class Findings:
    """What was found in label maps.

    Attributes
    ----------
    maps, view
        The label maps, and their view.
    roles
        Role of each slice by frame, None without left ventricle.
    measures, curves
        Of every slice, and over the frames.
    violations
        By frame, slice and criterion; those of a whole frame before those of its slices.
    judged
        Number of readings by criterion: how often it was applied.
    warnings
        Sentences.
    seconds
        By step.
    planes
        By frame and slice what the criteria of one slice said; None for a slice without labels.
    """

    maps: LabelMaps
    view: str
    roles: list[list[str | None]]
    measures: Measures
    curves: Curves
    violations: list[Violation]
    judged: dict[str, int]
    warnings: tuple[str, ...] = ()
    seconds: dict[str, float] = field(default_factory=dict)
    planes: list[list[JudgedPlane | None]] = field(default_factory=list)

    @property
    def faults(self) -> list[Violation]:
        """The violations that are faults of the labels, without those of the acquisition."""
        return [violation for violation in self.violations if not violation.criterion.acquisition]

    @property
    def labelled(self) -> list[tuple[int, int]]:
        """Frame and slice of every slice with labels of the left ventricle."""
        return [(t, k) for t, row in enumerate(self.roles) for k, role in enumerate(row) if role is not None]

    @property
    def expected(self) -> list[tuple[int, int]]:
        """Frame and slice of every slice with labels, and of those that lack them and should not."""
        labels = self.maps.values.any(axis=(2, 3))
        return sorted({*((int(t), int(k)) for t, k in np.argwhere(labels)), *self.faulty_slices})

    @property
    def faulty_frames(self) -> list[int]:
        """Frames with a fault."""
        return sorted({violation.frame for violation in self.faults})

    @property
    def faulty_slices(self) -> list[tuple[int, int]]:
        """Frame and slice of every slice with a fault of its own."""
        return sorted({(v.frame, v.slice) for v in self.faults if v.slice is not None})


def criteria_of(view: str, maps: LabelMaps | None = None) -> tuple[Criterion, ...]:
    """The criteria of a view; with `maps`, those that apply to their number of slices and frames."""
    slices = BETWEEN_SLICES if view == "short-axis" and (maps is None or maps.slices > 1) else ()
    frames = OVER_TIME[view] if maps is None or maps.frames > 1 else ()
    return (*VIEWS[view], *slices, *frames)


def series_limit(criterion: Criterion, maps: LabelMaps) -> float | None:
    """Limit of a criterion between slices or over time at the maps' distance of slices and frames; None for others.

    Without a frame interval only a limit that does not depend on it is known.
    """
    if isinstance(criterion, SliceCriterion):
        return criterion.limit(maps.slice_mm)
    if isinstance(criterion, TimeCriterion) and (maps.frame_s is not None or not criterion.acceleration):
        return criterion.limit(maps.frame_s or 0.0)
    return None


def check_maps(
    maps: LabelMaps,
    view: str = "short-axis",
    progress: Callable[[str, float], None] = lambda message, share: None,
    earlier: Findings | None = None,
    roles: list[list[str | None]] | None = None,
) -> Findings:
    """Check label maps by all criteria of a view.

    Parameters
    ----------
    maps
        The label maps; at least one slice is labelled.
    view
        A key of `VIEWS`.
    progress
        Called with the current step and the share that is done.
    earlier
        Findings in maps of the same file: slices that are as they were there are not judged again.
    roles
        Role of each slice by frame, where it is known and the maps do not show it; found in them by default.
    """
    start = time.perf_counter()
    apical = view == "apical"
    if roles is None:
        roles = [["alone" if s.any() else None for s in f] for f in maps.values] if apical else slice_roles(maps)
    planes = [
        [
            Plane(values, maps.pixel_mm, judged_role(row, slice_), biventricular=maps.biventricular)
            if values.any()
            else None
            for slice_, values in enumerate(frame)
        ]
        for frame, row in zip(maps.values, roles)
    ]
    measures = measure_planes(maps, planes, apical)
    curves = curves_of(maps, measures, apical)
    measured = time.perf_counter()
    judged_planes: list[list[JudgedPlane | None]] = []
    for frame, row in enumerate(planes):
        progress("checking the slices", frame / maps.frames)
        judged_planes.append([])
        for slice_, plane in enumerate(row):
            known = None if earlier is None else earlier.planes[frame][slice_]
            if plane is None:
                judged_planes[frame].append(None)
            elif known is not None and plane.same_as(known.plane):
                judged_planes[frame].append(known)
            else:
                judged_planes[frame].append(_judged_plane(VIEWS[view], plane, maps, frame, slice_))
    found = [each for row in judged_planes for each in row if each is not None]
    counts = Counter(name for each in found for name in each.judged)
    judged = {criterion.name: counts[criterion.name] for criterion in criteria_of(view, maps)}
    violations = [violation for each in found for violation in each.violations]
    if not apical:
        violations += check_slices(maps, measures, roles)
    violations += check_frames(maps, measures, curves, roles, view)
    order = {criterion.name: place for place, criterion in enumerate(criteria_of(view))}
    violations.sort(key=lambda v: (v.frame, -1 if v.slice is None else v.slice, order[v.criterion.name]))
    seconds = {"measure": measured - start, "check": time.perf_counter() - measured}
    warnings = (*maps.warnings, *_warnings(maps, roles, measures, len(curves.incomplete)))
    return Findings(maps, view, roles, measures, curves, violations, judged, warnings, seconds, judged_planes)


def broken_rules(view: str, plane: Plane) -> frozenset[str]:
    """Names of the criteria of one slice that a plane breaks."""
    found = ((criterion, criterion.judged(plane)) for criterion in VIEWS[view])
    return frozenset(rule.name for rule, reading in found if reading and rule.broken(reading[0].value, reading[1]))


def _judged_plane(
    criteria: tuple[PlaneCriterion, ...], plane: Plane, maps: LabelMaps, frame: int, slice_: int
) -> JudgedPlane:
    judged, violations = [], []
    for criterion in criteria:
        found = criterion.judged(plane)
        if found is None:
            continue
        reading, limit = found
        judged.append(criterion.name)
        if criterion.broken(reading.value, limit):
            place = reading.place if np.isfinite(reading.place).all() else centre(plane.values != 0)
            where = maps.point_lps(slice_, *plane.in_slice(place))
            violations.append(Violation(criterion, float(reading.value), float(limit), frame, slice_, where))
    return JudgedPlane(plane, tuple(judged), tuple(violations))


def _warnings(maps: LabelMaps, roles: list[list[str | None]], measures: Measures, incomplete: int) -> Iterator[str]:
    labelled = np.array([any(row) for row in roles])
    empty = int((~labelled).sum())
    if empty:
        yield Caution(
            said(
                "{count:d} of the {all:d} frames have no labels of the left ventricle; rules over time look at "
                "labelled frames that follow each other.",
                count=empty,
                all=maps.frames,
            )
            if empty > 1
            else said(
                "1 of the {all:d} frames has no labels of the left ventricle; rules over time look at labelled frames "
                "that follow each other.",
                all=maps.frames,
            ),
            "missing",
        )
    if incomplete:
        yield Caution(
            said(
                "{count:d} of the {all:d} frames have labels of the left ventricle in less than half as many slices as "
                "the fullest frame; they are left out of the volumes at end diastole and end systole and of the "
                "ejection fraction.",
                count=incomplete,
                all=maps.frames,
            )
            if incomplete > 1
            else said(
                "1 of the {all:d} frames has labels of the left ventricle in less than half as many slices as the "
                "fullest frame; it is left out of the volumes at end diastole and end systole and of the ejection "
                "fraction.",
                all=maps.frames,
            ),
            "missing",
        )
    if maps.biventricular:
        yield Caution(
            said(
                "The myocardium is labelled around both ventricles; rules on the outline and the thickness of the left "
                "ventricle's wall do not apply."
            ),
            "missing",
        )
    cavity, wall = (np.isfinite(measures.area_mm2[name]).any(axis=1) for name in ("lv", "myo"))
    without = int((cavity & ~wall).sum())
    if without:
        yield Caution(
            said(
                "The myocardium is not labelled in {count:d} of the {all:d} frames; its rules do not apply there.",
                count=without,
                all=maps.frames,
            ),
            "missing",
        )
    closed = int((cavity & ~np.isfinite(measures.axis["lv_length_mm"]).any(axis=1)).sum()) if measures.axis else 0
    if closed:
        yield Caution(
            said(
                "No mitral plane was found in {count:d} of the {all:d} frames, where the cavity ends at an atrium or "
                "at background: length, volume and the rules along the axis are missing there. See whether the view "
                "is apical.",
                count=closed,
                all=maps.frames,
            ),
            "missing",
        )
    if maps.frames == 1:
        yield Caution(
            said("There is a single frame: rules over time and the ejection fraction need a cine."), "missing"
        )
