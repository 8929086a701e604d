"""The finished case in the panel: warnings, verdict, biometry, display switches, report, growth chart, saving."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import qt
import slicer
from slicer.i18n import tr as _

from FetalSkullReconstructionLib.planned_case import FOLDER_PREFIX
from GenerativeModelsDesktop import working_folder
from GenerativeModelsDesktop.chart_view import ChartView
from GenerativeModelsDesktop.message_box import MessageBox
from GenerativeModelsDesktop.table_view import prepare_table, show_table
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.skull.anatomy import SKULL
from GenerativeModelsScene.skull.save import save_case
from GenerativeModelsScene.skull.show import (
    SkullNodes,
    find_case,
    has_axial_position,
    set_on_axial_image,
    set_outlines_visible,
    set_planes_visible,
    set_uncertainty_range,
    show_alone,
)
from GenerativeModelsScene.skull.views import look_at_case

__all__ = ["ResultsPanel"]

LOOK_MS = 15
"""Pause between two steps of arranging the views for another case."""
VERDICTS = {
    "typical": _("The input is typical of the training population"),
    "unusual": _("The input is unusual for the model: compare the images with the outlines"),
    "outside": _("The input is outside the training population: do not rely on these numbers"),
}
CHART_TITLES = {"hc": _("Head circumference"), "bpd": _("Biparietal diameter"), "ofd": _("Occipito-frontal diameter")}


class ResultsPanel:
    """Shows one case of the scene, found by its key; hidden while there is none.

    Parameters
    ----------
    ui
        The panel's widgets.
    message
        Box for failures and successes.
    open_file
        Opens a path with the system's default program; tests replace it.
    """

    def __init__(self, ui: object, message: MessageBox, open_file: Callable[[str], bool] | None = None):
        self._ui = ui
        self._message = message
        self.warnings = MessageBox(ui.warningsFrame, ui.warningsLabel)
        self._open_file = open_file or (lambda path: qt.QDesktopServices.openUrl(qt.QUrl.fromLocalFile(path)))
        self._key = ""
        self._shown: tuple[str, ...] | None = None
        self._in_view = ""
        self._look: Iterator[str] = iter(())
        self._look_timer = qt.QTimer()
        self._look_timer.setInterval(LOOK_MS)
        self._look_timer.connect("timeout()", self._look_on)
        self.charts = ChartView()
        self._chart_menu = qt.QMenu(ui.chartButton)
        ui.chartButton.setMenu(self._chart_menu)
        for measure, title in CHART_TITLES.items():
            action = self._chart_menu.addAction(title)
            action.connect("triggered()", lambda measure=measure: self.show_chart(measure))
        self._chart_menu.addSeparator()
        self._back_action = self._chart_menu.addAction(_("Close the chart"))
        self._back_action.connect("triggered()", self.charts.back)
        self._chart_menu.connect("aboutToShow()", self._fill_chart_menu)
        ui.reportButton.connect("clicked()", self.show_report)
        ui.saveButton.connect("clicked()", self.ask_and_save)
        ui.showPlanesCheckBox.connect("toggled(bool)", self._planes_toggled)
        ui.showOutlinesCheckBox.connect("toggled(bool)", self._outlines_toggled)
        ui.onAxialImageCheckBox.connect("toggled(bool)", self._placement_toggled)
        ui.uncertaintyRangeWidget.connect("valuesChanged(double,double)", self._range_changed)
        prepare_table(ui.biometryTable)

    @property
    def nodes(self) -> SkullNodes | None:
        """Nodes of the case in the scene."""
        return find_case(slicer.mrmlScene, self._key) if self._key else None

    def show(self, key: str, again: bool = False) -> None:
        """Show the case of that key, or nothing if the scene has none; with `again`, also if it is shown already."""
        self._key = key
        nodes = self.nodes
        result = _result_of(nodes)
        there = result is not None
        shown = (key, nodes.table.GetID(), nodes.result.GetID()) if there else None
        if shown == self._shown and not again:
            return
        self._shown = shown
        self._ui.resultsCollapsibleButton.setVisible(there)
        show_table(self._ui.biometryTable, nodes.table if there else None)
        if not there:
            return
        self.warnings.warn(result["warnings"])
        self._ui.verdictLabel.text = _verdict(result)
        self._ui.reportButton.enabled = nodes.report is not None
        self._ui.chartButton.enabled = bool(nodes.charts) and slicer.app.layoutManager() is not None
        self.apply_switches()
        if not again and self._in_view not in ("", key) and nodes.model is not None:  # a new result is in view already
            show_alone(slicer.mrmlScene, nodes)
            self._look = look_at_case(slicer.mrmlScene, nodes)
            self._look_timer.start()
        self._in_view = key

    def forget(self) -> None:
        """Show nothing, and leave the views unchanged for the next case."""
        self._in_view = ""
        self._look_timer.stop()
        self.show("")

    def apply_switches(self) -> None:
        """Apply the display switches of the panel to the case."""
        self._planes_toggled()
        self._outlines_toggled()
        self._range_changed()

    def show_report(self) -> None:
        """Write the report to a temporary file and open it in the browser."""
        nodes = self.nodes
        if nodes is None or nodes.report is None:
            self._message.fail(_("The report of this case is not in the scene any more: press Apply to make it again."))
            return
        try:
            path = working_folder.new_folder(Path(slicer.app.temporaryPath), f"{FOLDER_PREFIX}report-") / "report.html"
            path.write_text(nodes.report.GetText(), encoding="utf-8")
        except OSError as error:
            self._message.fail(_("The report cannot be written ({error}): free space on the disk.").format(error=error))
            return
        if not self._open_file(str(path)):
            self._message.fail(_("No program opens the report: open {path} in a web browser.").format(path=path))

    def show_chart(self, measure: str) -> None:
        """Show the growth chart of "hc", "bpd" or "ofd" in a plot view beside the 3D view."""
        nodes = self.nodes
        if nodes is None or measure not in nodes.charts:
            self._message.fail(_("The growth chart is not in the scene any more: press Apply to make it again."))
            return
        self.charts.show(nodes.charts[measure])

    def ask_and_save(self) -> None:
        """Save the case into a folder that the user chooses; see `save`."""
        folder = qt.QFileDialog.getExistingDirectory(slicer.util.mainWindow(), _("Folder for the case"))
        if folder:
            self.save(Path(folder))

    def save(self, folder: Path) -> Path | None:
        """Save the case into the folder if it is empty, else into a new subfolder; None on failure."""
        nodes = self.nodes
        try:
            if nodes is None:
                raise InputError(_("This case is not in the scene any more: press Apply to make it again."))
            saved = save_case(slicer.mrmlScene, nodes, _free_folder(folder))
        except InputError as error:
            self._message.fail(SKULL.in_window_words(error))
            return None
        except OSError as error:
            self._message.fail(str(error))
            return None
        self._message.inform(_("Saved in {folder}").format(folder=saved))
        return saved

    def _fill_chart_menu(self) -> None:
        self._back_action.enabled = self.charts.shown

    def _planes_toggled(self) -> None:
        self._to_case(set_planes_visible, self._ui.showPlanesCheckBox.checked)

    def _outlines_toggled(self) -> None:
        self._to_case(set_outlines_visible, self._ui.showOutlinesCheckBox.checked)

    def _placement_toggled(self) -> None:
        nodes = self.nodes
        if nodes is not None and has_axial_position(nodes):
            set_on_axial_image(nodes, self._ui.onAxialImageCheckBox.checked)

    def _range_changed(self) -> None:
        low_mm, high_mm = self._ui.uncertaintyRangeWidget.minimumValue, self._ui.uncertaintyRangeWidget.maximumValue
        if low_mm < high_mm:  # the two handles may lie on each other
            self._to_case(set_uncertainty_range, low_mm, high_mm)

    def _look_on(self) -> None:
        """Arrange the next view."""
        try:
            next(self._look)
        except (StopIteration, InputError):  # the end, or the user has deleted a plane meanwhile
            self._look_timer.stop()

    def _to_case(self, change: Callable, *values: float) -> None:
        nodes = self.nodes
        if nodes is not None:
            change(nodes, *values)


def _result_of(nodes: SkullNodes | None) -> dict[str, Any] | None:
    """Content of result.json of a case with table and text; None for another one."""
    if nodes is None or nodes.table is None or nodes.result is None:
        return None
    try:
        return json.loads(nodes.result.GetText())
    except ValueError:  # the user has edited the text node
        return None


def _verdict(result: dict[str, Any]) -> str:
    """In-distribution verdict on the input, with samples, device and time."""
    found = result["in_distribution"]
    return _("{verdict} (score {score:.2f}). {samples} samples on {device} in {seconds:.1f} s.").format(
        verdict=VERDICTS[found["verdict"]],
        score=found["score"],
        samples=result["samples"],
        device=result["device"],
        seconds=result["seconds"]["total"],
    )


def _free_folder(folder: Path) -> Path:
    """The folder itself if it is absent or empty, else the first free "fetal-skull", "fetal-skull-2", ... in it."""
    if not folder.is_dir() or not any(folder.iterdir()):
        return folder
    names = (folder / ("fetal-skull" if number == 1 else f"fetal-skull-{number}") for number in range(1, 10_000))
    return next(name for name in names if not name.exists())
