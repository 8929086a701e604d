"""Content of the report of a repair, as plain data."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from GenerativeModelsLib.anatomy.identity import shown_identity
from GenerativeModelsLib.language import _, in_words_of_page
from GenerativeModelsLib.segmentation.criteria.titles import title_of
from GenerativeModelsLib.segmentation.repair.repair import Repaired
from GenerativeModelsLib.segmentation.repair.write import Effect, effects
from GenerativeModelsLib.segmentation.report.content import MOST_PICTURES, curve_figures, role_words
from GenerativeModelsLib.segmentation.report.pictures import SlicePicture, slice_picture, window_of

if TYPE_CHECKING:
    from GenerativeModelsLib.anatomy.run import Case
    from GenerativeModelsLib.segmentation.repair.change import Abstention, Change

__all__ = ["RepairReport", "ShownChange", "report_content"]


@dataclass(frozen=True)
class ShownChange:
    """A changed slice as the page shows it.

    Attributes
    ----------
    key, heading, role
        Name within the page, and what is shown above.
    change, effect
        What was done, and what it alone does to the measures.
    left
        The rules that the slice still breaks, in words.
    before, after
        Pictures of the slice; None beyond the first `MOST_PICTURES`, and for slices that were realigned.
    """

    key: str
    heading: str
    role: str
    change: Change
    effect: Effect
    left: tuple[str, ...]
    before: SlicePicture | None
    after: SlicePicture | None


@dataclass(frozen=True, eq=False)
class RepairReport:
    """Content of one report.

    Attributes
    ----------
    result
        Content of `result.json` without the total time.
    grid
        By slice (row) and frame (column): state ("changed", "part", "fault", "fine", "empty"; "part" was changed and
        still breaks rules), words and target within the page.
    changes, hidden
        Changed slices, and the number of them without pictures.
    abstained
        What still breaks rules, with the heading before it and the rules in words after it.
    curves
        SVG elements with their captions.
    identity
        Label and text of the known parts of the case's identity.
    """

    title: str
    created: str
    result: dict[str, Any]
    grid: list[list[tuple[str, str, str]]]
    changes: list[ShownChange]
    hidden: int
    abstained: list[tuple[str, Abstention, tuple[str, ...]]]
    curves: list[tuple[str, str]]
    identity: list[tuple[str, str]]


def report_content(case: Case, result: dict[str, Any]) -> RepairReport:
    """Fill the report from a case and the content of its `result.json`."""
    repaired: Repaired = case.run.found
    changes = _changes(repaired)
    return RepairReport(
        title=case.request.shown_title,
        created=datetime.now().astimezone().strftime("%Y-%m-%d %H:%M %Z"),
        result=result,
        grid=_grid(repaired),
        changes=changes,
        hidden=sum(change.before is None for change in changes),
        abstained=[(_heading(each.frame, each.slice), each, _in_words(each.rules)) for each in repaired.abstained],
        curves=curve_figures(repaired.after, repaired.before),
        identity=shown_identity(result),
    )


def _in_words(rules: Iterable[str]) -> tuple[str, ...]:
    """Titles of rules in the page's language."""
    return tuple(in_words_of_page(title_of(name)) for name in rules)


def _key(frame: int | None, slice_: int | None) -> str:
    return ("all" if frame is None else f"f{frame}") + ("" if slice_ is None else f"-s{slice_}")


def _heading(frame: int | None, slice_: int | None) -> str:
    if frame is None:
        return _("All frames, slice {slice}", slice=slice_)
    if slice_ is None:
        return _("Frame {frame}, whole ventricle", frame=frame)
    return _("Frame {frame}, slice {slice}", frame=frame, slice=slice_)


def _changes(repaired: Repaired) -> list[ShownChange]:
    window, shown = window_of(repaired.before.maps), []
    rules = {(each.frame, each.slice): _in_words(each.rules) for each in repaired.abstained}
    for change, effect in zip(repaired.changes, effects(repaired)):
        place, pictures, role = (change.frame, change.slice), (None, None), ""
        if change.frame is not None:
            role = role_words(repaired.before.roles[change.frame][change.slice])
            if len(shown) < MOST_PICTURES:
                marked = [v for v in repaired.before.faults if (v.frame, v.slice) == place]
                left = [v for v in repaired.after.faults if (v.frame, v.slice) == place]
                before = slice_picture(repaired.before, *place, window, marked)
                pictures = before, slice_picture(repaired.after, *place, window, left)
        shown.append(ShownChange(_key(*place), _heading(*place), role, change, effect, rules.get(place, ()), *pictures))
    return shown


def _grid(repaired: Repaired) -> list[list[tuple[str, str, str]]]:
    changed = {(change.frame, change.slice) for change in repaired.changes}
    left = {(each.frame, each.slice) for each in repaired.abstained}
    faulty = set(repaired.after.faulty_slices)
    rows = []
    for slice_ in range(repaired.before.maps.slices):
        row = []
        for frame in range(repaired.before.maps.frames):
            place, role = (frame, slice_), repaired.after.roles[frame][slice_]
            words, target = _heading(*place), ""
            if place in changed and place in faulty:
                state, words, target = "part", _("{place}: mended in part", place=words), _key(*place)
            elif place in changed:
                state, words, target = "changed", _("{place}: changed", place=words), _key(*place)
            elif place in left:
                state, words, target = "fault", _("{place}: left as it was", place=words), f"left-{_key(*place)}"
            elif place in faulty:
                state, words = "fault", _("{place}: kept as it was", place=words)
            else:
                state = "fine" if role else "empty"
            row.append((state, words, target))
        rows.append(row)
    return rows
