"""The nodes that show one analysed heart, and how to find them again."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import numpy as np
import slicer

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.heart.anatomy import HEART
from GenerativeModelsScene.heart.latent_plot import LatentPlot, find_latent_plot
from GenerativeModelsScene.nodes.case import CaseNodes, find_case_nodes
from GenerativeModelsScene.nodes.store import NodeStore
from GenerativeModelsScene.nodes.texts import bytes_of

__all__ = ["HeartNodes", "bullseye_png", "find_heart"]


@dataclass(frozen=True)
class HeartNodes:
    """The nodes of one heart; what the case has not or the user deleted is None.

    Attributes
    ----------
    case
        Models by file name ("ed.vtp", ...), legend, texts and the folder in the subject hierarchy.
    table
        Volumes, ejection fraction and mass.
    segments
        Wall thickness of the 17 segments.
    bullseye
        Text node with the bull's-eye picture, see `bullseye_png`.
    latent
        The plot of the latent space.
    cavity
        Chart of the cavity's volume over the frames of a cine.
    walk, cycle
        vtkMRMLSequenceBrowserNode that plays the walk through the latent space, and the cardiac cycle.
    """

    case: CaseNodes
    table: slicer.vtkMRMLTableNode | None = None
    segments: slicer.vtkMRMLTableNode | None = None
    bullseye: slicer.vtkMRMLTextNode | None = None
    latent: LatentPlot | None = None
    cavity: slicer.vtkMRMLPlotChartNode | None = None
    walk: slicer.vtkMRMLSequenceBrowserNode | None = None
    cycle: slicer.vtkMRMLSequenceBrowserNode | None = None

    @property
    def key(self) -> str:
        """What the heart is found by."""
        return self.case.key

    @property
    def title(self) -> str:
        """First part of the names of the nodes, "Heart" where its surfaces were deleted."""
        names = {mesh.file: f" {mesh.label}" for mesh in HEART.meshes}
        return next((model.GetName().removesuffix(names[file]) for file, model in self.models.items()), "Heart")

    @property
    def models(self) -> dict[str, slicer.vtkMRMLModelNode]:
        """Those of `case` that are still in the scene and can be drawn."""
        return {
            file: model
            for file, model in self.case.models.items()
            if model.GetScene() is not None and model.GetDisplayNode() is not None
        }

    @property
    def store(self) -> NodeStore:
        """The nodes by role.

        Raises
        ------
        InputError
            The surfaces were deleted.
        """
        for model in self.models.values():
            return NodeStore(model.GetScene(), self.key)
        raise InputError("The scene no longer holds the surfaces of this heart: analyse it again.")

    @property
    def result(self) -> dict[str, Any] | None:
        """Content of result.json."""
        return None if self.case.result is None else json.loads(self.case.result.GetText())

    @property
    def to_patient(self) -> np.ndarray | None:
        """(4, 4) heart frame -> LPS mm of the patient at end diastole, where explored shapes are shown."""
        if self.case.result is None:
            return None
        frame, matrix = self.result["inputs"]["ed"]["frame"], np.eye(4)
        matrix[:3, :3], matrix[:3, 3] = np.array(frame["axes_lps"]).T, frame["origin_lps_mm"]
        return matrix


def find_heart(scene: slicer.vtkMRMLScene, key: str) -> HeartNodes | None:
    """The nodes of the heart `key`, also in a loaded scene; None when there are none."""
    case = find_case_nodes(HEART, scene, key)
    if case is None or not (case.models or case.result):  # a cavity's curve, or an explored shape, is no heart yet
        return None
    store = NodeStore(scene, key)
    roles = ("table", "segments", "bullseye", "cavity.chart", "walk.browser", "cycle.browser")
    table, segments, bullseye, cavity, walk, cycle = map(store.get, roles)
    return HeartNodes(case, table, segments, bullseye, find_latent_plot(scene, key), cavity, walk, cycle)


def bullseye_png(nodes: HeartNodes) -> bytes | None:
    """The picture of the 17 segments, a PNG; None when the case has none."""
    return None if nodes.bullseye is None else bytes_of(nodes.bullseye)
