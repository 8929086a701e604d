"""A scene on the real Slicer core, without Qt and without an application around it."""

from __future__ import annotations

import gc
import tempfile
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

slicer = pytest.importorskip("slicer", reason="the Slicer core (pip install slicer-core) is not here")

LOGICS = {
    "Colors": "vtkSlicerColorLogic",
    "Volumes": "vtkSlicerVolumesLogic",
    "Markups": "vtkSlicerMarkupsLogic",
    "Terminologies": "vtkSlicerTerminologiesModuleLogic",
    "Segmentations": "vtkSlicerSegmentationsModuleLogic",
    "SubjectHierarchy": "vtkSlicerSubjectHierarchyModuleLogic",
    "Data": "vtkSlicerDataModuleLogic",
}
"""Module logics by the name under which Slicer's own code looks them up; they also register their node classes."""


@pytest.fixture
def an_app() -> Iterator[slicer.vtkSlicerApplicationLogic]:
    """The application logic of a fresh scene with colours, segmentations, subject hierarchy and slice presets."""
    from vtkmodules.vtkCommonCore import vtkCollection, vtkObject

    scene = slicer.vtkMRMLScene()
    app = slicer.vtkSlicerApplicationLogic()
    logics = []  # the application logic keeps no reference that Python's garbage collector would respect
    vtkObject.GlobalWarningDisplayOff()  # the wheel brings no colour files, and says so at each start
    try:
        app.SetMRMLScene(scene)
        app.SetSliceLogics(vtkCollection())
        app.SetViewLogics(vtkCollection())
        for name, kind in LOGICS.items():
            logic = getattr(slicer, kind)()
            if name == "Terminologies" and (folder := _terminologies()):
                logic.SetModuleShareDirectory(folder)
            logic.SetMRMLApplicationLogic(app)
            logic.SetMRMLScene(scene)
            app.SetModuleLogic(name, logic)
            logics.append(logic)
    finally:
        vtkObject.GlobalWarningDisplayOn()
    slicer.vtkMRMLSliceNode.AddDefaultSliceOrientationPresets(scene, True)
    yield app
    scene.Clear(True)
    logics.clear()


@pytest.fixture
def a_scene(an_app) -> slicer.vtkMRMLScene:
    """An empty scene that knows every node class of the scene layer."""
    return an_app.GetMRMLScene()


@pytest.fixture
def a_slice_view(a_scene) -> slicer.vtkMRMLSliceNode:
    """The slice node of a red view, 400 x 300 pixels, axial."""
    node = a_scene.CreateNodeByClass("vtkMRMLSliceNode")  # with the scene's orientation presets
    node.UnRegister(None)
    node.SetName("Red")
    node.SetLayoutName("Red")
    node.SetSingletonTag("Red")
    node = a_scene.AddNode(node)
    node.SetOrientation("Axial")
    node.SetDimensions(400, 300, 1)
    return node


@pytest.fixture
def add_volume(a_scene) -> Callable[..., slicer.vtkMRMLScalarVolumeNode]:
    """Function (array (k, j, i[, components]), ijk_to_ras=identity, name="picture") -> volume node in the scene."""

    def add(array: np.ndarray, ijk_to_ras: np.ndarray | None = None, name: str = "picture"):
        import slicer.util
        from vtkmodules.vtkCommonMath import vtkMatrix4x4

        kind = "vtkMRMLVectorVolumeNode" if array.ndim == 4 else "vtkMRMLScalarVolumeNode"
        node = a_scene.AddNewNodeByClass(kind, name)
        slicer.util.updateVolumeFromArray(node, array)
        matrix = vtkMatrix4x4()
        matrix.DeepCopy(np.asarray(np.eye(4) if ijk_to_ras is None else ijk_to_ras, float).ravel())
        node.SetIJKToRASMatrix(matrix)
        return node

    return add


@pytest.fixture(scope="session")
def a_case(tmp_path_factory):
    """A finished case made by hand, read back; see `helpers.finished_cases`. Not to be changed."""
    from GenerativeModelsLib.skull.case.read import read_case
    from Testing.helpers.finished_cases import a_finished_case

    return read_case(a_finished_case(tmp_path_factory.mktemp("cases") / "head"))


@pytest.fixture
def shown(a_scene, a_case):
    """The nodes of `a_case` in `a_scene`, key "case", titled Head."""
    from GenerativeModelsScene.skull.show import show_case

    return show_case(a_scene, a_case, key="case", title="Head")


@pytest.fixture
def nothing_left(tmp_path, monkeypatch) -> Iterator[Path]:
    """The folder of temporary files; after the test it must be empty."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    yield tmp_path
    gc.collect()
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def ship(monkeypatch) -> Callable[[Path], None]:
    """Function (folder of a bundle): it takes the place of the shipped models."""
    from GenerativeModelsLib import resources
    from GenerativeModelsLib.anatomy import fingerprint

    def put(bundle: Path) -> None:
        for module in (resources, fingerprint):
            monkeypatch.setattr(module, "default_bundle", lambda name: bundle)

    return put


def _terminologies() -> str | None:
    """Folder of Slicer's own terminologies, which trame-slicer carries; None without it."""
    found = find_spec("trame_slicer")
    return str(Path(found.origin).parent / "resources" / "terminologies") if found and found.origin else None
