"""A cardiac segmentation in the slice view of a session: one slice of one frame, with rings about its faults."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from trame_server import Server

from GenerativeModelsLib.segmentation.case.read import CheckedCase, FoundViolation
from GenerativeModelsLib.segmentation.maps import LabelMaps
from GenerativeModelsLib.segmentation.repair.read import RepairedCase
from GenerativeModelsScene.nodes.geometry import matrix_array
from GenerativeModelsScene.nodes.store import NodeStore
from GenerativeModelsScene.segmentation.image import ImageFrames, show_image
from GenerativeModelsScene.segmentation.maps import (
    FrameNodes,
    look_at_slice,
    move_to_slice,
    show_maps,
    structure_at,
)
from GenerativeModelsScene.segmentation.places import show_places, violations_at
from GenerativeModelsScene.segmentation.show import show_check
from GenerativeModelsWeb.parts.slice_views import SliceViews

__all__ = ["CHECKED", "REPAIRED", "SegmentationViews"]

CASE = "browser"
"""Key of the case's nodes in the scene."""
CHECKED, REPAIRED = "checked", "repaired"
"""Names of the views."""
LABEL_OPACITY = 0.45
"""Over an image."""
IN_SIGHT = 0.96
"""Share of a view within which a place is in sight."""


class SegmentationViews(SliceViews):
    """The scene of the page and its slice views: a case as it came, and beside it repaired; both show the same place.

    Parameters
    ----------
    server
        As of `SliceViews`.
    scrolled
        Is told by how many slices the wheel was turned.
    """

    def __init__(self, server: Server, scrolled: Callable[[int], None]) -> None:
        self._maps: LabelMaps | None = None
        self._shown: dict[str, tuple[LabelMaps, FrameNodes]] = {}
        self._image: ImageFrames | None = None
        self._violations: Sequence[FoundViolation] = ()
        self._title, self._layers = "", "both"
        self._frame, self._slice = 0, 0
        self._scrolled = scrolled
        super().__init__(server, (CHECKED, REPAIRED), scrolls=True)

    def show(
        self,
        case: CheckedCase | RepairedCase,
        maps: LabelMaps,
        image: ImageFrames | None,
        repaired: LabelMaps | None = None,
        *,
        title: str,
    ) -> None:
        """Show a case; it takes the place of the one before."""
        self.forget()
        check = case.before if isinstance(case, RepairedCase) else case
        with self.drawing_held():
            self._maps, self._image, self._violations, self._title = maps, image, check.violations, title
            store = NodeStore(self.scene, CASE)
            self._shown[CHECKED] = maps, show_maps(store, maps, title)
            if repaired is not None:
                self._shown[REPAIRED] = repaired, show_maps(store, repaired, f"{title} repaired", role="repaired")
            show_check(self.scene, check.folder, key=CASE, title=title)
            self.set_layers(self._layers)
            self.show_views(*self._shown)

    def forget(self) -> None:
        """Take the case out of the scene."""
        store = NodeStore(self.scene, CASE)
        with self.drawing_held():
            for role in store.roles():
                store.drop(role)
            self._maps = self._image = None
            self._shown = {}
            self._violations = ()
            self.show_views()

    def look(self, frame: int, slice_: int, place: Sequence[float] | None = None) -> None:
        """Show a slice of a frame with its rings; a `place` (LPS mm) out of sight comes into the middle."""
        if self._maps is None:
            return
        self._frame = int(np.clip(frame, 0, self._maps.frames - 1))
        self._slice = int(np.clip(slice_, 0, self._maps.slices - 1))
        store = NodeStore(self.scene, CASE)
        if self._image is not None:
            show_image(store, self._image, self._frame, self._title)
        found = violations_at(self._violations, self._maps, self._frame, self._slice)
        show_places(store, [one.where for one in found], self._title)
        for name, (_, nodes) in self._shown.items():
            nodes.show(self._frame)
            move_to_slice(self._slices[name].get_view_node(), self._maps, self._slice)
            if place is not None:
                self._bring_into_sight(name, place)
            self._slices[name].schedule_render()

    def set_layers(self, layers: str) -> None:
        """Show the "labels", the "image" or "both"; labels alone without an image."""
        self._layers = layers
        for name, (_, nodes) in self._shown.items():
            view, labels = self._slices[name], nodes.labels.GetID()
            if self._image is None:
                view.set_background_volume_id(labels)
                view.set_foreground_volume_id(None)
            else:
                node = show_image(NodeStore(self.scene, CASE), self._image, self._frame, self._title)
                view.set_background_volume_id(node.GetID())
                view.set_foreground_volume_id(labels)
                view.set_foreground_opacity({"labels": 1.0, "image": 0.0}.get(layers, LABEL_OPACITY))
            view.schedule_render()

    def pan(self, name: str, right: float, down: float) -> None:
        """Move both views."""
        for each in self._slices:
            super().pan(each, right, down)

    def zoom(self, name: str, factor: float, x: float, y: float) -> None:
        """Magnify both views."""
        for each in self._slices:
            super().zoom(each, factor, x, y)

    def wheel(self, name: str, steps: float, x: float, y: float) -> None:
        """The wheel goes through the slices."""
        self._scrolled(round(steps))

    def reset_slice(self, name: str) -> None:
        """All labels in the view, in the plane in which they were drawn."""
        if self._maps is not None:
            look_at_slice(self._slices[name].get_view_node(), self._maps, self._slice)
            self._slices[name].schedule_render()

    def words_in_slice(self, name: str, position: tuple[float, float, float]) -> str:
        """What is labelled at a position."""
        if name not in self._shown:
            return ""
        x, y, z = position
        return (
            f"{structure_at(self._shown[name][0], self._frame, (-x, -y, z))}, frame {self._frame}, slice {self._slice}"
        )

    def _bring_into_sight(self, name: str, place: Sequence[float]) -> None:
        node = self._slices[name].get_view_node()
        x, y, z = place
        in_view = np.linalg.inv(matrix_array(node.GetSliceToRAS())) @ [-x, -y, z, 1.0]
        off = np.abs(in_view[:2] - np.array(node.GetXYZOrigin())[:2])
        if (off > IN_SIGHT * np.array(node.GetFieldOfView())[:2] / 2).any():
            node.JumpSliceByCentering(-x, -y, z)
