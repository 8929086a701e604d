"""The module's panel: plane rows, run and results, and the conditions for Apply."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import qt
import slicer
from slicer.i18n import tr as _

from FetalSkullReconstructionLib.plane_row import PlaneRow
from FetalSkullReconstructionLib.planned_case import FOLDER_PREFIX, plan_case
from FetalSkullReconstructionLib.preselection import preselect
from FetalSkullReconstructionLib.results_panel import ResultsPanel
from FetalSkullReconstructionLib.sample_case import load_sample
from FetalSkullReconstructionLib.typed_fields import AgeField
from GenerativeModelsDesktop.message_box import MessageBox
from GenerativeModelsDesktop.model_choice import model_title
from GenerativeModelsDesktop.packages_panel import PackagesPanel
from GenerativeModelsDesktop.style import NOTE, WARNING, breakable
from GenerativeModelsDesktop.worker_run import WorkerRun
from GenerativeModelsDesktop.working_folder import sweep
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.skull.anatomy import SKULL
from GenerativeModelsLib.skull.request import PLANES
from GenerativeModelsScene.skull.planes import selection_problem
from GenerativeModelsScene.skull.show import case_key
from GenerativeModelsScene.skull.views import draw_slices_again

__all__ = ["Panel"]

SETTLE_MS = 150
"""Delay before new nodes are read, since files that are dropped together are loaded one by one."""


class Panel:
    """The panel. Its widgets are those of the .ui file, its state is the parameter node.

    Attributes
    ----------
    run, results, packages, rows, age, message
        Parts of the panel, for tests.
    """

    def __init__(self, ui: Any):
        self._ui = ui
        self._parameters = None
        self._model_problem: str | None = None
        self._loaded = False
        self._added = False
        self._entered = False
        sweep(Path(slicer.app.temporaryPath), FOLDER_PREFIX)
        self.message = MessageBox(ui.messageFrame, ui.messageLabel)
        self.rows = {plane: PlaneRow(ui, plane, self._say, self.on_nodes_changed) for plane in PLANES}
        self.age = AgeField(ui)
        self.results = ResultsPanel(ui, self.message)
        self.run = WorkerRun(self, SKULL.name, showing=_("Showing the skull"))
        self.packages = PackagesPanel(
            ui, self._packages_complete, title=_("Fetal Skull Reconstruction"), run=_("reconstruction")
        )
        self._settled = qt.QTimer()
        self._settled.setSingleShot(True)
        self._settled.interval = SETTLE_MS
        self._settled.connect("timeout()", self._look_at_new_nodes)
        ui.applyButton.connect("clicked()", self.apply_or_cancel)
        ui.modelBrowseButton.connect("clicked()", self._browse_model)
        ui.sampleLabel.connect("linkActivated(QString)", lambda link: self.load_sample())
        ui.researchUseLabel.setStyleSheet(NOTE)

    # Called by the module widget

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
        """Called when the module is shown: check the packages and start the worker if they are complete."""
        self._entered = True
        if not self.packages.state.complete:
            self.packages.refresh()
        if self.packages.state.complete:
            self.run.warm_up()
        self.refresh()

    def leave(self) -> None:
        """Called when the module is left: ignore changes of the scene, and release the worker later."""
        self._entered = False
        self.run.release_later()

    def close(self) -> None:
        """Stop the timer, the observers and the run."""
        self._settled.stop()
        for row in self.rows.values():
            row.close()
        self.run.close()

    def cancel(self) -> None:
        """Cancel the run, if there is one, and show that it was cancelled."""
        if self.run.busy:
            self.run.cancel()
            self.refresh()
            self._status(_("Cancelled."), NOTE)

    def on_node_added(self, caller: object = None, event: object = None) -> None:
        """Read the added nodes after `SETTLE_MS`; then images are preselected."""
        self._added = True
        self._settled.start()

    def on_nodes_changed(self, caller: object = None, event: object = None) -> None:
        """Read removed or changed nodes after `SETTLE_MS`; no image is chosen in place of a removed one."""
        self._settled.start()

    def on_scene_loaded(self) -> None:
        """Read the nodes of an imported scene after `SETTLE_MS`."""
        self._loaded = self._added = True
        self._settled.start()

    def preselect(self) -> None:
        """Choose images by `preselect`, if none is chosen."""
        chosen = self.parameters
        if chosen is None or any(getattr(chosen, plane) is not None for plane in PLANES):
            return
        self._choose(preselect(slicer.mrmlScene))

    def refresh(self) -> None:
        """Show the values of the parameter node, and enable Apply if they are valid."""
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
        """Start a run, or cancel the current one."""
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
            self.message.fail(SKULL.in_window_words(error))
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

    # Called by the run

    def run_progress(self, message: str, share: float) -> None:
        """Show the progress of the run; `share` is 0 to 1."""
        self._ui.progressBar.value = round(100 * share)
        self._status(message, NOTE)

    def run_done(self, key: str) -> None:
        """Show the result of the run."""
        self.results.show(key, again=True)
        self.refresh()

    def run_failed(self, sentence: str) -> None:
        """Show why the run ended without a result."""
        self._show_apply()
        self.message.fail(sentence)

    def device_found(self, text: str) -> None:
        """Show the device that the worker found."""
        self._ui.deviceFoundLabel.text = text

    # Display

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
        """Reason why Apply is disabled; None if it is enabled."""
        if not self.packages.state.complete:
            return _("Python packages are missing: see the top of this panel.")
        chosen: Mapping[str, Any] = {plane: getattr(self.parameters, plane) for plane in PLANES}
        return selection_problem(chosen) or self.age.problem or self._model_problem

    def _show_model(self) -> None:
        try:
            text, self._model_problem = model_title(self.parameters.modelFolder, SKULL.name), None
        except InputError as error:
            text = self._model_problem = str(error)
        self._ui.modelFoundLabel.setStyleSheet(WARNING if self._model_problem else NOTE)
        self._ui.modelFoundLabel.text = breakable(text)

    def _look_at_new_nodes(self) -> None:
        if self._loaded:
            self._loaded = False
            draw_slices_again(slicer.mrmlScene)
        if self._entered and self.parameters is not None and not self.run.busy:
            if self._added:
                self.preselect()
            self.refresh()
        self._added = False

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
