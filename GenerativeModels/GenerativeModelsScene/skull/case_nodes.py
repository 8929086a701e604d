"""The nodes that show one reconstructed skull, and how to find them again."""

from __future__ import annotations

from dataclasses import dataclass, field

import slicer

from GenerativeModelsLib.skull.request import PLANES
from GenerativeModelsScene.nodes.case import hide_other_cases
from GenerativeModelsScene.nodes.hierarchy import find_folder
from GenerativeModelsScene.nodes.store import NodeStore
from GenerativeModelsScene.nodes.titles import title_without

MEASURES = ("hc", "bpd", "ofd")
"""Measures with a growth chart."""


@dataclass(frozen=True)
class SkullNodes:
    """The nodes of one case; None, or absent from a dictionary, is what the case has not or the user deleted.

    Attributes
    ----------
    key
        What `find_case` finds the case by.
    placement
        vtkMRMLLinearTransformNode above all that follow: head frame (RAS) to world.
    model
        vtkMRMLModelNode, the skull with the point array `uncertainty_mm`.
    colours, legend
        vtkMRMLProceduralColorNode in mm and vtkMRMLColorLegendDisplayNode of the model.
    isolines
        vtkMRMLModelNode, lines of equal uncertainty on the skull; None while they are not shown.
    segmentation
        vtkMRMLSegmentationNode, one closed surface.
    uncertainty, label_map
        vtkMRMLScalarVolumeNode in mm and vtkMRMLLabelMapVolumeNode, 1 inside the head.
    planes
        Plane name -> vtkMRMLScalarVolumeNode of one slice, as placed in the head.
    outlines, bands
        Plane name -> vtkMRMLModelNode of lines in that plane: the skull's outline, and the inner and outer edge of
        the band in which nine of ten outlines lie.
    imagined
        "sagittal.mean", "sagittal.000", ... -> vtkMRMLScalarVolumeNode of one slice, and "sagittal.spread" ->
        vtkMRMLVectorVolumeNode: simulated pictures of planes that were not given.
    table
        vtkMRMLTableNode, the biometry.
    charts
        "hc", "bpd", "ofd" -> vtkMRMLPlotChartNode.
    result, report
        vtkMRMLTextNode with the content of result.json and report.html.
    folder_item
        ID of the case's folder in the subject hierarchy, 0 when there is none.
    """

    key: str
    placement: slicer.vtkMRMLLinearTransformNode | None = None
    model: slicer.vtkMRMLModelNode | None = None
    colours: slicer.vtkMRMLProceduralColorNode | None = None
    legend: slicer.vtkMRMLColorLegendDisplayNode | None = None
    isolines: slicer.vtkMRMLModelNode | None = None
    segmentation: slicer.vtkMRMLSegmentationNode | None = None
    uncertainty: slicer.vtkMRMLScalarVolumeNode | None = None
    label_map: slicer.vtkMRMLLabelMapVolumeNode | None = None
    planes: dict[str, slicer.vtkMRMLScalarVolumeNode] = field(default_factory=dict)
    outlines: dict[str, slicer.vtkMRMLModelNode] = field(default_factory=dict)
    bands: dict[str, slicer.vtkMRMLModelNode] = field(default_factory=dict)
    imagined: dict[str, slicer.vtkMRMLVolumeNode] = field(default_factory=dict)
    table: slicer.vtkMRMLTableNode | None = None
    charts: dict[str, slicer.vtkMRMLPlotChartNode] = field(default_factory=dict)
    result: slicer.vtkMRMLTextNode | None = None
    report: slicer.vtkMRMLTextNode | None = None
    folder_item: int = 0

    @classmethod
    def from_store(cls, store: NodeStore) -> SkullNodes:
        """The nodes of `store` by their roles."""

        def group(prefix: str, names: tuple[str, ...]) -> dict[str, slicer.vtkMRMLNode]:
            found = {name: store.get(f"{prefix}.{name}") for name in names}
            return {name: node for name, node in found.items() if node is not None}

        single = ("placement", "model", "colours", "legend", "isolines", "segmentation", "uncertainty", "label_map")
        single += ("table", "result", "report")
        return cls(
            key=store.key,
            planes=group("plane", PLANES),
            outlines=group("outline", PLANES),
            bands=group("band", PLANES),
            imagined={role.partition(".")[2]: store.get(role) for role in sorted(store.roles("imagined."))},
            charts=group("chart", MEASURES),
            folder_item=find_folder(store),
            **{role: store.get(role) for role in single},
        )


def find_case(scene: slicer.vtkMRMLScene, key: str) -> SkullNodes | None:
    """The nodes of the case `key` in `scene`, also after it was saved and loaded; None when there are none."""
    store = NodeStore(scene, key)
    return SkullNodes.from_store(store) if store else None


AGE_ATTRIBUTE = "GenerativeModels.GestationalAgeWeeks"
"""Node attribute of an axial image: decimal weeks."""


def case_title(axial_node: slicer.vtkMRMLNode) -> str:
    """Title of the case of that axial image: the name of the image without the word "axial"."""
    return title_without(axial_node.GetName() or "", "axial", "Head")


def case_key(axial_node: slicer.vtkMRMLNode) -> str:
    """The key of the case made from that axial image: running twice updates it, and never makes a second one."""
    return axial_node.GetID()


def show_alone(scene: slicer.vtkMRMLScene, nodes: SkullNodes) -> None:
    """Show the case's skull and legend, and hide models and legends of all other cases."""
    hide_other_cases(scene, nodes.key)
    display = nodes.model.GetDisplayNode() if nodes.model is not None else None
    if display is not None:
        display.SetVisibility(True)
        lines = NodeStore(scene, nodes.key).get("isolines")
        if lines is not None and lines.GetDisplayNode() is not None:
            lines.GetDisplayNode().SetVisibility(True)
        if nodes.legend is not None:
            nodes.legend.SetVisibility(display.GetScalarVisibility())
