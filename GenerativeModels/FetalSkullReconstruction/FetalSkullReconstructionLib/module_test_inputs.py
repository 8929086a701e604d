"""Test kit of this module, and tests of its inputs and of the preselection.

For an invalid input the panel shows one sentence and the scene is unchanged.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import slicer

from FetalSkullReconstructionLib.sample_case import load_sample
from FetalSkullReconstructionLib.typed_fields import GrowthChart, parse_spacing
from GenerativeModelsDesktop.choices import Sex
from GenerativeModelsDesktop.test_kit import ModuleTestKit
from GenerativeModelsLib.errors import InputError

__all__ = ["InputTests", "SkullTestKit"]

SAMPLES = 4
"""Number of draws in the tests."""


class SkullTestKit(ModuleTestKit):
    """`ModuleTestKit` with the inputs of this module."""

    module_name = "FetalSkullReconstruction"

    def openModule(self) -> None:
        """Show the module with real packages, an idle run and few samples."""
        super().openModule()
        self.ui.samplesSpinBox.value = SAMPLES

    def choose_valid_inputs(self) -> None:
        """Choose the axial plane of the sample case."""
        self.choose_sample()

    def choose_sample(self, planes: Sequence[str] = ("axial",)) -> dict[str, slicer.vtkMRMLScalarVolumeNode]:
        """Load the sample case and choose the given planes."""
        nodes = load_sample()
        self.choose(**{plane: nodes[plane] if plane in planes else None for plane in nodes})
        return nodes


class InputTests(SkullTestKit):
    """Base of the module's test class."""

    def test_no_axial_image(self) -> None:
        self.assert_refused("No axial image is chosen")

    def test_same_image_for_two_planes(self) -> None:
        node = self.image()
        self.choose(axial=node, sagittal=node)
        self.assert_refused("axial", "sagittal", "each plane is an image of its own")

    def test_3d_volume(self) -> None:
        self.choose(axial=self.image((40, 50, 60), "ultrasound"))
        self.assert_refused("ultrasound", "3D volume", "slice view")

    def test_colour_picture_is_welcome_and_other_vectors_are_not(self) -> None:
        self.choose(axial=self.image((1, 96, 128, 3), "colour"))
        self.turn()
        self.assertTrue(self.ui.applyButton.enabled, self.said)
        self.choose(axial=self.image((1, 96, 128, 5), "flow"))
        self.assert_refused("flow", "5 numbers a pixel")

    def test_empty_volume(self) -> None:
        self.choose(axial=slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "hollow"))
        self.assert_refused("hollow", "empty")

    def test_non_linear_transform(self) -> None:
        node = self.image()
        self.choose(axial=node)
        transform = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLBSplineTransformNode", "bend")
        node.SetAndObserveTransformNodeID(transform.GetID())
        self.wait(lambda: not self.ui.applyButton.enabled, 5.0)
        self.assert_refused("bend", "non-linear")

    def test_spacing_is_asked_for_and_never_guessed(self) -> None:
        node = self.image(spacing_mm=1.0)
        self.choose(axial=node)
        self.assert_refused("spacing")
        self.assertEqual(self.ui.axialSpacingEdit.text, "")
        self.assertIn("no pixel spacing", self.ui.axialSpacingLabel.text)
        self._type_spacing("three")
        self.assertIn("'three' cannot be read", self.panel.message.text)
        self._type_spacing("0.5, 0.6 mm")
        self.assertEqual(node.GetSpacing()[:2], (0.6, 0.5))
        self.assertEqual(self.ui.axialSpacingEdit.text, "0.5, 0.6")
        self.assertEqual(self.panel.message.text, "")
        self.wait(lambda: self.ui.applyButton.enabled, 5.0)
        self._type_spacing("")
        self.assertEqual(node.GetSpacing()[:2], (1.0, 1.0))
        self.wait(lambda: not self.ui.applyButton.enabled, 5.0)
        self.assert_refused("spacing")

    def test_spacing_as_people_type_it(self) -> None:
        for text in ("0.22", ".22 mm", "0.22, 0.22", "0.22 x 0.22mm", "0.22;0.22"):
            self.assertEqual(parse_spacing(text), (0.22, 0.22), text)
        self.assertEqual(parse_spacing("0.2 0.3"), (0.2, 0.3))
        for text in ("", "0", "0,22", "-0.2", "0.2, 0.2, 0.2", "inf", "1e999", "0.2 cm"):
            with self.assertRaisesRegex(InputError, "such as 0.22"):
                parse_spacing(text)

    def test_spacing_given_elsewhere_is_seen(self) -> None:
        node = self.image(spacing_mm=1.0)
        self.choose(axial=node)
        self.assert_refused("spacing")
        node.SetSpacing(0.5, 0.5, 1.0)
        self.wait(lambda: self.ui.applyButton.enabled, 5.0)
        self.assertEqual(self.ui.axialSpacingEdit.text, "0.5")

    def _type_spacing(self, text: str) -> None:
        self.ui.axialSpacingEdit.text = text
        self.panel.rows["axial"].take_spacing()
        self.turn()

    def test_age_outside_the_charts(self) -> None:
        self.choose_sample()
        self.ui.gestationalAgeSpinBox.value = 5.0
        self.assert_refused("gestational age is 5", "from 11 to 42")
        self.ui.gestationalAgeSpinBox.value = 41.0
        self.wait(lambda: self.ui.applyButton.enabled, 5.0)
        self.assertIn("41 weeks 0 days, beyond the chart", self.ui.gestationalAgeDaysLabel.text)
        self.panel.parameters.chart = GrowthChart.HADLOCK
        self.wait(lambda: "beyond" not in self.ui.gestationalAgeDaysLabel.text, 5.0)

    def test_age_in_weeks_and_days(self) -> None:
        self.choose_sample()
        self.ui.gestationalAgeEdit.text = "26+5"
        self.panel.age.take_text()
        self.turn()
        self.assertAlmostEqual(self.panel.parameters.gestationalAge, 26 + 5 / 7, places=3)
        self.assertEqual(self.ui.gestationalAgeDaysLabel.text, "26 weeks 5 days")
        self.ui.gestationalAgeEdit.text = "26+9"
        self.panel.age.take_text()
        self.assertIn("28+3", self.ui.gestationalAgeDaysLabel.text)

    def test_sex_of_the_fetus(self) -> None:
        self.choose_sample()
        self.assertIsNone(self._planned_sex())
        self.ui.sexComboBox.setCurrentIndex([sex.value for sex in Sex].index("female"))
        self.turn()
        self.assertIs(self.panel.parameters.sex, Sex.FEMALE)
        self.assertEqual(self._planned_sex(), "female")

    def _planned_sex(self) -> str | None:
        case = self.panel.plan()
        case.discard_files()
        return case.request.sex

    def test_image_deleted_before_the_run(self) -> None:
        nodes = self.choose_sample()
        slicer.mrmlScene.RemoveNode(nodes["axial"])
        self.wait(lambda: not self.ui.applyButton.enabled, 5.0)
        self.assert_refused("No axial image")

    def test_plane_from_a_slice_view(self) -> None:
        if slicer.app.layoutManager() is None:
            self.skipTest("there is no slice view without main window")
        volume = self.image((60, 96, 128), "ultrasound", spacing_mm=0.8)
        slicer.util.setSliceViewerLayers(background=volume, fit=True)
        self.turn(0.1)
        self.panel.rows["axial"].fill_menu()
        self.panel.rows["axial"].cut("Red")
        self.turn()
        cut = self.panel.parameters.axial
        self.assertIsNot(cut, volume)
        self.assertEqual(sum(size == 1 for size in cut.GetImageData().GetDimensions()), 1)
        self.assertAlmostEqual(cut.GetSpacing()[0], 0.8, places=4)
        self.assertTrue(self.ui.applyButton.enabled, self.said)

    def test_images_named_after_planes_are_chosen(self) -> None:
        self.image(name="case 1 axial")
        self.image(name="case 1 sagittal")
        self.image(name="case 2 axial")
        coronal = self.image(name="case 2 coronal")
        self.image((40, 50, 60), "axial volume")
        self.wait(lambda: self.panel.parameters.axial is not None, 5.0)
        chosen = self.panel.parameters
        self.assertEqual(chosen.axial.GetName(), "case 2 axial")
        self.assertIsNone(chosen.sagittal)
        self.assertIs(chosen.coronal, coronal)

    def test_label_map_is_not_taken_for_an_image(self) -> None:
        labels = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLabelMapVolumeNode", "axial labels")
        slicer.util.updateVolumeFromArray(labels, np.ones((1, 96, 128), np.uint8))
        self.turn(0.5)
        self.assertIsNone(self.panel.parameters.axial)
        image = self.image(name="picture")
        self.wait(lambda: self.panel.parameters.axial is not None, 5.0)
        self.assertIs(self.panel.parameters.axial, image)

    def test_age_stays_with_its_image(self) -> None:
        first, second = self.image(name="first"), self.image(name="second")
        self.choose(axial=first)
        self.ui.gestationalAgeSpinBox.value = 30.0
        self.choose(axial=second)
        self.assertEqual(self.ui.gestationalAgeSpinBox.value, 0.0)
        self.choose(axial=first)
        self.assertEqual(self.ui.gestationalAgeSpinBox.value, 30.0)
