"""Slicer module that reconstructs the 3D skull of a fetus from one to three ultrasound planes.

Its parts are in FetalSkullReconstructionLib; parts shared with other modules are in GenerativeModelsDesktop.
"""

import sys
from pathlib import Path
from typing import Annotated, Union

import slicer
from slicer import vtkMRMLScalarVolumeNode, vtkMRMLVectorVolumeNode
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

from FetalSkullReconstructionLib.module_tests import ModuleTests
from FetalSkullReconstructionLib.panel import Panel
from FetalSkullReconstructionLib.sample_case import load_sample, sample_files
from FetalSkullReconstructionLib.typed_fields import GrowthChart

from GenerativeModelsDesktop.choices import Sex
from GenerativeModelsDesktop.help_text import tutorial_link
from GenerativeModelsDesktop.module_widget import ModuleWidget
from GenerativeModelsDesktop.switches import ColourRange


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
    sex - Of the fetus; kept with the result.
    chart - Growth chart of ages, z-scores and percentiles.
    imagine - Whether pictures of the planes that are not given are simulated from the reconstruction.
    samples - Number of draws for the uncertainty, 0 = the mean skull only.
    seed - Seed of all random numbers.
    device - Device on which torch computes.
    modelFolder - Folder of a model bundle, empty = the bundled one.
    caseId, examinationDate, operatorName, institution - Identity of the case, as typed; empty = not given.
    reportLanguage - Language of the report; that of the application if it has a catalogue, else English.
    onAxialImage - Whether the skull is placed on the axial image, if that image has a position.
    colourRange - Range of the colours: that of the case, or the same for every case.
    showPlanes, showOutlines - Whether the images and the outlines are shown in 3D.
    showLines - Whether lines of equal uncertainty are drawn on the skull.
    """

    axial: Union[vtkMRMLScalarVolumeNode, vtkMRMLVectorVolumeNode, None]  # noqa: UP007
    sagittal: Union[vtkMRMLScalarVolumeNode, vtkMRMLVectorVolumeNode, None]  # noqa: UP007
    coronal: Union[vtkMRMLScalarVolumeNode, vtkMRMLVectorVolumeNode, None]  # noqa: UP007
    gestationalAge: Annotated[float, WithinRange(0, 42)] = 0.0
    sex: Sex = Sex.NOT_GIVEN
    chart: GrowthChart = GrowthChart.INTERGROWTH
    imagine: bool = False
    samples: Annotated[int, WithinRange(0, 10000)] = 100
    seed: Annotated[int, WithinRange(0, 2147483647)] = 0
    device: Annotated[str, Choice(["auto", "cpu", "cuda", "mps"])] = "auto"
    modelFolder: str = ""
    caseId: str = ""
    examinationDate: str = ""
    operatorName: str = ""
    institution: str = ""
    reportLanguage: Annotated[str, Choice(["application", "en", "de"])] = "application"
    onAxialImage: bool = True
    colourRange: ColourRange = ColourRange.FIT
    showPlanes: bool = False
    showOutlines: bool = True
    showLines: bool = False


class FetalSkullReconstructionWidget(ModuleWidget):
    """Connects the parameter node, the scene and the panel."""

    def makeLogic(self) -> "FetalSkullReconstructionLogic":
        """The logic of the module."""
        return FetalSkullReconstructionLogic()

    def makePanel(self, ui) -> Panel:
        """The panel of the module."""
        return Panel(ui)


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
            Options of `GenerativeModelsScene.skull.console.reconstruct_skull`: `gestational_age_weeks`, `chart`,
            `samples`, `seed`, `device`, `model`, ...

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
