"""The panel of the heart module: phases or cine, labels, patient, results and exploration."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import slicer
from slicer.i18n import tr as _

from CardiacShapeExplorerLib.explore_panel import ExplorePanel
from CardiacShapeExplorerLib.planned_case import FOLDER_PREFIX, HeartCase, plan_case
from CardiacShapeExplorerLib.results_panel import ResultsPanel
from CardiacShapeExplorerLib.sample_case import load_sample
from GenerativeModelsDesktop.case_panel import PanelTexts
from GenerativeModelsDesktop.identity_fields import PARAMETERS
from GenerativeModelsDesktop.label_row import LabelRow
from GenerativeModelsDesktop.model_panel import ModelPanel
from GenerativeModelsDesktop.preselection import matching_nodes
from GenerativeModelsDesktop.report_language import report_language
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.heart.anatomy import HEART
from GenerativeModelsLib.heart.labels.phase_names import STANDING_ALONE, names_phase
from GenerativeModelsScene.heart.inputs import cavity_curve, heart_key, heart_title, selection_problem, structures_of
from GenerativeModelsScene.labels.inputs import holds_ventricle
from GenerativeModelsScene.labels.load_cine import frames_on_show
from GenerativeModelsScene.nodes.views import draw_slices_again

__all__ = ["Panel"]

STRUCTURES = {"lv": _("Cavity"), "myo": _("Wall"), "rv": _("Right ventricle")}


class Panel(ModelPanel):
    """The panel of the heart module.

    Attributes
    ----------
    labels, explore
        Parts of the panel, for tests.
    """

    node_fields = ("ed", "es", "cine")
    kept_fields = ("sex", "heightCm", "weightKg", "edFrame", "esFrame", *PARAMETERS.values())

    def __init__(self, ui: Any):
        texts = PanelTexts(
            title=_("Cardiac Shape Explorer"),
            run=_("analysis"),
            apply=_("Analyse the heart."),
            cancel=_("Stop the analysis."),
            showing=_("Showing the heart"),
        )
        super().__init__(ui, HEART, FOLDER_PREFIX, texts)
        boxes = (ui.lvComboBox, ui.myoComboBox, ui.rvComboBox)
        self.labels = LabelRow(boxes, ui.labelsFoundLabel, HEART.in_window_words, self.refresh)
        self.explore = ExplorePanel(ui, self.run, self.message)
        self.results = ResultsPanel(ui, self.message, self.explore)
        ui.curveButton.connect("clicked()", self.show_curve)

    def plan(self) -> HeartCase:
        """The case of the current inputs; raises `InputError` if they cannot be used."""
        p = self.parameters
        return plan_case(
            slicer.mrmlScene,
            self._nodes(),
            structures=self.labels.structures,
            model_folder=p.modelFolder,
            device=p.device,
            seed=p.seed,
            identity=self.identity.values(),
            language=report_language(p.reportLanguage),
            **self._options(),
        )

    def find_inputs(self) -> Mapping[str, Any]:
        """Label maps that are named after the phases, else the only sequence of labels, else the first label map."""
        scene = slicer.mrmlScene
        kinds = ("vtkMRMLSegmentationNode", "vtkMRMLScalarVolumeNode")
        maps = [node for kind in kinds for node in slicer.util.getNodesByClass(kind, scene)]
        frames = frames_on_show(scene)
        maps = [node for node in maps if node not in frames and holds_ventricle(node)]
        cines = [node for node in slicer.util.getNodesByClass("vtkMRMLSequenceNode", scene) if holds_ventricle(node)]
        if len(cines) == 1 and not any(names_phase(node.GetName(), "ed") for node in maps):
            return {"cine": cines[0]}
        return matching_nodes(maps, STANDING_ALONE, required="ed")

    def sample(self) -> Mapping[str, Any]:
        """Load the sample case."""
        return {"ed": None, "es": None, **load_sample()}

    def show_inputs(self) -> None:
        """Show the labels of the chosen node, and the fields of a cine."""
        p = self.parameters
        node, field = (p.cine, "cine") if p.cine is not None else (p.ed, "ed")
        self.labels.follow(node, STRUCTURES, lambda: structures_of(node, field), _("by value, as in the ACDC data"))
        self._ui.cineFrame.setVisible(p.cine is not None)
        self.explore.use(p.device, p.modelFolder)

    def input_problem(self) -> str | None:
        """Reason why the inputs cannot be used; None if they can."""
        if not any(self._nodes().values()):
            return _("No labels are chosen: choose those at end diastole, or a cine.")
        return selection_problem(**self._nodes(), structures=self.labels.structures, **self._options())

    def shown_key(self) -> str:
        """Key of the case of the chosen node; empty without one."""
        node = self.parameters.cine or self.parameters.ed
        return heart_key(node) if node is not None else ""

    def scene_loaded(self) -> None:
        """Draw the slice views again, whose lines are at the former positions."""
        draw_slices_again(slicer.mrmlScene)

    def show_curve(self) -> None:
        """Plot the volume of the cavity over the frames of the cine."""
        try:
            curve = cavity_curve(self.parameters.cine, self.labels.structures)
        except InputError as error:
            self.message.fail(HEART.in_window_words(error))
            return
        found = {"ed": self.parameters.edFrame, "es": self.parameters.esFrame}
        frames = {phase: frame if frame in curve.frames else getattr(curve, phase) for phase, frame in found.items()}
        self.message.clear()
        self.results.show_curve(self.shown_key(), heart_title(self.parameters.cine), curve, **frames)

    def refresh(self) -> None:
        """Show the values of the parameter node, and what the exploration needs."""
        super().refresh()
        if self.parameters is not None and self.packages.state.complete and self._model_problem is None:
            self.explore.know_map()

    def leave(self) -> None:
        """Called when the module is left: stop playing too."""
        self.explore.pause()
        super().leave()

    def close(self) -> None:
        """Stop the timers and the run."""
        self.explore.close()
        super().close()

    def _nodes(self) -> dict[str, Any]:
        return {field: getattr(self.parameters, field) for field in self.node_fields}

    def _options(self) -> dict[str, Any]:
        """Further fields of the request."""
        p = self.parameters
        of_cine = p.cine is not None
        return {
            "ed_frame": p.edFrame if of_cine and p.edFrame >= 0 else None,
            "es_frame": p.esFrame if of_cine and p.esFrame >= 0 else None,
            "height_cm": p.heightCm or None,
            "weight_kg": p.weightKg or None,
            "sex": p.sex.value or None,
            "force": p.force,
            "realign": p.realign,
        }
