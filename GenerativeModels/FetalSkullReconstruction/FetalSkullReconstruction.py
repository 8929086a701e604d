"""Slicer module that reconstructs the 3D skull of a fetus from one to three ultrasound planes.

Its parts are in FetalSkullReconstructionLib; parts shared with other modules are in GenerativeModelsDesktop.
"""

import sys
from pathlib import Path
from typing import Annotated, Union

import slicer
import vtk
from slicer import vtkMRMLScalarVolumeNode, vtkMRMLVectorVolumeNode
from slicer.i18n import tr as _
from slicer.i18n import translate
from slicer.parameterNodeWrapper import Choice, Default, FloatRange, RangeBounds, WithinRange, parameterNodeWrapper
from slicer.ScriptedLoadableModule import (
    ScriptedLoadableModule,
    ScriptedLoadableModuleLogic,
    ScriptedLoadableModuleTest,
    ScriptedLoadableModuleWidget,
)
from slicer.util import VTKObservationMixin

# The packages GenerativeModels... are beside this file after installation, and one folder above it in a checkout.
if (_packages := str(Path(__file__).resolve().parents[1])) not in sys.path:
    sys.path.append(_packages)

from FetalSkullReconstructionLib.module_tests import ModuleTests
from FetalSkullReconstructionLib.panel import Panel
from FetalSkullReconstructionLib.sample_case import load_sample, sample_files

from GenerativeModelsDesktop.chosen_nodes import AFTER_SELECTORS, ChosenNodes
from GenerativeModelsDesktop.help_text import tutorial_link


class FetalSkullReconstruction(ScriptedLoadableModule):
    """Metadata for Slicer's module list."""

    def __init__(self, parent):
        ScriptedLoadableModule.__init__(self, parent)
        self.parent.title = _("Fetal Skull Reconstruction")
        self.parent.categories = [translate("qSlicerAbstractCoreModule", "Ultrasound")]
        self.parent.dependencies = []
        self.parent.contributors = [_("The GenerativeModels contributors")]
        self.parent.helpText = _(
            "Reconstructs the outer surface of a fetal skull from one to three standard ultrasound planes, with the "
            "uncertainty of every point in mm, the biometry with its intervals and its place on the growth charts. "
            "Research use only. Sample data: module Sample Data, category GenerativeModels."
        )
        self.parent.helpText += f"<p>{tutorial_link(_('Tutorial'), 'in-3d-slicer')}</p>"
        self.parent.acknowledgementText = _(
            "Models: HiREC-CVAE, trained on a simulated population; see the card of the model bundle."
        )
        slicer.app.connect("startupCompleted()", registerSampleData)


def registerSampleData():
    """Register the sample case in the module Sample Data; its files ship with the extension, no network is used."""
    import SampleData

    files = sample_files()
    SampleData.SampleDataLogic.registerCustomSampleDataSource(
        category="GenerativeModels",
        sampleName="FetalHeadPlanes",
        thumbnailFileName=str(Path(__file__).resolve().parent / "Resources" / "Icons" / "FetalSkullSample.png"),
        uris=[Path(path).as_uri() for path in files.values()],
        fileNames=[f"fetal_head_{plane}.png" for plane in files],
        nodeNames=[f"Fetal head {plane}" for plane in files],
        # A PNG file has no spacing: the loader sets the spacing and the gestational age.
        customDownloader=loadSampleData,
    )


def loadSampleData(source=None):
    """Load the sample case with its spacing and gestational age; returns its volume nodes, axial first."""
    return list(load_sample().values())


@parameterNodeWrapper
class FetalSkullReconstructionParameterNode:
    """Settings of the user; saved with the scene.

    axial, sagittal, coronal - One-slice grey or colour volumes; the axial one is required. Without None in their type
        the wrapper refuses it.
    gestationalAge - Decimal weeks, 0 = not given.
    samples - Number of draws for the uncertainty, 0 = the mean skull only.
    seed - Seed of all random numbers.
    device - Device on which torch computes.
    modelFolder - Folder of a model bundle, empty = the bundled one.
    onAxialImage - Whether the skull is placed on the axial image, if that image has a position.
    uncertaintyRange - Range of the colours in mm.
    showPlanes, showOutlines - Whether the images and the outlines are shown in 3D.
    """

    axial: Union[vtkMRMLScalarVolumeNode, vtkMRMLVectorVolumeNode, None]  # noqa: UP007
    sagittal: Union[vtkMRMLScalarVolumeNode, vtkMRMLVectorVolumeNode, None]  # noqa: UP007
    coronal: Union[vtkMRMLScalarVolumeNode, vtkMRMLVectorVolumeNode, None]  # noqa: UP007
    gestationalAge: Annotated[float, WithinRange(0, 40)] = 0.0
    samples: Annotated[int, WithinRange(0, 10000)] = 100
    seed: Annotated[int, WithinRange(0, 2147483647)] = 0
    device: Annotated[str, Choice(["auto", "cpu", "cuda", "mps"])] = "auto"
    modelFolder: str = ""
    onAxialImage: bool = True
    uncertaintyRange: Annotated[FloatRange, RangeBounds(0, 10), Default(FloatRange(0, 4))]
    showPlanes: bool = False
    showOutlines: bool = True


