"""Base of the widget class of a module: connects parameter node, scene and panel."""

from __future__ import annotations

import sys
from typing import Any

import qt
import slicer
import vtk
from slicer.ScriptedLoadableModule import ScriptedLoadableModuleWidget
from slicer.util import VTKObservationMixin

from GenerativeModelsDesktop.chosen_nodes import AFTER_SELECTORS, ChosenNodes

__all__ = ["ModuleWidget"]


class ModuleWidget(ScriptedLoadableModuleWidget, VTKObservationMixin):
    """Widget of a module whose panel is a `CasePanel`.

    A subclass defines `makeLogic` and `makePanel`. The .ui file has the name of the module, and a selector
    `<field>Selector` for each of the panel's `node_fields`.
    """

    def __init__(self, parent=None) -> None:
        ScriptedLoadableModuleWidget.__init__(self, parent)
        VTKObservationMixin.__init__(self)
        self.logic = None
        self.panel = None
        self.chosen = None
        self._parameterNode = None
        self._parameterNodeGuiTag = None

    def makeLogic(self) -> Any:
        """The logic of the module; its `getParameterNode` returns the typed parameter node."""
        raise NotImplementedError

    def makePanel(self, ui: Any) -> Any:
        """The panel of the module, on the widgets of its .ui file."""
        raise NotImplementedError

    def setup(self) -> None:
        """Build the panel; nothing is installed, started or downloaded."""
        ScriptedLoadableModuleWidget.setup(self)
        uiWidget = slicer.util.loadUI(self.resourcePath(f"UI/{self.moduleName}.ui"))
        self.layout.addWidget(uiWidget)
        self.ui = slicer.util.childWidgetVariables(uiWidget)
        uiWidget.setMRMLScene(slicer.mrmlScene)
        self.logic = self.makeLogic()
        self.panel = self.makePanel(self.ui)
        scene = slicer.mrmlScene
        self.addObserver(scene, scene.StartCloseEvent, self.onSceneStartClose)
        self.addObserver(scene, scene.EndCloseEvent, self.onSceneEndClose)
        selectors = {field: getattr(self.ui, f"{field}Selector") for field in self.panel.node_fields}
        self.chosen = ChosenNodes(scene, selectors, also=self.panel.kept_fields)
        self.addObserver(scene, scene.StartImportEvent, self.onSceneStartImport)
        self.addObserver(scene, scene.EndImportEvent, self.onSceneEndImport, priority=AFTER_SELECTORS)
        self.addObserver(scene, scene.NodeAddedEvent, self.panel.on_node_added)
        self.addObserver(scene, scene.NodeRemovedEvent, self.panel.on_nodes_changed)
        self.initializeParameterNode()

    def cleanup(self) -> None:
        """End the worker process; called when Slicer closes and when the module is reloaded."""
        self.setParameterNode(None)
        self.removeObservers()
        self.chosen.close()
        self.panel.close()

    def enter(self) -> None:
        """Connect the panel to the scene, and start the worker if all packages are installed."""
        self.initializeParameterNode()
        self.panel.enter()

    def exit(self) -> None:
        """Disconnect the panel from the scene; a run continues."""
        self._disconnectGui()
        self.panel.leave()

    def onReload(self) -> None:
        """Reload this module with its package, the shared desktop parts and the scene layer."""
        own = (f"{self.moduleName}Lib", "GenerativeModelsDesktop", "GenerativeModelsScene")
        for name in [name for name in sys.modules if name.split(".")[0] in own]:
            del sys.modules[name]
        ScriptedLoadableModuleWidget.onReload(self)

    def onSceneStartClose(self, caller, event) -> None:
        """End the run, which belongs to the scene that closes."""
        self.panel.cancel()
        self.setParameterNode(None)

    def onSceneEndClose(self, caller, event) -> None:
        """Initialise the parameter node of the new scene if the module is shown."""
        if self.parent.isEntered:
            self.initializeParameterNode()

    def onSceneStartImport(self, caller, event) -> None:
        """Keep the chosen nodes, since the selectors lose them at the end of the import."""
        self.chosen.keep(self._parameterNode)
        self._disconnectGui()

    def onSceneEndImport(self, caller, event) -> None:
        """Show the chosen nodes again, or those of the imported scene if none was chosen."""
        self.panel.on_scene_loaded()
        self.chosen.restore(self._parameterNode)
        if self.parent.isEntered:
            self.initializeParameterNode()

    def initializeParameterNode(self) -> None:
        """Connect the panel to the parameter node of the scene."""
        self.setParameterNode(self.logic.getParameterNode())

    def setParameterNode(self, inputParameterNode: Any) -> None:
        """Connect the panel to the parameter node; None leaves it unconnected."""
        self._disconnectGui()
        self._parameterNode = inputParameterNode
        self.panel.parameters = inputParameterNode
        if inputParameterNode is not None:
            self._connectGui()
            self.addObserver(inputParameterNode, vtk.vtkCommand.ModifiedEvent, self._checkCanApply)
        self.panel.preselect()
        self._checkCanApply()

    def _connectGui(self) -> None:
        """Connect the widgets; a combo box emits its choice only if it differs from the one before.

        Slicer fills the combo boxes anew, which would emit the first choice and undo what the user did by hand.
        """
        boxes = [box for box in vars(self.ui).values() if type(box) is qt.QComboBox]
        before = [box.currentIndex for box in boxes]
        for box in boxes:
            box.blockSignals(True)
        self._parameterNodeGuiTag = self._parameterNode.connectGui(self.ui)
        for box, index in zip(boxes, before):
            chosen = box.currentIndex
            box.currentIndex = index
            box.blockSignals(False)
            box.currentIndex = chosen

    def _disconnectGui(self) -> None:
        if self._parameterNode is not None and self._parameterNodeGuiTag is not None:
            self._parameterNode.disconnectGui(self._parameterNodeGuiTag)
            self.removeObserver(self._parameterNode, vtk.vtkCommand.ModifiedEvent, self._checkCanApply)
        self._parameterNodeGuiTag = None

    def _checkCanApply(self, caller=None, event=None) -> None:
        self.panel.refresh()
