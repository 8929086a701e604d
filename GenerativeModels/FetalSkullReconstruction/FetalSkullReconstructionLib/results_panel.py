"""The finished case in the panel of the skull module: verdict, biometry, display switches, growth chart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import qt
import slicer
from slicer.i18n import tr as _

from FetalSkullReconstructionLib.planned_case import FOLDER_PREFIX
from GenerativeModelsDesktop.case_results import CaseResults
from GenerativeModelsDesktop.chart_view import ChartView
from GenerativeModelsDesktop.message_box import MessageBox
from GenerativeModelsDesktop.style import NOTE, html_list
from GenerativeModelsDesktop.switches import ColourRangeRow
from GenerativeModelsDesktop.table_view import prepare_table, show_table
from GenerativeModelsLib.anatomy.verdict import is_outside, score_text, verdict_text
from GenerativeModelsLib.skull.anatomy import SKULL
from GenerativeModelsScene.nodes.export import export_model
from GenerativeModelsScene.skull.save import save_case
from GenerativeModelsScene.skull.show import (
    SkullNodes,
    find_case,
    has_axial_position,
    set_lines_visible,
    set_on_axial_image,
    set_outlines_visible,
    set_planes_visible,
    set_uncertainty_range,
    show_alone,
    uncertainty_range,
)
from GenerativeModelsScene.skull.views import look_at_case

__all__ = ["ResultsPanel"]

CHART_TITLES = {"hc": _("Head circumference"), "bpd": _("Biparietal diameter"), "ofd": _("Occipito-frontal diameter")}


class ResultsPanel(CaseResults):
    """Results of the skull module."""

    def __init__(self, ui: Any, message: MessageBox):
        super().__init__(ui, SKULL, FOLDER_PREFIX, message)
        self.charts = ChartView()
        self._chart_menu = qt.QMenu(ui.chartButton)
        ui.chartButton.setMenu(self._chart_menu)
        self._chart_actions = {}
        for measure, title in CHART_TITLES.items():
            action = self._chart_actions[measure] = self._chart_menu.addAction(title)
            action.connect("triggered()", lambda measure=measure: self.show_chart(measure))
        self._chart_menu.addSeparator()
        self._back_action = self._chart_menu.addAction(_("Close the chart"))
        self._back_action.connect("triggered()", self.charts.back)
        self._chart_menu.connect("aboutToShow()", self._fill_chart_menu)
        ui.showPlanesCheckBox.connect("toggled(bool)", self._planes_toggled)
        ui.showOutlinesCheckBox.connect("toggled(bool)", self._outlines_toggled)
        ui.showLinesCheckBox.connect("toggled(bool)", self._lines_toggled)
        ui.onAxialImageCheckBox.connect("toggled(bool)", self._placement_toggled)
        self._range = ColourRangeRow(
            ui.colourRangeComboBox,
            ui.uncertaintyRangeWidget,
            self._ends,
            lambda low, high: self.to_case(set_uncertainty_range, low, high),
        )
        prepare_table(ui.biometryTable)

    def find(self, key: str) -> SkullNodes | None:
        """The nodes of the case of that key; None without a case."""
        return find_case(slicer.mrmlScene, key)

    def fill(self, nodes: SkullNodes | None, result: dict[str, Any]) -> None:
        """Show the values of a case; None while there is none."""
        show_table(self._ui.biometryTable, nodes.table if nodes else None)
        if nodes is None:
            return
        self._ui.verdictLabel.text = html_list(_lines(result))
        self._ui.verdictLabel.toolTip = score_text(result["in_distribution"])
        self._ui.biometryTable.setStyleSheet(NOTE if is_outside(result) else "")
        self._ui.chartButton.enabled = bool(nodes.charts) and slicer.app.layoutManager() is not None
        self._planes_toggled()
        self._outlines_toggled()
        self._lines_toggled()
        self._range.refresh()

    def arrange(self, nodes: SkullNodes) -> Iterator[str]:
        """Show the case alone, and arrange the views for it."""
        if nodes.model is not None:
            show_alone(slicer.mrmlScene, nodes)
            yield from look_at_case(slicer.mrmlScene, nodes)

    def save_files(self, nodes: SkullNodes, folder: Path) -> Path:
        """Write the files of the case as the command line does."""
        return save_case(slicer.mrmlScene, nodes, folder)

    def export_file(self, nodes: SkullNodes, path: Path) -> None:
        """Write the skull; the suffix of the path is its format."""
        export_model(nodes.model, path)

    def input_nodes(self, nodes: SkullNodes) -> Mapping[str, Any]:
        """The axial image of a case, whose ID is its key."""
        return {"axial": slicer.mrmlScene.GetNodeByID(nodes.key)}

    def show_chart(self, measure: str) -> None:
        """Show the growth chart of "hc", "bpd" or "ofd" in a plot view beside the 3D view."""
        nodes = self.nodes
        if nodes is None or measure not in nodes.charts:
            self._message.fail(_("The growth chart is not in the scene any more: press Apply to make it again."))
            return
        self.charts.show(nodes.charts[measure])

    def _fill_chart_menu(self) -> None:
        self._back_action.enabled = self.charts.shown
        nodes = self.nodes
        for measure, action in self._chart_actions.items():
            action.enabled = nodes is not None and measure in nodes.charts

    def _planes_toggled(self) -> None:
        self.to_case(set_planes_visible, self._ui.showPlanesCheckBox.checked)

    def _outlines_toggled(self) -> None:
        self.to_case(set_outlines_visible, self._ui.showOutlinesCheckBox.checked)

    def _lines_toggled(self) -> None:
        self.to_case(set_lines_visible, self._ui.showLinesCheckBox.checked)

    def _placement_toggled(self) -> None:
        nodes = self.nodes
        if nodes is not None and has_axial_position(nodes):
            set_on_axial_image(nodes, self._ui.onAxialImageCheckBox.checked)

    def _ends(self, choice: str) -> tuple[float, float] | None:
        nodes = self.nodes
        return uncertainty_range(nodes, choice) if nodes is not None and nodes.model is not None else None


def _lines(result: dict[str, Any]) -> list[str]:
    """Ages that the measurements fit, normal ranges and uncertainty, the verdict on the input, and how it was made."""
    made = _("{samples} samples on {device} in {seconds:.1f} s").format(
        samples=result["samples"], device=result["device"], seconds=result["seconds"]["total"]
    )
    return [
        *SKULL.notes(result),
        _("Input: {verdict}").format(verdict=verdict_text(result["in_distribution"])),
        made,
    ]
