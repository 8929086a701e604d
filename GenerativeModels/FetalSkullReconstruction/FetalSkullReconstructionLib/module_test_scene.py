"""Tests of the panel and the scene as a real desktop has them: selectors, imports, table, chart, console."""

from __future__ import annotations

import tempfile
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

import SimpleITK as sitk
import slicer

from FetalSkullReconstructionLib.module_test_inputs import SkullTestKit
from FetalSkullReconstructionLib.sample_case import load_sample, sample_files

__all__ = ["SceneTests"]


class SceneTests(SkullTestKit):
    """Base of the module's test class."""

    def test_colour_picture_is_preselected(self) -> None:
        picture = self.image((1, 96, 128, 3), "colour")
        self.wait(lambda: self.panel.parameters.axial is not None, 5.0)
        self.assertIs(self.ui.axialSelector.currentNode(), picture)
        self.assertTrue(self.ui.applyButton.enabled, self.said)

    def test_removed_image_chooses_no_other(self) -> None:
        nodes = self.choose_sample(("axial", "sagittal"))
        self.image(name="another")
        self.turn(0.3)
        slicer.mrmlScene.RemoveNode(nodes["axial"])
        self.turn(0.5)
        self.assertIsNone(self.panel.parameters.axial)
        self.assertIsNone(self.ui.axialSelector.currentNode())
        self.assertIs(self.panel.parameters.sagittal, nodes["sagittal"])
        self.assert_refused("No axial image")
        slicer.mrmlScene.RemoveNode(nodes["sagittal"])
        self.turn(0.5)
        self.assertIsNone(self.panel.parameters.sagittal)
        self.assertIsNone(self.panel.parameters.axial)

    def test_added_scene_leaves_the_chosen_images(self) -> None:
        other = self.choose_sample(("axial", "coronal"))
        self.ui.gestationalAgeSpinBox.value = 30.0
        with tempfile.TemporaryDirectory() as folder:
            bundle = Path(folder) / "case"
            bundle.mkdir()
            self.assertTrue(slicer.mrmlScene.SaveSceneToSlicerDataBundleDirectory(str(bundle), None))
            del other
            slicer.mrmlScene.Clear(0)
            self.turn(0.3)
            nodes = load_sample()
            self.choose(axial=nodes["axial"], sagittal=nodes["sagittal"], coronal=None)
            self.assertEqual(self.ui.gestationalAgeSpinBox.value, 27.0)
            slicer.util.loadScene(str(next(bundle.glob("*.mrml"))))
        self.turn(0.5)
        chosen = self.panel.parameters
        self.assertEqual((chosen.axial, chosen.sagittal, chosen.coronal), (nodes["axial"], nodes["sagittal"], None))
        self.assertIs(self.ui.axialSelector.currentNode(), nodes["axial"])
        self.assertEqual(self.ui.gestationalAgeSpinBox.value, 27.0)
        self.assertTrue(self.ui.applyButton.enabled, self.said)

    def test_console_arranges_views_and_age(self) -> None:
        manager = slicer.app.layoutManager()
        if manager is None:
            self.skipTest("there is no slice view without main window")
        axial = self.choose_sample()["axial"]
        axial.SetAttribute("GenerativeModels.GestationalAgeWeeks", None)
        self.ui.gestationalAgeSpinBox.value = 0.0
        nodes = self.widget.logic.process(axial, gestational_age_weeks=27.0, samples=self.ui.samplesSpinBox.value).nodes
        self.turn(0.5)
        shown = {
            view: manager.sliceWidget(view).mrmlSliceCompositeNode().GetBackgroundVolumeID()
            for view in ("Red", "Green", "Yellow")
        }
        uncertainty = nodes.uncertainty.GetID()
        self.assertEqual(shown, {"Red": nodes.planes["axial"].GetID(), "Green": uncertainty, "Yellow": uncertainty})
        self.wait(lambda: self.ui.gestationalAgeSpinBox.value == 27.0, 5.0)

    def test_growth_chart_leaves_the_3d_view_and_can_be_closed(self) -> None:
        layout = slicer.mrmlScene.GetFirstNodeByClass("vtkMRMLLayoutNode")
        if layout is None:
            layout = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLayoutNode")
        self.choose_sample()
        self.apply_and_wait()
        before, shown = layout.GetViewArrangement(), []
        logic = SimpleNamespace(ShowChartInLayout=shown.append)
        with mock.patch.object(slicer.modules, "plots", SimpleNamespace(logic=lambda: logic), create=True):
            self.panel.results.show_chart("hc")
        self.assertEqual(shown, [self.panel.results.nodes.charts["hc"]])
        self.assertEqual(layout.GetViewArrangement(), slicer.vtkMRMLLayoutNode.SlicerLayoutConventionalPlotView)
        self.assertTrue(self.panel.results.charts.shown)
        self.panel.results.charts.back()
        self.assertEqual(layout.GetViewArrangement(), before)

    def test_spacing_of_the_sample_is_not_called_entered(self) -> None:
        self.choose_sample()
        self.assertIn("of the sample", self.ui.axialSpacingLabel.text)
        self.ui.axialSpacingEdit.text = "0.3"
        self.panel.rows["axial"].take_spacing()
        self.assertIn("as entered", self.ui.axialSpacingLabel.text)

    def test_numbered_pictures_are_named_as_a_stack(self) -> None:
        picture = sitk.ReadImage(sample_files()["axial"])
        with tempfile.TemporaryDirectory() as folder:
            for number in (216, 217):
                sitk.WriteImage(picture, str(Path(folder) / f"{number}_HC.png"))
            stack = slicer.util.loadVolume(str(Path(folder) / "216_HC.png"))
            self.choose(axial=stack)
            self.assert_refused("stack of 2 pictures", "Single File")
            single = slicer.util.loadVolume(str(Path(folder) / "216_HC.png"), {"singleFile": True})
            self.choose(axial=single)
            self.assert_refused("spacing")
