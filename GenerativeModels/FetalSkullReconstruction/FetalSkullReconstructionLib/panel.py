"""The module's panel as a whole: its rows, its run and its results, and what Apply needs before it may be pressed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import qt
import slicer
from slicer.i18n import tr as _

from FetalSkullReconstructionLib.age_field import AgeField
from FetalSkullReconstructionLib.case_run import CaseRun
from FetalSkullReconstructionLib.messages import MessageBox
from FetalSkullReconstructionLib.model_choice import model_title
from FetalSkullReconstructionLib.packages_panel import PackagesPanel
from FetalSkullReconstructionLib.plane_row import PlaneRow
from FetalSkullReconstructionLib.planned_case import plan_case
from FetalSkullReconstructionLib.preselection import preselect
from FetalSkullReconstructionLib.results_panel import ResultsPanel
from FetalSkullReconstructionLib.sample_case import load_sample
from FetalSkullReconstructionLib.style import NOTE, WARNING, breakable
from FetalSkullReconstructionLib.views import draw_slices_again
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.skull.request import PLANES
from GenerativeModelsScene.skull.planes import selection_problem
from GenerativeModelsScene.skull.show import case_key

__all__ = ["Panel"]

SETTLE_MS = 150
"""Files dropped together arrive one by one: the panel looks at them when they have settled."""


class Panel:
    """What the user sees and presses. Its widgets are those of the .ui file, its memory is the parameter node.

    Attributes
    ----------
    run, results, packages, rows, age, message
        Its parts, for tests.
    """

    def __init__(self, ui: Any):
        self._ui = ui
        self._parameters = None
        self._model_problem: str | None = None
        self._loaded = False
        self._entered = False
        self.message = MessageBox(ui.messageFrame, ui.messageLabel)
        self.rows = {plane: PlaneRow(ui, plane, self._say, self.on_nodes_changed) for plane in PLANES}
        self.age = AgeField(ui)
        self.results = ResultsPanel(ui, self.message)
        self.run = CaseRun(self)
        self.packages = PackagesPanel(ui, self._packages_complete)
        self._settled = qt.QTimer()
        self._settled.setSingleShot(True)
        self._settled.interval = SETTLE_MS
        self._settled.connect("timeout()", self._look_at_new_nodes)
        ui.applyButton.connect("clicked()", self.apply_or_cancel)
        ui.modelBrowseButton.connect("clicked()", self._browse_model)
        ui.sampleLabel.connect("linkActivated(QString)", lambda link: self.load_sample())
        ui.researchUseLabel.setStyleSheet(NOTE)

    # What the module widget calls

    @property
    def parameters(self) -> Any:
        """The typed parameter node; None while the scene closes."""
        return self._parameters

    @parameters.setter
    def parameters(self, parameters: Any) -> None:
        self._parameters = parameters
        self.age.forget()
        if parameters is None:
            self.message.clear()
            self.results.forget()

    def enter(self) -> None:
        """The module is shown: look at the packages, and warm the worker up when it can work."""
        self._entered = True
        if not self.packages.state.complete:
            self.packages.refresh()
        if self.packages.state.complete:
            self.run.warm_up()
        self.refresh()

    def leave(self) -> None:
        """The module is left: what happens in the scene is looked at when the user comes back."""
        self._entered = False
        self.run.release_later()

    def close(self) -> None:
        """For good."""
        self._settled.stop()
        for row in self.rows.values():
            row.close()
        self.run.close()

    def cancel(self) -> None:
        """End a run, if there is one, and say so."""
        if self.run.busy:
            self.run.cancel()
            self.refresh()
            self._status(_("Cancelled."), NOTE)

    def on_nodes_changed(self, caller: object = None, event: object = None) -> None:
        """Nodes were added, removed or changed: look at them when they have settled."""
        self._settled.start()

    def on_scene_loaded(self) -> None:
        """A scene has come in, perhaps with a case."""
        self._loaded = True
        self._settled.start()

    def preselect(self) -> None:
        """Choose the images that are most probably meant, where none is chosen."""
        chosen = self.parameters
        if chosen is None or any(getattr(chosen, plane) is not None for plane in PLANES):
            return
        self._choose(preselect(slicer.mrmlScene))

    def refresh(self) -> None:
        """Show what the parameter node says, and whether it can be applied."""
        if self.parameters is None:
            return
        axial = self.parameters.axial
        self.age.follow(axial)
        for row in self.rows.values():
            row.refresh()
        self._ui.sampleLabel.setVisible(axial is None)
        self._show_model()
        self.results.show(case_key(axial) if axial is not None else "")
        self._show_apply()

    # Actions

    def apply_or_cancel(self) -> None:
        """The one button: start, or stop what runs."""
        if self.run.busy:
            self.cancel()
            return
        self.message.clear()
        p = self.parameters
        try:
            case = plan_case(
                slicer.mrmlScene,
                {plane: getattr(p, plane) for plane in PLANES},
                gestational_age_weeks=p.gestationalAge,
                samples=p.samples,
                seed=p.seed,
                device=p.device,
                model_folder=p.modelFolder,
                on_axial_image=p.onAxialImage,
                planes_in_3d=p.showPlanes,
            )
            self.run.start(case)
        except InputError as error:
            self.message.fail(str(error))
            return
        self.run_progress(_("Starting"), 0.0)
        self._show_apply()

    def load_sample(self) -> None:
        """Load the sample case and choose it."""
        self._choose(load_sample())

    def _browse_model(self) -> None:
        folder = qt.QFileDialog.getExistingDirectory(slicer.util.mainWindow(), _("Folder of a model bundle"))
        if folder:
            self._ui.modelFolderEdit.text = folder

    # What the run tells

    def run_progress(self, message: str, share: float) -> None:
        """The run is at that share."""
        self._ui.progressBar.value = round(100 * share)
        self._status(message, NOTE)

    def run_done(self, key: str) -> None:
        """The result is in the scene."""
        self.results.show(key, again=True)
        self.refresh()

    def run_failed(self, sentence: str) -> None:
        """The run ended without a result."""
        self._show_apply()
        self.message.fail(sentence)

    def device_found(self, text: str) -> None:
        """The worker has looked for a device."""
        self._ui.deviceFoundLabel.text = text

    # Showing

    def _show_apply(self) -> None:
        if self.parameters is None:
            return
        button, busy = self._ui.applyButton, self.run.busy
        self._ui.progressBar.setVisible(busy)
        self._ui.inputsCollapsibleButton.enabled = not busy
        self._ui.advancedCollapsibleButton.enabled = not busy
        if busy:
            button.text, button.enabled, button.toolTip = _("Cancel"), True, _("Stop the reconstruction.")
            return
        problem = self._problem()
        button.text = _("Apply")
        button.enabled = problem is None
        button.toolTip = problem or _("Reconstruct the skull.")
        self._status(problem or "", NOTE)

    def _problem(self) -> str | None:
        """What is missing before Apply can be pressed."""
        if not self.packages.state.complete:
            return _("Python packages are missing: see the top of this panel.")
        chosen: Mapping[str, Any] = {plane: getattr(self.parameters, plane) for plane in PLANES}
        return selection_problem(chosen) or self.age.problem or self._model_problem

    def _show_model(self) -> None:
        try:
            text, self._model_problem = model_title(self.parameters.modelFolder), None
        except InputError as error:
            text = self._model_problem = str(error)
        self._ui.modelFoundLabel.setStyleSheet(WARNING if self._model_problem else NOTE)
        self._ui.modelFoundLabel.text = breakable(text)

    def _look_at_new_nodes(self) -> None:
        if self._loaded:
            self._loaded = False
            draw_slices_again(slicer.mrmlScene)
        if self._entered and self.parameters is not None and not self.run.busy:
            self.preselect()
            self.refresh()

    def _choose(self, nodes: Mapping[str, slicer.vtkMRMLVolumeNode]) -> None:
        with slicer.util.NodeModify(self.parameters):
            for plane, node in nodes.items():
                setattr(self.parameters, plane, node)

    def _packages_complete(self) -> None:
        self.run.warm_up()
        self.refresh()

    def _say(self, sentence: str | None) -> None:
        if sentence is None:
            self.message.clear()
        else:
            self.message.fail(sentence)

    def _status(self, text: str, style: str) -> None:
        self._ui.statusLabel.setStyleSheet(style)
        self._ui.statusLabel.text = breakable(text)
        self._ui.statusLabel.setVisible(bool(text))
