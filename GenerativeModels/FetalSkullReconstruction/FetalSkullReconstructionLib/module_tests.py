"""Tests of the module in Slicer, run by ctest: the numbers and the display switches of the skull."""

from __future__ import annotations

import json
from typing import Any

from FetalSkullReconstructionLib.module_test_corrections import CorrectionTests
from FetalSkullReconstructionLib.module_test_inputs import InputTests
from FetalSkullReconstructionLib.module_test_scene import SceneTests
from FetalSkullReconstructionLib.planned_case import FOLDER_PREFIX
from GenerativeModelsDesktop.test_model_cases import ModelCaseTests
from GenerativeModelsDesktop.test_packages import PackageTests

__all__ = ["ModuleTests"]


class ModuleTests(InputTests, CorrectionTests, SceneTests, ModelCaseTests, PackageTests):
    """Base of the module's test class."""

    key_field = "axial"
    nothing_chosen = "No axial image"
    saved_file = "skull.vtp"
    folder_prefix = FOLDER_PREFIX
    table_views = ("biometryTable",)

    def case_parts(self, nodes: Any) -> list[Any]:
        """Display nodes of skull, legend and axial outline."""
        return [nodes.model.GetDisplayNode(), nodes.legend, nodes.outlines["axial"].GetDisplayNode()]

    def test_sample_then_apply_is_the_whole_tutorial(self) -> None:
        import SampleData

        source = SampleData.SampleDataLogic().sourceForSampleName("FetalHeadPlanes")
        source.customDownloader(source)
        self.wait(lambda: self.ui.applyButton.enabled)
        self.assertEqual(self.ui.gestationalAgeSpinBox.value, 27.0)
        self.apply_and_wait()
        self.assertTrue(self.panel.results.nodes.model.GetDisplayVisibility())
        self.assertEqual(set(self.panel.results.nodes.planes), {"axial", "sagittal", "coronal"})
        self.assertEqual(self.ui.applyButton.text, "Apply")

    def test_table_says_what_result_json_says(self) -> None:
        self.choose_sample(("axial", "sagittal"))
        self.apply_and_wait()
        nodes = self.panel.results.nodes
        biometry = json.loads(nodes.result.GetText())["biometry"]
        self.assertEqual(nodes.table.GetNumberOfRows(), len(biometry))
        for row, measure in enumerate(biometry.values()):
            self.assertAlmostEqual(float(nodes.table.GetCellText(row, 1)), measure["value"], delta=0.5)
        self.assertIs(self.ui.biometryTable.mrmlTableNode(), nodes.table)

    def test_console_and_panel_give_the_same_numbers(self) -> None:
        axial = self.choose_sample()["axial"]
        self.apply_and_wait()
        panel = json.loads(self.panel.results.nodes.result.GetText())["biometry"]
        console = self.widget.logic.process(axial, gestational_age_weeks=27.0, samples=self.ui.samplesSpinBox.value)
        self.assertEqual(console.biometry, panel)

    def test_planes_are_imagined_when_asked(self) -> None:
        self.choose_sample()
        self.assertFalse(self.ui.imagineCheckBox.checked)
        self.assertFalse(self.panel.plan().request.imagine)
        self.ui.imagineCheckBox.checked = True
        self.apply_and_wait()
        nodes = self.panel.results.nodes
        self.assertEqual({name.partition(".")[0] for name in nodes.imagined}, {"sagittal", "coronal"})
        self.assertTrue(all("imagined" in node.GetName() for node in nodes.imagined.values()))
        self.ui.imagineCheckBox.checked = False
        self.apply_and_wait()
        self.assertEqual(self.panel.results.nodes.imagined, {})

    def test_switches_reach_the_nodes(self) -> None:
        self.choose_sample()
        self.apply_and_wait()
        nodes = self.panel.results.nodes
        self.ui.uncertaintyRangeWidget.setValues(0.5, 1.5)
        self.assertEqual(tuple(nodes.model.GetDisplayNode().GetScalarRange()), (0.5, 1.5))
        self.ui.showOutlinesCheckBox.checked = True
        self.assertTrue(nodes.outlines["axial"].GetDisplayVisibility())
        self.ui.showOutlinesCheckBox.checked = False
        self.assertFalse(nodes.outlines["axial"].GetDisplayVisibility())

    def test_colours_fit_the_case_or_compare_cases(self) -> None:
        self.choose_sample()
        self.apply_and_wait()
        display = self.panel.results.nodes.model.GetDisplayNode()
        fitted = tuple(display.GetScalarRange())
        self.assertLess(fitted[1] - fitted[0], 4.0)
        self.ui.colourRangeComboBox.currentIndex = 1
        self.assertEqual(tuple(display.GetScalarRange()), (0.0, 4.0))
        self.ui.uncertaintyRangeWidget.setValues(2.0, 2.0)
        self.assertEqual(tuple(display.GetScalarRange()), (0.0, 4.0))
        self.ui.colourRangeComboBox.currentIndex = 0
        self.assertEqual(tuple(display.GetScalarRange()), fitted)

    def test_saved_scene_keeps_ages_spacings_and_planes(self) -> None:
        self.choose_sample(("axial", "coronal"))
        self.apply_and_wait()
        self.save_and_load_scene()
        self.assertEqual(self.ui.gestationalAgeSpinBox.value, 27.0)
        self.assertEqual(self.panel.parameters.coronal.GetName(), self.ui.coronalSelector.currentNode().GetName())
        self.assertAlmostEqual(self.panel.parameters.axial.GetSpacing()[0], 0.22346, places=5)
