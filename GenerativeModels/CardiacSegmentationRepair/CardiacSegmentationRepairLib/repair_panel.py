"""The repair in the panel: what was changed by frame, what is to be undone, before and after side by side."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import qt
import slicer
from slicer.i18n import tr as _

from GenerativeModelsDesktop.style import html_list
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.segmentation.repair.anatomy import REPAIR
from GenerativeModelsLib.segmentation.repair.read import ListedChange
from GenerativeModelsScene.segmentation.case_nodes import CheckNodes
from GenerativeModelsScene.segmentation.compare import show_one, show_side_by_side
from GenerativeModelsScene.segmentation.repair import RepairNodes, find_repair

__all__ = ["RepairPanel"]


class RepairPanel:
    """Changes by frame, each accepted or undone, and the switch of the views.

    Parameters
    ----------
    ui
        The panel's widgets.
    go
        Called with frame and slice of a change that was chosen.
    open_report
        Called with the text node of the report.
    choose
        Called with the repaired sequence when the user goes on with it.

    Attributes
    ----------
    nodes
        The repair on show; None without one.
    """

    def __init__(
        self,
        ui: Any,
        go: Callable[[int, int], None],
        open_report: Callable[[Any], None],
        choose: Callable[[Any], None],
    ):
        self._ui = ui
        self._go = go
        self._check: CheckNodes | None = None
        self.nodes: RepairNodes | None = None
        self._frames: list[int | None] = []
        self._slices: list[int] = []
        self._left: list[tuple[int, int]] = []
        self._slice = 0
        self._lines: list[str] = []
        ui.changesList.connect("itemClicked(QListWidgetItem*)", self._chosen)
        ui.sideBySideButton.connect("toggled(bool)", self._show_views)
        ui.repairReportButton.connect("clicked()", lambda: self.nodes and open_report(self.nodes.report))
        ui.chooseRepairedButton.connect("clicked()", lambda: self.nodes and choose(self.nodes.sequence))

    @property
    def undone(self) -> list[int]:
        """Numbers of the frames that are to stay as they were."""
        items = [self._ui.changesList.item(row) for row in range(len(self._frames))]
        return [
            frame
            for frame, item in zip(self._frames, items)
            if frame is not None and item.checkState() == qt.Qt.Unchecked
        ]

    def fill(self, check: CheckNodes | None) -> None:
        """Show the repair of a check; None, or a check without a repair, clears it."""
        self._check = check
        self.nodes = None if check is None else find_repair(slicer.mrmlScene, check.key)
        ui, there = self._ui, self.nodes is not None
        ui.changesList.clear()
        self._frames, self._slices, self._left, lines = [], [], [], []
        if there:
            try:
                lines = self._fill_changes(self.nodes)
            except (InputError, KeyError, TypeError, ValueError):  # the user has edited a text of the repair
                lines = [_("A text of this repair was changed in the scene: repair the labels again.")]
        self._lines = lines
        self.say(stale=False)
        buttons = (ui.sideBySideButton, ui.repairReportButton, ui.repairSaveButton, ui.chooseRepairedButton)
        for widget in (ui.repairLabel, *buttons):
            widget.setVisible(there)
        ui.changesList.setVisible(bool(self._frames or self._left))
        ui.repairButton.text = _("Repair again") if there else _("Repair")
        if not there:
            ui.sideBySideButton.checked = False
        elif ui.sideBySideButton.checked:  # a check has arranged the views anew
            self._show_views(True)

    def say(self, *, stale: bool) -> None:
        """Show the outcome, and whether the labels have changed since."""
        changed = [_("The labels have changed since this repair: repair them again.")] if stale else []
        self._ui.repairLabel.text = html_list([*changed, *self._lines])

    def follow(self, frame: int, slice_: int | None) -> None:
        """Show the frame that the check shows, in the repaired labels too."""
        self._slice = self._slice if slice_ is None else slice_
        if self.nodes is not None and self.nodes.browser.GetScene() is not None:
            self.nodes.show(frame)

    def _fill_changes(self, nodes: RepairNodes) -> list[str]:
        """List the changes by frame; returns the sentences above them."""
        result = nodes.result
        by_frame: dict[int | None, list[ListedChange]] = {}
        for change in nodes.changes:
            by_frame.setdefault(change.frame, []).append(change)
        kept = [frame for frame in result["kept_frames"] if frame not in by_frame]
        for frame in sorted({*by_frame, *kept}, key=lambda frame: -1 if frame is None else frame):
            changes = by_frame.get(frame, [])
            item = qt.QListWidgetItem(_words(frame, changes))
            if frame is not None:
                item.setFlags(item.flags() | qt.Qt.ItemIsUserCheckable)
                item.setCheckState(qt.Qt.Checked if changes else qt.Qt.Unchecked)
            self._ui.changesList.addItem(item)
            self._frames.append(frame)
            self._slices.append(changes[0].slice if changes else -1)
        self._fill_left(result["abstained"])
        before, after, ef = result["violating"]["before"], result["violating"]["after"], result["ef_percent"]
        words = _("Faulty slices: {before} before, {after} after.").format(before=before, after=after)
        if ef["before"] is not None and ef["after"] is not None:
            words += " " + _("Ejection fraction: {before:.1f} % before, {after:.1f} % after.").format(**ef)
        return [words, REPAIR.notes(result)[0]]

    def _fill_left(self, abstained: list[dict[str, Any]]) -> None:
        """List the frames with slices that still break rules, with the reasons."""
        reasons: dict[int, dict[str, list[int | None]]] = {}
        for entry in abstained:
            reasons.setdefault(entry["frame"], {}).setdefault(entry["reason"], []).append(entry["slice"])
        for frame, found in reasons.items():
            parts = []
            for reason, slices in found.items():
                numbers = ", ".join(str(number) for number in slices if number is not None)
                parts.append(
                    _("slices {numbers}: {reason}").format(numbers=numbers, reason=reason) if numbers else reason
                )
            text = _("Frame {frame}, still breaks rules: {reasons}").format(frame=frame, reasons=" ".join(parts))
            self._ui.changesList.addItem(qt.QListWidgetItem(text))
            first = next((number for numbers in found.values() for number in numbers if number is not None), -1)
            self._left.append((frame, first))

    def _chosen(self, item: Any) -> None:
        row = self._ui.changesList.row(item)
        frame, slice_ = [*zip(self._frames, self._slices), *self._left][row]
        if frame is not None:
            self._go(frame, self._slice if slice_ < 0 else slice_)

    def _show_views(self, on: bool) -> None:
        scene, check = slicer.mrmlScene, self._check
        if check is None:
            return
        node = scene.GetNodeByID(check.key)
        if on and self.nodes is not None:
            show_side_by_side(scene, check, node, self.nodes, self._slice)
        elif not on:
            show_one(scene, check, node)


def _words(frame: int | None, changes: list[ListedChange]) -> str:
    """A line of the list."""
    start = _("All frames") if frame is None else _("Frame {frame}").format(frame=frame)
    if not changes:
        return _("{start}: left as it was, undone").format(start=start)
    parts = [
        _("slice {slice}, {area:.0f} mm²: {reason}").format(slice=one.slice, area=one.changed_mm2, reason=one.reason)
        for one in changes[:3]
    ]
    if len(changes) > 3:
        parts.append(_("and {n} more slices").format(n=len(changes) - 3))
    return f"{start}: {'; '.join(parts)}"
