"""The sample case: three simulated planes of a fetal head, from files that ship with the extension."""

from __future__ import annotations

import json

import SimpleITK as sitk
import slicer

from FetalSkullReconstructionLib.typed_fields import spacing_text
from GenerativeModelsLib.resources import sample_dir
from GenerativeModelsLib.skull.request import PLANES
from GenerativeModelsScene.skull.case_nodes import AGE_ATTRIBUTE
from GenerativeModelsScene.skull.planes import set_spacing

__all__ = ["SAMPLE_SPACING", "load_sample", "sample_files"]

SAMPLE_SPACING = "GenerativeModels.SampleSpacing"
"""Node attribute of an image of the sample case: its pixel spacing, as the spacing field shows it."""


def sample_files() -> dict[str, str]:
    """Path of each plane's picture, by plane."""
    return {plane: str(sample_dir() / "fetal_head" / f"{plane}.png") for plane in PLANES}


def load_sample() -> dict[str, slicer.vtkMRMLScalarVolumeNode]:
    """Load the sample's planes into the scene with their spacing and gestational age; no network is used.

    Returns
    -------
    dict
        Volume node by plane.
    """
    facts = json.loads((sample_dir() / "fetal_head" / "sample.json").read_text(encoding="utf-8"))
    nodes = {plane: _image_node(f"Fetal head {plane}", path) for plane, path in sample_files().items()}
    for plane, node in nodes.items():
        spacing_mm = tuple(facts["spacing_mm"][plane])
        set_spacing(node, spacing_mm)
        node.SetAttribute(SAMPLE_SPACING, spacing_text(spacing_mm))
    nodes["axial"].SetAttribute(AGE_ATTRIBUTE, str(facts["gestational_age_weeks"]))
    slicer.util.setSliceViewerLayers(background=nodes["axial"], fit=True)
    return nodes


def _image_node(name: str, path: str) -> slicer.vtkMRMLScalarVolumeNode:
    """Grey levels of an image file as a one-slice volume, upright in the axial view as in Slicer's own reader."""
    node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", slicer.mrmlScene.GenerateUniqueName(name))
    slicer.util.updateVolumeFromArray(node, sitk.GetArrayFromImage(sitk.ReadImage(path))[None])
    node.SetIJKToRASDirections(-1, 0, 0, 0, -1, 0, 0, 0, 1)
    node.CreateDefaultDisplayNodes()
    return node
