"""The skull as a segmentation that other software understands."""

from __future__ import annotations

import numpy as np
import pytest
import slicer
from vtk.util.numpy_support import vtk_to_numpy

from GenerativeModelsLib.geometry.vtk_meshes import from_polydata
from GenerativeModelsScene.skull.show import show_case


def test_there_is_one_closed_surface_and_it_is_the_skull(shown, a_case) -> None:
    segmentation = shown.segmentation.GetSegmentation()
    assert segmentation.GetNumberOfSegments() == 1
    assert segmentation.GetSourceRepresentationName() == "Closed surface"
    assert not segmentation.ContainsRepresentation("Binary labelmap"), "converting is slow and not needed"
    surface = from_polydata(segmentation.GetNthSegment(0).GetRepresentation("Closed surface"))
    np.testing.assert_array_equal(surface.points, a_case.surface.points * (-1, -1, 1))
    assert surface.is_closed and surface.volume_mm3 > 0


def test_the_segment_is_named_by_its_snomed_code(shown) -> None:
    segment = shown.segmentation.GetSegmentation().GetNthSegment(0)
    assert segment.GetName() == "Skull" and segment.GetColor() == pytest.approx((241 / 255, 213 / 255, 144 / 255))
    entry = slicer.vtkSlicerTerminologyEntry()
    logic = slicer.vtkSlicerTerminologiesModuleLogic()
    text = segment.GetTerminology()
    assert logic.DeserializeTerminologyEntry(text, entry)
    category, kind = entry.GetCategoryObject(), entry.GetTypeObject()
    assert (category.GetCodingSchemeDesignator(), category.GetCodeValue()) == ("SCT", "123037004")
    assert (kind.GetCodingSchemeDesignator(), kind.GetCodeValue(), kind.GetCodeMeaning()) == (
        "SCT",
        "89546000",
        "Skull",
    )


def test_it_is_hidden_at_first_and_stays_as_the_user_left_it(shown, a_scene, a_case) -> None:
    assert not shown.segmentation.GetDisplayNode().GetVisibility()
    shown.segmentation.GetDisplayNode().SetVisibility(True)
    again = show_case(a_scene, a_case, key="case", title="Head")
    assert again.segmentation is shown.segmentation and again.segmentation.GetDisplayNode().GetVisibility()
    assert again.segmentation.GetSegmentation().GetNumberOfSegments() == 1


def test_it_can_be_turned_into_voxels(shown, a_case) -> None:
    """What an edit in Slicer does first."""
    assert shown.segmentation.CreateBinaryLabelmapRepresentation()
    labels = shown.segmentation.GetSegmentation().GetNthSegment(0).GetRepresentation("Binary labelmap")
    voxels = np.prod(labels.GetSpacing())
    volume = vtk_to_numpy(labels.GetPointData().GetScalars()).sum() * voxels
    assert volume == pytest.approx(a_case.surface.volume_mm3, rel=0.03)
