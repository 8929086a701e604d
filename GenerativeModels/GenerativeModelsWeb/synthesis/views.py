"""Synthetic images in the slice view of a session: one slice of one frame, with the outlines of its labels."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from trame_server import Server

from GenerativeModelsLib.segmentation.maps import LabelMaps
from GenerativeModelsLib.synthesis.images.read import LabelledVolume
from GenerativeModelsLib.synthesis.images.read_case import SynthesisedCase
from GenerativeModelsScene.nodes.sequences import show_item
from GenerativeModelsScene.nodes.store import NodeStore, nodes_of_class
from GenerativeModelsScene.segmentation.maps import look_at_slice, move_to_slice, show_maps, structure_at
from GenerativeModelsScene.synthesis.case_nodes import IMAGE
from GenerativeModelsScene.synthesis.show import show_images, show_preview
from GenerativeModelsScene.synthesis.views import show_outlines
from GenerativeModelsWeb.parts.slice_views import SliceViews

__all__ = ["SYNTHETIC", "SynthesisViews"]

CASE = "browser"
"""Key of the case's nodes in the scene."""
SYNTHETIC = "synthetic"
"""Name of the view."""


class SynthesisViews(SliceViews):
    """The scene of the page and its slice view.

    Parameters
    ----------
    server
        As of `SliceViews`.
    scrolled
        Is told by how many slices the wheel was turned.
    """

    def __init__(self, server: Server, scrolled: Callable[[int], None]) -> None:
        self._maps: LabelMaps | None = None
        self._labels: Any = None
        self._images: Mapping[int, Any] = {}
        self._preview: Any = None
        self._frame = self._slice = 0
        self._outlined = True
        self._scrolled = scrolled
        super().__init__(server, (SYNTHETIC,), scrolls=True)

    @property
    def maps(self) -> LabelMaps | None:
        """The labels on show."""
        return self._maps

    def show(self, case: SynthesisedCase, volume: LabelledVolume, *, title: str) -> None:
        """Show the images of a case; they take the place of what was shown before."""
        self.forget()
        with self.drawing_held():
            self._images = show_images(self.scene, case.folder, key=CASE, title=title).images
            self._show_labels(volume, title)

    def show_preview(self, answer: Mapping[str, Any], volume: LabelledVolume, *, title: str, method: str, seed: int):
        """Show the slice that the query `preview` returned, instead of what was shown before."""
        self.forget()
        with self.drawing_held():
            self._preview = show_preview(self.scene, answer, key=CASE, title=title, method=method, seed=seed)
            self._show_labels(volume, title)

    def forget(self) -> None:
        """Take everything out of the scene."""
        store = NodeStore(self.scene, CASE)
        with self.drawing_held():
            for role in store.roles():
                store.drop(role)
            self._maps = self._labels = self._preview = None
            self._images = {}
            self.show_views()

    def look(self, frame: int, slice_: int, image: int = 0) -> None:
        """Show a slice of a frame of an image; of a preview its own."""
        if self._maps is None:
            return
        self._frame = int(np.clip(frame, 0, self._maps.frames - 1))
        self._slice = int(np.clip(slice_, 0, self._maps.slices - 1))
        self._labels.show(self._frame)
        store = NodeStore(self.scene, CASE)
        node = self._images.get(image) if self._preview is None else self._preview
        browser = store.get(f"{IMAGE}{image:04d}.browser")
        if browser is not None:
            show_item(browser, self._frame)
        view = self._slices[SYNTHETIC]
        view.set_background_volume_id(None if node is None else node.GetID())
        move_to_slice(view.get_view_node(), self._maps, self._slice)
        view.schedule_render()

    def set_outlines(self, on: bool) -> None:
        """Show the outlines of the labels or not, also of what is shown from now on."""
        self._outlined = on
        for composite in nodes_of_class(self.scene, "vtkMRMLSliceCompositeNode"):
            composite.SetLabelOpacity(1.0 if on else 0.0)
        self._slices[SYNTHETIC].schedule_render()

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
        if self._maps is None:
            return ""
        x, y, z = position
        where = structure_at(self._maps, self._frame, (-x, -y, z))
        return f"synthetic, {where}, frame {self._frame}, slice {self._slice}"

    def _show_labels(self, volume: LabelledVolume, title: str) -> None:
        grid = volume.grid
        self._maps = LabelMaps(volume.codes, grid.slices_to_lps(), volume.frame_s, volume.named, volume.name)
        self._labels = show_maps(NodeStore(self.scene, CASE), self._maps, title)
        show_outlines(self.scene, self._labels.labels)
        self.set_outlines(self._outlined)
        self.show_views(SYNTHETIC)
        self.reset_slice(SYNTHETIC)
