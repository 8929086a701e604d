"""Keeps the choices of a panel's node selectors when nodes are removed and when a scene is imported.

Slicer's selector takes the next node when the chosen one is removed, and none when a scene is imported; a connected
parameter node follows it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import vtk
from slicer.util import VTKObservationMixin

__all__ = ["AFTER_SELECTORS", "ChosenNodes"]

AFTER_SELECTORS = -20.0
"""Priority of an observer of the scene that is called after those of the selectors."""


class ChosenNodes(VTKObservationMixin):
    """The chosen nodes of a module. A removed node leaves its selector empty.

    The module widget calls `keep` at the scene's StartImportEvent and disconnects the panel from the parameter node. At
    EndImportEvent, observed with the priority `AFTER_SELECTORS`, it calls `restore` and connects the panel again.

    Parameters
    ----------
    scene
        Scene of the nodes.
    selectors
        Node selectors of the panel, by the name of their parameter.
    also
        Names of other parameters that belong to the chosen nodes.
    """

    def __init__(self, scene: Any, selectors: Mapping[str, Any], also: Sequence[str] = ()):
        VTKObservationMixin.__init__(self)
        self._selectors = dict(selectors)
        self._names = (*self._selectors, *also)
        self._kept: dict[str, Any] = {}
        self.addObserver(scene, scene.NodeAboutToBeRemovedEvent, self._removed)

    def keep(self, parameters: Any) -> None:
        """Remember the values of the parameter node, if a node is chosen; None forgets them."""
        values = {name: getattr(parameters, name) for name in self._names} if parameters is not None else {}
        self._kept = values if any(values.get(name) is not None for name in self._selectors) else {}

    def restore(self, parameters: Any) -> None:
        """Write the remembered values into the parameter node; without any, those of the imported scene stay."""
        kept, self._kept = self._kept, {}
        if parameters is None:
            return
        for name, value in kept.items():
            lost = name in self._selectors and value is not None and value.GetScene() is None
            setattr(parameters, name, None if lost else value)

    def close(self) -> None:
        """Remove the observer."""
        self.removeObservers()

    @vtk.calldata_type(vtk.VTK_OBJECT)
    def _removed(self, caller: Any, event: Any, node: Any) -> None:
        """Empty the selectors of the node before they choose another one."""
        for selector in self._selectors.values():
            if selector.currentNode() is node:
                selector.setCurrentNode(None)
