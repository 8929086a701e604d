"""Slicer's scene and views behind one page: a 3D view, and a slice view for each plane there is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from slicer import vtkMRMLSliceViewInteractorStyle
from trame_server import Server
from trame_slicer.app.logic import get_view_trame_id
from trame_slicer.core import SlicerApp
from trame_slicer.rca_view import register_rca_factories
from trame_slicer.views import SliceView, ThreeDView, ViewLayoutDefinition, ViewProps, ViewType
from trame_slicer.views.threed_view import ViewDirection

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.skull.request import PLANES
from GenerativeModelsScene.nodes.colours import viridis
from GenerativeModelsScene.skull.show import (
    SkullNodes,
    set_outlines_visible,
    set_planes_visible,
    set_uncertainty_range,
    show_case_steps,
    show_plane_in_view,
)
from GenerativeModelsWeb.skull.state import Views

if TYPE_CHECKING:
    from GenerativeModelsLib.skull.case.read import SkullCase

__all__ = ["DIRECTIONS", "CaseViews"]

AMBIENT = 0.25
"""Of the skull's shading, so that its colours stay those of the legend in the shade."""
LEAST_RANGE_MM = 0.05
BACKGROUND = ("#0e1317", "#1d262c")
DIRECTIONS = {
    "front": ViewDirection.ANTERIOR,
    "left": ViewDirection.LEFT,
    "right": ViewDirection.RIGHT,
    "back": ViewDirection.POSTERIOR,
    "top": ViewDirection.SUPERIOR,
    "below": ViewDirection.INFERIOR,
}
"""Standard views of the skull by the side of the head that is seen."""


