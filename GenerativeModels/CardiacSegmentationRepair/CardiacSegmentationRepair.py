"""Slicer module that checks and repairs segmentations of the heart, slice by slice and frame by frame.

Its parts are in CardiacSegmentationRepairLib; parts shared with other modules are in GenerativeModelsDesktop.
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

from CardiacSegmentationRepairLib.choices import View
from CardiacSegmentationRepairLib.module_tests import ModuleTests
from CardiacSegmentationRepairLib.panel import Panel
from CardiacSegmentationRepairLib.sample_case import SAMPLE_FILE, load_sample

from GenerativeModelsDesktop.help_text import tutorial_link
from GenerativeModelsDesktop.module_widget import ModuleWidget

Labels = Union[  # noqa: UP007
    vtkMRMLSequenceNode, vtkMRMLSegmentationNode, vtkMRMLLabelMapVolumeNode, vtkMRMLScalarVolumeNode, None
]


class CardiacSegmentationRepair(ScriptedLoadableModule):
    """Metadata for Slicer's module list."""

    def __init__(self, parent):
        ScriptedLoadableModule.__init__(self, parent)
        self.parent.title = _("Cardiac Segmentation Repair")
        self.parent.categories = [translate("qSlicerAbstractCoreModule", "Cardiac")]
        self.parent.dependencies = []
        self.parent.contributors = [_("The GenerativeModels contributors")]
        self.parent.helpText = _(
            "Checks segmentations of the heart, from any program: every slice, the slices beside each other and the "
            "frames over time, by rules in mm. Shows which slices of which frames break a rule, says why, and leads to "
            "the place. Repairs by small changes, by a network of valid label maps, and from the frames and slices "
            "around: valid slices stay as they were, every change is listed and can be undone by frame. Research use "
            "only. Sample data: module Sample Data, category GenerativeModels."
        )
        self.parent.helpText += f"<p>{tutorial_link(_('Tutorial'), 'segmentations-in-3d-slicer')}</p>"
        self.parent.acknowledgementText = _(
            "The rules follow Painchaud et al., IEEE Transactions on Medical Imaging 2020; they are in mm here."
        )
        slicer.app.connect("startupCompleted()", registerSampleData)


def registerSampleData():
    """Register the sample in the module Sample Data; it is made of a file that ships with the extension."""
    import SampleData

    SampleData.SampleDataLogic.registerCustomSampleDataSource(
        category="GenerativeModels",
        sampleName="FaultyHeartCycle",
        thumbnailFileName=str(
            Path(__file__).resolve().parent / "Resources" / "Icons" / "CardiacSegmentationSample.png"
        ),
        uris=[SAMPLE_FILE.as_uri()],
        fileNames=["heart_cycle_with_faults.nii.gz"],
        nodeNames=["Heart cycle with faults"],
        customDownloader=loadSampleData,
    )


def loadSampleData(source=None):
    """Load the sample; returns its sequence node in a list."""
    return [load_sample()["labels"]]


@parameterNodeWrapper
class CardiacSegmentationRepairParameterNode:
    """Settings of the user; saved with the scene.

    labels - Segmentation, label map, or sequence of either. Without None in their type the wrapper refuses it.
    view - View of the slices.
    frameIntervalMs - Time from one frame to the next, 0 = that of the sequence's index.
    mostChange - Largest change of a slice by a repair, in percent of its labelled area.
    useNetwork - Whether the label network takes part in a repair.
    caseId, examinationDate, operatorName, institution - Identity of the case, as typed; empty = not given.
    reportLanguage - Language of the report; that of the application if it has a catalogue, else English.
    """

    labels: Labels
    view: View = View.SHORT_AXIS
    frameIntervalMs: Annotated[float, WithinRange(0, 250)] = 0.0
    mostChange: Annotated[float, WithinRange(1, 100)] = 50.0
    useNetwork: bool = True
    caseId: str = ""
    examinationDate: str = ""
    operatorName: str = ""
    institution: str = ""
    reportLanguage: Annotated[str, Choice(["application", "en", "de"])] = "application"


class CardiacSegmentationRepairWidget(ModuleWidget):
    """Connects the parameter node, the scene and the panel."""

    def makeLogic(self) -> "CardiacSegmentationRepairLogic":
        """The logic of the module."""
        return CardiacSegmentationRepairLogic()

    def makePanel(self, ui) -> Panel:
        """The panel of the module."""
        return Panel(ui)


class CardiacSegmentationRepairLogic(ScriptedLoadableModuleLogic):
    """Check without the panel, for scripts and the Python console."""

    def getParameterNode(self) -> CardiacSegmentationRepairParameterNode:
        """The typed parameter node of the scene."""
        return CardiacSegmentationRepairParameterNode(super().getParameterNode())

    def process(self, labels, **options):
        """Check the labels of a node and show what is found in the scene; blocks until it is done.

        Parameters
        ----------
        labels
            Segmentation, label map, or sequence of either.
        **options
            Options of `GenerativeModelsScene.segmentation.console.check_segmentation`: `view`, `structures`, ...

        Returns
        -------
        CheckNodes
            The nodes and the values.

        Raises
        ------
        InputError
            The node or a value cannot be used; the message names it and the reason.
        """
        from GenerativeModelsScene.segmentation.console import check_segmentation

        return check_segmentation(labels, **options)


class CardiacSegmentationRepairTest(ModuleTests, ScriptedLoadableModuleTest):
    """The tests are in CardiacSegmentationRepairLib.module_tests; each begins with an empty scene."""
