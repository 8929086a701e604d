"""Tests of the corrections in Slicer: kept with the image, drawn with a line, and what they change of a skull."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import qt
import slicer

from FetalSkullReconstructionLib.module_test_inputs import SkullTestKit
from GenerativeModelsDesktop.test_kit import FakeWorker
from GenerativeModelsLib.skull.adjusting import ADJUSTMENTS
from GenerativeModelsScene.skull.corrections import corrections_of
from GenerativeModelsScene.skull.planes import geometry_of, spacing_of

__all__ = ["CorrectionTests"]


class CorrectionTests(SkullTestKit):
    """Base of the module's test class."""

    def test_corrections_stay_with_their_image(self) -> None:
        first, second = self.image(name="first"), self.image(name="second")
        self.choose(axial=first, sagittal=second)
        section = self.panel.corrections
        section.plane.setCurrentIndex(0)
        section.take("ellipse", "60,50,30,24,10")
        section.take("facing", "left")
        self.assertEqual(corrections_of(first), {"ellipse": "60,50,30,24,10", "facing": "left"})
        section.plane.setCurrentIndex(1)
        self.assertEqual((section.edits["ellipse"].text, section.facing.currentText), ("", "as found"))
        self.assertEqual(section.facing_label.text, "Forehead towards:")
        section.plane.setCurrentIndex(2)
        self.assertEqual(section.facing_label.text, "Vertex towards:")
        self.assertFalse(any(button.enabled for button in section.buttons.values()), "no coronal image is chosen")
        section.plane.setCurrentIndex(0)
        self.assertEqual((section.edits["ellipse"].text, section.facing.currentText), ("60,50,30,24,10", "left"))
        section.take("ellipse", "60,50,30")
        self.assertIn("ellipse", self.panel.message.text)
        self.assertEqual(section.edits["ellipse"].text, "60,50,30,24,10")
        section.buttons["right"].click()
        section.buttons["clockwise"].click()
        self.assertEqual(section.edits["ellipse"].text, "64,50,30,24,12")
        section.away.click()
        self.assertEqual((corrections_of(first), section.edits["ellipse"].text), ({}, ""))
        section.buttons["wider"].click()
        self.assertIn("There is no ellipse yet", self.panel.message.text)

    def test_what_was_typed_counts_for_the_arrow_that_is_pressed_next(self) -> None:
        section = self.panel.corrections
        for how in ADJUSTMENTS:
            self.assertEqual(section.buttons[how].focusPolicy, qt.Qt.StrongFocus, how)

    def test_a_field_that_is_only_left_again_takes_no_message_away(self) -> None:
        self.choose(axial=self.image())
        section = self.panel.corrections
        section.plane.setCurrentIndex(0)
        section.edits["ellipse"].text = "60,50,30"
        section.edits["ellipse"].modified = True
        section.take_typed("ellipse")
        self.assertIn("ellipse", self.panel.message.text)
        section.take_typed("ellipse")
        self.assertIn("ellipse", self.panel.message.text)

    def test_nothing_is_corrected_while_a_case_runs(self) -> None:
        self.use_worker(FakeWorker())
        self.choose_valid_inputs()
        section = self.panel.corrections.section
        self.assertTrue(section.enabled)
        self.press_apply()
        self.assertFalse(section.enabled)
        self.panel.cancel()
        self.assertTrue(section.enabled)

    def test_a_line_is_the_head_a_rectangle_or_a_known_length(self) -> None:
        node = self.image(spacing_mm=1.0)
        self.choose(axial=node)
        self.assert_refused("spacing")
        section = self.panel.corrections
        section.plane.setCurrentIndex(0)
        section.line.setCurrentNode(None)
        section.buttons["ellipse"].click()
        self.assertIn("No line is chosen", self.panel.message.text)
        section.line.setCurrentNode(self._line(node, (20, 40), (80, 40)))
        section.buttons["ellipse"].click()
        self.assertEqual(self.panel.message.text, "")
        self.assertEqual(section.edits["ellipse"].text, "50,40,30,23.7,0")
        section.line.setCurrentNode(self._line(node, (5, 6), (25, 16)))
        section.buttons["mask"].click()
        self.assertEqual(section.edits["mask"].text, "5,6,25,6,25,16,5,16")
        section.line.setCurrentNode(self._line(node, (20, 40), (80, 40)))
        section.millimetres.text = "many"
        section.buttons["length"].click()
        self.assertIn("“many”", self.panel.message.text)
        section.millimetres.text = "30"
        section.buttons["length"].click()
        self.assertEqual(section.edits["length"].text, "20,40,80,40,30")
        self.assertEqual((node.GetSpacing()[:2], spacing_of(node).source), ((0.5, 0.5), "length"))
        self.wait(lambda: self.ui.applyButton.enabled, 5.0)
        self.assertIn("by the known length", self.ui.axialSpacingLabel.text)
        section.take("length", "")
        self.assertEqual(node.GetSpacing()[:2], (1.0, 1.0))
        self.wait(lambda: not self.ui.applyButton.enabled, 5.0)
        self.assert_refused("spacing")

    def test_a_ruler_is_offered_and_not_used(self) -> None:
        node = self.image((360, 480), spacing_mm=1.0)
        pixels = np.zeros((1, 360, 480), np.uint8)
        pixels[0, 60:320, 60:440] = np.random.default_rng(1).integers(60, 120, (260, 380))
        for number, row in enumerate(range(12, 350, 10)):
            pixels[0, row : row + 2, 20 : 20 + (9, 2, 4)[0 if number % 10 == 0 else 1 + (number % 2 == 0)]] = 230
        slicer.util.updateVolumeFromArray(node, pixels)
        self.choose(axial=node)
        self.assert_refused("spacing")
        self.assertIn("ruler on its left side has ticks every 10.0 pixels", self.ui.axialSpacingLabel.text)
        self.assertIn("0.5 if they are 5 mm apart", self.ui.axialSpacingLabel.text)
        self.assertEqual(self.ui.axialSpacingEdit.text, "")

    def test_a_flipped_head_faces_the_other_way(self) -> None:
        node = self.choose_sample()["axial"]
        self.apply_and_wait()
        before = self._result()
        section = self.panel.corrections
        section.plane.setCurrentIndex(0)
        section.buttons["wider"].click()
        self.assertEqual(len(corrections_of(node)["ellipse"].split(",")), 5)
        section.take("ellipse", "")
        section.take("facing", "flip")
        self.apply_and_wait()
        after = self._result()
        self.assertEqual(after["planes"]["axial"]["corrections"]["options"], {"facing": "flip"})
        faces = (result["planes"]["axial"]["head"]["faces_deg"] for result in (before, after))
        self.assertAlmostEqual(abs(next(faces) - next(faces)) % 360, 180, delta=1)
        self.assertAlmostEqual(after["biometry"]["bpd_mm"]["value"], before["biometry"]["bpd_mm"]["value"], delta=2)
        section.away.click()

    def _line(self, node: Any, *points: tuple[float, float]) -> Any:
        """A line from one (column, row) of the image to another."""
        geometry = geometry_of(node)
        row, column = geometry.spacing_mm
        line = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLMarkupsLineNode", "line")
        for x, y in points:
            line.AddControlPointWorld(*(geometry.to_ras @ [x * column, y * row, 0, 1])[:3])
        return line

    def _result(self) -> dict[str, Any]:
        return json.loads(self.panel.results.nodes.result.GetText())
