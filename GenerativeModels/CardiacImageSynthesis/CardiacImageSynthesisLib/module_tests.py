"""Tests of the module in Slicer, run by ctest: inputs, methods, preview, images and what they say of themselves."""

from __future__ import annotations

import tempfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock

import numpy as np
import slicer

from CardiacImageSynthesisLib.choices import Method
from CardiacImageSynthesisLib.planned_case import FOLDER_PREFIX
from CardiacImageSynthesisLib.sample_case import load_sample
from GenerativeModelsDesktop.test_cases import CaseTests
from GenerativeModelsDesktop.test_kit import FakeWorker
from GenerativeModelsDesktop.test_packages import PackageTests
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.resources import default_bundle
from GenerativeModelsLib.synthesis.images import methods
from GenerativeModelsLib.synthesis.images.anatomy import USEFULNESS
from GenerativeModelsLib.worker import Refused
from GenerativeModelsScene.nodes.views import node_of_view
from GenerativeModelsScene.synthesis.show import SYNTHETIC

__all__ = ["ModuleTests"]


def background(view: str = "Red") -> str | None:
    """ID of the volume in the background of a view."""
    return node_of_view(slicer.mrmlScene, "vtkMRMLSliceCompositeNode", view).GetBackgroundVolumeID()


class ModuleTests(CaseTests, PackageTests):
    """Base of the module's test class."""

    module_name = "CardiacImageSynthesis"
    key_field = "labels"
    nothing_chosen = "No segmentation is chosen"
    saved_file = "image.nii.gz"
    folder_prefix = FOLDER_PREFIX
    table_views = ("measurementsTable",)
    start_text = "Draw"
    seconds_of_a_run = 0.0

    def choose_valid_inputs(self) -> None:
        """Load the sample and choose it."""
        self.choose(labels=load_sample()["labels"])

    def change_a_setting(self) -> None:
        """Another seed."""
        self.ui.seedSpinBox.value = 7

    def case_parts(self, nodes: Any) -> list[Any]:
        """The image, visible while it is in the background of the views."""
        shown = [node.GetID() for node in nodes.images.values()]
        return [SimpleNamespace(GetVisibility=lambda: background() in shown)]

    def previews(self) -> list[Any]:
        """The volumes of previews in the scene."""
        found = slicer.util.getNodesByClass("vtkMRMLScalarVolumeNode")
        return [node for node in found if node.GetName().endswith("synthetic preview")]

    def style_of(self, labels: Any, bright: float = 200.0) -> Any:
        """A volume on the grid of labels: their values times a grey value, with noise."""
        node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "Cine")
        values = slicer.util.arrayFromVolume(labels)
        noise = np.random.default_rng(0).normal(0, 5, values.shape)
        slicer.util.updateVolumeFromArray(node, (40.0 + bright / 3 * values + noise).astype(np.float32))
        matrix = slicer.vtkMRMLSliceNode().GetSliceToRAS()
        labels.GetIJKToRASMatrix(matrix)
        node.SetIJKToRASMatrix(matrix)
        node.CreateDefaultDisplayNodes()
        return node

    # Inputs

    def test_sample_then_draw_is_the_whole_tutorial(self) -> None:
        import SampleData

        source = SampleData.SampleDataLogic().sourceForSampleName("HeartLabels")
        source.customDownloader(source)
        self.wait(lambda: self.ui.applyButton.enabled, 10.0)
        self.apply_and_wait()
        self.assertEqual(self.panel.results.result["method"], "synthseg")
        self.assertEqual(background(), self.panel.results.nodes.images[0].GetID())

    def test_what_is_known_of_the_usefulness_is_said(self) -> None:
        self.assertEqual(self.ui.usefulnessLabel.text, USEFULNESS)

    def test_labels_are_found_shown_and_changed(self) -> None:
        self.choose_valid_inputs()
        self.assertIn("ACDC", self.ui.labelsFoundLabel.text)
        self.assertEqual([self.ui.lvComboBox.currentData, self.ui.myoComboBox.currentData], ["3", "2"])
        self.ui.myoComboBox.currentIndex = self.ui.lvComboBox.currentIndex
        self.ui.myoComboBox.activated.emit(self.ui.myoComboBox.currentIndex)
        self.assert_refused("each is one of its own")

    def test_a_style_that_is_empty_or_of_another_modality_is_refused(self) -> None:
        self.choose_valid_inputs()
        empty = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "Empty")
        self.choose(style=empty)
        self.assert_refused("'Empty' is empty")
        style = self.style_of(self.key_node)
        self.choose(style=style)
        self.assertTrue(self.ui.applyButton.enabled, self.said)
        tree = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(slicer.mrmlScene)
        item = tree.GetItemByDataNode(style) or tree.CreateItem(tree.GetSceneItemID(), style)
        tree.SetItemAttribute(item, "DICOM.Modality", "CT")
        self.panel.refresh()
        self.assert_refused("DICOM modality CT")

    # Methods

    def test_methods_without_weights_cannot_be_chosen_and_say_why(self) -> None:
        def nothing_ships(name: str) -> Path:
            raise InputError(name)

        self.choose_valid_inputs()
        with mock.patch.object(methods, "default_bundle", nothing_ships):
            self.panel.refresh()
            self.assertIn("SPADE", self.ui.methodNoteLabel.text)
            self.assertIn("do not ship", self.ui.methodNoteLabel.text)
            box = self.ui.methodComboBox
            enabled = [
                bool(int(flags) if flags is not None else 1) for flags in (box.itemData(n, 255) for n in range(4))
            ]
            self.assertEqual(enabled, [True, False, False, False])
            self.panel.parameters.method = Method.SPADE
            self.assert_refused("SPADE cannot be used", "do not ship")
        self.panel.parameters.method = Method.SYNTHSEG

    def test_a_bundle_of_another_kind_is_refused(self) -> None:
        self.choose_valid_inputs()
        self.ui.modelFolderEdit.text = str(default_bundle("repair"))
        self.assert_refused("bundle of kind heart-label-maps")
        self.ui.modelFolderEdit.text = ""
        self.turn()
        self.assertTrue(self.ui.applyButton.enabled, self.said)

    # Preview

    def test_a_preview_is_shown_before_the_volume_is_drawn(self) -> None:
        self.choose_valid_inputs()
        self.assertTrue(self.ui.previewButton.enabled)
        self.ui.previewButton.click()
        self.assertFalse(self.ui.previewButton.enabled)
        self.wait(lambda: bool(self.previews()))
        (node,) = self.previews()
        self.assertEqual((node.GetImageData().GetDimensions()[2], node.GetAttribute(SYNTHETIC)), (1, "yes"))
        self.assertEqual(background(), node.GetID())
        self.assertTrue(self.ui.previewButton.enabled)
        self.assertIn("Preview of slice", self.panel.message.text)
        self.apply_and_wait()
        self.assertEqual(self.previews(), [])

    def test_a_preview_that_is_refused_is_a_sentence_and_leaves_no_file(self) -> None:
        class Refusing(FakeWorker):
            def ask(self, *given: Any, **named: Any) -> int:
                number = super().ask(*given, **named)
                self._news = [Refused(None, "The label map is gone.", None, query=number)]
                return number

        self.use_worker(Refusing())
        self.choose_valid_inputs()
        before = set(Path(slicer.app.temporaryPath).glob(f"{FOLDER_PREFIX}*"))
        self.ui.previewButton.click()
        self.wait(lambda: self.panel.message.text != "", 10.0)
        self.assertIn("The label map is gone.", self.panel.message.text)
        self.assertEqual(set(Path(slicer.app.temporaryPath).glob(f"{FOLDER_PREFIX}*")), before)
        self.assertTrue(self.ui.previewButton.enabled)

    # Images

    def test_every_image_says_that_it_is_synthetic(self) -> None:
        self.choose_valid_inputs()
        self.choose(style=self.style_of(self.key_node))
        self.ui.countSpinBox.value = 2
        self.turn()
        self.apply_and_wait()
        nodes = self.panel.results.nodes
        names = [self.ui.imageComboBox.itemText(index) for index in range(self.ui.imageComboBox.count)]
        self.assertEqual(names, ["Heart labels synthetic 1", "Heart labels synthetic 2"])
        for node in nodes.images.values():
            self.assertEqual(node.GetAttribute(SYNTHETIC), "yes")
            self.assertIn("SYNTHETIC", node.GetDescription())
        labels = self.key_node
        for node in nodes.images.values():
            self.assertEqual(node.GetImageData().GetDimensions(), labels.GetImageData().GetDimensions())
            np.testing.assert_allclose(node.GetSpacing(), labels.GetSpacing(), atol=1e-5)
            np.testing.assert_allclose(node.GetOrigin(), labels.GetOrigin(), atol=1e-3)
        self.ui.imageComboBox.currentIndex = 1
        self.ui.imageComboBox.activated.emit(1)
        self.assertEqual(background(), nodes.images[1].GetID())
        with tempfile.TemporaryDirectory() as folder:
            self.assertIsNotNone(self.panel.results.export_formats(["dicom-mr"], Path(folder)), self.panel.message.text)
            files = list(Path(folder).glob("*-mr.dcm"))
            self.assertEqual(len(files), 2 * labels.GetImageData().GetDimensions()[2])

    def test_one_voxel_labels_are_a_sentence(self) -> None:
        self.choose_valid_inputs()
        labels = self.key_node
        values = slicer.util.arrayFromVolume(labels).copy()
        values[values == 1] = 0
        values[0, 0, 0] = 1
        slicer.util.updateVolumeFromArray(labels, values)
        self.turn(0.3)
        self.press_apply()
        self.wait(lambda: not self.panel.run.busy)
        self.assertIn("a single voxel", self.panel.message.text)
        self.assertIsNone(self.panel.results.nodes)
