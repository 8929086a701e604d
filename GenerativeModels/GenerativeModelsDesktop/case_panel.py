"""Base of a module's panel: inputs, run and results of a case, and the conditions for Apply."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import qt
import slicer
from slicer.i18n import tr as _

from GenerativeModelsDesktop.identity_fields import IdentityFields
from GenerativeModelsDesktop.message_box import MessageBox
from GenerativeModelsDesktop.node_watch import NodeWatch
from GenerativeModelsDesktop.packages_panel import PackagesPanel
from GenerativeModelsDesktop.style import NOTE, breakable
from GenerativeModelsDesktop.worker_run import Case, WorkerRun
from GenerativeModelsDesktop.working_folder import sweep
from GenerativeModelsLib.errors import InputError

__all__ = ["CasePanel", "PanelTexts"]

SECTIONS = ("inputs", "identity", "advanced")
"""Parts of the panel that are disabled during a run; a module may lack the last."""
SETTLE_MS = 150
"""Delay before new nodes are read, since files that are dropped together are loaded one by one."""


@dataclass(frozen=True, kw_only=True)
class PanelTexts:
    """Texts of a panel.

    Attributes
    ----------
    title
        Title of the module.
    run
        Name of a run, such as "analysis".
    apply, cancel
        Tool tips of the button that starts and cancels a run.
    showing
        Progress message while the result is loaded into the scene.
    start
        Text of the button that starts a run.
    """

    title: str
    run: str
    apply: str
    cancel: str
    showing: str
    start: str = ""


class CasePanel:
    """The panel. Its widgets are those of the .ui file, its state is the parameter node.

    A subclass sets `results` in its constructor and defines `plan`, `find_inputs`, `show_inputs`, `input_problem` and
    `shown_key`. Its parameter node has the fields of the identity.

    Parameters
    ----------
    ui
        Widgets of the .ui file.
    anatomy
        Record of the anatomy.
    folder_prefix
        First part of the names of all temporary folders of the module.
    texts
        Texts of the panel.

    Attributes
    ----------
    node_fields
        Fields of the parameter node that hold the chosen nodes.
    kept_fields
        Further fields that belong to the chosen nodes.
    run, results, packages, message, identity
        Parts of the panel, for tests.
    """

    node_fields: tuple[str, ...] = ()
    kept_fields: tuple[str, ...] = ()
    results: Any

    def __init__(self, ui: Any, anatomy: Any, folder_prefix: str, texts: PanelTexts):
        self._ui = ui
        self._anatomy = anatomy
        self._texts = texts
        self._parameters = None
        self._loaded = False
        self._added = False
        self._entered = False
        sweep(Path(slicer.app.temporaryPath), folder_prefix)
        self.message = MessageBox(ui.messageFrame, ui.messageLabel)
        self.run = WorkerRun(self, anatomy.name, showing=texts.showing)
        self.identity = IdentityFields(ui, self._chosen_nodes, self.say, anatomy.in_window_words)
        self.packages = PackagesPanel(ui, self._packages_complete, title=texts.title, run=texts.run)
        self._watch = NodeWatch(self.on_nodes_changed)
        self._settled = qt.QTimer()
        self._settled.setSingleShot(True)
        self._settled.interval = SETTLE_MS
        self._settled.connect("timeout()", self._look_at_new_nodes)
        ui.applyButton.connect("clicked()", self.apply_or_cancel)
        self._sections = [each for name in SECTIONS if (each := getattr(ui, f"{name}CollapsibleButton", None))]
        ui.sampleLabel.connect("linkActivated(QString)", lambda link: self.load_sample())
        ui.researchUseLabel.setStyleSheet(NOTE)

    # Defined by the module

    def plan(self) -> Case:
        """The case of the current inputs; raises `InputError` if they cannot be used."""
        raise NotImplementedError

    def find_inputs(self) -> Mapping[str, Any]:
        """Nodes of the scene to choose, by field; empty if there are none."""
        raise NotImplementedError

    def sample(self) -> Mapping[str, Any]:
        """Load the sample case; returns its nodes by field."""
        raise NotImplementedError

    def show_inputs(self) -> None:
        """Show what is known about the chosen nodes."""
        raise NotImplementedError

    def input_problem(self) -> str | None:
        """Reason why the inputs cannot be used; None if they can."""
        raise NotImplementedError

    def shown_key(self) -> str:
        """Key of the case of the chosen nodes; empty without one."""
        raise NotImplementedError

    def scene_loaded(self) -> None:
        """Called some time after a scene was imported."""

    # Called by the module widget

    @property
    def parameters(self) -> Any:
        """The parameter node; None while the panel is not connected to a scene."""
        return self._parameters

    @parameters.setter
    def parameters(self, parameters: Any) -> None:
        self._parameters = self.identity.parameters = parameters
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
        self._watch.close()
        self.run.close()

    def cancel(self) -> None:
        """Cancel the run, if there is one, and show that it was cancelled."""
        if self.run.busy:
            self.run.cancel()
            self.refresh()
            self._status(_("Cancelled."), NOTE)

    def on_node_added(self, caller: object = None, event: object = None) -> None:
        """Read the added nodes after `SETTLE_MS`; then nodes are preselected."""
        self._added = True
        self._settled.start()

    def on_nodes_changed(self, caller: object = None, event: object = None) -> None:
        """Read removed or changed nodes after `SETTLE_MS`; no node is chosen in place of a removed one."""
        self._settled.start()

    def on_scene_loaded(self) -> None:
        """Read the nodes of an imported scene after `SETTLE_MS`."""
        self._loaded = self._added = True
        self._settled.start()

    def preselect(self) -> None:
        """Choose the nodes of `find_inputs`, if none is chosen."""
        chosen = self.parameters
        if chosen is None or any(getattr(chosen, field) is not None for field in self.node_fields):
            return
        self.choose(self.find_inputs())

    def refresh(self) -> None:
        """Show the values of the parameter node, and enable Apply if they are valid."""
        if self.parameters is None:
            return
        chosen = [getattr(self.parameters, field) for field in self.node_fields]
        self._watch.follow(chosen)
        self.show_inputs()
        self._ui.sampleLabel.setVisible(not any(chosen))
        self.results.show(self.shown_key())
        self._show_apply()

    # Actions

    def apply_or_cancel(self) -> None:
        """Start a run, or cancel the current one."""
        if self.run.busy:
            self.cancel()
        else:
            self.start(self.plan)

    def start(self, plan: Callable[[], Case]) -> None:
        """Start the run of a case that a function makes; a sentence says why it cannot be made."""
        self.message.clear()
        try:
            self.run.start(plan())
        except InputError as error:
            self.message.fail(self._anatomy.in_window_words(error))
            return
        self.run_progress(_("Starting"), 0.0)
        self._show_apply()

    def load_sample(self) -> None:
        """Load the sample case and choose it."""
        self.choose(self.sample())

    def choose(self, nodes: Mapping[str, Any]) -> None:
        """Choose nodes, by field."""
        with slicer.util.NodeModify(self.parameters):
            for field, node in nodes.items():
                setattr(self.parameters, field, node)

    def say(self, sentence: str | None) -> None:
        """Show a message after a failure, or remove it."""
        if sentence is None:
            self.message.clear()
        else:
            self.message.fail(sentence)

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
        """Called with the device that the worker found."""

    # Display

    def _show_apply(self) -> None:
        if self.parameters is None:
            return
        button, busy = self._ui.applyButton, self.run.busy
        self._ui.progressBar.setVisible(busy)
        for section in self._sections:
            section.enabled = not busy
        if busy:
            button.text, button.enabled, button.toolTip = _("Cancel"), True, self._texts.cancel
            return
        problem = self._problem()
        button.text = self._texts.start or _("Apply")
        button.enabled = problem is None
        button.toolTip = problem or self._texts.apply
        self._status(problem or "", NOTE)

    def _problem(self) -> str | None:
        """Reason why Apply is disabled; None if it is enabled."""
        if not self.packages.state.complete:
            return _("Python packages are missing: see the top of this panel.")
        return self.input_problem() or self.identity.problem

    def _chosen_nodes(self) -> dict[str, Any]:
        return {field: getattr(self.parameters, field) for field in self.node_fields}

    def _look_at_new_nodes(self) -> None:
        if self._loaded:
            self._loaded = False
            self.scene_loaded()
        if self._entered and self.parameters is not None and not self.run.busy:
            if self._added:
                self.preselect()
            self.refresh()
        self._added = False

    def _packages_complete(self) -> None:
        self.run.warm_up()
        self.refresh()

    def _status(self, text: str, style: str) -> None:
        self._ui.statusLabel.setStyleSheet(style)
        self._ui.statusLabel.text = breakable(text)
        self._ui.statusLabel.setVisible(bool(text))
