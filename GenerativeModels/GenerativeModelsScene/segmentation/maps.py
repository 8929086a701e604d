"""Label maps of a heart as nodes: a sequence of frames in the colours of the report, and slice views that show them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import slicer

from GenerativeModelsLib.label_files.values import STRUCTURES
from GenerativeModelsLib.segmentation.maps import CODES, LabelMaps
from GenerativeModelsLib.segmentation.report.pictures import LABEL_COLOURS, window_of
from GenerativeModelsScene.nodes.colours import show_label_colours
from GenerativeModelsScene.nodes.models import LPS_TO_RAS
from GenerativeModelsScene.nodes.sequences import index_of_frames, show_item, show_label_sequence
from GenerativeModelsScene.nodes.store import NodeStore
from GenerativeModelsScene.nodes.views import SECTION_MARGIN, axes_in_view, set_section

__all__ = [
    "FrameNodes",
    "Slices",
    "look_at_slice",
    "look_at_window",
    "move_to_slice",
    "nearest_slice",
    "show_maps",
    "structure_at",
]

FRAMES_PER_SECOND = 8.0
"""Of the playback: a beat in slow motion."""
FILLED = 0.94
"""Share of a slice view that the labels fill."""


class Slices(Protocol):
    """Parallel slices on one grid: `LabelMaps`, or the `SliceGrid` of a finished check."""

    @property
    def to_lps(self) -> np.ndarray:
        """(4, 4) index (column, row, slice, 1) -> LPS mm."""
        ...

    @property
    def slices(self) -> int:
        """Number of slices."""
        ...

    @property
    def pixel_mm(self) -> np.ndarray:
        """(2,) distance of neighbouring rows and of neighbouring columns."""
        ...

    def point_lps(self, slice_: float, row: float, column: float) -> tuple[float, float, float]:
        """LPS mm of a place."""
        ...


@dataclass(frozen=True)
class FrameNodes:
    """The nodes of label maps: the browser of their frames, and the label map volume that shows one of them."""

    browser: slicer.vtkMRMLSequenceBrowserNode
    labels: slicer.vtkMRMLLabelMapVolumeNode

    def show(self, frame: int) -> None:
        """Show a frame, numbered from 0."""
        show_item(self.browser, frame)


def show_maps(store: NodeStore, maps: LabelMaps, title: str, role: str = "frames") -> FrameNodes:
    """Label maps as a sequence whose values are those of `CODES`; the nodes of the same role are filled anew.

    Parameters
    ----------
    role
        First part of the roles of the nodes; two label maps of a case have different ones.
    """
    index, values = index_of_frames(maps.frames, maps.frame_s)
    browser, labels, made = show_label_sequence(
        store,
        role,
        f"{title} labels",
        maps.values,
        LPS_TO_RAS @ maps.to_lps,
        index=index,
        values=values,
        frames_per_second=FRAMES_PER_SECOND,
    )
    if made:
        entries = {code: (STRUCTURES[name], np.array(LABEL_COLOURS[name]) / 255) for name, code in CODES.items()}
        table = show_label_colours(store, f"{role}.colours", f"{title} label colours", entries)
        labels.GetDisplayNode().SetAndObserveColorNodeID(table.GetID())
    return FrameNodes(browser, labels)


def look_at_slice(node: slicer.vtkMRMLSliceNode, maps: LabelMaps, slice_: int) -> None:
    """Set a slice view to a slice, as it was drawn, so that the labels of all slices and frames fill it."""
    look_at_window(node, maps, slice_, window_of(maps))


def look_at_window(node: slicer.vtkMRMLSliceNode, maps: Slices, slice_: int, window: tuple[slice, slice]) -> None:
    """Set a slice view to a slice, as it was drawn, so that these rows and columns fill it."""
    rows, columns = window
    middle = maps.point_lps(slice_, (rows.start + rows.stop - 1) / 2, (columns.start + columns.stop - 1) / 2)
    size_mm = np.array([columns.stop - columns.start, rows.stop - rows.start]) * maps.pixel_mm[::-1] / FILLED
    view = np.maximum(node.GetDimensions()[:2], 1)
    radius_mm = (size_mm / view).max() * view.max() / (2 * SECTION_MARGIN)
    set_section(node, np.array(middle) * (-1, -1, 1), radius_mm, axes_in_view(LPS_TO_RAS @ maps.to_lps))


def move_to_slice(node: slicer.vtkMRMLSliceNode, maps: Slices, slice_: int) -> None:
    """Move a slice view along its normal to a slice; what is in sight stays."""
    x, y, z = maps.point_lps(slice_, 0, 0)
    node.JumpSliceByOffsetting(-x, -y, z)


def nearest_slice(maps: Slices, where: Sequence[float]) -> int:
    """Number of the slice nearest to a place (LPS mm)."""
    index = np.linalg.solve(maps.to_lps, [*where, 1.0])[2]
    return int(np.clip(round(float(index)), 0, maps.slices - 1))


def structure_at(maps: LabelMaps, frame: int, where: Sequence[float]) -> str:
    """What is labelled at a place (LPS mm), in words; "not labelled" beside all labels."""
    column, row, slice_ = np.round(np.linalg.solve(maps.to_lps, [*where, 1.0])[:3]).astype(int)
    values = maps.values[frame]
    place = (slice_, row, column)
    inside = all(0 <= at < size for at, size in zip(place, values.shape, strict=True))
    code = int(values[place]) if inside else 0
    return next((STRUCTURES[name] for name, value in CODES.items() if value == code), "not labelled")
