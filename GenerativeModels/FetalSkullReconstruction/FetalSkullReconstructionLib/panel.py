"""The panel of the skull module: plane rows, gestational age, and the results."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import slicer
from slicer.i18n import tr as _

from FetalSkullReconstructionLib.corrections_section import CorrectionsSection
from FetalSkullReconstructionLib.plane_row import PlaneRow
from FetalSkullReconstructionLib.planned_case import FOLDER_PREFIX, SkullCase, plan_case
from FetalSkullReconstructionLib.preselection import preselect
from FetalSkullReconstructionLib.results_panel import ResultsPanel
from FetalSkullReconstructionLib.sample_case import load_sample
from FetalSkullReconstructionLib.typed_fields import AgeField
from GenerativeModelsDesktop.case_panel import CasePanel, PanelTexts
from GenerativeModelsDesktop.identity_fields import PARAMETERS
from GenerativeModelsDesktop.model_panel import ModelPanel
from GenerativeModelsDesktop.report_language import report_language
from GenerativeModelsLib.skull.anatomy import SKULL
from GenerativeModelsLib.skull.request import PLANES
from GenerativeModelsScene.nodes.views import draw_slices_again
from GenerativeModelsScene.skull.planes import selection_problem
from GenerativeModelsScene.skull.show import case_key

__all__ = ["Panel"]


class Panel(ModelPanel):
    """The panel of the skull module.

    Attributes
    ----------
    rows, age, corrections
        Parts of the panel, for tests.
    """

    node_fields = PLANES
    kept_fields = ("gestationalAge", "sex", *PARAMETERS.values())

    def __init__(self, ui: Any):
        texts = PanelTexts(
            title=_("Fetal Skull Reconstruction"),
            run=_("reconstruction"),
            apply=_("Reconstruct the skull."),
            cancel=_("Stop the reconstruction."),
            showing=_("Showing the skull"),
        )
        super().__init__(ui, SKULL, FOLDER_PREFIX, texts)
        self.rows = {plane: PlaneRow(ui, plane, self.say, self.on_nodes_changed) for plane in PLANES}
        self.age = AgeField(ui)
        self.corrections = CorrectionsSection(ui, self._chosen, self.say, self.on_nodes_changed)
        self.results = ResultsPanel(ui, self.message)

    @property
    def parameters(self) -> Any:
        """The parameter node; None while the panel is not connected to a scene."""
        return self._parameters

    @parameters.setter
    def parameters(self, parameters: Any) -> None:
        self.age.forget()
        CasePanel.parameters.fset(self, parameters)

    def plan(self) -> SkullCase:
        """The case of the current inputs; raises `InputError` if they cannot be used."""
        p = self.parameters
        return plan_case(
            slicer.mrmlScene,
            self._chosen(),
            gestational_age_weeks=p.gestationalAge,
            sex=p.sex.value or None,
            chart=p.chart.value,
            samples=p.samples,
            seed=p.seed,
            device=p.device,
            model_folder=p.modelFolder,
            on_axial_image=p.onAxialImage,
            planes_in_3d=p.showPlanes,
            identity=self.identity.values(),
            language=report_language(p.reportLanguage),
            mask_text=self.corrections.mask_text,
            imagine=p.imagine,
        )

    def find_inputs(self) -> Mapping[str, Any]:
        """Images of the scene, by plane."""
        return preselect(slicer.mrmlScene)

    def sample(self) -> Mapping[str, Any]:
        """Load the sample case; returns its images by plane."""
        return load_sample()

    def show_inputs(self) -> None:
        """Show age and spacings of the chosen images."""
        self.age.use_chart(self.parameters.chart)
        self.age.follow(self.parameters.axial)
        for row in self.rows.values():
            row.refresh()
        self.corrections.refresh()

    def input_problem(self) -> str | None:
        """Reason why the inputs cannot be used; None if they can."""
        return selection_problem(self._chosen()) or self.age.problem

    def shown_key(self) -> str:
        """Key of the case of the axial image; empty without one."""
        axial = self.parameters.axial
        return case_key(axial) if axial is not None else ""

    def scene_loaded(self) -> None:
        """Draw the slice views again, whose lines are at the former positions."""
        draw_slices_again(slicer.mrmlScene)

    def _chosen(self) -> dict[str, Any]:
        return {plane: getattr(self.parameters, plane) for plane in PLANES}

    def _show_apply(self) -> None:
        super()._show_apply()
        self.corrections.section.enabled = not self.run.busy
