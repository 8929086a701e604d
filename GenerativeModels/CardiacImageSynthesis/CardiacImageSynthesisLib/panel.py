"""The panel of the module: labels, style and method, a preview, then the images."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import slicer
from slicer.i18n import tr as _

from CardiacImageSynthesisLib.method_row import MethodRow
from CardiacImageSynthesisLib.planned_case import FOLDER_PREFIX, SynthesisCase, plan_case
from CardiacImageSynthesisLib.preview import Preview
from CardiacImageSynthesisLib.results_panel import ResultsPanel
from CardiacImageSynthesisLib.sample_case import load_sample
from GenerativeModelsDesktop.case_panel import PanelTexts
from GenerativeModelsDesktop.identity_fields import PARAMETERS
from GenerativeModelsDesktop.label_row import LabelRow
from GenerativeModelsDesktop.model_choice import chosen_model, model_title
from GenerativeModelsDesktop.model_panel import ModelPanel
from GenerativeModelsDesktop.report_language import report_language
from GenerativeModelsDesktop.style import NOTE, WARNING, breakable
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.synthesis.images.anatomy import IMAGES, USEFULNESS
from GenerativeModelsScene.labels.load_cine import frames_on_show
from GenerativeModelsScene.nodes.views import draw_slices_again
from GenerativeModelsScene.synthesis.inputs import may_be_drawn, structures_in, synthesis_key, synthesis_problem

__all__ = ["Panel"]

TITLES = {"lv": _("Cavity"), "myo": _("Wall"), "rv": _("Right ventricle")}
KINDS = ("vtkMRMLSegmentationNode", "vtkMRMLLabelMapVolumeNode", "vtkMRMLSequenceNode")
"""Classes of nodes that are preselected, the first first; a scalar volume may be an image."""


class Panel(ModelPanel):
    """The panel of the module.

    Attributes
    ----------
    labels, methods, preview
        Parts of the panel, for tests.
    """

    node_fields = ("labels", "style")
    kept_fields = ("method", "count", "seed", *PARAMETERS.values())

    def __init__(self, ui: Any):
        texts = PanelTexts(
            title=_("Cardiac Image Synthesis"),
            run=_("synthesis"),
            apply=_("Draw the images."),
            cancel=_("Stop the synthesis."),
            showing=_("Showing the images"),
            start=_("Draw"),
        )
        super().__init__(ui, IMAGES, FOLDER_PREFIX, texts)
        boxes = (ui.lvComboBox, ui.myoComboBox, ui.rvComboBox)
        self.labels = LabelRow(boxes, ui.labelsFoundLabel, IMAGES.in_window_words, self.refresh)
        self.methods = MethodRow(ui.methodComboBox, ui.methodNoteLabel)
        self.preview = Preview(self.run, self.message, self._show_apply)
        self.results = ResultsPanel(ui, self.message)
        ui.usefulnessLabel.setStyleSheet(NOTE)
        ui.usefulnessLabel.text = _(USEFULNESS)
        ui.previewButton.connect("clicked()", self.ask_preview)

    def plan(self) -> SynthesisCase:
        """The case of the current inputs; raises `InputError` if they cannot be used."""
        p = self.parameters
        return plan_case(
            slicer.mrmlScene,
            p.labels,
            p.style,
            structures=self.labels.structures,
            model_folder=p.modelFolder,
            device=p.device,
            identity=self.identity.values(),
            language=report_language(p.reportLanguage),
            **self._options(),
        )

    def ask_preview(self) -> None:
        """Ask for a slice of the first image."""
        if self.run.busy or self.preview.waiting:
            return
        self.message.clear()
        try:
            self.preview.ask(self.plan(), self.parameters.labels)
        except InputError as error:
            self.message.fail(IMAGES.in_window_words(error))

    def find_inputs(self) -> Mapping[str, Any]:
        """The newest segmentation, label map or sequence that holds a left ventricle."""
        frames = frames_on_show(slicer.mrmlScene)
        for kind in KINDS:
            for node in reversed(slicer.util.getNodesByClass(kind, slicer.mrmlScene)):
                if node not in frames and may_be_drawn(node):
                    return {"labels": node}
        return {}

    def sample(self) -> Mapping[str, Any]:
        """Load the sample case."""
        return {"style": None, **load_sample()}

    def show_inputs(self) -> None:
        """Show the labels of the chosen node."""
        p = self.parameters
        self.labels.follow(p.labels, TITLES, lambda: structures_in(p.labels), _("by value, as in the ACDC data"))

    def input_problem(self) -> str | None:
        """Reason why the inputs cannot be used; None if they can."""
        p = self.parameters
        if p.labels is None:
            return _("No segmentation is chosen: choose a segmentation, a label map, or a sequence of either.")
        problem = self.methods.problems.get(p.method.value)
        if problem:
            return _("{method} cannot be used. {reason}").format(method=p.method.label(), reason=problem)
        return synthesis_problem(p.labels, p.style, self.labels.structures, **self._options())

    def shown_key(self) -> str:
        """Key of the case of the chosen node; empty without one."""
        node = self.parameters.labels
        return synthesis_key(node) if node is not None else ""

    def scene_loaded(self) -> None:
        """Draw the slice views again, whose lines are at the former positions."""
        draw_slices_again(slicer.mrmlScene)

    def cancel(self) -> None:
        """Cancel the run, and await no preview any more."""
        self.preview.forget()
        super().cancel()

    def close(self) -> None:
        """Stop the timers, the observers and the run."""
        super().close()
        self.preview.forget()

    def _options(self) -> dict[str, Any]:
        p = self.parameters
        return {"method": p.method.value, "n": p.count, "seed": p.seed}

    def _show_apply(self) -> None:
        super()._show_apply()
        if self.parameters is None:
            return
        problem, waiting = self._problem(), self.preview.waiting
        self._ui.previewButton.enabled = not (self.run.busy or waiting) and problem is None
        self._ui.previewButton.text = _("Drawing a slice...") if waiting else _("Preview a slice")

    def _show_model(self) -> None:
        """What can be used with the chosen bundle, and its name."""
        folder = self.parameters.modelFolder
        try:
            self.methods.follow(chosen_model(folder))
            text = model_title(folder, IMAGES.name) if folder.strip() else _("the bundle of the extension, by method")
            self._model_problem = None
        except InputError as error:
            text = self._model_problem = IMAGES.in_window_words(error)
        self._ui.modelFoundLabel.setStyleSheet(WARNING if self._model_problem else NOTE)
        self._ui.modelFoundLabel.text = breakable(text)