class FetalSkullReconstructionWidget(ScriptedLoadableModuleWidget, VTKObservationMixin):
    """Connects the parameter node, the scene and the panel."""

    def __init__(self, parent=None) -> None:
        ScriptedLoadableModuleWidget.__init__(self, parent)
        VTKObservationMixin.__init__(self)
        self.logic = None
        self.panel = None
        self.chosen = None
        self._parameterNode = None
        self._parameterNodeGuiTag = None

    def setup(self) -> None:
        """Build the panel; nothing is installed, started or downloaded."""
        ScriptedLoadableModuleWidget.setup(self)
        uiWidget = slicer.util.loadUI(self.resourcePath("UI/FetalSkullReconstruction.ui"))
        self.layout.addWidget(uiWidget)
        self.ui = slicer.util.childWidgetVariables(uiWidget)
        uiWidget.setMRMLScene(slicer.mrmlScene)
        self.logic = FetalSkullReconstructionLogic()
        self.panel = Panel(self.ui)
        scene = slicer.mrmlScene
        self.addObserver(scene, scene.StartCloseEvent, self.onSceneStartClose)
        self.addObserver(scene, scene.EndCloseEvent, self.onSceneEndClose)
        selectors = {plane: getattr(self.ui, f"{plane}Selector") for plane in self.panel.rows}
        self.chosen = ChosenNodes(scene, selectors, also=("gestationalAge",))
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
        own = ("FetalSkullReconstructionLib", "GenerativeModelsDesktop", "GenerativeModelsScene")
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
        """Keep the chosen images, since the selectors lose them at the end of the import."""
        self.chosen.keep(self._parameterNode)
        self._disconnectGui()

    def onSceneEndImport(self, caller, event) -> None:
        """Show the chosen images again, or those of the imported scene if none was chosen."""
        self.panel.on_scene_loaded()
        self.chosen.restore(self._parameterNode)
        if self.parent.isEntered:
            self.initializeParameterNode()

    def initializeParameterNode(self) -> None:
        """Connect the panel to the parameter node of the scene."""
        self.setParameterNode(self.logic.getParameterNode())

    def setParameterNode(self, inputParameterNode: FetalSkullReconstructionParameterNode | None) -> None:
        """Connect the panel to the parameter node; None leaves it unconnected."""
        self._disconnectGui()
        self._parameterNode = inputParameterNode
        self.panel.parameters = inputParameterNode
        if inputParameterNode is not None:
            self._parameterNodeGuiTag = inputParameterNode.connectGui(self.ui)
            self.addObserver(inputParameterNode, vtk.vtkCommand.ModifiedEvent, self._checkCanApply)
        self.panel.preselect()
        self._checkCanApply()

    def _disconnectGui(self) -> None:
        if self._parameterNode is not None and self._parameterNodeGuiTag is not None:
            self._parameterNode.disconnectGui(self._parameterNodeGuiTag)
            self.removeObserver(self._parameterNode, vtk.vtkCommand.ModifiedEvent, self._checkCanApply)
        self._parameterNodeGuiTag = None

    def _checkCanApply(self, caller=None, event=None) -> None:
        self.panel.refresh()


class FetalSkullReconstructionLogic(ScriptedLoadableModuleLogic):
    """Reconstruction without the panel, for scripts and the Python console."""

    def getParameterNode(self) -> FetalSkullReconstructionParameterNode:
        """The typed parameter node of the scene."""
        return FetalSkullReconstructionParameterNode(super().getParameterNode())

    def loadSample(self) -> dict[str, vtkMRMLScalarVolumeNode]:
        """Load the sample case; returns the volumes by plane."""
        return load_sample()

    def process(self, axial, sagittal=None, coronal=None, **options):
        """Reconstruct the skull of the given volumes and show it in the scene; blocks until it is done.

        Parameters
        ----------
        axial, sagittal, coronal
            Grey or colour volume nodes of one slice each, with their true spacing; the axial one is required.
        **options
            Options of `GenerativeModelsScene.skull.console.reconstruct_skull`: `gestational_age_weeks`, `samples`,
            `seed`, `device`, `model`, ...

        Returns
        -------
        SkullResult
            The nodes and the values.

        Raises
        ------
        InputError
            A volume or a value cannot be used; the message names it and the reason.
        """
        from GenerativeModelsScene.skull.console import reconstruct_skull

        return reconstruct_skull(axial, sagittal, coronal, **options)


class FetalSkullReconstructionTest(ModuleTests, ScriptedLoadableModuleTest):
    """The tests are in FetalSkullReconstructionLib.module_tests; each begins with an empty scene."""

    def setUp(self):
        """Begin with an empty scene."""
        slicer.mrmlScene.Clear(0)
        self.openModule()

    def runTest(self):
        """Run every test, also after a failed one."""
        self.run_every_test()