class CaseViews:
    """The scene of a session and its four remotely shown views.

    Parameters
    ----------
    server
        The trame server whose page holds the views; before it starts.
    """

    def __init__(self, server: Server) -> None:
        self._app = SlicerApp()
        register_rca_factories(
            self._app.view_manager,
            server,
            slice_view_ui_f=_no_gutter,
            three_d_view_ui_f=_no_gutter,
            target_fps=20,
            interactive_quality=65,
        )
        self._skull = self._create(
            "skull", ViewType.THREE_D_VIEW, ViewProps(label="1", background_color=BACKGROUND, box_visible=False)
        )
        self._slices = {
            name: self._create(name, ViewType.SLICE_VIEW, ViewProps(label=name.capitalize())) for name in PLANES
        }
        self._tame()
        self.templates = {view.name: get_view_trame_id(server, view) for view in (self._skull, *self._slices.values())}
        self._app.view_manager.set_current_view_ids(["skull"])
        self.nodes: SkullNodes | None = None
        self.colours = ["#" + bytes(round(255 * float(c)) for c in colour).hex() for colour in viridis()[::5]]

    @property
    def scene(self):
        """The MRML scene; nobody else holds one in this process."""
        return self._app.scene

    def show_steps(self, case: SkullCase, wanted: Views, *, title: str) -> Iterator[None]:
        """Show a case in small steps, between which the caller may serve others; views draw only the finished whole.

        A second case takes the place of the first, seen from where the first was seen.
        """
        with self._drawing_held():
            nodes = yield from show_case_steps(self.scene, case, key="browser", title=title)
            first, self.nodes = self.nodes is None, nodes
            self._make_legible()
            self.apply(wanted)
            for name in case.planes:
                self._turn(name)
                yield
            self._app.view_manager.set_current_view_ids(["skull", *case.planes])
        if first:
            self.reset_skull()

    def apply(self, wanted: Views) -> None:
        """Bring the case on show to the range and switches of the page."""
        self.set_range(*wanted.range_mm)
        self.set_planes(wanted.show_planes)
        self.set_outlines(wanted.show_outlines)

    def look_from(self, side: str) -> None:
        """Turn the skull to a side named in `DIRECTIONS`."""
        self._skull.rotate_to_view_direction(DIRECTIONS[side])
        self._skull.schedule_render()

    def reset_skull(self) -> None:
        """The whole skull in the 3D view, seen from its left."""
        self._skull.reset_focal_point()
        self._skull.rotate_to_view_direction(DIRECTIONS["left"])
        self._skull.reset_camera()
        self._skull.schedule_render()

    def reset_slice(self, name: str) -> None:
        """The whole picture of a plane in its view."""
        if self.nodes is not None and name in self.nodes.planes:
            self._turn(name)
            self._slices[name].schedule_render()

    def save(self, target: Path) -> Path:
        """Write the scene with all its data as a bundle (.mrb) that 3D Slicer opens; returns `target`.

        Raises
        ------
        InputError
            It could not be written.
        """
        target.unlink(missing_ok=True)
        with self._drawing_held():
            legend = self.nodes.legend if self.nodes is not None else None
            if legend is not None:  # hidden here alone
                legend.SetVisibility(True)
            written = self.scene.WriteToMRB(target.as_posix())
            if legend is not None:
                legend.SetVisibility(False)
        if not written or not target.is_file():
            raise InputError("The scene could not be written: free some disk space on the server and try again.")
        return target

    def set_range(self, low_mm: float, high_mm: float) -> None:
        """Colour the skull from `low_mm` to `high_mm`, at least a hair apart."""
        if self.nodes is not None:
            set_uncertainty_range(self.nodes, low_mm, max(high_mm, low_mm + LEAST_RANGE_MM))

    def set_planes(self, on: bool) -> None:
        """Show the pictures within the skull or not."""
        if self.nodes is not None:
            set_planes_visible(self.nodes, on)

    def set_outlines(self, on: bool) -> None:
        """Show the outlines and bands over the pictures or not."""
        if self.nodes is not None:
            set_outlines_visible(self.nodes, on)

    def close(self) -> None:
        """Let go of the windows and the scene."""
        self.nodes = None
        for view in (self._skull, *self._slices.values()):
            view.set_render_blocked(True)
            view.finalize()

    def _make_legible(self) -> None:
        """Looks that suit views a few hundred pixels wide; the page has a legend of its own."""
        if self.nodes.legend is not None:
            self.nodes.legend.SetVisibility(False)
        self.nodes.model.GetDisplayNode().SetAmbient(AMBIENT)
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
        show_plane_in_view(self.scene, self.nodes, name, node, logic.GetSliceCompositeNode())

    def _fit_on_resize(self, *_: object) -> None:
        """Keep the whole skull in sight; also, a view learns its first size only when the browser draws the page."""
        if self.nodes is not None:
            self._skull.reset_camera()

    def _create(self, name: str, kind: ViewType, properties: ViewProps) -> SliceView | ThreeDView:
        return self._app.view_manager.create_view(ViewLayoutDefinition(name, kind, properties))

    def _tame(self) -> None:
        """Settings that a server without a graphics card, and a picture without neighbours, call for."""
        for view in (self._skull, *self._slices.values()):
            view.render_window().SetMultiSamples(0)
        self._skull.first_renderer().SetUseFXAA(True)
        style = vtkMRMLSliceViewInteractorStyle
        self._skull.interactor().AddObserver("WindowResizeEvent", self._fit_on_resize)
        for name, view in self._slices.items():
            view.interactor().AddObserver("WindowResizeEvent", lambda *_, name=name: self.reset_slice(name))
            # Scrolling would leave the only slice there is.
            view._interactor_observer.SetActionEnabled(style.BrowseSlice, False)
            view._interactor_observer.SetActionEnabled(style.Blend, False)

    @contextmanager
    def _drawing_held(self):
        views = (self._skull, *self._slices.values())
        for view in views:
            view.set_render_blocked(True)
        try:
            yield
        finally:
            shown = self._app.view_manager.get_current_view_ids()
            for view in views:
                view.set_render_blocked(view.get_singleton_tag() not in shown)


def _no_gutter(*_: object) -> None:
    """The page has its own buttons beside the views."""
