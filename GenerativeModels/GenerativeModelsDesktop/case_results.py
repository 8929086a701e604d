"""Base of the results of a panel: the case on show, its warnings, its report, saving and export."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import qt
import slicer
from slicer.i18n import tr as _

from GenerativeModelsDesktop import working_folder
from GenerativeModelsDesktop.message_box import MessageBox
from GenerativeModelsLib.errors import SCALE, InputError
from GenerativeModelsScene.nodes.dicom_source import dicom_headers_of
from GenerativeModelsScene.nodes.export import export_formats

__all__ = ["CaseResults", "free_folder"]

LOOK_MS = 15
"""Pause between two steps of arranging the views for another case."""
_OF_THE_SURFACE = ("stl", "ply", "glb")
"""Exporters whose formats the surface on show can be written in."""
EXPORTS = "STL (*.stl);;PLY (*.ply);;glTF (*.glb)"


class CaseResults:
    """Shows one case of the scene, found by its key; hidden while there is none.

    A subclass defines `find`, `fill`, `arrange`, `save_files` and, where its cases have surfaces, `export_file`. The
    nodes of a case have the attribute `table`, and those of `text_nodes` the attributes `result` and `report`
    (vtkMRMLTextNode or None).

    Parameters
    ----------
    ui
        The panel's widgets.
    anatomy
        Record of the anatomy.
    folder_prefix
        First part of the names of temporary folders, and name of a saved case.
    message
        Box for failures and successes.
    open_file
        Opens a path with the system's default program; tests replace it.
    """

    def __init__(
        self,
        ui: Any,
        anatomy: Any,
        folder_prefix: str,
        message: MessageBox,
        open_file: Callable[[str], bool] | None = None,
    ):
        self._ui = ui
        self._anatomy = anatomy
        self._prefix = folder_prefix
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
        ui.reportButton.connect("clicked()", self.show_report)
        ui.saveButton.connect("clicked()", self.ask_and_save)
        self._new_patient = self._fill_export_menu(ui.exportButton)

    # Defined by the module

    def find(self, key: str) -> Any:
        """The nodes of the case of that key; None without a case."""
        raise NotImplementedError

    def text_nodes(self, nodes: Any) -> Any:
        """What has the attributes `result` and `report` of a case."""
        return nodes

    def fill(self, nodes: Any, result: dict[str, Any]) -> None:
        """Show the values of a case in the panel; None and {} while there is none."""
        raise NotImplementedError

    def arrange(self, nodes: Any) -> Iterator[str]:
        """Show the case alone, and arrange the views for it, in short steps."""
        raise NotImplementedError

    def save_files(self, nodes: Any, folder: Path) -> Path:
        """Write the files of a case; raises `InputError` or `OSError`."""
        raise NotImplementedError

    def export_file(self, nodes: Any, path: Path) -> None:
        """Write the surface on show; the suffix of the path is its format. Raises `InputError` or `OSError`."""
        raise NotImplementedError

    def input_nodes(self, nodes: Any) -> Mapping[str, Any]:
        """The nodes that a case was computed from, by field, as far as they are known; see `export_formats`."""
        return {}

    # The case on show

    @property
    def nodes(self) -> Any:
        """Nodes of the case in the scene; None without a case."""
        return self.find(self._key) if self._key else None

    @property
    def result(self) -> dict[str, Any] | None:
        """Content of result.json of the case; None without one."""
        return self._result_of(self.nodes)

    def show(self, key: str, again: bool = False) -> None:
        """Show the case of that key, or nothing if the scene has none; with `again`, also if it is shown already."""
        self._key = key
        nodes = self.nodes
        result = self._result_of(nodes)
        there = result is not None
        shown = (key, nodes.table.GetID(), self.text_nodes(nodes).result.GetID()) if there else None
        if shown == self._shown and not again:
            return
        self._shown = shown
        self._ui.resultsCollapsibleButton.setVisible(there)
        if not there:
            self.fill(None, {})
            return
        self.warnings.warn(result["warnings"], grave=SCALE in result.get("warning_kinds", ()))
        self._ui.reportButton.enabled = self.text_nodes(nodes).report is not None
        self.fill(nodes, result)
        if not again and self._in_view not in ("", key):  # a new result is in view already
            self._look = self.arrange(nodes)
            self._look_timer.start()
        self._in_view = key

    def forget(self) -> None:
        """Show nothing, and leave the views unchanged for the next case."""
        self._in_view = ""
        self._look_timer.stop()
        self.show("")

    # Actions

    def show_report(self) -> None:
        """Write the report to a temporary file and open it in the browser."""
        nodes = self.nodes
        self.open_report(None if nodes is None else self.text_nodes(nodes).report)

    def open_report(self, report: Any) -> None:
        """Write the report in a text node to a temporary file and open it in the browser."""
        if report is None:
            self._message.fail(_("The report of this case is not in the scene any more: make the case again."))
            return
        try:
            path = working_folder.new_folder(Path(slicer.app.temporaryPath), f"{self._prefix}report-") / "report.html"
            path.write_text(report.GetText(), encoding="utf-8")
        except OSError as error:
            self._message.fail(_("The report cannot be written ({error}): free space on the disk.").format(error=error))
            return
        if not self._open_file(str(path)):
            self._message.fail(_("No program opens the report: open {path} in a web browser.").format(path=path))

    def ask_and_save(self) -> None:
        """Save the case into a folder that the user chooses; see `save`."""
        folder = qt.QFileDialog.getExistingDirectory(slicer.util.mainWindow(), _("Folder for the case"))
        if folder:
            self.save(Path(folder))

    def save(self, folder: Path) -> Path | None:
        """Save the case into the folder if it is empty, else into a new subfolder; None on failure."""
        free = free_folder(folder, self._prefix.rstrip("-"))
        return self._write(lambda nodes: self.save_files(nodes, free))

    def ask_and_export(self) -> None:
        """Export the surface on show to a file that the user chooses."""
        window = slicer.util.mainWindow()
        path = qt.QFileDialog.getSaveFileName(window, _("File for the surface"), "", EXPORTS)
        if path:
            self.export(Path(path))

    def export(self, path: Path) -> Path | None:
        """Export the surface on show as STL, PLY or GLB, by the suffix; None on failure."""

        def write(nodes: Any) -> Path:
            self.export_file(nodes, path)
            return path

        return self._write(write)

    def ask_and_export_formats(self, names: Sequence[str]) -> None:
        """Write the files of exporters into a folder that the user chooses; see `export_formats`."""
        folder = qt.QFileDialog.getExistingDirectory(slicer.util.mainWindow(), _("Folder for the exported files"))
        if folder:
            self.export_formats(names, Path(folder))

    def export_formats(self, names: Sequence[str], folder: Path) -> Path | None:
        """Write the files of exporters, such as "dicom-sr"; None on failure.

        DICOM files belong to the patient and study of the DICOM file of the inputs, unless a new patient is chosen.
        """

        def write(nodes: Any) -> Path:
            new = self._new_patient.checked
            headers = {} if new else dicom_headers_of(self.input_nodes(nodes))
            export_formats(self._anatomy, lambda place: self.save_files(nodes, place), names, folder, headers)
            return folder

        return self._write(write)

    def _fill_export_menu(self, button: Any) -> Any:
        """The menu of the button: the surface on show, the formats of the anatomy, and the switch of the patient."""
        self._export_menu = menu = qt.QMenu(button)
        button.setMenu(menu)
        if self._anatomy.meshes:
            menu.addAction(_("Surface on show (STL, PLY, glTF)...")).connect("triggered()", self.ask_and_export)
            menu.addSeparator()
        for name, exporter in self._anatomy.exporters.items():
            if name not in _OF_THE_SURFACE:
                action = menu.addAction(_(exporter.label) + "...")
                action.connect("triggered()", lambda name=name: self.ask_and_export_formats([name]))
        menu.addSeparator()
        switch = menu.addAction(_("DICOM files of a new patient and study"))
        switch.setCheckable(True)
        return switch

    def _write(self, write: Callable[[Any], Path]) -> Path | None:
        nodes = self.nodes
        try:
            if nodes is None:
                raise InputError(_("This case is not in the scene any more: make it again."))
            path = write(nodes)
        except InputError as error:
            self._message.fail(self._anatomy.in_window_words(error))
            return None
        except OSError as error:
            self._message.fail(str(error))
            return None
        self._message.inform(_("Saved in {folder}").format(folder=path))
        return path

    def to_case(self, change: Callable, *values: Any) -> None:
        """Call a function on the nodes of the case, if there is one; an `InputError` is shown."""
        nodes = self.nodes
        if nodes is None:
            return
        try:
            change(nodes, *values)
        except InputError as error:  # the user has deleted a node
            self._message.fail(self._anatomy.in_window_words(error))

    def _result_of(self, nodes: Any) -> dict[str, Any] | None:
        """Content of result.json of a case with table and text; None for another one."""
        text = None if nodes is None or nodes.table is None else self.text_nodes(nodes).result
        try:
            return None if text is None else json.loads(text.GetText())
        except ValueError:  # the user has edited the text node
            return None

    def _look_on(self) -> None:
        """Arrange the next view."""
        try:
            next(self._look)
        except (StopIteration, InputError):  # the end, or the user has deleted a node meanwhile
            self._look_timer.stop()


def free_folder(folder: Path, name: str) -> Path:
    """The folder itself if it is absent or empty, else the first free "name", "name-2", ... in it."""
    if not folder.is_dir() or not any(folder.iterdir()):
        return folder
    names = (folder / (name if number == 1 else f"{name}-{number}") for number in range(1, 10_000))
    return next(path for path in names if not path.exists())
