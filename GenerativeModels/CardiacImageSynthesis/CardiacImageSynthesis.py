"""Slicer module that draws synthetic cine MR images of segmentations of the heart.

Its parts are in CardiacImageSynthesisLib; parts shared with other modules are in GenerativeModelsDesktop.
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

from CardiacImageSynthesisLib.choices import Method
from CardiacImageSynthesisLib.module_tests import ModuleTests
from CardiacImageSynthesisLib.panel import Panel
from CardiacImageSynthesisLib.sample_case import SAMPLE_FILE, load_sample

from GenerativeModelsDesktop.help_text import tutorial_link
from GenerativeModelsDesktop.module_widget import ModuleWidget

Labels = Union[  # noqa: UP007
    vtkMRMLSequenceNode, vtkMRMLSegmentationNode, vtkMRMLLabelMapVolumeNode, vtkMRMLScalarVolumeNode, None
]


class CardiacImageSynthesis(ScriptedLoadableModule):
    """Metadata for Slicer's module list."""

    def __init__(self, parent):
        ScriptedLoadableModule.__init__(self, parent)
        self.parent.title = _("Cardiac Image Synthesis")
        self.parent.categories = [translate("qSlicerAbstractCoreModule", "Cardiac")]
        self.parent.dependencies = []
        self.parent.contributors = [_("The GenerativeModels contributors")]
        self.parent.helpText = _(
            "Draws synthetic cine MR images of a segmentation of the heart, in the style of an image or in one that is "
            "drawn, on the grid of the segmentation. A slice can be previewed. Every image is named, described and "
            "exported as synthetic. Research use only. Sample data: module Sample Data, category GenerativeModels."
        )
        self.parent.helpText += f"<p>{tutorial_link(_('Tutorial'), 'synthetic-images-in-3d-slicer')}</p>"
        self.parent.acknowledgementText = _(
            "SynthSeg: Billot et al., Medical Image Analysis 2023. The networks are described in the documentation."
        )
        slicer.app.connect("startupCompleted()", registerSampleData)


def registerSampleData():
    """Register the sample in the module Sample Data; its file ships with the extension, no network is used."""
    import SampleData

    SampleData.SampleDataLogic.registerCustomSampleDataSource(
        category="GenerativeModels",
        sampleName="HeartLabels",
        thumbnailFileName=str(
            Path(__file__).resolve().parent / "Resources" / "Icons" / "CardiacImageSynthesisSample.png"
        ),
        uris=[SAMPLE_FILE.as_uri()],
        fileNames=["heart_labels.nii.gz"],
        nodeNames=["Heart labels"],
        customDownloader=loadSampleData,
    )


def loadSampleData(source=None):
    """Load the sample; returns its label map node in a list."""
    return [load_sample()["labels"]]


@parameterNodeWrapper
class CardiacImageSynthesisParameterNode:
    """Settings of the user; saved with the scene.

    labels - Segmentation, label map, or sequence of either. Without None in their type the wrapper refuses it.
    style - Volume whose grey values are taken.
    method - How images are drawn.
    count - Number of images.
    seed - Seed of all random numbers.
    device - Device on which torch computes.
    modelFolder - Folder of a model bundle, empty = the bundled ones.
    caseId, examinationDate, operatorName, institution - Identity of the case, as typed; empty = not given.
    reportLanguage - Language of the report; that of the application if it has a catalogue, else English.
    """

    labels: Labels
    style: Union[vtkMRMLScalarVolumeNode, None]  # noqa: UP007
    method: Method = Method.SYNTHSEG
    count: Annotated[int, WithinRange(1, 100)] = 1
    seed: Annotated[int, WithinRange(0, 2147483647)] = 0
    device: Annotated[str, Choice(["auto", "cpu", "cuda", "mps"])] = "auto"
    modelFolder: str = ""
    caseId: str = ""
    examinationDate: str = ""
    operatorName: str = ""
    institution: str = ""
    reportLanguage: Annotated[str, Choice(["application", "en", "de"])] = "application"


class CardiacImageSynthesisWidget(ModuleWidget):
    """Connects the parameter node, the scene and the panel."""

    def makeLogic(self) -> "CardiacImageSynthesisLogic":
        """The logic of the module."""
        return CardiacImageSynthesisLogic()

    def makePanel(self, ui) -> Panel:
        """The panel of the module."""
        return Panel(ui)


class CardiacImageSynthesisLogic(ScriptedLoadableModuleLogic):
    """Synthesis without the panel, for scripts and the Python console."""

    def getParameterNode(self) -> CardiacImageSynthesisParameterNode:
        """The typed parameter node of the scene."""
        return CardiacImageSynthesisParameterNode(super().getParameterNode())

    def process(self, labels, style=None, **options):
        """Draw synthetic images of the labels of a node and show them in the scene; blocks until it is done.

        Parameters
        ----------
        labels
            Segmentation, label map, or sequence of either.
        style
            Volume of cine MR whose grey values are taken; None = a style is drawn.
        **options
            Options of `GenerativeModelsScene.synthesis.console.synthesise_images`: `method`, `n`, `seed`, ...

        Returns
        -------
        SynthesisNodes
            The nodes and the values.

        Raises
        ------
        InputError
            A node or a value cannot be used; the message names it and the reason.
        """
        from GenerativeModelsScene.synthesis.console import synthesise_images

        return synthesise_images(labels, style, **options)


class CardiacImageSynthesisTest(ModuleTests, ScriptedLoadableModuleTest):
    """The tests are in CardiacImageSynthesisLib.module_tests; each begins with an empty scene."""
