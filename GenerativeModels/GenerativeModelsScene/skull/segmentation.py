"""The skull as a segmentation of one closed surface, named by its SNOMED code."""

from __future__ import annotations

from dataclasses import replace

import slicer

from GenerativeModelsLib.geometry.surfaces import Surface
from GenerativeModelsScene.nodes.models import ras_polydata
from GenerativeModelsScene.nodes.store import NodeStore

SEGMENT = "Skull"
COLOUR = (241 / 255, 213 / 255, 144 / 255)
"""Slicer's colour of the skull."""
TERMINOLOGY = (
    "Segmentation category and type - DICOM master list"
    "~SCT^123037004^Anatomical Structure~SCT^89546000^Skull~^^"
    "~Anatomic codes - DICOM master list~^^~^^"
)


def show_segmentation(store: NodeStore, surface: Surface, title: str) -> slicer.vtkMRMLSegmentationNode:
    """The segmentation of `surface` (LPS mm); hidden at first, since it covers the coloured model exactly.

    The closed surface is the source representation: nothing is converted until the user edits it, and then on the
    voxels of the uncertainty volume.
    """
    node, made = store.obtain("segmentation", "vtkMRMLSegmentationNode", f"{title} segmentation")
    modifying = node.StartModify()
    segmentation = node.GetSegmentation()
    representation = slicer.vtkSegmentationConverter.GetSegmentationClosedSurfaceRepresentationName()
    segmentation.RemoveAllSegments()
    segmentation.SetSourceRepresentationName(representation)
    segment = slicer.vtkSegment()
    segment.SetName(SEGMENT)
    segment.SetColor(*COLOUR)
    segment.SetTag(slicer.vtkSegment.GetTerminologyEntryTagName(), TERMINOLOGY)
    segment.AddRepresentation(representation, ras_polydata(replace(surface, point_data={})))
    segmentation.AddSegment(segment, SEGMENT)
    if store.get("uncertainty") is not None:
        node.SetReferenceImageGeometryParameterFromVolumeNode(store.get("uncertainty"))
    if made or node.GetDisplayNode() is None:
        node.CreateDefaultDisplayNodes()
        node.GetDisplayNode().SetVisibility(False)
    node.EndModify(modifying)
    return node
