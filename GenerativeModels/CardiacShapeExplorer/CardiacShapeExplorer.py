"""Slicer module that analyses left ventricles and explores the latent space of their shapes.

Its parts are in CardiacShapeExplorerLib; parts shared with other modules are in GenerativeModelsDesktop.
"""

import sys
from pathlib import Path
from typing import Annotated, Union

import slicer
from slicer import (
    vtkMRMLLabelMapVolumeNode,
    vtkMRMLScalarVolumeNode,
    vtkMRMLSegmentationNode,
    vtkMRMLSequenceNode,
)
from slicer.i18n import tr as _
from slicer.i18n import translate
from slicer.parameterNodeWrapper import Choice, WithinRange, parameterNodeWrapper
from slicer.ScriptedLoadableModule import (
    ScriptedLoadableModule,
    ScriptedLoadableModuleLogic,
    ScriptedLoadableModuleTest,
)

# The packages GenerativeModels... are beside this file after installation, and one folder above it in a checkout.
if (_packages := str(Path(__file__).resolve().parents[1])) not in sys.path:
    sys.path.append(_packages)

from CardiacShapeExplorerLib.choices import Colouring, Phase, Surfaces
from CardiacShapeExplorerLib.module_tests import ModuleTests
from CardiacShapeExplorerLib.panel import Panel
from CardiacShapeExplorerLib.sample_case import load_sample

from GenerativeModelsDesktop.choices import Sex
from GenerativeModelsDesktop.help_text import tutorial_link
from GenerativeModelsDesktop.module_widget import ModuleWidget
from GenerativeModelsDesktop.switches import ColourRange
from GenerativeModelsLib.resources import sample_dir

LabelMap = Union[vtkMRMLSegmentationNode, vtkMRMLLabelMapVolumeNode, vtkMRMLScalarVolumeNode, None]  # noqa: UP007


class CardiacShapeExplorer(ScriptedLoadableModule):
    """Metadata for Slicer's module list."""

    def __init__(self, parent):
        ScriptedLoadableModule.__init__(self, parent)
        self.parent.title = _("Cardiac Shape Explorer")
        self.parent.categories = [translate("qSlicerAbstractCoreModule", "Cardiac")]
        self.parent.dependencies = []
        self.parent.contributors = [_("The GenerativeModels contributors")]
        self.parent.helpText = _(
            "Measures the left ventricle of segmentations at end diastole and end systole, or of a heart cycle, shows "
            "it coloured by wall thickness, and places it in a latent space of healthy and hypertrophic hearts that "
            "can be explored. Research use only. Sample data: module Sample Data, category GenerativeModels."
        )
        self.parent.helpText += f"<p>{tutorial_link(_('Tutorial'), 'hearts-in-3d-slicer')}</p>"
        self.parent.acknowledgementText = _(
            "Models: Ladder VAE, trained on a simulated population; see the card of the model bundle."
        )
        slicer.app.connect("startupCompleted()", registerSampleData)


def registerSampleData():
    """Register the sample heart in the module Sample Data; its file ships with the extension, no network is used."""
    import SampleData

    SampleData.SampleDataLogic.registerCustomSampleDataSource(
        category="GenerativeModels",
        sampleName="HeartCycle",
        thumbnailFileName=str(Path(__file__).resolve().parent / "Resources" / "Icons" / "CardiacShapeSample.png"),
        uris=[(sample_dir() / "heart_cine" / "labels.nii.gz").as_uri()],
        fileNames=["heart_cine.nii.gz"],
        nodeNames=["Heart cycle"],
        customDownloader=loadSampleData,
    )


def loadSampleData(source=None):
    """Load the sample heart; returns its sequence node in a list."""
    return [load_sample()["cine"]]


@parameterNodeWrapper
class CardiacShapeExplorerParameterNode:
    """Settings of the user; saved with the scene.

    ed, es - Labels at end diastole and end systole. Without None in their type the wrapper refuses it.
    cine - Labels over a heart cycle instead.
    edFrame, esFrame - Frames of the cine, -1 = those of the largest and the smallest cavity.
    sex, heightCm, weightKg - Of the patient; 0 = not given.
    force - Whether phases that look like two patients are analysed.
    realign - Whether slices are moved in their plane before measuring.
    seed - Seed of all random numbers.
    device - Device on which torch computes.
    modelFolder - Folder of a model bundle, empty = the bundled one.
    caseId, examinationDate, operatorName, institution - Identity of the case, as typed; empty = not given.
    reportLanguage - Language of the report; that of the application if it has a catalogue, else English.
    phase, surfaces, colouring, colourRange - What the 3D view shows.
    """

    ed: LabelMap
    es: LabelMap
    cine: Union[vtkMRMLSequenceNode, None]  # noqa: UP007
    edFrame: Annotated[int, WithinRange(-1, 9999)] = -1
    esFrame: Annotated[int, WithinRange(-1, 9999)] = -1
    sex: Sex = Sex.NOT_GIVEN
    heightCm: Annotated[float, WithinRange(0, 300)] = 0.0
    weightKg: Annotated[float, WithinRange(0, 400)] = 0.0
    force: bool = False
    realign: bool = False
    seed: Annotated[int, WithinRange(0, 2147483647)] = 0
    device: Annotated[str, Choice(["auto", "cpu", "cuda", "mps"])] = "auto"
    modelFolder: str = ""
    caseId: str = ""
    examinationDate: str = ""
    operatorName: str = ""
    institution: str = ""
    reportLanguage: Annotated[str, Choice(["application", "en", "de"])] = "application"
    phase: Phase = Phase.ED
    surfaces: Surfaces = Surfaces.PATIENT
    colouring: Colouring = Colouring.THICKNESS
    colourRange: ColourRange = ColourRange.FIT


class CardiacShapeExplorerWidget(ModuleWidget):
    """Connects the parameter node, the scene and the panel."""

    def makeLogic(self) -> "CardiacShapeExplorerLogic":
        """The logic of the module."""
        return CardiacShapeExplorerLogic()

    def makePanel(self, ui) -> Panel:
        """The panel of the module."""
        return Panel(ui)


class CardiacShapeExplorerLogic(ScriptedLoadableModuleLogic):
    """Analysis without the panel, for scripts and the Python console."""

    def getParameterNode(self) -> CardiacShapeExplorerParameterNode:
        """The typed parameter node of the scene."""
        return CardiacShapeExplorerParameterNode(super().getParameterNode())

    def process(self, ed=None, es=None, **options):
        """Analyse the heart of the given nodes and show it in the scene; blocks until it is done.

        Parameters
        ----------
        ed, es
            Segmentations or label maps at end diastole and end systole.
        **options
            Options of `GenerativeModelsScene.heart.console.analyse_heart`: `cine`, `structures`, `height_cm`, ...

        Returns
        -------
        HeartResult
            The nodes and the values.

        Raises
        ------
        InputError
            A node or a value cannot be used; the message names it and the reason.
        """
        from GenerativeModelsScene.heart.console import analyse_heart

        return analyse_heart(ed, es, **options)


class CardiacShapeExplorerTest(ModuleTests, ScriptedLoadableModuleTest):
    """The tests are in CardiacShapeExplorerLib.module_tests; each begins with an empty scene."""
