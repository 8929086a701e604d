"""Tests of a module's cases: run, cancel, failures, closed scenes, saving and reloading."""

from __future__ import annotations

import json
import tempfile
import time
from pathlib import Path
from typing import Any
from unittest import mock

import qt
import slicer

from GenerativeModelsDesktop import case_results
from GenerativeModelsDesktop.test_kit import FakeWorker, ModuleTestKit
from GenerativeModelsDesktop.working_folder import LOCK
from GenerativeModelsLib.errors import InputError, named
from GenerativeModelsLib.worker import Done, Failed

__all__ = ["CaseTests"]

FROZEN_SECONDS = 5.0
"""Limit for the longest pause of the event loop; the aim is 0.2 s, and the measured time is printed."""
NARROW = 420
"""Width in pixels that a panel needs at most."""


class CaseTests(ModuleTestKit):
    """Base of every module's test class. `choose_valid_inputs` chooses the sample case.

    Attributes
    ----------
    key_field
        Field of the parameter node whose node names the case.
    nothing_chosen
        Words of the sentence that is shown while nothing is chosen.
    saved_file
        A file of every saved case.
    folder_prefix
        First part of the names of the module's temporary folders.
    table_views
        Names of the table widgets of the results.
    start_text
        Text of the button that starts a run.
    seconds_of_a_run
        Time within which no run ends.
    """

    key_field: str
    nothing_chosen: str
    saved_file: str
    folder_prefix: str
    table_views: tuple[str, ...]
    start_text = "Apply"
    seconds_of_a_run = 0.5

    def case_parts(self, nodes: Any) -> list[Any]:
        """Display nodes of a case that are visible while it is on show."""
        raise NotImplementedError

    def change_a_setting(self) -> None:
        """Change what the next case is computed with."""
        raise NotImplementedError

    def wait_for_the_worker(self) -> None:
        """Wait until the worker has imported what it needs, where it says so."""

    @property
    def key_node(self) -> Any:
        """The chosen node that names the case."""
        return getattr(self.panel.parameters, self.key_field)

    def save_and_load_scene(self) -> None:
        """Save the scene, close it, and load it again."""
        with tempfile.TemporaryDirectory() as folder:
            bundle = Path(folder) / "case"
            bundle.mkdir()
            self.assertTrue(slicer.mrmlScene.SaveSceneToSlicerDataBundleDirectory(str(bundle), None))
            slicer.mrmlScene.Clear(0)
            self.turn(0.3)
            self.assertIsNone(self.panel.results.nodes)
            slicer.util.loadScene(str(next(bundle.glob("*.mrml"))))
        self.wait(lambda: self.ui.applyButton.enabled, 10.0)

    def test_applying_twice_updates_the_case(self) -> None:
        self.choose_valid_inputs()
        self.apply_and_wait()
        once = self.node_ids()
        before = self.panel.results.result["fingerprint"]
        self.change_a_setting()
        self.apply_and_wait()
        self.assertEqual(self.node_ids(), once)
        self.assertNotEqual(self.panel.results.result["fingerprint"], before)

    def test_application_answers_while_it_computes(self) -> None:
        self.choose_valid_inputs()
        self.wait_for_the_worker()
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
        own = self.panel.results.result["seconds"]["total"]
        print(f"click to result {took:.2f} s (the backend's own {own:.2f} s), longest stand {max(gaps):.3f} s")
        self.assertLess(max(gaps), FROZEN_SECONDS)

    def test_cancel_leaves_the_scene_as_it_was(self) -> None:
        self.choose_valid_inputs()
        before = self.node_ids()
        self.press_apply()
        self.assertEqual(self.ui.applyButton.text, "Cancel")
        self.turn(self.seconds_of_a_run)
        self.ui.applyButton.click()
        self.assertFalse(self.panel.run.busy)
        self.assertEqual(self.ui.applyButton.text, self.start_text)
        self.assertEqual(self.ui.statusLabel.text, "Cancelled.")
        self.turn(0.5)
        self.assertEqual(self.node_ids(), before)
        self.apply_and_wait()

    def test_worker_is_stopped_before_its_files_are_removed(self) -> None:
        there = []

        class Watched(FakeWorker):
            def submit(self, anatomy, request) -> int:
                self._folder = request.output.parent
                return super().submit(anatomy, request)

            def cancel(self) -> None:
                there.append(self._folder.is_dir())
                super().cancel()

            def close(self) -> None:
                there.append(self._folder.is_dir())

        self.use_worker(Watched())
        self.choose_valid_inputs()
        self.press_apply()
        self.panel.cancel()
        self.press_apply()
        self.panel.run.close()
        self.assertEqual(there, [True, True])

    def test_closing_the_scene_ends_the_run_quietly(self) -> None:
        self.choose_valid_inputs()
        self.press_apply()
        self.turn(0.3)
        slicer.mrmlScene.Clear(0)
        self.turn(0.5)
        self.assertFalse(self.panel.run.busy)
        self.assertEqual(self.panel.message.text, "")
        self.assertEqual(slicer.mrmlScene.GetNumberOfNodesByClass("vtkMRMLTableNode"), 0)
        self.assert_refused(self.nothing_chosen)

    def test_closing_the_scene_while_the_result_appears(self) -> None:
        self.choose_valid_inputs()
        key = self.panel.shown_key()
        self.press_apply()
        self.wait(lambda: self.panel.results.find(key) is not None or not self.panel.run.busy)
        slicer.mrmlScene.Clear(0)
        self.turn(0.5)
        self.assertFalse(self.panel.run.busy)
        self.assertEqual(self.panel.message.text, "")

    def test_input_deleted_during_the_run(self) -> None:
        self.choose_valid_inputs()
        key = self.panel.shown_key()
        self.press_apply()
        slicer.mrmlScene.RemoveNode(self.key_node)
        self.wait(lambda: not self.panel.run.busy)
        self.assertEqual(self.panel.message.text, "")
        self.assertIsNotNone(self.panel.results.find(key).table)
        self.assert_refused(self.nothing_chosen)

    def test_worker_out_of_memory_is_a_sentence(self) -> None:
        sentence = "The computer has too little memory for this: close other programs."
        self.use_worker(FakeWorker(lambda job, folder: [Failed(job, sentence, "MemoryError")]))
        self.choose_valid_inputs()
        before = self.node_ids()
        self.press_apply()
        self.wait(lambda: not self.panel.run.busy)
        self.assertEqual(self.panel.message.text, sentence)
        self.assertTrue(self.ui.applyButton.enabled)
        self.assertEqual(self.node_ids(), before)

    def test_full_disk_is_a_sentence(self) -> None:
        self.choose_valid_inputs()
        with mock.patch("tempfile.mkdtemp", side_effect=OSError(28, "No space left on device")):
            self.press_apply()
        self.assertFalse(self.panel.run.busy)
        self.assertIn("No space left on device", self.panel.message.text)

    def test_unreadable_result_is_a_sentence(self) -> None:
        self.use_worker(FakeWorker(lambda job, folder: [Done(job, folder)]))
        self.choose_valid_inputs()
        before = self.node_ids()
        self.press_apply()
        self.wait(lambda: not self.panel.run.busy)
        self.assertNotEqual(self.panel.message.text, "")
        self.assertEqual(self.node_ids(), before)

    def test_second_case_does_not_stand_in_the_first(self) -> None:
        def standing(node: Any) -> set[bool]:
            case = self.panel.results.find(node.GetID())
            return {bool(part.GetVisibility()) for part in self.case_parts(case)}

        self.choose_valid_inputs()
        first = self.key_node
        self.apply_and_wait()
        self.choose_valid_inputs()
        second = self.key_node
        self.assertIsNot(second, first)
        self.apply_and_wait()
        self.assertEqual((standing(first), standing(second)), ({False}, {True}))
        self.choose(**{self.key_field: first})
        self.wait(lambda: (standing(first), standing(second)) == ({True}, {False}), 10.0)

    def test_panel_has_its_own_words_for_fields(self) -> None:
        self.choose_valid_inputs()
        self.apply_and_wait()
        results = self.panel.results
        result = results.result
        result["warnings"] = ["The picture is dark."]
        results.text_nodes(results.nodes).result.SetText(json.dumps(result))
        results.show(self.panel.shown_key(), again=True)
        self.assertEqual(results.warnings.text, "The picture is dark.")
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "notes.txt").touch()
            with mock.patch.object(case_results, "free_folder", lambda folder, name: folder):
                self.assertIsNone(results.save(Path(folder)))
        self.assertIn("give another folder or permission to overwrite it", self.panel.message.text)
        refusal = InputError(f"{named('case_id')} is -1: give another.")
        with mock.patch.object(self.panel, "plan", side_effect=refusal):
            self.press_apply()
        self.assertEqual(self.panel.message.text, "The case identifier is -1: give another.")

    def test_report_that_cannot_be_written_is_a_sentence(self) -> None:
        self.choose_valid_inputs()
        self.apply_and_wait()
        with mock.patch("tempfile.mkdtemp", side_effect=OSError(28, "No space left on device")):
            self.panel.results.show_report()
        self.assertIn("No space left on device", self.panel.message.text)

    def test_words_on_a_case_go_with_its_scene(self) -> None:
        self.choose_valid_inputs()
        self.panel.message.inform("Saved in there")
        slicer.mrmlScene.Clear(0)
        self.assertEqual(self.panel.message.text, "")

    def test_report_and_saved_case(self) -> None:
        self.choose_valid_inputs()
        self.apply_and_wait()
        opened = []
        results = self.panel.results
        results._open_file = lambda path: opened.append(path) or True
        results.show_report()
        self.assertIn("<html", Path(opened[0]).read_text(encoding="utf-8"))
        with tempfile.TemporaryDirectory() as folder:
            first = results.save(Path(folder) / "case")
            self.assertTrue((first / self.saved_file).is_file())
            second = results.save(first)
            self.assertEqual(second.parent, first)
            self.assertTrue((second / "result.json").is_file())

    def test_an_identity_that_cannot_be_used_disables_apply(self) -> None:
        self.choose_valid_inputs()
        self.assertTrue(self.ui.applyButton.enabled, self.said)
        self.ui.caseIdEdit.text = "a/b"
        self.turn(0.2)
        self.assertFalse(self.ui.applyButton.enabled)
        self.assertIn("without path separators", self.said)
        self.ui.caseIdEdit.text = "P-1"
        self.turn(0.2)
        self.assertTrue(self.ui.applyButton.enabled, self.said)

    def test_saved_scene_shows_its_case_again(self) -> None:
        self.choose_valid_inputs()
        self.apply_and_wait()
        table, name = self.panel.results.nodes.table, self.key_node.GetName()
        cells = [table.GetCellText(row, 1) for row in range(table.GetNumberOfRows())]
        self.save_and_load_scene()
        table = self.panel.results.nodes.table
        self.assertEqual([table.GetCellText(row, 1) for row in range(table.GetNumberOfRows())], cells)
        self.assertEqual(self.key_node.GetName(), name)

    def test_reload_ends_the_worker_and_builds_the_panel_anew(self) -> None:
        self.choose_valid_inputs()
        self.press_apply()
        old = self.panel
        slicer.util.reloadScriptedModule(self.module_name)
        self.assertFalse(old.run.busy)
        self.openModule()
        self.assertIsNot(self.panel, old)
        self.assertTrue(self.ui.applyButton.enabled, self.said)

    def test_tables_are_shown_whole(self) -> None:
        self.choose_valid_inputs()
        self.apply_and_wait()
        self.turn(0.3)
        for name in self.table_views:
            table = getattr(self.ui, name)
            columns, rows = range(table.model().columnCount()), range(table.model().rowCount())
            self.assertLessEqual(table.horizontalHeader().minimumSectionSize, 20)
            self.assertLessEqual(sum(table.columnWidth(column) for column in columns), table.width)
            self.assertLess(sum(table.rowHeight(row) for row in rows), table.height)

    def test_panel_is_narrow(self) -> None:
        self.choose_valid_inputs()
        self.apply_and_wait()
        panel = self.ui.resultsCollapsibleButton.parent()
        self.assertLessEqual(panel.minimumWidth, NARROW)
        hint = panel.minimumSizeHint  # a property in Slicer
        self.assertLessEqual((hint() if callable(hint) else hint).width(), NARROW)

    def test_help_has_a_link(self) -> None:
        self.assertIn('<a href="https://', self.module.helpText)

    def test_folder_of_a_killed_process_is_removed_at_the_next_start(self) -> None:
        left = Path(tempfile.mkdtemp(prefix=self.folder_prefix, dir=slicer.app.temporaryPath))
        (left / LOCK).touch()
        slicer.util.reloadScriptedModule(self.module_name)
        self.openModule()
        self.assertFalse(left.exists())
