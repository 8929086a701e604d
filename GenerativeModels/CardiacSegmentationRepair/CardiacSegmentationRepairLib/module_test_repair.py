"""Tests of the repair in the module: changes, undo, before and after, deleted nodes."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import qt
import slicer

from CardiacSegmentationRepairLib.sample_case import load_sample
from GenerativeModelsDesktop.test_kit import ModuleTestKit
from GenerativeModelsLib.segmentation.case.samples import SPOILT
from GenerativeModelsScene.labels.state import labels_state
from GenerativeModelsScene.segmentation.frames import node_on_show

__all__ = ["RepairTests"]


class RepairTests(ModuleTestKit):
    """Part of the module's test class."""

    def repair(self) -> Any:
        """Check and repair the sample; returns the nodes of the repair."""
        self.check()
        self.ui.repairButton.click()
        self.wait(lambda: not self.panel.run.busy)
        self.assertEqual(self.panel.message.text, "")
        return self.panel.results.repair.nodes

    def row_of_change(self, frame: int) -> int:
        """Row of a frame in the list of changes."""
        items = [self.ui.changesList.item(row).text() for row in range(self.ui.changesList.count)]
        return next(row for row, text in enumerate(items) if text.startswith(f"Frame {frame}"))

    def test_repair_lists_its_changes_and_leaves_the_input(self) -> None:
        self.choose_valid_inputs()
        before = labels_state(self.key_node)
        repaired = self.repair()
        self.assertLess(repaired.result["violating"]["after"], repaired.result["violating"]["before"])
        frame, slice_ = SPOILT["hole"]
        row = self.row_of_change(frame)
        self.assertIn("Holes filled", self.ui.changesList.item(row).text())
        self.assertIn("before", self.ui.repairLabel.text)
        self.assertEqual(labels_state(load_sample()["labels"]).checksum, before.checksum)
        after = slicer.util.arrayFromVolume(repaired.sequence.GetNthDataNode(frame))
        drawn = slicer.util.arrayFromVolume(self.key_node.GetNthDataNode(frame))
        self.assertEqual(sorted(set(np.argwhere(after != drawn)[:, 0])), [slice_])

    def test_valid_frames_stay_bit_for_bit(self) -> None:
        repaired = self.repair()
        changed = {frame for frame, _slice in repaired.result["changed"]}
        for frame in set(range(repaired.result["frames"])) - changed:
            pair = (node.GetNthDataNode(frame) for node in (self.key_node, repaired.sequence))
            np.testing.assert_array_equal(*map(slicer.util.arrayFromVolume, pair))

    def test_click_on_a_change_shows_both_sides(self) -> None:
        repaired = self.repair()
        self.ui.sideBySideButton.checked = True
        frame, slice_ = SPOILT["hole"]
        self.panel.results.go(0, 4, None)
        self.panel.results.repair._chosen(self.ui.changesList.item(self.row_of_change(frame)))
        self.assertTrue(self.at_place(frame, slice_))
        self.assertEqual(repaired.browser.GetSelectedItemNumber(), frame)
        labels = {}
        for node in slicer.util.getNodesByClass("vtkMRMLSliceCompositeNode"):
            labels[node.GetLayoutName()] = node.GetLabelVolumeID()
        if labels:
            self.assertEqual(labels["Red"], node_on_show(self.key_node).GetID())
            self.assertEqual(labels["Yellow"], repaired.labels.GetID())
        self.ui.sideBySideButton.checked = False
        for node in slicer.util.getNodesByClass("vtkMRMLSliceCompositeNode"):
            self.assertEqual(node.GetLabelVolumeID(), node_on_show(self.key_node).GetID())
            self.assertIsNone(node.GetForegroundVolumeID())

    def test_undone_frame_is_left_as_it_was(self) -> None:
        self.repair()
        frame, _slice = SPOILT["hole"]
        self.ui.changesList.item(self.row_of_change(frame)).setCheckState(qt.Qt.Unchecked)
        self.assertEqual(self.panel.results.repair.undone, [frame])
        self.assertEqual(self.ui.repairButton.text, "Repair again")
        nodes = self.node_ids()
        self.ui.repairButton.click()
        self.wait(lambda: not self.panel.run.busy)
        repaired = self.panel.results.repair.nodes
        self.assertEqual(repaired.result["kept_frames"], [frame])
        self.assertEqual(self.node_ids(), nodes)
        self.assertEqual(self.panel.results.repair.undone, [frame])
        pair = (node.GetNthDataNode(frame) for node in (self.key_node, repaired.sequence))
        np.testing.assert_array_equal(*map(slicer.util.arrayFromVolume, pair))

    def test_how_much_may_change(self) -> None:
        self.check()
        self.ui.mostChangeSpinBox.value = 1.0
        self.turn()
        self.ui.repairButton.click()
        self.wait(lambda: not self.panel.run.busy)
        few = self.panel.results.repair.nodes.result
        self.assertGreater(len(few["abstained"]), 14)
        texts = [self.ui.changesList.item(row).text() for row in range(self.ui.changesList.count)]
        self.assertTrue(any("still breaks rules" in text for text in texts))

    def test_label_network_left_out(self) -> None:
        self.choose_valid_inputs()
        self.assertTrue(self.ui.useNetworkCheckBox.checked)
        self.assertFalse(self.panel.plan_repair().request.no_network)
        self.ui.useNetworkCheckBox.checked = False
        self.turn()
        self.assertFalse(self.panel.parameters.useNetwork)
        self.assertFalse(self.repair().result["network"])
        self.save_and_load_scene()
        self.assertFalse(self.ui.useNetworkCheckBox.checked)

    def test_repaired_labels_have_a_check_of_their_own(self) -> None:
        repaired = self.repair()
        after = repaired.result["violating"]["after"]
        self.ui.chooseRepairedButton.click()
        self.turn(0.3)
        self.assertIs(self.key_node, repaired.sequence)
        self.assertEqual(self.panel.results.result["violating"], after)
        self.apply_and_wait()
        self.assertEqual(self.panel.results.result["violating"], after)

    def test_report_of_the_repair(self) -> None:
        self.repair()
        opened = []
        self.panel.results._open_file = lambda path: opened.append(path) or True
        self.ui.repairReportButton.click()
        self.assertIn("<html", Path(opened[0]).read_text(encoding="utf-8"))

    def test_saved_repair(self) -> None:
        self.repair()
        with tempfile.TemporaryDirectory() as folder:
            first = self.panel.results.save_repair(Path(folder) / "repair")
            for name in ("repaired.nii.gz", "changes.csv", "before/violations.csv", "after/result.json"):
                self.assertTrue((first / name).is_file(), name)
            self.assertEqual(self.panel.results.save_repair(first).parent, first)

    def test_repair_of_a_loaded_scene(self) -> None:
        before = self.repair().result
        self.save_and_load_scene()
        self.assertEqual(self.panel.results.repair.nodes.result, before)
        self.ui.sideBySideButton.checked = True
        self.ui.sideBySideButton.checked = False
        self.assertEqual(self.panel.message.text, "")

    def test_repaired_labels_deleted(self) -> None:
        repaired = self.repair()
        self.ui.sideBySideButton.checked = True
        slicer.mrmlScene.RemoveNode(repaired.labels)
        slicer.mrmlScene.RemoveNode(repaired.sequence)
        self.panel.results.go(4, 12, None)
        self.assertTrue(self.at_place(4, 12))
        self.panel.results.show(self.panel.shown_key(), again=True)
        self.assertTrue(self.ui.repairLabel.isHidden())
        self.assertEqual(self.ui.repairButton.text, "Repair")
        self.assertEqual(self.panel.message.text, "")

    def test_labels_changed_after_the_repair(self) -> None:
        self.choose(labels=self.stack(SPOILT["hole"][0]))
        self.apply_and_wait()
        self.ui.repairButton.click()
        self.wait(lambda: not self.panel.run.busy)
        self.assertNotIn("changed since", self.ui.repairLabel.text)
        self.ui.sideBySideButton.checked = True
        values = slicer.util.arrayFromVolume(self.key_node)
        values[0, 0, 0] = 3
        slicer.util.arrayFromVolumeModified(self.key_node)
        self.wait(lambda: "changed since this repair" in self.ui.repairLabel.text, 5.0)
        self.apply_and_wait()
        self.assertIn("changed since this repair", self.ui.repairLabel.text)
        self.assertNotIn("changed", self.ui.verdictLabel.text)
        for node in slicer.util.getNodesByClass("vtkMRMLSliceCompositeNode"):
            before = node.GetLabelVolumeID() == self.key_node.GetID()
            self.assertEqual(before, node.GetLayoutName() == "Red", "the views are side by side still")
        self.ui.sideBySideButton.checked = False

    def test_cancelled_repair_leaves_the_check(self) -> None:
        nodes = self.check()
        before = self.node_ids()
        self.ui.repairButton.click()
        self.assertFalse(self.ui.repairButton.enabled)
        self.ui.applyButton.click()
        self.assertEqual(self.node_ids(), before)
        self.assertEqual(self.panel.results.nodes.key, nodes.key)
        self.assertIsNone(self.panel.results.repair.nodes)
        self.assertTrue(self.ui.repairButton.enabled)

    def test_repair_of_one_stack(self) -> None:
        self.choose(labels=self.stack(SPOILT["hole"][0]))
        self.apply_and_wait()
        self.ui.repairButton.click()
        self.wait(lambda: not self.panel.run.busy)
        self.assertEqual(self.panel.message.text, "")
        self.assertEqual(self.panel.results.repair.nodes.result["violating"]["after"], 0)
