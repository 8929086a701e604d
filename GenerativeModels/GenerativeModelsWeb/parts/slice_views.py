"""Slicer's scene and slice views behind the pages of one anatomy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import slicer
from slicer import vtkMRMLSliceViewInteractorStyle
from trame_server import Server
from trame_slicer.app.logic import get_view_trame_id
from trame_slicer.core import SlicerApp
from trame_slicer.rca_view import register_rca_factories
from trame_slicer.views import SliceView, ThreeDView, ViewLayoutDefinition, ViewProps, ViewType

from GenerativeModelsLib.errors import InputError

__all__ = ["SliceViews"]

SMALLEST_MM, LARGEST_MM = 5.0, 2000.0
"""Limits of a slice view's width."""


class SliceViews:
    """The scene of an anatomy's pages and its remotely shown slice views. An anatomy derives its own from this.

    Parameters
    ----------
    server
        The trame server whose page holds the views; before it starts.
    slices
        Names of the slice views; no two views of a session have the same name.
    scrolls
        Whether the wheel goes through slices; else it zooms.

    Attributes
    ----------
    names
        Of all views.
    templates
        Of the page, by name of the view.
    """

    def __init__(self, server: Server, slices: Sequence[str], *, scrolls: bool = False) -> None:
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
        self._always: tuple[str, ...] = ()
        self._slices = {
            name: self._create(name, ViewType.SLICE_VIEW, ViewProps(label=name.capitalize())) for name in slices
        }
        self.names: tuple[str, ...] = tuple(slices)
        self.templates = {name: get_view_trame_id(server, view) for name, view in self._slices.items()}
        self._tame_slices()
        self.show_views()

    # What an anatomy defines.

    def set_range(self, low_mm: float, high_mm: float) -> None:
        """Colour the surface from `low_mm` to `high_mm`."""

    def fitting_range(self, chosen: str) -> tuple[float, float] | None:
        """The ends of the colours that "fit" the case, or with which cases "compare"; None while there is no case."""

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

    def answer(self, name: str, action: str, values: Sequence[object]) -> str:
        """What a wheel, a drag ("pan") or a pinch ("zoom") does to a view; what the pointer reads ("point")."""
        if action == "point":
            return self.point(name, *map(float, values))
        if name in self._slices and action in ("pan", "zoom", "wheel"):
            getattr(self, action)(name, *map(float, values))
        return ""

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
        """What is read at a point of a slice view (0 to 1 from its left upper corner); "" where there is nothing."""
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
        """Draw these slice views, beside those that are always drawn."""
        self._app.view_manager.set_current_view_ids([*self._always, *slices])

    def _views(self) -> tuple[SliceView | ThreeDView, ...]:
        return tuple(self._slices.values())

    def _create(self, name: str, kind: ViewType, properties: ViewProps) -> SliceView | ThreeDView:
        return self._app.view_manager.create_view(ViewLayoutDefinition(name, kind, properties))

    def _resized(self, name: str) -> None:
        """Fit a slice view into its window; its node would learn of the new size later, and keep the scale."""
        view = self._slices[name]
        columns, rows = view.render_window().GetSize()
        view.get_view_node().SetDimensions(max(columns, 1), max(rows, 1), 1)
        self.reset_slice(name)

    @staticmethod
    def _move(node: slicer.vtkMRMLSliceNode, right_mm: float, up_mm: float) -> None:
        """Move the middle of a slice view within its slice."""
        right, up, through = node.GetXYZOrigin()
        node.SetXYZOrigin(right + right_mm, up + up_mm, through)
        node.UpdateMatrices()

    def _tame_slices(self) -> None:
        """Settings that a server without a graphics card calls for; wheel and drag come from the page."""
        style = vtkMRMLSliceViewInteractorStyle
        for name, view in self._slices.items():
            view.render_window().SetMultiSamples(0)
            view.interactor().AddObserver("WindowResizeEvent", lambda *_, name=name: self._resized(name))
            view._interactor_observer.SetActionEnabled(style.BrowseSlice, False)
            view._interactor_observer.SetActionEnabled(style.Blend, False)


def _no_gutter(*_: object) -> None:
    """The page has its own buttons beside the views."""
