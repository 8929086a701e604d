"""Imagined planes in a scene: named as such, in their own folder, gone with a run without them, and saved."""

from __future__ import annotations

import numpy as np
import pytest
import slicer

from GenerativeModelsLib.skull.case.imagined_files import FOLDER
from GenerativeModelsLib.skull.case.read import SkullCase, read_case
from GenerativeModelsLib.skull.planes.pictures import IMAGINED
from GenerativeModelsScene.nodes.geometry import ijk_to_ras
from GenerativeModelsScene.nodes.store import nodes_of_case
from GenerativeModelsScene.nodes.volumes import voxels
from GenerativeModelsScene.skull.case_nodes import SkullNodes
from GenerativeModelsScene.skull.save import save_case
from GenerativeModelsScene.skull.show import show_case
from GenerativeModelsScene.skull.views import look_at_case
from Testing.helpers.finished_cases import a_finished_case


@pytest.fixture(scope="module")
def an_imagined_case(tmp_path_factory) -> SkullCase:
    """The sagittal plane of a case is imagined."""
    folder = tmp_path_factory.mktemp("cases") / "head"
    return read_case(a_finished_case(folder, planes=("axial", "coronal"), imagined=("sagittal",)))


@pytest.fixture
def nodes(a_scene, an_imagined_case) -> SkullNodes:
    return show_case(a_scene, an_imagined_case, key="case", title="Head")


def test_pictures_are_volumes_that_say_they_are_imagined(nodes, an_imagined_case) -> None:
    assert list(nodes.imagined) == ["sagittal.000", "sagittal.mean", "sagittal.spread"]
    assert "sagittal" not in nodes.planes
    for name, node in nodes.imagined.items():
        assert node.GetName().startswith("Head imagined sagittal plane") and node.GetDescription() == IMAGINED
        assert node.GetParentTransformNode() is nodes.placement
        np.testing.assert_array_equal(voxels(node)[0], an_imagined_case.imagined["sagittal"].pictures[name[9:]])
    assert len({node.GetName() for node in nodes.imagined.values()}) == 3


def test_they_lie_in_the_standard_plane(nodes) -> None:
    to_ras = ijk_to_ras(nodes.imagined["sagittal.mean"])
    np.testing.assert_allclose((to_ras @ [19.5, 14.5, 0, 1])[:3], 0.0, atol=1e-9)
    np.testing.assert_allclose(to_ras[:3, 0], [0, -3, 0], atol=1e-9, err_msg="the face is on the left")


def test_a_run_without_them_takes_them_away(nodes, a_scene, tmp_path) -> None:
    plain = read_case(a_finished_case(tmp_path / "plain", planes=("axial", "coronal")))
    again = show_case(a_scene, plain, key="case", title="Head")
    assert again.imagined == {} and plain.imagined == {}
    assert not any("imagined" in node.GetName() for node in nodes_of_case(a_scene, "case"))


def test_saved_pictures_are_those_of_the_case(nodes, a_scene, an_imagined_case, tmp_path) -> None:
    save_case(a_scene, nodes, tmp_path / "saved")
    for path in (an_imagined_case.folder / FOLDER).iterdir():
        assert (tmp_path / "saved" / FOLDER / path.name).read_bytes() == path.read_bytes()
    assert list(read_case(tmp_path / "saved").imagined) == ["sagittal"]


def test_the_view_of_the_plane_shows_the_mean_alone(nodes, a_scene) -> None:
    found = []
    for kind in ("vtkMRMLSliceNode", "vtkMRMLSliceCompositeNode"):
        node = a_scene.CreateNodeByClass(kind)
        node.UnRegister(None)
        node.SetSingletonTag("Yellow")
        node.SetLayoutName("Yellow")
        found.append(a_scene.AddNode(node))
    a_scene.RegisterNodeClass(slicer.vtkMRMLLayoutNode())
    view, composite = found
    view.SetDimensions(400, 300, 1)
    view.SetSliceVisible(True)
    list(look_at_case(a_scene, nodes))
    assert composite.GetBackgroundVolumeID() == nodes.imagined["sagittal.mean"].GetID()
    assert not view.GetSliceVisible(), "not among the pictures in 3D"
