"""The skull and its planes in the views of a session: a 3D view, and a slice view for each plane there is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import slicer
from trame_server import Server

from GenerativeModelsLib.skull.anatomy import COLOUR_RANGE_MM
from GenerativeModelsLib.skull.request import PLANES
from GenerativeModelsScene.nodes.geometry import ijk_to_ras
from GenerativeModelsScene.skull.colours import SCALARS, set_lines_visible, uncertainty_range
from GenerativeModelsScene.skull.imagined import show_imagined_in_view
from GenerativeModelsScene.skull.show import (
    SkullNodes,
    set_outlines_visible,
    set_planes_visible,
    set_uncertainty_range,
    show_case_steps,
    show_plane_in_view,
)
from GenerativeModelsWeb.parts.views import SceneViews
from GenerativeModelsWeb.skull.state import Views

if TYPE_CHECKING:
    from GenerativeModelsLib.skull.case.read import SkullCase

__all__ = ["MOST_MM", "SkullViews"]

LEAST_RANGE_MM = 0.05
MOST_MM = 2 * COLOUR_RANGE_MM
"""End of the slider of the colours' range."""


class SkullViews(SceneViews):
    """The scene of the skull and its four views."""

    def __init__(self, server: Server) -> None:
        super().__init__(server, "skull", PLANES)
        self.nodes: SkullNodes | None = None

    def show_steps(self, case: SkullCase, wanted: Views, *, title: str) -> Iterator[None]:
        """Show a case in small steps, between which the caller may serve others; views draw only the finished whole.

        A second case takes the place of the first, seen from where the first was seen.
        """
        with self.drawing_held():
            nodes = yield from show_case_steps(self.scene, case, key="browser", title=title)
            first, self.nodes = self.nodes is None, nodes
            self._make_thin()
            self.make_legible([nodes.model])
            self.set_planes(wanted.show_planes)
            self.set_outlines(wanted.show_outlines)
            self.set_lines(wanted.show_lines)
            for name in (*case.planes, *case.imagined):
                self._turn(name)
                yield
            self.show_views(*case.planes, *case.imagined)
        if first:
            self.reset_solid()

    def set_range(self, low_mm: float, high_mm: float) -> None:
        """Colour the skull from `low_mm` to `high_mm`, at least a hair apart."""
        if self.nodes is not None:
            set_uncertainty_range(self.nodes, low_mm, max(high_mm, low_mm + LEAST_RANGE_MM))

    def fitting_range(self, chosen: str) -> tuple[float, float] | None:
        """The range of the uncertainty that fits the case, or with which cases compare."""
        return None if self.nodes is None else uncertainty_range(self.nodes, chosen)

    def set_planes(self, on: bool) -> None:
        """Show the pictures within the skull or not."""
        if self.nodes is not None:
            set_planes_visible(self.nodes, on)

    def set_outlines(self, on: bool) -> None:
        """Show the outlines and bands over the pictures or not."""
        if self.nodes is not None:
            set_outlines_visible(self.nodes, on)

    def set_lines(self, on: bool) -> None:
        """Show the lines of equal uncertainty on the skull or not."""
        if self.nodes is not None:
            set_lines_visible(self.nodes, on)

    def models(self) -> list[slicer.vtkMRMLModelNode]:
        """The skull."""
        return [] if self.nodes is None else [self.nodes.model]

    def legends(self) -> list[Any]:
        """That of the uncertainty."""
        return [] if self.nodes is None else [self.nodes.legend]

    def words_at(self, model: slicer.vtkMRMLModelNode, values: dict[str, float]) -> str:
        """The uncertainty at a point of the skull."""
        known = model.GetDisplayNode().GetScalarVisibility()
        return f"uncertainty {values[SCALARS]:.1f} mm" if known else "uncertainty unknown"

    def words_in_slice(self, name: str, position: tuple[float, float, float]) -> str:
        """Where in its picture a point lies, in mm from the left upper corner; nothing of an imagined picture."""
        node = None if self.nodes is None else self.nodes.planes.get(name)
        if node is None:
            return ""
        to_ras = ijk_to_ras(node)
        column, row, _, _ = np.linalg.solve(to_ras, [*position, 1.0])
        columns, rows, _ = node.GetImageData().GetDimensions()
        if not (-0.5 <= column <= columns - 0.5 and -0.5 <= row <= rows - 0.5):
            return ""
        column_mm, row_mm = np.linalg.norm(to_ras[:3, 0]), np.linalg.norm(to_ras[:3, 1])
        return f"{column * column_mm:.1f}, {row * row_mm:.1f} mm"

    def reset_slice(self, name: str) -> None:
        """The whole picture of a plane in its view."""
        if self.nodes is not None and (name in self.nodes.planes or f"{name}.mean" in self.nodes.imagined):
            self._turn(name)
            self._slices[name].schedule_render()

    def close(self) -> None:
        """Let go of the nodes, the windows and the scene."""
        self.nodes = None
        super().close()

    def _make_thin(self) -> None:
        """Outlines and bands as thin as small views want them."""
        for lines, width in ((self.nodes.outlines, 2), (self.nodes.bands, 1)):
            for node in lines.values():
                node.GetDisplayNode().SetSliceIntersectionThickness(width)
        for node in self.nodes.bands.values():
            node.GetDisplayNode().SetSliceIntersectionOpacity(0.6)

    def _turn(self, name: str) -> None:
        """Show a plane in its view, whole."""
        view = self._slices[name]
        node = view.get_view_node()
        logic = self._app.app_logic.GetSliceLogic(node)
        logic.ResizeSliceNode(*view.render_window().GetSize())
        composite = logic.GetSliceCompositeNode()
        if name in self.nodes.planes:
            show_plane_in_view(self.scene, self.nodes, name, node, composite)
        else:
            show_imagined_in_view(self.nodes.imagined[f"{name}.mean"], node, composite)
