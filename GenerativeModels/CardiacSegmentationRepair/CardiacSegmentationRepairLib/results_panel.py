"""The finished check in the panel: outcome, overview, violations, curves and numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import qt
import slicer
from slicer.i18n import tr as _

from CardiacSegmentationRepairLib.overview_panel import OverviewPanel
from CardiacSegmentationRepairLib.planned_case import FOLDER_PREFIX
from CardiacSegmentationRepairLib.repair_panel import RepairPanel
from GenerativeModelsDesktop.case_results import CaseResults, free_folder
from GenerativeModelsDesktop.chart_view import ChartView
from GenerativeModelsDesktop.message_box import MessageBox
from GenerativeModelsDesktop.node_watch import NodeWatch
from GenerativeModelsDesktop.style import html_list
from GenerativeModelsDesktop.table_view import prepare_table, show_table
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.segmentation.anatomy import SEGMENTATION
from GenerativeModelsLib.segmentation.case.read import FoundViolation
from GenerativeModelsScene.labels.cines import browser_of
from GenerativeModelsScene.labels.state import ComputedFrom
from GenerativeModelsScene.labels.structures import is_sequence
from GenerativeModelsScene.segmentation.case_nodes import CheckNodes, find_check
from GenerativeModelsScene.segmentation.curves import curve_names, mark_frame, show_curve
from GenerativeModelsScene.segmentation.frames import frame_on_show, show_frame
from GenerativeModelsScene.segmentation.save import save_check, save_repair
from GenerativeModelsScene.segmentation.views import go_to_slice, look_at_check, show_rings, slice_on_show

__all__ = ["ResultsPanel"]


class ResultsPanel(CaseResults):
    """Results of the module; follows the frame that Slicer's sequence browser shows.

    Attributes
    ----------
    overview, repair, charts
        Parts of the panel, for tests.
    computed_from
        The labels that checks and repairs were computed from.
    """

    def __init__(self, ui: Any, message: MessageBox, choose_repaired: Callable[[Any], None]):
        super().__init__(ui, SEGMENTATION, FOLDER_PREFIX, message)
        self.overview = OverviewPanel(ui, self.go)
        self.repair = RepairPanel(ui, self._go_to_change, self._open_report_of, choose_repaired)
        self.charts = ChartView()
        self.computed_from = ComputedFrom()
        self._watch = NodeWatch(self._follow)
        self._readable = False
        self._place = (0, 0)
        self._curves: list[str] = []
        ui.curveComboBox.connect("currentIndexChanged(int)", lambda index: self._draw_curve())
        ui.curveButton.connect("toggled(bool)", self._show_curve)
        ui.repairSaveButton.connect("clicked()", self.ask_and_save_repair)
        prepare_table(ui.measurementsTable)

    def find(self, key: str) -> CheckNodes | None:
        """The nodes of the case of that key; None without a case."""
        return find_check(slicer.mrmlScene, key)

    def text_nodes(self, nodes: CheckNodes) -> Any:
        """What has the result and the report of a case."""
        return nodes.case

    def close(self) -> None:
        """Observe nothing any more."""
        self._watch.close()

    def forget(self) -> None:
        """Show nothing, and return to the layout before the curve."""
        self._ui.curveButton.checked = False
        self.computed_from.forget()
        super().forget()

    def show(self, key: str, again: bool = False) -> None:
        """As that of `CaseResults`; also says when the labels have changed since."""
        super().show(key, again)
        nodes = self.nodes
        if nodes is not None:
            self._say_outcome(nodes)

    def fill(self, nodes: CheckNodes | None, result: dict[str, Any]) -> None:
        """Show the values of a case; None while there is none."""
        show_table(self._ui.measurementsTable, nodes.table if nodes else None)
        names: dict[str, str] = {}
        if nodes is not None:
            try:
                self._place = (0, nodes.grid.slices // 2)
                names = curve_names(nodes)
                self.overview.fill(nodes)
            except (InputError, KeyError, TypeError, ValueError):  # the user has edited a text of the case
                self._message.fail(_("A text of this check was changed in the scene: check the labels again."))
                nodes = None
        self._readable = nodes is not None
        if nodes is None:
            self.overview.fill(None)
        self._fill_curves(names)
        self.repair.fill(nodes)
        film = None if nodes is None else self._node(nodes)
        self._watch.follow([browser_of(film)] if film is not None and is_sequence(film) else [])
        if nodes is not None:
            first = self.overview.start()
            if first >= 0:
                self.overview.jump(first)
            else:
                self._go_to_the_middle(nodes)

    def arrange(self, nodes: CheckNodes) -> Iterator[str]:
        """Show the case alone, and arrange the views for it."""
        if self._readable:
            yield from look_at_check(slicer.mrmlScene, nodes, self._node(nodes))
            self._go_to(nodes, *self._place, None)

    def save_files(self, nodes: CheckNodes, folder: Path) -> Path:
        """Write the files of the case as the command line does."""
        return save_check(slicer.mrmlScene, nodes, folder)

    def ask_and_save_repair(self) -> None:
        """Save the repair into a folder that the user chooses; see `save_repair`."""
        folder = qt.QFileDialog.getExistingDirectory(slicer.util.mainWindow(), _("Folder for the repair"))
        if folder:
            self.save_repair(Path(folder))

    def save_repair(self, folder: Path) -> Path | None:
        """Save the repair into the folder if it is empty, else into a new subfolder; None on failure."""
        free = free_folder(folder, f"{FOLDER_PREFIX}repaired")
        return self._write(lambda nodes: save_repair(slicer.mrmlScene, nodes, free))

    def go(self, frame: int, slice_: int, found: FoundViolation | None) -> None:
        """Show a slice of a frame, and the place of a violation."""
        nodes = self.nodes
        if nodes is not None and self._readable:
            self._go_to(nodes, frame, slice_, found)

    def _go_to(self, nodes: CheckNodes, frame: int, slice_: int, found: FoundViolation | None) -> None:
        node = self._node(nodes)
        self._place = (frame, slice_)
        if node is not None:
            show_frame(node, frame)
            if is_sequence(node):
                self._watch.follow([browser_of(node)])
        self.repair.follow(frame, slice_)
        go_to_slice(slicer.mrmlScene, nodes, frame, slice_, None if found is None else found.where)
        self._mark(nodes)

    def _go_to_change(self, frame: int, slice_: int) -> None:
        self.go(frame, slice_, None)

    def _open_report_of(self, report: Any) -> None:
        self.open_report(report)

    def _go_to_the_middle(self, nodes: CheckNodes) -> None:
        frame = nodes.result["ed_frame"] or 0
        there = [number for number, role in enumerate(nodes.result["roles"][frame]) if role is not None]
        self._go_to(nodes, frame, there[len(there) // 2] if there else 0, None)

    def _follow(self) -> None:
        """Follow the frame of the sequence browser, which the user may have moved or plays."""
        nodes = self.nodes
        if nodes is None or not self._readable:
            return
        frame = frame_on_show(self._node(nodes))
        if frame == self._place[0]:
            return
        slice_ = slice_on_show(slicer.mrmlScene, nodes)
        slice_ = self._place[1] if slice_ is None else slice_
        self._place = (frame, slice_)
        self.repair.follow(frame, slice_)
        show_rings(slicer.mrmlScene, nodes, frame, slice_)
        self._mark(nodes)

    def _mark(self, nodes: CheckNodes) -> None:
        frame, slice_ = self._place
        self.overview.mark(frame, slice_)
        if self._ui.curveButton.checked and (column := self._column()):
            mark_frame(slicer.mrmlScene, nodes, column, frame)

    def _say_outcome(self, nodes: CheckNodes) -> None:
        lines = [line for line in SEGMENTATION.notes(self.result) if not line.startswith(" ")]
        node = self._node(nodes)
        if self.computed_from.changed(nodes.key, node, "check"):
            lines.append(_("The labels have changed since this check: check them again."))
        self._ui.verdictLabel.text = html_list(lines)
        self.repair.say(stale=self.computed_from.changed(nodes.key, node, "repair"))

    # Curves

    def _fill_curves(self, names: dict[str, str]) -> None:
        box, before = self._ui.curveComboBox, self._column()
        box.blockSignals(True)
        box.clear()
        self._curves = list(names)
        box.addItems(list(names.values()))
        box.currentIndex = self._curves.index(before) if before in self._curves else (0 if names else -1)
        box.blockSignals(False)
        for widget in (box, self._ui.curveButton):
            widget.setVisible(bool(names))
        if not names:
            self._ui.curveButton.checked = False
        self._draw_curve()

    def _column(self) -> str | None:
        index = self._ui.curveComboBox.currentIndex
        return self._curves[index] if 0 <= index < len(self._curves) else None

    def _show_curve(self, on: bool) -> None:
        self._ui.curveButton.text = _("Hide curve") if on else _("Show curve")
        if on:
            self._draw_curve()
        else:
            self.charts.back()

    def _draw_curve(self) -> None:
        nodes, column = self.nodes, self._column()
        if self._ui.curveButton.checked and self._readable and nodes is not None and column is not None:
            self.charts.show(show_curve(slicer.mrmlScene, nodes, column, self._place[0]))

    def _node(self, nodes: CheckNodes) -> Any:
        """The checked node; None where it was deleted."""
        return slicer.mrmlScene.GetNodeByID(nodes.key)
