"""The panel of the module: inputs, labels and view, then the results of the check."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import slicer
from slicer.i18n import tr as _

from CardiacSegmentationRepairLib.planned_case import FOLDER_PREFIX, plan_case
from CardiacSegmentationRepairLib.results_panel import ResultsPanel
from CardiacSegmentationRepairLib.sample_case import load_sample
from GenerativeModelsDesktop.case_panel import CasePanel, PanelTexts
from GenerativeModelsDesktop.identity_fields import PARAMETERS
from GenerativeModelsDesktop.label_row import LabelRow
from GenerativeModelsDesktop.planned_case import PlannedCase
from GenerativeModelsDesktop.report_language import report_language
from GenerativeModelsLib.segmentation.anatomy import SEGMENTATION
from GenerativeModelsScene.labels.load_cine import frames_on_show
from GenerativeModelsScene.labels.structures import is_sequence
from GenerativeModelsScene.nodes.views import draw_slices_again
from GenerativeModelsScene.segmentation.inputs import (
    check_key,
    check_problem,
    interval_ms,
    may_be_checked,
    structures_in,
    usual_values,
)

__all__ = ["Panel"]

TITLES = {"lv": _("Cavity"), "myo": _("Wall"), "rv": _("Right ventricle"), "la": _("Left atrium")}
BY_VALUE = {
    "short-axis": _("by value, as in the ACDC data"),
    "apical": _("by value, as in the CAMUS data"),
}
KINDS = ("vtkMRMLSequenceNode", "vtkMRMLSegmentationNode", "vtkMRMLLabelMapVolumeNode")
"""Classes of nodes that are preselected, the first first; a scalar volume may be an image."""


class Panel(CasePanel):
    """The panel of the module.

    Attributes
    ----------
    labels
        Part of the panel, for tests.
    """

    node_fields = ("labels",)
    kept_fields = ("view", "frameIntervalMs", "mostChange", "useNetwork", *PARAMETERS.values())

    def __init__(self, ui: Any):
        texts = PanelTexts(
            title=_("Cardiac Segmentation Repair"),
            run=_("check"),
            apply=_("Check the segmentation."),
            cancel=_("Stop the check."),
            showing=_("Showing the check"),
            start=_("Check"),
        )
        super().__init__(ui, SEGMENTATION, FOLDER_PREFIX, texts)
        boxes = (ui.lvComboBox, ui.myoComboBox, ui.thirdComboBox)
        self.labels = LabelRow(boxes, ui.labelsFoundLabel, SEGMENTATION.in_window_words, self.refresh)
        self.results = ResultsPanel(ui, self.message, self._choose_repaired)
        ui.repairButton.connect("clicked()", self.repair)

    def plan(self) -> PlannedCase:
        """The check of the current inputs; raises `InputError` if they cannot be used."""
        return self._planned(None)

    def plan_repair(self) -> PlannedCase:
        """The repair of the current inputs; raises `InputError` if they cannot be used."""
        kept = ",".join(map(str, self.results.repair.undone)) or None
        p = self.parameters
        return self._planned({"most_change": p.mostChange, "no_network": not p.useNetwork, "keep_frames": kept})

    def repair(self) -> None:
        """Start a repair."""
        if not self.run.busy:
            self.start(self.plan_repair)

    def _planned(self, repair: Mapping[str, Any] | None) -> PlannedCase:
        p = self.parameters
        case = plan_case(
            slicer.mrmlScene,
            p.labels,
            identity=self.identity.values(),
            language=report_language(p.reportLanguage),
            repair=repair,
            **self._options(),
        )
        kinds = ("check",) if repair is None else ("check", "repair")
        self.results.computed_from.ask(case.key, p.labels, *kinds)
        return case

    def find_inputs(self) -> Mapping[str, Any]:
        """The newest sequence, else segmentation or label map, that holds a left ventricle."""
        frames = frames_on_show(slicer.mrmlScene)
        for kind in KINDS:
            for node in reversed(slicer.util.getNodesByClass(kind, slicer.mrmlScene)):
                if node not in frames and may_be_checked(node, self.parameters.view.value):
                    return {"labels": node}
        return {}

    def sample(self) -> Mapping[str, Any]:
        """Load the sample case."""
        return load_sample()

    def show_inputs(self) -> None:
        """Show the labels of the chosen node, and the time between its frames."""
        p, ui = self.parameters, self._ui
        view = p.view.value
        titles = {name: TITLES[name] for name in usual_values(view)}
        self.labels.follow(p.labels, titles, lambda: structures_in(p.labels, view), BY_VALUE[view])
        film = p.labels is not None and is_sequence(p.labels)
        ui.intervalLabel.setVisible(film)
        ui.intervalSpinBox.setVisible(film)
        if film:
            known = interval_ms(p.labels)
            text = _("not in its index") if known is None else _("{interval:g} ms, of the sequence")
            ui.intervalSpinBox.specialValueText = text.format(interval=known)

    def input_problem(self) -> str | None:
        """Reason why the inputs cannot be used; None if they can."""
        if self.parameters.labels is None:
            return _("No segmentation is chosen: choose a segmentation, a label map, or a sequence of either.")
        return check_problem(self.parameters.labels, **self._options())

    def shown_key(self) -> str:
        """Key of the case of the chosen node; empty without one."""
        node = self.parameters.labels
        return check_key(node) if node is not None else ""

    def scene_loaded(self) -> None:
        """Draw the slice views again, whose lines are at the former positions."""
        draw_slices_again(slicer.mrmlScene)

    def run_done(self, key: str) -> None:
        """Show the result of the run, and notice from now on when its labels change."""
        self.results.computed_from.done()
        super().run_done(key)

    def close(self) -> None:
        """Stop the timers, the observers and the run."""
        self.results.close()
        super().close()

    def _show_apply(self) -> None:
        super()._show_apply()
        if self.parameters is not None:
            self._ui.repairButton.enabled = not self.run.busy and self._problem() is None

    def _choose_repaired(self, node: Any) -> None:
        self.choose({"labels": node})

    def _options(self) -> dict[str, Any]:
        p = self.parameters
        return {
            "view": p.view.value,
            "structures": self.labels.structures,
            "frame_interval_ms": p.frameIntervalMs or None,
        }
