"""A file of label maps over a heart cycle as a sequence in the scene."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import slicer
import vtk

from GenerativeModelsLib.label_files.files import lps_matrix
from GenerativeModelsScene.labels.cines import browse
from GenerativeModelsScene.nodes.models import LPS_TO_RAS
from GenerativeModelsScene.nodes.store import add_node, nodes_of_class
from GenerativeModelsScene.nodes.volumes import fill_volume

__all__ = ["frames_on_show", "load_cine"]


def load_cine(
    scene: slicer.vtkMRMLScene, path: str | Path, times_s: Sequence[float], name: str
) -> slicer.vtkMRMLSequenceNode:
    """Load a label map (x, y, z, time) as a sequence of label map volumes, with a browser that plays it.

    Parameters
    ----------
    path
        NIfTI or another format of SimpleITK.
    times_s
        Time of each frame.
    name
        Name of the sequence node.

    Raises
    ------
    ValueError
        The number of times is not that of the frames.
    """
    import SimpleITK as sitk

    image = sitk.ReadImage(str(path))
    frames, to_ras = sitk.GetArrayViewFromImage(image), LPS_TO_RAS @ lps_matrix(image)
    if len(frames) != len(times_s):
        raise ValueError(f"{path} has {len(frames)} frames, and {len(times_s)} times are given.")
    sequence = add_node(scene, "vtkMRMLSequenceNode", scene.GenerateUniqueName(name))
    sequence.SetIndexName("time")
    sequence.SetIndexUnit("s")
    for values, time in zip(frames, times_s):
        volume = slicer.vtkMRMLLabelMapVolumeNode()
        volume.SetName(name)
        fill_volume(volume, np.ascontiguousarray(values), to_ras)
        sequence.SetDataNodeAtValue(volume, f"{time:g}")
    browse(sequence)
    return sequence


def frames_on_show(scene: slicer.vtkMRMLScene) -> list[slicer.vtkMRMLNode]:
    """The nodes by which sequence browsers show a frame of their sequences."""
    found = []
    for browser in nodes_of_class(scene, "vtkMRMLSequenceBrowserNode"):
        shown = vtk.vtkCollection()
        browser.GetAllProxyNodes(shown)
        found += list(shown)
    return found
