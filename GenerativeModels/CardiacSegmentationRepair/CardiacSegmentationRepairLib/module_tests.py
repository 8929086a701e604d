"""Tests of the module in Slicer, run by ctest: inputs, numbers, overview, jumps, curves."""

from __future__ import annotations

import tempfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock

import numpy as np
import slicer

from CardiacSegmentationRepairLib.module_test_repair import RepairTests
from CardiacSegmentationRepairLib.planned_case import FOLDER_PREFIX
from CardiacSegmentationRepairLib.sample_case import load_sample
from GenerativeModelsDesktop.test_cases import CaseTests
from GenerativeModelsDesktop.test_packages import PackageTests
from GenerativeModelsLib.segmentation.case.samples import SPOILT, write_faulty_sample
from GenerativeModelsScene.segmentation.frames import frame_on_show, node_on_show
from GenerativeModelsScene.segmentation.views import slice_on_show

__all__ = ["ModuleTests"]


class ModuleTests(RepairTests, CaseTests, PackageTests):
    """Base of the module's test class."""

    module_name = "CardiacSegmentationRepair"
    key_field = "labels"
    nothing_chosen = "No segmentation is chosen"
    saved_file = "violations.csv"
    folder_prefix = FOLDER_PREFIX
    table_views = ("measurementsTable",)
    start_text = "Check"
    seconds_of_a_run = 0.0

    def choose_valid_inputs(self) -> None:
        """Load the sample and choose it."""
        self.choose(labels=load_sample()["labels"])

    def change_a_setting(self) -> None:
        """Another time between the frames."""
        self.ui.intervalSpinBox.value = 41.0

    def case_parts(self, nodes: Any) -> list[Any]:
        """Display node of the rings."""
        rings = [
            node
            for node in slicer.util.getNodesByClass("vtkMRMLModelNode")
            if node.GetNodeReferenceID("GenerativeModels.Case") == nodes.key
        ]
        return [node.GetDisplayNode() for node in rings]

    def check(self) -> Any:
        """Check the sample; returns its nodes."""
        self.choose_valid_inputs()
        self.apply_and_wait()
        return self.panel.results.nodes

    def stack(self, frame: int = 0, name: str = "Stack") -> Any:
        """A frame of the sample as a label map volume."""
        item = load_sample()["labels"].GetNthDataNode(frame)
        node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLabelMapVolumeNode", name)
        node.Copy(item)
        node.SetName(name)
        node.CreateDefaultDisplayNodes()
        return node

    def row_of(self, slice_: int) -> int:
        """Row of a slice in the overview."""
        table = self.ui.overviewTable
        names = [table.verticalHeaderItem(row).text() for row in range(table.rowCount)]
        return names.index(str(slice_))

    def click_on(self, frame: int, slice_: int) -> None:
        """Go to a cell of the overview."""
        self.ui.overviewTable.setCurrentCell(self.row_of(slice_), frame)

    def at_place(self, frame: int, slice_: int) -> bool:
        """Whether browser, grid and view show that slice of that frame."""
        nodes, table = self.panel.results.nodes, self.ui.overviewTable
        shown = frame_on_show(self.key_node), slice_on_show(slicer.mrmlScene, nodes)
        return (
            shown[0] == frame
            and shown[1] in (slice_, None)
            and (table.currentColumn(), table.currentRow()) == (frame, self.row_of(slice_))
        )

    def rings(self) -> int:
        """Number of points of the rings on show."""
        found = slicer.util.getNodesByClass("vtkMRMLModelNode")
        model = next(node for node in found if node.GetAttribute("GenerativeModels.Role") == "places")
        return model.GetPolyData().GetNumberOfPoints()

    # Inputs

    def test_sample_then_check_is_the_whole_tutorial(self) -> None:
        import SampleData

        source = SampleData.SampleDataLogic().sourceForSampleName("FaultyHeartCycle")
        source.customDownloader(source)
        self.wait(lambda: self.ui.applyButton.enabled, 10.0)
        self.assertIsNotNone(self.panel.parameters.labels)
        self.apply_and_wait()
        result = self.panel.results.result
        self.assertGreater(result["frames"], 2)
        self.assertGreater(result["violating"], 2)

    def test_sample_link(self) -> None:
        self.panel.load_sample()
        self.wait(lambda: self.ui.applyButton.enabled, 10.0)
        self.assertIn("ms, of the sequence", self.ui.intervalSpinBox.specialValueText)

    def test_labels_are_found_shown_and_changed(self) -> None:
        self.choose_valid_inputs()
        self.assertIn("ACDC", self.ui.labelsFoundLabel.text)
        self.assertEqual([self.ui.lvComboBox.currentData, self.ui.myoComboBox.currentData], ["3", "2"])
        self.ui.myoComboBox.currentIndex = self.ui.lvComboBox.currentIndex
        self.ui.myoComboBox.activated.emit(self.ui.myoComboBox.currentIndex)
        self.assert_refused("each is one of its own")

    def test_third_structure_follows_the_view(self) -> None:
        self.choose_valid_inputs()
        self.assertIn("Right ventricle", self.ui.thirdComboBox.currentText)
        self.ui.viewComboBox.currentIndex = 1
        self.turn(0.2)
        self.assertIn("Left atrium", self.ui.thirdComboBox.currentText)

    def test_stack_in_an_apical_view(self) -> None:
        self.choose_valid_inputs()
        self.ui.viewComboBox.currentIndex = 1
        self.turn(0.2)
        self.press_apply()
        self.assertIn("is a stack of slices: an apical view is one slice", self.panel.message.text)
        self.assertFalse(self.panel.run.busy)

    def test_image_is_no_label_map(self) -> None:
        self.choose(labels=self.image((8, 40, 50), "cine MR"))
        self.assert_refused("cine MR", "label map")

    def test_segmentation_without_the_needed_segments(self) -> None:
        node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationNode", "Lungs")
        node.GetSegmentation().AddEmptySegment("", "left lung")
        self.choose(labels=node)
        self.assert_refused("Lungs", "left lung")

    def test_empty_segments(self) -> None:
        node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationNode", "Heart")
        for name in ("LV cavity", "Myocardium"):
            node.GetSegmentation().AddEmptySegment("", name)
        self.choose(labels=node)
        self.assert_refused("Heart", "has no voxel of the cavity")

    def test_empty_sequence(self) -> None:
        self.choose(labels=slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSequenceNode", "Nothing"))
        self.assert_refused("Nothing", "has no items")

    def test_sequence_without_time_asks_for_it(self) -> None:
        sequence = load_sample()["labels"]
        sequence.SetIndexUnit("")
        self.choose(labels=sequence)
        self.assert_refused("no time in its index", "the frame interval")
        self.ui.intervalSpinBox.value = 35.0
        self.turn(0.2)
        self.assertTrue(self.ui.applyButton.enabled, self.said)

    def test_frames_of_another_grid(self) -> None:
        sequence = load_sample()["labels"]
        sequence.GetNthDataNode(2).SetSpacing(2.0, 2.0, 7.0)
        self.choose(labels=sequence)
        self.press_apply()
        self.assertIn("item 2 on another grid", self.panel.message.text)

    def test_non_linear_transform(self) -> None:
        self.choose(labels=self.stack())
        transform = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLBSplineTransformNode", "bend")
        self.key_node.SetAndObserveTransformNodeID(transform.GetID())
        self.wait(lambda: not self.ui.applyButton.enabled, 5.0)
        self.assert_refused("bend", "non-linear")

    def test_labels_of_something_else(self) -> None:
        node = self.stack(name="Blocks")
        values = slicer.util.arrayFromVolume(node)
        values[:] = 3
        values[:, :10] = 2
        slicer.util.arrayFromVolumeModified(node)
        self.choose(labels=node)
        self.press_apply()
        self.wait(lambda: not self.panel.run.busy)
        self.assertNotEqual(self.panel.message.text, "")
        self.assertIsNone(self.panel.results.nodes)

    # Results

    def test_numbers_are_those_of_the_command_line(self) -> None:
        shown = self.check().result
        from GenerativeModelsLib.anatomy.run import run_case
        from GenerativeModelsLib.segmentation.anatomy import SEGMENTATION
        from GenerativeModelsLib.segmentation.request import SegmentationRequest

        with tempfile.TemporaryDirectory() as folder:
            path = write_faulty_sample(Path(folder) / "labels.nii.gz")
            told = run_case(SEGMENTATION, SegmentationRequest(path, output=Path(folder) / "case")).result
        for name in ("frames", "slices", "violating", "violating_frames", "roles", "labels"):
            self.assertEqual(shown[name], told[name], name)
        counts = [{name: entry["violations"] for name, entry in each["criteria"].items()} for each in (shown, told)]
        self.assertEqual(*counts)
        for name in ("edv_ml", "esv_ml", "ef_percent", "frame_s"):
            self.assertAlmostEqual(shown[name], told[name], places=3)

    def test_segmentation_sequence_gives_the_same(self) -> None:
        told = self.check().result
        films = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSequenceNode", "Segments")
        films.SetIndexName("time")
        films.SetIndexUnit("s")
        logic = slicer.modules.segmentations.logic()
        labels = self.key_node
        for number in range(labels.GetNumberOfDataNodes()):
            item = slicer.vtkMRMLSegmentationNode()
            logic.ImportLabelmapToSegmentationNode(labels.GetNthDataNode(number), item)
            for id, name in zip(item.GetSegmentation().GetSegmentIDs(), ("RV", "Myocardium", "LV cavity")):
                item.GetSegmentation().GetSegment(id).SetName(name)
            films.SetDataNodeAtValue(item, labels.GetNthIndexValue(number))
        self.choose(labels=films)
        self.assertIn("by name", self.ui.labelsFoundLabel.text)
        self.apply_and_wait()
        shown = self.panel.results.result
        self.assertEqual((shown["violating"], shown["criteria"]), (told["violating"], told["criteria"]))
        self.assertEqual(node_on_show(films).GetClassName(), "vtkMRMLSegmentationNode")
        self.assertEqual(len(slicer.util.getNodesByClass("vtkMRMLSegmentationNode")), 1, "one node shows the frames")

    def test_first_fault_is_on_show(self) -> None:
        nodes = self.check()
        found = next(one for one in nodes.found if not one.acquisition)
        self.assertEqual(frame_on_show(self.key_node), found.frame)
        self.assertGreater(self.rings(), 0)
        self.assertIn(f"Frame {found.frame}", self.ui.placeLabel.text)

    def test_grid_has_a_mark_for_each_faulty_slice(self) -> None:
        nodes = self.check()
        table = self.ui.overviewTable
        self.assertEqual(table.columnCount, nodes.result["frames"])
        self.assertLess(table.rowCount, nodes.result["slices"], "slices beyond the heart are left out")
        frame, slice_ = SPOILT["hole"]
        cell = table.item(self.row_of(slice_), frame)
        self.assertEqual(cell.text(), "×")
        self.assertIn("fault", cell.toolTip())
        marked = sum(
            table.item(row, column).text() == "×"
            for row in range(1, table.rowCount)
            for column in range(table.columnCount)
        )
        self.assertEqual(marked, nodes.result["violating"])

    def test_click_on_a_cell_jumps(self) -> None:
        self.check()
        frame, slice_ = SPOILT["gap"]
        self.click_on(frame, slice_)
        self.assertTrue(self.at_place(frame, slice_))
        self.assertGreater(self.rings(), 0)
        self.click_on(0, slice_)
        self.assertTrue(self.at_place(0, slice_))
        self.assertEqual(self.rings(), 0)
        self.assertEqual(self.ui.violationsList.currentRow, -1)

    def test_violations_lead_to_their_place(self) -> None:
        found = self.check().found
        island = next(n for n, one in enumerate(found) if (one.frame, one.slice) == SPOILT["island"])
        self.panel.results.overview.jump(island)
        self.assertTrue(self.at_place(*SPOILT["island"]))
        self.ui.nextButton.click()
        self.assertEqual(self.ui.violationsList.currentRow, island + 1)
        self.ui.previousButton.click()
        self.assertTrue(self.at_place(*SPOILT["island"]))
        self.ui.violationsList.setCurrentRow(-1)
        self.ui.previousButton.click()
        self.assertEqual(self.ui.violationsList.currentRow, len(found) - 1)

    def test_sequence_browser_leads_the_panel(self) -> None:
        self.check()
        browser = slicer.util.getNodesByClass("vtkMRMLSequenceBrowserNode")[0]
        browser.SetSelectedItemNumber(7)
        self.turn()
        self.assertEqual(self.ui.overviewTable.currentColumn(), 7)
        self.assertIn("Frame 7", self.ui.placeLabel.text)

    def test_curve_marks_the_frame_on_show(self) -> None:
        self.check()
        shown = []
        logic = SimpleNamespace(ShowChartInLayout=shown.append)
        with mock.patch.object(slicer.modules, "plots", SimpleNamespace(logic=lambda: logic), create=True):
            self.ui.curveButton.click()
            names = [shown[-1].GetNthPlotSeriesNode(index).GetName() for index in range(3)]
            self.assertIn("Cavity", names[0])
            self.panel.results.go(5, 12, None)
            self.assertIn("frame 5", shown[-1].GetNthPlotSeriesNode(2).GetName())
            self.ui.curveComboBox.currentIndex = 1
            self.assertIn("Myocardium", shown[-1].GetNthPlotSeriesNode(0).GetName())
        self.ui.curveButton.click()
        self.assertEqual(self.ui.curveButton.text, "Show curve")

    def test_one_stack_without_frames(self) -> None:
        self.choose(labels=self.stack(*SPOILT["hole"][:1]))
        self.apply_and_wait()
        self.assertEqual(self.panel.results.result["frames"], 1)
        self.assertTrue(self.ui.curveButton.isHidden())
        self.assertEqual(self.ui.overviewTable.columnCount, 1)

    def test_labels_changed_after_the_check(self) -> None:
        self.choose(labels=self.stack(SPOILT["hole"][0]))
        self.apply_and_wait()
        self.assertNotIn("changed", self.ui.verdictLabel.text)
        values = slicer.util.arrayFromVolume(self.key_node)
        values[values == 0] = np.where(np.arange((values == 0).sum()) == 0, 3, 0)
        slicer.util.arrayFromVolumeModified(self.key_node)
        self.wait(lambda: "changed since this check" in self.ui.verdictLabel.text, 5.0)
        self.press_apply()
        self.panel.cancel()
        self.assertIn("changed since this check", self.ui.verdictLabel.text)
        self.apply_and_wait()
        self.assertNotIn("changed", self.ui.verdictLabel.text)

    def test_stepping_through_the_frames_changes_no_labels(self) -> None:
        self.check()
        for frame in (3, 9, 0):
            self.panel.results.go(frame, 10, None)
        self.panel.on_nodes_changed()
        self.turn(0.4)
        self.assertNotIn("changed", self.ui.verdictLabel.text)

    def test_sequence_changed_while_it_is_shown(self) -> None:
        nodes = self.check()
        sequence = self.key_node
        for number in range(nodes.result["frames"] - 1, 4, -1):
            sequence.RemoveDataNodeAtValue(sequence.GetNthIndexValue(number))
        self.wait(lambda: "changed since this check" in self.ui.verdictLabel.text, 5.0)
        self.click_on(nodes.result["frames"] - 1, 10)
        self.assertEqual(self.panel.message.text, "")

    def test_checked_node_deleted(self) -> None:
        nodes = self.check()
        results, key = self.panel.results, nodes.key
        slicer.mrmlScene.RemoveNode(self.key_node)
        self.turn(0.4)
        self.assertIsNotNone(results.find(key))
        results.show(key)
        results.go(4, 5, None)
        self.assertEqual(self.panel.message.text, "")

    def test_browser_deleted_is_made_again(self) -> None:
        self.check()
        for node in slicer.util.getNodesByClass("vtkMRMLSequenceBrowserNode"):
            slicer.mrmlScene.RemoveNode(node)
        self.turn(0.2)
        self.panel.results.go(4, 12, None)
        self.assertEqual(frame_on_show(self.key_node), 4)

    def test_text_deleted_by_the_user_is_a_sentence(self) -> None:
        nodes = self.check()
        slicer.mrmlScene.RemoveNode(nodes.texts["curves.csv"])
        with tempfile.TemporaryDirectory() as folder:
            self.assertIsNone(self.panel.results.save(Path(folder) / "case"))
        self.assertIn("no longer holds the file curves.csv", self.panel.message.text)

    def test_text_edited_by_the_user_is_a_sentence(self) -> None:
        nodes = self.check()
        nodes.texts["violations.csv"].SetText("frame,slice\n1,2\n")
        self.panel.results.show(nodes.key, again=True)
        self.assertIn("was changed in the scene: check the labels again", self.panel.message.text)
        self.assertEqual(self.ui.overviewTable.rowCount, 0)
        self.panel.results.go(3, 9, None)
        slicer.util.getNodesByClass("vtkMRMLSequenceBrowserNode")[0].SetSelectedItemNumber(7)
        self.turn(0.1)
