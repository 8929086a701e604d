"""Slicer's scene and views behind the pages of one anatomy: a 3D view, and slice views."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import slicer
from slicer import vtkMRMLAbstractViewNode, vtkMRMLSliceViewInteractorStyle
from trame_server import Server
from trame_slicer.app.logic import get_view_trame_id
from trame_slicer.core import SlicerApp
from trame_slicer.rca_view import register_rca_factories
from trame_slicer.views import SliceView, ThreeDView, ViewLayoutDefinition, ViewProps, ViewType
from trame_slicer.views.threed_view import ViewDirection

from GenerativeModelsLib.errors import InputError
from GenerativeModelsWeb.parts.pointing import SurfacePointer

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
SMALLEST_MM, LARGEST_MM = 5.0, 2000.0
"""Limits of a slice view's width."""


class SceneViews:
    """The scene of an anatomy's pages and its remotely shown views. An anatomy derives its own from this.

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

    Attributes
    ----------
    templates
        Of the page, by name of the view.
    """

    side = "left"
    """From where the first case is seen."""

    def __init__(self, server: Server, solid: str, slices: Sequence[str] = (), *, scrolls: bool = False) -> None:
        self._app = SlicerApp()
        register_rca_factories(
            self._app.view_manager,
            server,
            slice_view_ui_f=_no_gutter,
            three_d_view_ui_f=_no_gutter,
            target_fps=20,
            interactive_quality=65,
        )
        self._scrolls = scrolls
        self._solid = self._create(
            solid, ViewType.THREE_D_VIEW, ViewProps(label="1", background_color=BACKGROUND, box_visible=False)
        )
        self._slices = {
            name: self._create(name, ViewType.SLICE_VIEW, ViewProps(label=name.capitalize())) for name in slices
        }
        self._pointer = SurfacePointer(self._solid)
        self._tame()
        self.templates = {view.name: get_view_trame_id(server, view) for view in self._views()}
        self.names = (solid, *slices)
        self._app.view_manager.set_current_view_ids([solid])

    # What an anatomy defines.

    def set_range(self, low_mm: float, high_mm: float) -> None:
        """Colour the surface from `low_mm` to `high_mm`."""

    def fitting_range(self, chosen: str) -> tuple[float, float] | None:
        """The ends of the colours that "fit" the case, or with which cases "compare"; None while there is no case."""

    def models(self) -> list[slicer.vtkMRMLModelNode]:
        """The models that the pointer may read."""
        return []

    def words_at(self, model: slicer.vtkMRMLModelNode, values: dict[str, float]) -> str:
        """What the pointer reads at a point of a model with those values of its point arrays."""
        return ""

    def words_in_slice(self, name: str, position: tuple[float, float, float]) -> str:
        """What the pointer reads at a position (RAS mm) in a slice view."""
        return ""

    def reset_slice(self, name: str) -> None:
        """All there is to see in a slice view."""

    # What all have.

    @property
    def scene(self) -> slicer.vtkMRMLScene:
        """The MRML scene."""
        return self._app.scene

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
        """What a key ("press"), a wheel, a drag ("pan") or a pinch ("zoom") does to a view; what the pointer reads."""
        if action == "press":
            self.press(str(values[0]))
        elif action == "point":
            return self.point(name, *map(float, values))
        elif name in self._slices and action in ("pan", "zoom", "wheel"):
            getattr(self, action)(name, *map(float, values))
        return ""

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

    def pan(self, name: str, right: float, down: float) -> None:
        """Move what a slice view shows, by shares of its width and height."""
        node = self._slices[name].get_view_node()
        width, height = node.GetFieldOfView()[:2]
        self._move(node, -right * width, down * height)
        self._slices[name].schedule_render()

    def zoom(self, name: str, factor: float, x: float, y: float) -> None:
        """Magnify a slice view by a factor about the point `x`, `y` of it (0 to 1 from its left upper corner)."""
        node = self._slices[name].get_view_node()
        width, height, depth = node.GetFieldOfView()
        factor = min(max(factor, width / LARGEST_MM), width / SMALLEST_MM)
        node.SetFieldOfView(width / factor, height / factor, depth)
        self._move(node, (x - 0.5) * width * (1 - 1 / factor), (0.5 - y) * height * (1 - 1 / factor))
        self._slices[name].schedule_render()

    def wheel(self, name: str, steps: float, x: float, y: float) -> None:
        """Turn the wheel over a slice view: to another slice, or nearer and farther at the pointer."""
        if not self._scrolls:
            self.zoom(name, 1.15 ** float(steps), x, y)
            return
        view = self._slices[name]
        low, high = view.get_slice_range()
        view.set_slice_value(min(max(view.get_slice_value() + steps * view.get_slice_step(), low), high))
        view.schedule_render()

    def point(self, name: str, x: float, y: float) -> str:
        """What is read at a point of a view (0 to 1 from its left upper corner); "" where there is nothing."""
        if name not in self._slices:
            hit = self._pointer.at(self.models(), x, y)
            return "" if hit is None else self.words_at(*hit)
        view = self._slices[name]
        columns, rows = view.render_window().GetSize()
        at = view.get_view_node().GetXYToRAS().MultiplyPoint((x * columns, (1 - y) * rows, 0.0, 1.0))
        return self.words_in_slice(name, tuple(at[:3]))

    def save(self, target: Path) -> Path:
        """Write the scene with all its data as a bundle (.mrb) that 3D Slicer opens; returns `target`.

        Raises
        ------
        InputError
            It could not be written.
        """
        target.unlink(missing_ok=True)
        with self.drawing_held(), self.as_on_a_desktop():
            written = self.scene.WriteToMRB(target.as_posix())
        if not written or not target.is_file():
            raise InputError("The scene could not be written: free some disk space on the server and try again.")
        return target

    @contextmanager
    def as_on_a_desktop(self) -> Iterator[None]:
        """Undo what suits a page alone, such as hidden legends, while the scene is saved."""
        legends = [legend for legend in self.legends() if legend is not None]
        for legend in legends:
            legend.SetVisibility(True)
        try:
            yield
        finally:
            for legend in legends:
                legend.SetVisibility(False)

    def legends(self) -> list[Any]:
        """Slicer's own legends in the scene, hidden on the page."""
        return []

    def close(self) -> None:
        """Let go of the windows and the scene."""
        for view in self._views():
            view.set_render_blocked(True)
            view.finalize()

    @contextmanager
    def drawing_held(self) -> Iterator[None]:
        """Draw nothing of what is changed meanwhile until all of it is."""
        for view in self._views():
            view.set_render_blocked(True)
        try:
            yield
        finally:
            shown = self._app.view_manager.get_current_view_ids()
            for view in self._views():
                view.set_render_blocked(view.get_singleton_tag() not in shown)

    def show_views(self, *slices: str) -> None:
        """Draw these slice views beside the 3D view."""
        self._app.view_manager.set_current_view_ids([self._solid.name, *slices])

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

    def _create(self, name: str, kind: ViewType, properties: ViewProps) -> SliceView | ThreeDView:
        return self._app.view_manager.create_view(ViewLayoutDefinition(name, kind, properties))

    @staticmethod
    def _move(node: slicer.vtkMRMLSliceNode, right_mm: float, up_mm: float) -> None:
        """Move the middle of a slice view within its slice."""
        right, up, through = node.GetXYZOrigin()
        node.SetXYZOrigin(right + right_mm, up + up_mm, through)
        node.UpdateMatrices()

    def _tame(self) -> None:
        """Settings that a server without a graphics card calls for; wheel and drag of slices come from the page."""
        for view in self._views():
            view.render_window().SetMultiSamples(0)
        self._solid.first_renderer().SetUseFXAA(True)
        self.name_axes()
        style = vtkMRMLSliceViewInteractorStyle
        self._solid.interactor().AddObserver("WindowResizeEvent", self._fit_on_resize)
        for name, view in self._slices.items():
            view.interactor().AddObserver("WindowResizeEvent", lambda *_, name=name: self.reset_slice(name))
            view._interactor_observer.SetActionEnabled(style.BrowseSlice, False)
            view._interactor_observer.SetActionEnabled(style.Blend, False)


def _no_gutter(*_: object) -> None:
    """The page has its own buttons beside the views."""
