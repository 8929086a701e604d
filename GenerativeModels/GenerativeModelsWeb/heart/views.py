"""The left ventricle in the views of a session: surfaces or an explored shape in 3D, the label map in a slice view."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import slicer
from trame_server import Server

from GenerativeModelsLib.heart.labels.label_map import STRUCTURES, LabelMap
from GenerativeModelsLib.heart.shape.segments import SEGMENT_NAMES
from GenerativeModelsScene.heart.colours import COMPARE_MM, EXPLORED, fitted_thickness, set_ends
from GenerativeModelsScene.heart.exploration import STANDALONE_KEY
from GenerativeModelsScene.heart.latent_shape import DIFFERENCE
from GenerativeModelsScene.heart.show import HeartNodes, show_heart
from GenerativeModelsScene.heart.surfaces import colour_by, set_thickness_range, show_surfaces, thickness_range
from GenerativeModelsScene.nodes.diverging import BLUE_TO_RED
from GenerativeModelsScene.nodes.models import LPS_TO_RAS
from GenerativeModelsScene.nodes.store import NodeStore
from GenerativeModelsScene.nodes.volumes import default_display, fill_volume
from GenerativeModelsWeb.heart.state import Views
from GenerativeModelsWeb.parts.views import PATIENT_LETTERS, SceneViews

__all__ = ["HeartViews"]

CASE = "browser"
"""Key of the case's nodes in the scene."""
LEAST_RANGE_MM = 0.1
FRAME_WORDS = ("Se", "La", "An", "In", "Ap", "Ba")
"""Ends of the axes of the heart frame: -x, +x, -y, +y, -z, +z of RAS."""
LABEL_COLOURS = {"rv": (0.45, 0.55, 0.75), "myo": (0.72, 0.62, 0.40), "lv": (0.62, 0.30, 0.30)}


