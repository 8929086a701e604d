"""Content of the report of a check, as plain data."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from GenerativeModelsLib.anatomy.identity import shown_identity
from GenerativeModelsLib.language import N_, _, in_words_of_page
from GenerativeModelsLib.segmentation.check import Findings, criteria_of, series_limit
from GenerativeModelsLib.segmentation.criteria.record import Criterion, PlaneCriterion, Violation, amount
from GenerativeModelsLib.segmentation.overview import Cell, curves_on_show, overview, role_words
from GenerativeModelsLib.segmentation.report.curves import curve_svg
from GenerativeModelsLib.segmentation.report.pictures import SlicePicture, slice_picture, window_of

if TYPE_CHECKING:
    from GenerativeModelsLib.anatomy.run import Case

__all__ = ["MOST_PICTURES", "CheckReport", "Group", "LinkedCell", "RuleRow", "curve_figures", "report_content"]

MANY = 4
"""Number of slices of a frame that break the same rules from which they are shown as one."""
MOST_PICTURES = 60
"""Slices with a picture; the table lists all violations."""


@dataclass(frozen=True)
class LinkedCell(Cell):
    """A cell of the overview with the name of the group of violations that it leads to, "" for none."""

    target: str


@dataclass(frozen=True)
class Group:
    """The violations of a slice, of a whole frame, or of slices that break the same rules.

    Attributes
    ----------
    key, heading, role
        Name within the page, and what is shown above.
    picture
        Of the slice, or the middle one of several; None = none.
    violations, shown
        All of them, and those of the pictured slice.
    """

    key: str
    heading: str
    role: str
    picture: SlicePicture | None
    violations: list[Violation]
    shown: list[Violation]


@dataclass(frozen=True)
class RuleRow:
    """A criterion in the table of rules, as printed; `source` is its number in the list of sources, from 1.

    `name` is that of the tables of the case.
    """

    title: str
    name: str
    limit: str
    published: str
    judged: str
    violations: int
    source: int


@dataclass(frozen=True, eq=False)
class CheckReport:
    """Content of one report.

    Attributes
    ----------
    result
        Content of `result.json` without the total time.
    grid
        Cells by slice (row) and frame (column).
    frames_at_fault
        Whether each frame has a fault as a whole.
    groups
        Violations by frame and slice.
    hidden
        Number of groups without a picture.
    curves
        SVG elements with their captions.
    rules, sources
        All criteria that were applied, and where they come from.
    identity
        Label and text of the known parts of the case's identity.
    """

    title: str
    created: str
    result: dict[str, Any]
    grid: list[list[LinkedCell]]
    frames_at_fault: list[bool]
    groups: list[Group]
    hidden: int
    curves: list[tuple[str, str]]
    rules: list[RuleRow]
    sources: list[str]
    identity: list[tuple[str, str]]


def report_content(case: Case, result: dict[str, Any]) -> CheckReport:
    """Fill the report from a case and the content of its `result.json`."""
    found: Findings = case.run.found
    groups, criteria = _groups(found), criteria_of(found.view, found.maps)
    sources = list(dict.fromkeys(criterion.source for criterion in criteria))
    return CheckReport(
        title=case.request.shown_title,
        created=datetime.now().astimezone().strftime("%Y-%m-%d %H:%M %Z"),
        result=result,
        grid=_grid(found, groups),
        frames_at_fault=[any(v.frame == t and v.slice is None for v in found.faults) for t in range(found.maps.frames)],
        groups=groups,
        hidden=sum(group.picture is None for group in groups),
        curves=curve_figures(found),
        rules=[_rule(criterion, found, sources.index(criterion.source) + 1) for criterion in criteria],
        sources=[_(source) for source in sources],
        identity=shown_identity(result),
    )


def _key(frame: int, slice_: int | None) -> str:
    return f"f{frame}" + ("" if slice_ is None else f"-s{slice_}")


def _grid(found: Findings, groups: Sequence[Group]) -> list[list[LinkedCell]]:
    target = {(v.frame, v.slice): group.key for group in groups for v in group.violations}
    return [
        [
            LinkedCell(cell.state, cell.words, cell.count, target.get((frame, slice_), ""))
            for frame, cell in enumerate(row)
        ]
        for slice_, row in enumerate(overview(found.roles, found.violations))
    ]


def _groups(found: Findings) -> list[Group]:
    by_place: dict[tuple[int, int | None], list[Violation]] = defaultdict(list)
    for violation in found.violations:
        by_place[violation.frame, violation.slice].append(violation)
    window = window_of(found.maps)
    groups, pictures = [], 0
    for frame, slices in _alike(by_place):
        violations = [violation for slice_ in slices for violation in by_place[frame, slice_]]
        middle, picture = slices[len(slices) // 2], None
        if middle is not None and pictures < MOST_PICTURES:
            picture = slice_picture(found, frame, middle, window, by_place[frame, middle])
            pictures += 1
        shown = violations if len(slices) == 1 else by_place[frame, middle]
        role = role_words(found.roles[frame][middle]) if len(slices) == 1 and middle is not None else ""
        groups.append(Group(_key(frame, slices[0]), _heading(frame, slices), role, picture, violations, shown))
    return groups


def _alike(by_place: Mapping[tuple[int, int | None], list[Violation]]) -> Iterator[tuple[int, list[int | None]]]:
    """Frames with their slices: one alone, or the slices of a frame that break the same rules, if they are many."""
    rules: dict[tuple, list[int | None]] = defaultdict(list)
    for (frame, slice_), violations in by_place.items():
        rules[frame, slice_ is None, tuple(violation.criterion.name for violation in violations)].append(slice_)
    ordered = sorted(rules.items(), key=lambda item: (item[0][0], -1 if item[0][1] else item[1][0]))
    for (frame, *_names), slices in ordered:
        if len(slices) >= MANY:
            yield frame, slices
        else:
            yield from ((frame, [slice_]) for slice_ in slices)


def _heading(frame: int, slices: Sequence[int | None]) -> str:
    if slices[0] is None:
        return _("Frame {frame}, whole ventricle", frame=frame)
    if len(slices) == 1:
        return _("Frame {frame}, slice {slice}", frame=frame, slice=slices[0])
    return _(
        "Frame {frame}, {count} slices from {first} to {last}, such as slice {slice}",
        frame=frame,
        count=len(slices),
        first=slices[0],
        last=slices[-1],
        slice=slices[len(slices) // 2],
    )


def curve_figures(found: Findings, before: Findings | None = None) -> list[tuple[str, str]]:
    """SVG elements with their captions; with those of the findings `before` as dashed lines and their faults."""
    faulty = (before or found).faulty_frames
    curves, drawn = found.curves, []
    marks = {"ED": curves.ed, "ES": curves.es}
    for column, (label, unit) in curves_on_show(curves.columns, found.view).items():
        words = marks if column in ("lv_ml", "lv_area_mm2") else {}
        earlier = None if before is None else before.curves.columns.get(column)
        svg = curve_svg(label, unit, curves.columns[column], faulty, words, found.maps.frame_s, earlier)
        drawn.append((f"{_(label)} ({_(unit)})", svg))
    return drawn


def _rule(criterion: Criterion, found: Findings, source: int) -> RuleRow:
    side = N_("at least {value}") if criterion.at_least else N_("at most {value}")

    def bound(number: str) -> str:
        return _(side, value=in_words_of_page(amount(number, criterion.unit)))

    if (usual := series_limit(criterion, found.maps)) is not None:
        limit = bound(f"{usual:.1f}")
    elif isinstance(criterion, PlaneCriterion):
        mid = (criterion.limits or {}).get("mid")
        limit = _("by slice") if callable(mid) or mid is None else bound(f"{mid:g}")
        if len({str(value) for value in (criterion.limits or {}).values()}) > 1:
            limit = _("{limit}, other at the ends", limit=limit)
    else:
        limit = "–"
    judged = found.judged.get(criterion.name)
    count = sum(violation.criterion is criterion for violation in found.violations)
    title = in_words_of_page(criterion.title)
    return RuleRow(title, criterion.name, limit, _(criterion.published), str(judged or ""), count, source)
