"""Observes the chosen nodes of a panel."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import vtk
from slicer.util import VTKObservationMixin

__all__ = ["NodeWatch"]

EVENTS = ("TransformModifiedEvent", "ImageDataModifiedEvent", "ContentModifiedEvent")
"""Events of a node, where it has them, besides that of its attributes."""


class NodeWatch(VTKObservationMixin):
    """Calls a function when one of some nodes has changed: its attributes, transform, voxels or segments.

    Parameters
    ----------
    changed
        Called without arguments.
    """

    def __init__(self, changed: Callable[[], None]):
        VTKObservationMixin.__init__(self)
        self._changed = changed
        self._nodes: list[Any] = []

    def follow(self, nodes: Iterable[Any]) -> None:
        """Observe these nodes and no others; None stands for no node."""
        nodes = [node for node in nodes if node is not None]
        if nodes == self._nodes:
            return
        self.removeObservers()
        self._nodes = nodes
        for node in nodes:
            events = [getattr(node, name) for name in EVENTS if hasattr(node, name)]
            for event in (vtk.vtkCommand.ModifiedEvent, *dict.fromkeys(events)):
                self.addObserver(node, event, self._on_change)

    def close(self) -> None:
        """Observe no node any more."""
        self.follow(())

    def _on_change(self, caller: Any, event: Any) -> None:
        self._changed()
