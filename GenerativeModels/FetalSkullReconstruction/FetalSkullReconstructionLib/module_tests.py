"""Tests of the module in Slicer, run by ctest: choose images, Apply, Cancel, close the scene, reload."""

from __future__ import annotations

import json
import tempfile
import time
from pathlib import Path
from unittest import mock

import qt
import slicer

from FetalSkullReconstructionLib import panel, results_panel
from FetalSkullReconstructionLib.module_test_inputs import InputTests
from FetalSkullReconstructionLib.module_test_scene import SceneTests
from GenerativeModelsDesktop.test_kit import FakeWorker
from GenerativeModelsDesktop.test_packages import PackageTests
from GenerativeModelsLib.errors import InputError, named
from GenerativeModelsLib.worker import Done, Failed
from GenerativeModelsScene.skull.show import find_case

__all__ = ["ModuleTests"]

FROZEN_SECONDS = 5.0
"""Limit for the longest pause of the event loop; the aim is 0.2 s, and the measured time is printed."""


class ModuleTests(InputTests, SceneTests, PackageTests):
    """Base of the module's test class."""

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

    def test_applying_twice_updates_the_case(self) -> None:
        self.choose_sample()
        self.apply_and_wait()
        once = self.node_ids()
        self.ui.seedSpinBox.value = 7
        self.apply_and_wait()
        self.assertEqual(self.node_ids(), once)
        self.assertEqual(json.loads(self.panel.results.nodes.result.GetText())["seed"], 7)

    def test_application_answers_while_it_reconstructs(self) -> None:
        self.choose_sample(("axial", "sagittal", "coronal"))
        self.wait(lambda: bool(self.ui.deviceFoundLabel.text))
        gaps, last = [], [time.perf_counter()]

        def tick() -> None:
            now = time.perf_counter()
            gaps.append(now - last[0])
            last[0] = now

        timer = qt.QTimer()
        timer.interval = 10
        timer.connect("timeout()", tick)
        timer.start()
        begin = last[0] = time.perf_counter()
        self.apply_and_wait()
        took = time.perf_counter() - begin
        self.turn(0.5)
        timer.stop()
        own = json.loads(self.panel.results.nodes.result.GetText())["seconds"]["total"]
        print(f"click to skull {took:.2f} s (the backend's own {own:.2f} s), longest stand {max(gaps):.3f} s")
        self.assertLess(max(gaps), FROZEN_SECONDS)

    def test_cancel_leaves_the_scene_as_it_was(self) -> None:
        self.choose_sample()
        before = self.node_ids()
        self.press_apply()
        self.assertEqual(self.ui.applyButton.text, "Cancel")
        self.turn(0.5)
        self.ui.applyButton.click()
        self.assertFalse(self.panel.run.busy)
        self.assertEqual(self.ui.applyButton.text, "Apply")
        self.assertEqual(self.ui.statusLabel.text, "Cancelled.")
        self.turn(0.5)
        self.assertEqual(self.node_ids(), before)
        self.apply_and_wait()

    def test_worker_is_stopped_before_its_files_are_removed(self) -> None:
        there = []

        class Watched(FakeWorker):
            def submit(self, anatomy, request) -> int:
                self._file = request.axial
                return super().submit(anatomy, request)

            def cancel(self) -> None:
                there.append(self._file.is_file())
                super().cancel()

            def close(self) -> None:
                there.append(self._file.is_file())

        self.use_worker(Watched())
        self.choose_sample()
        self.press_apply()
        self.panel.cancel()
        self.press_apply()
        self.panel.run.close()
        self.assertEqual(there, [True, True])

    def test_closing_the_scene_ends_the_run_quietly(self) -> None:
        self.choose_sample()
        self.press_apply()
        self.turn(0.3)
        slicer.mrmlScene.Clear(0)
        self.turn(0.5)
        self.assertFalse(self.panel.run.busy)
        self.assertEqual(self.panel.message.text, "")
        self.assertEqual(slicer.mrmlScene.GetNumberOfNodesByClass("vtkMRMLSegmentationNode"), 0)
        self.assert_refused("No axial image")

    def test_closing_the_scene_while_the_result_appears(self) -> None:
        self.choose_sample()
        self.press_apply()
        self.wait(lambda: slicer.mrmlScene.GetFirstNodeByClass("vtkMRMLSegmentationNode") or not self.panel.run.busy)
        slicer.mrmlScene.Clear(0)
        self.turn(0.5)
        self.assertFalse(self.panel.run.busy)
        self.assertEqual(self.panel.message.text, "")

    def test_image_deleted_during_the_run(self) -> None:
        nodes = self.choose_sample()
        key = nodes["axial"].GetID()
        self.press_apply()
        slicer.mrmlScene.RemoveNode(nodes["axial"])
        self.wait(lambda: not self.panel.run.busy)
        self.assertEqual(self.panel.message.text, "")
        self.assertIsNotNone(find_case(slicer.mrmlScene, key).model)
        self.assert_refused("No axial image")

    def test_worker_out_of_memory_is_a_sentence(self) -> None:
        sentence = "The computer has too little memory for this: take fewer samples."
        self.use_worker(FakeWorker(lambda job, folder: [Failed(job, sentence, "MemoryError")]))
        self.choose_sample()
        before = self.node_ids()
        self.press_apply()
        self.wait(lambda: not self.panel.run.busy)
        self.assertEqual(self.panel.message.text, sentence)
        self.assertTrue(self.ui.applyButton.enabled)
        self.assertEqual(self.node_ids(), before)

    def test_full_disk_is_a_sentence(self) -> None:
        self.choose_sample()
        with mock.patch("tempfile.mkdtemp", side_effect=OSError(28, "No space left on device")):
            self.press_apply()
        self.assertFalse(self.panel.run.busy)
        self.assertIn("No space left on device", self.panel.message.text)

    def test_unreadable_result_is_a_sentence(self) -> None:
        self.use_worker(FakeWorker(lambda job, folder: [Done(job, folder)]))
        self.choose_sample()
        before = self.node_ids()
        self.press_apply()
        self.wait(lambda: not self.panel.run.busy)
        self.assertNotEqual(self.panel.message.text, "")
        self.assertEqual(self.node_ids(), before)

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

    def test_equal_ends_of_the_uncertainty_range_leave_the_colours(self) -> None:
        self.choose_sample()
        self.ui.uncertaintyRangeWidget.setValues(2.0, 2.0)
        self.apply_and_wait()
        self.assertEqual(self.ui.applyButton.text, "Apply")
        self.assertEqual(tuple(self.panel.results.nodes.model.GetDisplayNode().GetScalarRange()), (0.0, 4.0))

    def test_second_case_does_not_stand_in_the_first(self) -> None:
        def standing(axial: slicer.vtkMRMLVolumeNode) -> set[bool]:
            case = find_case(slicer.mrmlScene, axial.GetID())
            parts = case.model.GetDisplayNode(), case.legend, case.outlines["axial"].GetDisplayNode()
            return {bool(part.GetVisibility()) for part in parts}

        first = self.choose_sample()["axial"]
        self.apply_and_wait()
        second = self.choose_sample()["axial"]
        self.apply_and_wait()
        self.assertEqual((standing(first), standing(second)), ({False}, {True}))
        self.choose(axial=first)
        self.assertEqual((standing(first), standing(second)), ({True}, {False}))

    def test_panel_has_its_own_words_for_fields(self) -> None:
        self.choose_sample()
        self.apply_and_wait()
        results = self.panel.results
        result = json.loads(results.nodes.result.GetText())
        result["warnings"] = ["The axial plane is dark."]
        results.nodes.result.SetText(json.dumps(result))
        results.show(results.nodes.key, again=True)
        self.assertEqual(results.warnings.text, "The axial plane is dark.")
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "notes.txt").touch()
            with mock.patch.object(results_panel, "_free_folder", lambda folder: folder):
                self.assertIsNone(results.save(Path(folder)))
        self.assertIn("give another folder or permission to overwrite it", self.panel.message.text)
        refusal = InputError(f"{named('samples')} is -1: give 0 or more.")
        with mock.patch.object(panel, "plan_case", side_effect=refusal):
            self.press_apply()
        self.assertEqual(self.panel.message.text, "The number of samples is -1: give 0 or more.")

    def test_report_that_cannot_be_written_is_a_sentence(self) -> None:
        self.choose_sample()
        self.apply_and_wait()
        with mock.patch("tempfile.mkdtemp", side_effect=OSError(28, "No space left on device")):
            self.panel.results.show_report()
        self.assertIn("No space left on device", self.panel.message.text)

    def test_words_on_a_case_go_with_its_scene(self) -> None:
        self.choose_sample()
        self.panel.message.inform("Saved in there")
        slicer.mrmlScene.Clear(0)
        self.assertEqual(self.panel.message.text, "")

    def test_report_and_saved_case(self) -> None:
        self.choose_sample()
        self.apply_and_wait()
        opened = []
        self.panel.results._open_file = lambda path: opened.append(path) or True
        self.panel.results.show_report()
        self.assertIn("<html", Path(opened[0]).read_text(encoding="utf-8"))
        with tempfile.TemporaryDirectory() as folder:
            first = self.panel.results.save(Path(folder) / "case")
            self.assertTrue((first / "skull.vtp").is_file())
            second = self.panel.results.save(first)
            self.assertEqual(second.parent, first)
            self.assertTrue((second / "result.json").is_file())

    def test_saved_scene_shows_its_case_again(self) -> None:
        self.choose_sample(("axial", "coronal"))
        self.apply_and_wait()
        volume = self.panel.results.nodes.table.GetCellText(4, 1)
        with tempfile.TemporaryDirectory() as folder:
            bundle = Path(folder) / "case"
            bundle.mkdir()
            self.assertTrue(slicer.mrmlScene.SaveSceneToSlicerDataBundleDirectory(str(bundle), None))
            slicer.mrmlScene.Clear(0)
            self.turn(0.3)
            self.assertIsNone(self.panel.results.nodes)
            slicer.util.loadScene(str(next(bundle.glob("*.mrml"))))
        self.wait(lambda: self.ui.applyButton.enabled, 10.0)
        self.assertEqual(self.panel.results.nodes.table.GetCellText(4, 1), volume)
        self.assertEqual(self.ui.gestationalAgeSpinBox.value, 27.0)
        self.assertEqual(self.panel.parameters.coronal.GetName(), self.ui.coronalSelector.currentNode().GetName())
        self.assertAlmostEqual(self.panel.parameters.axial.GetSpacing()[0], 0.22346, places=5)

    def test_reload_ends_the_worker_and_builds_the_panel_anew(self) -> None:
        self.choose_sample()
        self.press_apply()
        old = self.panel
        slicer.util.reloadScriptedModule(self.module_name)
        self.assertFalse(old.run.busy)
        self.openModule()
        self.assertIsNot(self.panel, old)
        self.assertTrue(self.ui.applyButton.enabled, self.said)
