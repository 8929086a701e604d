"""Slicer's scene and views behind the pages of an anatomy with surfaces: a 3D view, and slice views."""

from __future__ import annotations

from collections.abc import Sequence

import slicer
from slicer import vtkMRMLAbstractViewNode
from trame_server import Server
from trame_slicer.app.logic import get_view_trame_id
from trame_slicer.views import SliceView, ThreeDView, ViewProps, ViewType
from trame_slicer.views.threed_view import ViewDirection

from GenerativeModelsWeb.parts.pointing import SurfacePointer
from GenerativeModelsWeb.parts.slice_views import SliceViews

__all__ = ["DIRECTIONS", "SceneViews"]

AMBIENT = 0.25
"""Of a surface's shading, so that its colours stay those of the legend in the shade."""
BACKGROUND = ("#0e1317", "#1d262c")
DIRECTIONS = {
    "front": ViewDirection.ANTERIOR,
    "left": ViewDirection.LEFT,
    "right": ViewDirection.RIGHT,
    "back": ViewDirection.POSTERIOR,
    "top": ViewDirection.SUPERIOR,
    "below": ViewDirection.INFERIOR,
}
"""Standard views by the side of the body that is seen."""
KEYS = {"ArrowLeft": (-10, 0), "ArrowRight": (10, 0), "ArrowUp": (0, 10), "ArrowDown": (0, -10)}
"""Degrees by which a key turns what is seen: about the vertical, and about the horizontal."""
PATIENT_LETTERS = ("L", "R", "P", "A", "I", "S")
"""Ends of the axes: -x, +x, -y, +y, -z, +z of RAS, as Slicer's view nodes number them."""


class SceneViews(SliceViews):
    """The scene of an anatomy's pages with a 3D view beside slice views. An anatomy derives its own from this.

    Parameters
    ----------
    server
        The trame server whose page holds the views; before it starts.
    solid
        Name of the 3D view.
    slices
        Names of the slice views; no two views of a session have the same name.
    scrolls
        Whether the wheel goes through slices; else it zooms.
    """

    side = "left"
    """From where the first case is seen."""

    def __init__(self, server: Server, solid: str, slices: Sequence[str] = (), *, scrolls: bool = False) -> None:
        super().__init__(server, slices, scrolls=scrolls)
        self._solid = self._create(
            solid, ViewType.THREE_D_VIEW, ViewProps(label="1", background_color=BACKGROUND, box_visible=False)
        )
        self._pointer = SurfacePointer(self._solid)
        self._tame_solid()
        self.templates[solid] = get_view_trame_id(server, self._solid)
        self.names = (solid, *slices)
        self._always = (solid,)
        self.show_views()

    # What an anatomy defines.

    def models(self) -> list[slicer.vtkMRMLModelNode]:
        """The models that the pointer may read."""
        return []

    def words_at(self, model: slicer.vtkMRMLModelNode, values: dict[str, float]) -> str:
        """What the pointer reads at a point of a model with those values of its point arrays."""
        return ""

    # What all have.

    def look_from(self, side: str) -> None:
        """Turn the surface to a side named in `DIRECTIONS`."""
        self._solid.rotate_to_view_direction(DIRECTIONS[side])
        self._solid.schedule_render()

    def reset_solid(self) -> None:
        """The whole surface in the 3D view, seen from where it is seen first."""
        self._solid.reset_focal_point()
        self._solid.rotate_to_view_direction(DIRECTIONS[self.side])
        self._solid.reset_camera()
        self._solid.schedule_render()

    def answer(self, name: str, action: str, values: Sequence[object]) -> str:
        """As for slice views, and what a key ("press") does to the 3D view."""
        if action == "press":
            self.press(str(values[0]))
            return ""
        return super().answer(name, action, values)

    def press(self, key: str) -> None:
        """What a key does to the 3D view: arrows turn, + and - zoom, Home shows the whole."""
        if key == "Home":
            self.reset_solid()
        elif key in KEYS:
            camera = self._solid.get_camera_node().GetCamera()
            about_vertical, about_horizontal = KEYS[key]
            camera.Azimuth(-about_vertical)
            camera.Elevation(-about_horizontal)
            camera.OrthogonalizeViewUp()
            self._solid.renderer().ResetCameraClippingRange()
            self._solid.schedule_render()
        elif key in ("+", "=", "-"):
            self._solid.zoom(-0.2 if key == "-" else 0.2)
            self._solid.schedule_render()

    def point(self, name: str, x: float, y: float) -> str:
        """What is read at a point of a view (0 to 1 from its left upper corner); "" where there is nothing."""
        if name in self._slices:
            return super().point(name, x, y)
        hit = self._pointer.at(self.models(), x, y)
        return "" if hit is None else self.words_at(*hit)

    def make_legible(self, models: Sequence[slicer.vtkMRMLModelNode]) -> None:
        """Looks that suit views a few hundred pixels wide; the page has a legend of its own."""
        for legend in self.legends():
            if legend is not None:
                legend.SetVisibility(False)
        for model in models:
            model.GetDisplayNode().SetAmbient(AMBIENT)

    def name_axes(self, letters: Sequence[str] = PATIENT_LETTERS) -> None:
        """Write the ends of the axes (-x, +x, -y, +y, -z, +z) on the orientation marker of the 3D view."""
        node = self._solid.get_view_node()
        for axis, letter in enumerate(letters):
            node.SetAxisLabel(axis, letter)
        node.SetOrientationMarkerType(vtkMRMLAbstractViewNode.OrientationMarkerTypeCube)
        node.SetOrientationMarkerSize(vtkMRMLAbstractViewNode.OrientationMarkerSizeSmall)

    def _views(self) -> tuple[SliceView | ThreeDView, ...]:
        return (self._solid, *self._slices.values())

    def _fit_on_resize(self, *_: object) -> None:
        """Keep all in sight; also, a view learns its first size only when the browser draws the page."""
        if self.models():
            self._solid.reset_camera()

    def _tame_solid(self) -> None:
        """Settings that a server without a graphics card calls for."""
        self._solid.render_window().SetMultiSamples(0)
        self._solid.first_renderer().SetUseFXAA(True)
        self.name_axes()
        self._solid.interactor().AddObserver("WindowResizeEvent", self._fit_on_resize)