class HeartViews(SceneViews):
    """The scene of the left ventricle and its two views."""

    side = "front"

    def __init__(self, server: Server) -> None:
        super().__init__(server, "heart", ("labels",), scrolls=True)
        self.nodes: HeartNodes | None = None
        self.two_sided = list(BLUE_TO_RED)
        self._maps: dict[str, LabelMap] = {}
        self._phase = "ed"
        self._fitted: tuple[bytes, tuple[int, ...]] | None = None
        self._seen = False

    def show(self, folder: Path, maps: dict[str, LabelMap], *, title: str) -> None:
        """Show a case; it takes the place of the one before."""
        with self.drawing_held():
            first = self.nodes is None
            self.nodes = show_heart(self.scene, folder, key=CASE, title=title)
            self._maps = maps
            self.make_legible([*self.nodes.case.models.values()])
            self.show_views("labels")
        if first:
            self.reset_solid()

    def forget(self) -> None:
        """Take the case out of the scene."""
        store = NodeStore(self.scene, CASE)
        with self.drawing_held():
            for role in store.roles():
                store.drop(role)
            self.nodes, self._maps, self._fitted = None, {}, None
            self.show_views()

    def apply(self, wanted: Views) -> float:
        """Bring the case to the switches of the page; the end of the colours of the distance in mm."""
        self._hide_explored()
        if self.nodes is None:
            return 1.0
        self.name_axes()
        colour_by(self.nodes, wanted.by)
        show_surfaces(self.nodes, wanted.of, wanted.phase)
        models = self.nodes.case.models
        self.make_legible([*models.values()])
        self._show_labels(wanted.phase)
        self.schedule()
        return models[f"{wanted.phase}.vtp"].GetDisplayNode().GetScalarRange()[1] if wanted.of == "distance" else 1.0

    def begin_exploring(self) -> None:
        """Explored shapes lie in the frame of the patient, or in that of the model."""
        self.name_axes(FRAME_WORDS if self.nodes is None else PATIENT_LETTERS)
        self._seen = self.nodes is not None

    def show_explored(self) -> None:
        """An explored shape was put into the scene."""
        self.make_legible(self._explored())
        if not self._seen:
            self._seen = True
            self.reset_solid()
        self.schedule()

    def difference_mm(self) -> float:
        """End of the colours of the explored difference; 0 where wall thickness is shown."""
        for model in self._explored():
            if model.GetDisplayNode().GetActiveScalarName() == DIFFERENCE:
                return model.GetDisplayNode().GetScalarRange()[1]
        return 0.0

    def schedule(self) -> None:
        """Have the 3D view drawn."""
        self._solid.schedule_render()

    def set_range(self, low_mm: float, high_mm: float) -> None:
        """Colour the walls from `low_mm` to `high_mm`, at least a hair apart."""
        ends = low_mm, max(high_mm, low_mm + LEAST_RANGE_MM)
        if self.nodes is not None:
            set_thickness_range(self.nodes, *ends)
        elif self._explored():
            set_ends(self._store(), ends)

    def fitting_range(self, chosen: str) -> tuple[float, float] | None:
        """The range of the wall that fits the heart, or with which hearts compare."""
        if self.nodes is not None:
            return thickness_range(self.nodes, chosen)
        if not self._explored():
            return None
        return COMPARE_MM if chosen == "compare" else fitted_thickness(self._explored())

    def models(self) -> list[slicer.vtkMRMLModelNode]:
        """Those of the case, and the explored shapes."""
        return [*(() if self.nodes is None else self.nodes.case.models.values()), *self._explored()]

    def _store(self) -> NodeStore:
        return NodeStore(self.scene, STANDALONE_KEY if self.nodes is None else self.nodes.key)

    def _explored(self) -> list[slicer.vtkMRMLModelNode]:
        store = self._store()
        return [store.get(role) for start in EXPLORED for role in store.roles(start)]

    def _hide_explored(self) -> None:
        for model in self._explored():
            model.GetDisplayNode().SetVisibility(False)

    def legends(self) -> list[Any]:
        """All that Slicer has for the case."""
        found = self.scene.GetNodesByClass("vtkMRMLColorLegendDisplayNode")
        return [found.GetItemAsObject(index) for index in range(found.GetNumberOfItems())]

    def words_at(self, model: slicer.vtkMRMLModelNode, values: dict[str, float]) -> str:
        """What the surface is coloured by, and the segment, at a point."""
        number = int(values.get("aha_segment", 0))
        place = f", segment {number} {SEGMENT_NAMES[number - 1]}" if number else ", above the base"
        shown = model.GetDisplayNode().GetActiveScalarName()
        value = values.get(shown, np.nan)
        if not np.isfinite(value):
            return f"no wall{place}"
        word = {"model_distance_mm": "distance to the model", "aha_thickness_mm": "mean wall"}.get(shown, "wall")
        return f"{word} {value:.1f} mm{place}"

    def words_in_slice(self, name: str, position: tuple[float, float, float]) -> str:
        """Structure and position in the label map."""
        found = self._shown_map()
        if found is None:
            return ""
        i, j, k = np.round(np.linalg.solve(found.to_lps, LPS_TO_RAS @ [*position, 1.0])[:3]).astype(int)
        inside = all(0 <= at < size for at, size in zip((k, j, i), found.values.shape, strict=True))
        value = found.values[k, j, i] if inside else 0
        words = next((STRUCTURES[s] for s in STRUCTURES if getattr(found.labels, s) == value and value), "not labelled")
        return f"{words}, slice at {self._slices[name].get_slice_value():.1f} mm"

    def reset_slice(self, name: str) -> None:
        """The whole of a slice of the label map, in the plane in which it was drawn."""
        found = self._shown_map()
        if found is None:
            return
        view = self._slices[name]
        node, offset = view.get_view_node(), view.get_slice_value()
        axes = (LPS_TO_RAS @ found.to_lps)[:3, :3] / found.spacing_mm
        matrix = node.GetSliceToRAS()
        for row in range(3):
            for column, axis in enumerate((axes[:, 0], -axes[:, 1], axes[:, 2])):
                matrix.SetElement(row, column, axis[row])
        node.UpdateMatrices()
        view.fit_view_to_content()
        low, high = view.get_slice_range()
        view.set_slice_value(offset if self._fitted and low <= offset <= high else (low + high) / 2)
        view.schedule_render()

    def _shown_map(self) -> LabelMap | None:
        return self._maps.get(self._phase) if self._maps else None

    def _show_labels(self, phase: str) -> None:
        """The label map of a phase in the slice view."""
        self._phase = phase if phase in self._maps else "ed"
        found = self._shown_map()
        if found is None:
            return
        store = NodeStore(self.scene, CASE)
        table, made = store.obtain("labels.colours", "vtkMRMLColorTableNode", "Heart label colours")
        if made:
            table.SetTypeToUser()
            table.SetNumberOfColors(len(LABEL_COLOURS) + 1)
            table.SetColor(0, "background", 0, 0, 0, 0)
            for number, (structure, colour) in enumerate(LABEL_COLOURS.items(), 1):
                table.SetColor(number, STRUCTURES[structure], *colour, 1)
        node, first = store.obtain("labels", "vtkMRMLLabelMapVolumeNode", "Heart label map")
        values = np.zeros(found.values.shape, np.uint8)
        for number, structure in enumerate(LABEL_COLOURS, 1):
            values[found.mask(structure)] = number
        fill_volume(node, values, LPS_TO_RAS @ found.to_lps)
        if first:
            default_display(node).SetAndObserveColorNodeID(table.GetID())
        self._slices["labels"].set_background_volume_id(node.GetID())
        place = found.to_lps.tobytes(), values.shape
        if first or self._fitted != place:
            self._fitted = None
            self.reset_slice("labels")
            self._fitted = place
