"""Tests of the module in Slicer, run by ctest: inputs, numbers, display, exploration."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock

import slicer

from CardiacShapeExplorerLib.planned_case import FOLDER_PREFIX
from CardiacShapeExplorerLib.sample_case import load_sample
from GenerativeModelsDesktop.test_model_cases import ModelCaseTests
from GenerativeModelsDesktop.test_packages import PackageTests
from GenerativeModelsLib.resources import sample_dir

__all__ = ["ModuleTests"]


class ModuleTests(ModelCaseTests, PackageTests):
    """Base of the module's test class."""

    module_name = "CardiacShapeExplorer"
    key_field = "ed"
    nothing_chosen = "end diastole"
    saved_file = "ed.vtp"
    folder_prefix = FOLDER_PREFIX
    table_views = ("measurementsTable",)

    def choose_valid_inputs(self) -> None:
        """Load the two phases of the sample heart and choose them."""
        ed, es = (self.phase(name) for name in ("ed", "es"))
        self.choose(ed=ed, es=es, cine=None)

    def phase(self, name: str) -> Any:
        """A phase of the sample heart as a label map volume."""
        path = sample_dir() / "heart" / f"{name}.nii.gz"
        return slicer.util.loadLabelVolume(str(path), {"name": f"Heart {name}"})

    def case_parts(self, nodes: Any) -> list[Any]:
        """Display nodes of the visible surface and of the legend."""
        return [nodes.case.models["ed.vtp"].GetDisplayNode(), *nodes.case.legends.values()]

    def analyse(self) -> Any:
        """Analyse the sample; returns its nodes."""
        self.choose_valid_inputs()
        self.apply_and_wait()
        return self.panel.results.nodes

    # Inputs

    def test_sample_then_apply_is_the_whole_tutorial(self) -> None:
        import SampleData

        source = SampleData.SampleDataLogic().sourceForSampleName("HeartCycle")
        source.customDownloader(source)
        self.wait(lambda: self.ui.applyButton.enabled, 10.0)
        self.assertIsNotNone(self.panel.parameters.cine)
        self.apply_and_wait()
        self.assertTrue(self.panel.results.nodes.case.models["ed.vtp"].GetDisplayNode().GetVisibility())
        self.assertGreater(self.panel.results.result["frames"]["count"], 2)

    def test_sample_link_brings_the_person_too(self) -> None:
        self.panel.load_sample()
        self.wait(lambda: self.ui.applyButton.enabled, 10.0)
        self.assertGreater(self.panel.parameters.heightCm, 100)
        self.apply_and_wait()
        self.assertIsNotNone(self.panel.results.result["indexed"])

    def test_phases_are_preselected_by_their_names(self) -> None:
        es, ed = self.phase("es"), self.phase("ed")
        self.wait(lambda: self.panel.parameters.ed is not None, 5.0)
        self.assertEqual((self.panel.parameters.ed, self.panel.parameters.es), (ed, es))

    def test_labels_are_found_shown_and_changed(self) -> None:
        self.choose_valid_inputs()
        self.assertIn("ACDC", self.ui.labelsFoundLabel.text)
        self.assertEqual([self.ui.lvComboBox.currentData, self.ui.myoComboBox.currentData], ["3", "2"])
        self.ui.myoComboBox.currentIndex = self.ui.lvComboBox.currentIndex
        self.ui.myoComboBox.activated.emit(self.ui.myoComboBox.currentIndex)
        self.assert_refused("each is one of its own")

    def test_same_node_for_two_phases(self) -> None:
        node = self.phase("ed")
        self.choose(ed=node, es=node)
        self.assert_refused("each phase is a label map of its own")

    def test_image_is_no_label_map(self) -> None:
        self.choose(ed=self.image((8, 40, 50), "cine MR"), es=None)
        self.assert_refused("cine MR", "label map")

    def test_segmentation_without_the_needed_segments(self) -> None:
        node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationNode", "Lungs")
        node.GetSegmentation().AddEmptySegment("", "left lung")
        self.choose(ed=node, es=None)
        self.assert_refused("Lungs", "left lung")

    def test_three_centimetres_of_height(self) -> None:
        self.choose_valid_inputs()
        self.ui.heightSpinBox.value, self.ui.weightSpinBox.value = 3.0, 70.0
        self.assert_refused("height", "3 cm")

    def test_non_linear_transform(self) -> None:
        self.choose_valid_inputs()
        transform = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLBSplineTransformNode", "bend")
        self.key_node.SetAndObserveTransformNodeID(transform.GetID())
        self.wait(lambda: not self.ui.applyButton.enabled, 5.0)
        self.assert_refused("bend", "non-linear")

    def test_frames_of_a_cine_can_be_moved(self) -> None:
        self.panel.load_sample()
        self.wait(lambda: self.ui.applyButton.enabled, 10.0)
        self.ui.esFrameSpinBox.value = 3
        self.apply_and_wait()
        self.assertEqual(self.panel.results.result["frames"]["es"], 3)

    def test_volume_curve_marks_the_frames_that_are_analysed(self) -> None:
        self.panel.load_sample()
        self.ui.esFrameSpinBox.value = 3
        shown = []
        logic = SimpleNamespace(ShowChartInLayout=shown.append)
        with mock.patch.object(slicer.modules, "plots", SimpleNamespace(logic=lambda: logic), create=True):
            self.ui.curveButton.click()
        self.assertEqual(self.panel.message.text, "")
        names = [shown[0].GetNthPlotSeriesNode(index).GetName() for index in range(3)]
        self.assertIn("end diastole, frame 1", names[1])
        self.assertIn("end systole, frame 4", names[2])

    # Results

    def test_numbers_are_those_of_the_command_line(self) -> None:
        nodes = self.analyse()
        from GenerativeModelsLib.anatomy.run import run_case
        from GenerativeModelsLib.heart.anatomy import HEART
        from GenerativeModelsLib.heart.request import HeartRequest

        folder = sample_dir() / "heart"
        with tempfile.TemporaryDirectory() as output:
            request = HeartRequest(folder / "ed.nii.gz", folder / "es.nii.gz", output=Path(output) / "case")
            told = run_case(HEART, request).result
        shown = nodes.result
        for name in ("edv_ml", "esv_ml", "ef_percent", "myocardial_mass_g", "hcm_probability"):
            self.assertAlmostEqual(shown[name], told[name], places=9)
        self.assertEqual(shown["latent"], told["latent"])

    def test_switches_reach_the_nodes(self) -> None:
        nodes = self.analyse()
        visible = lambda: {name for name, model in nodes.case.models.items() if model.GetDisplayNode().GetVisibility()}  # noqa: E731
        self.assertEqual(visible(), {"ed.vtp"})
        self.ui.phaseComboBox.currentIndex = 1
        self.assertEqual(visible(), {"es.vtp"})
        self.ui.surfacesComboBox.currentIndex = 2
        self.assertEqual(visible(), {"es.vtp", "es_reconstruction.vtp"})
        self.ui.surfacesComboBox.currentIndex = self.ui.phaseComboBox.currentIndex = 0
        self.ui.colourRangeComboBox.currentIndex = 1
        self.assertEqual(tuple(nodes.case.models["ed.vtp"].GetDisplayNode().GetScalarRange()), (0.0, 30.0))

    # Exploration

    def open_explorer(self) -> Any:
        """Open the section Explore and wait for its map."""
        self.ui.exploreCollapsibleButton.collapsed = False
        explored = self.panel.explore.exploration
        self.wait(lambda: explored.latent_map is not None)
        return explored

    def explored_points(self) -> Any:
        """Coordinates of the explored shape; None while there is none."""
        found = slicer.util.getNodesByClass("vtkMRMLModelNode")
        shapes = [node for node in found if (node.GetAttribute("GenerativeModels.Role") or "").startswith("latent.")]
        shown = [node for node in shapes if node.GetDisplayNode().GetVisibility()]
        return slicer.util.arrayFromModelPoints(shown[0]).copy() if shown else None

    def move(self, x: float, y: float) -> Any:
        """Move the point by the sliders and wait for its shape."""
        explored = self.panel.explore.exploration
        self.ui.firstSlider.value, self.ui.secondSlider.value = x, y
        self.wait(lambda: explored.answer is not None and abs(explored.answer["z_top"][1] - y) < 0.02)
        return self.explored_points()

    def test_exploring_without_a_heart(self) -> None:
        explored = self.open_explorer()
        self.assertFalse(self.ui.walkButton.enabled)
        first, second = self.move(0.5, 0.5), self.move(-0.5, 1.0)
        self.assertEqual(first.shape, second.shape)
        self.assertGreater(abs(first - second).max(), 0.5)
        self.assertIn("ml", self.ui.readoutLabel.text)
        self.panel.explore.back()
        self.assertIsNone(self.explored_points())
        self.assertIsNone(explored.answer)

    def test_point_in_the_plot_moves_the_heart_and_back_again(self) -> None:
        nodes = self.analyse()
        explored = self.open_explorer()
        own = explored.own
        patient = nodes.case.models["ed.vtp"]
        table = explored.plot.point_table.GetTable()
        table.GetColumn(0).SetValue(0, own[0] + 0.5)
        table.Modified()
        self.wait(lambda: explored.answer is not None)
        self.assertFalse(patient.GetDisplayNode().GetVisibility())
        self.assertAlmostEqual(self.ui.firstSlider.value, own[0] + 0.5, delta=0.03)
        self.ui.backButton.click()
        self.assertTrue(patient.GetDisplayNode().GetVisibility())
        self.assertEqual(explored.z, own)

    def test_ten_moves_leave_the_number_of_nodes(self) -> None:
        self.open_explorer()
        self.move(0.2, 0.2)
        before = self.node_ids()
        for step in range(10):
            self.move(0.1 * step, 0.3 - 0.05 * step)
        self.assertEqual(self.node_ids(), before)

    def test_lower_level_changes_the_shape(self) -> None:
        self.open_explorer()
        before = self.move(0.0, 0.0)
        self.ui.shiftSlider.value = 2.0
        self.wait(lambda: abs(self.explored_points() - before).max() > 0.1)

    def test_means_difference_walk_and_heartbeat(self) -> None:
        self.analyse()
        explored = self.open_explorer()
        for button in (self.ui.healthyButton, self.ui.hcmButton, self.ui.differenceButton):
            explored.answer = None
            button.click()
            self.wait(lambda: explored.answer is not None)
        self.ui.towardsComboBox.currentIndex = 1
        self.ui.walkButton.click()
        self.wait(lambda: explored.frames > 1)
        start = explored.answer["hcm_probability"]
        self.ui.frameSlider.value = explored.frames - 1
        self.assertLess(explored.answer["hcm_probability"], start)
        self.ui.cycleButton.click()
        self.wait(lambda: explored.frames >= 10)
        self.ui.playButton.checked = True
        self.wait(lambda: self.ui.frameSlider.value > 1, 10.0)
        self.ui.backButton.click()
        self.assertEqual(explored.frames, 0)
        self.assertFalse(self.ui.playButton.checked)

    def test_shape_deleted_while_exploring(self) -> None:
        self.open_explorer()
        self.move(0.2, 0.2)
        for node in slicer.util.getNodesByClass("vtkMRMLModelNode"):
            slicer.mrmlScene.RemoveNode(node)
        self.assertIsNotNone(self.move(0.4, 0.4))
        self.assertEqual(self.panel.message.text, "")

    def test_switches_leave_the_patient_hidden_while_exploring(self) -> None:
        nodes = self.analyse()
        patient = nodes.case.models["ed.vtp"].GetDisplayNode()
        own = self.open_explorer().own
        self.move(own[0] + 0.5, own[1])
        self.ui.colouringComboBox.currentIndex = 1
        self.assertFalse(patient.GetVisibility())
        self.leave_and_return()
        self.assertFalse(patient.GetVisibility())
        self.ui.backButton.click()
        self.assertTrue(patient.GetVisibility())
        self.ui.colouringComboBox.currentIndex = 0

    def test_colours_set_by_hand_stay_when_the_module_is_left(self) -> None:
        display = self.analyse().case.models["ed.vtp"].GetDisplayNode()
        self.ui.colourRangeComboBox.currentIndex = 1
        self.ui.thicknessRangeWidget.setValues(5.0, 12.0)
        self.leave_and_return()
        self.assertEqual(tuple(display.GetScalarRange()), (5.0, 12.0))
        self.ui.colourRangeComboBox.currentIndex = 0

    def test_playing_ends_with_the_scene_and_with_the_module(self) -> None:
        explored = self.open_explorer()
        for end in (self.leave_and_return, lambda: slicer.mrmlScene.Clear(0)):
            self.ui.cycleButton.click()
            self.wait(lambda: explored.frames >= 10)
            self.ui.playButton.checked = True
            end()
            self.assertFalse(self.ui.playButton.checked)
        self.assertEqual(explored.frames, 0)
        self.wait(lambda: explored.latent_map is not None)  # the section is open, its sliders are of use again
        self.assertIsNotNone(self.move(0.2, 0.2))

    def test_slider_keeps_the_other_coordinate_of_a_point_outside_the_map(self) -> None:
        explored = self.open_explorer()
        far = explored.latent_map["x"][1] + 1.0
        explored.move_to((far, 0.0))
        self.wait(lambda: explored.answer is not None)
        self.ui.secondSlider.value = 0.3
        self.assertEqual(explored.z[:2], (far, 0.3))

    def test_back_from_the_plot_restores_the_layout_before_the_curve(self) -> None:
        self.analyse()
        kind = slicer.vtkMRMLLayoutNode
        layout = slicer.mrmlScene.GetFirstNodeByClass("vtkMRMLLayoutNode")
        own = layout is None  # there is no main window
        layout = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLayoutNode") if own else layout
        layout.SetViewArrangement(kind.SlicerLayoutConventionalView)
        logic = SimpleNamespace(ShowChartInLayout=lambda chart: None)
        with mock.patch.object(slicer.modules, "plots", SimpleNamespace(logic=lambda: logic), create=True):
            self.panel.results.charts.show(None)
            self.panel.explore.charts.show(None)
        self.panel.explore.back()
        arrangement = layout.GetViewArrangement()
        if own:
            slicer.mrmlScene.RemoveNode(layout)
        self.assertEqual(arrangement, kind.SlicerLayoutConventionalView)

    def test_walk_deleted_while_it_plays(self) -> None:
        self.analyse()
        explored = self.open_explorer()
        self.ui.walkButton.click()
        self.wait(lambda: explored.frames > 1)
        self.ui.playButton.checked = True
        for node in slicer.util.getNodesByClass("vtkMRMLSequenceBrowserNode"):
            slicer.mrmlScene.RemoveNode(node)
        self.wait(lambda: not self.ui.playButton.checked, 10.0)
        self.assertEqual((explored.frames, self.panel.message.text), (0, ""))

    def test_surface_deleted_by_the_user_is_a_sentence(self) -> None:
        nodes = self.analyse()
        slicer.mrmlScene.RemoveNode(nodes.case.models["ed.vtp"])
        self.ui.colouringComboBox.currentIndex = 1
        self.assertIn("no surface of this heart", self.panel.message.text)
        self.ui.colouringComboBox.currentIndex = 0

    def test_explored_shape_of_a_loaded_scene_can_be_left(self) -> None:
        self.analyse()
        own = self.open_explorer().own
        self.move(own[0] + 0.5, own[1])
        self.save_and_load_scene()
        patient = self.panel.results.nodes.case.models["ed.vtp"].GetDisplayNode()
        self.assertIsNotNone(self.explored_points())
        self.assertFalse(patient.GetVisibility())
        self.ui.backButton.click()
        self.assertIsNone(self.explored_points())
        self.assertTrue(patient.GetVisibility())

    def leave_and_return(self) -> None:
        """Leave the module as for another one, and return to it."""
        self.widget.exit()
        self.widget.enter()
        self.turn()

    def test_point_far_outside_the_population_is_said_to_be(self) -> None:
        explored = self.open_explorer()
        low, high = explored.latent_map["x"], explored.latent_map["y"]
        self.move(low[0], high[0])
        self.assertFalse(explored.answer["within_population"])
        self.assertIn("Outside the training population", self.ui.readoutLabel.text)

    def test_bundle_of_the_other_anatomy(self) -> None:
        from GenerativeModelsLib.resources import default_bundle

        self.choose_valid_inputs()
        self.ui.modelFolderEdit.text = str(default_bundle("skull"))
        self.turn()
        self.press_apply()
        self.wait(lambda: not self.panel.run.busy)
        self.assertIn("of kind fetal-skull, where a heart-shape one is expected", self.panel.message.text)
        self.ui.modelFolderEdit.text = ""

    def test_loaded_sample_has_the_frames_of_its_file(self) -> None:
        sample = load_sample()
        facts = json.loads((sample_dir() / "heart_cine" / "sample.json").read_text(encoding="utf-8"))
        self.assertEqual(sample["cine"].GetNumberOfDataNodes(), len(facts["times_s"]))
