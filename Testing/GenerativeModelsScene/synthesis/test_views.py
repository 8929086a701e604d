"""Slice views of images."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from GenerativeModelsLib.synthesis.images.queries import preview
from GenerativeModelsScene.nodes.geometry import ijk_to_ras, matrix_array
from GenerativeModelsScene.nodes.store import add_node
from GenerativeModelsScene.synthesis.show import show_preview
from GenerativeModelsScene.synthesis.views import look_at_image, look_at_preview, place_on_show


@pytest.fixture
def views(a_scene) -> dict[str, SimpleNamespace]:
    found = {}
    for name in ("Red", "Yellow", "Green"):
        pair = [add_node(a_scene, kind, name) for kind in ("vtkMRMLSliceNode", "vtkMRMLSliceCompositeNode")]
        for node in pair:
            node.SetLayoutName(name)
        pair[0].SetDimensions(400, 300, 1)
        found[name] = SimpleNamespace(view=pair[0], layers=pair[1])
    return found


def test_the_image_lies_behind_the_outlines_of_its_labels(a_scene, views, nodes, labels_node) -> None:
    steps = list(look_at_image(a_scene, nodes, labels_node, 1))
    assert len(steps) == 4
    for each in views.values():
        assert each.layers.GetBackgroundVolumeID() == nodes.images[1].GetID()
        assert each.layers.GetLabelVolumeID() == labels_node.GetID() and each.view.GetUseLabelOutline()
    normal = matrix_array(views["Red"].view.GetSliceToRAS())[:3, 2]
    across = ijk_to_ras(nodes.images[1])[:3, 2]
    assert abs(normal @ across) == pytest.approx(np.linalg.norm(across))
    x, y, z = place_on_show(a_scene)
    index = np.linalg.solve(ijk_to_ras(nodes.images[1]), [-x, -y, z, 1])[2]
    assert index == pytest.approx(round(index), abs=1e-6), "a slice, not between two"


def test_an_image_that_was_deleted_changes_no_view(a_scene, views, nodes, labels_node) -> None:
    assert list(look_at_image(a_scene, nodes, labels_node, 7)) == []
    assert views["Red"].layers.GetBackgroundVolumeID() is None


def test_a_preview_is_shown_in_the_view_of_the_slices_alone(a_scene, views, labels_node, files) -> None:
    answer = preview(None, files.labels)
    node = show_preview(a_scene, answer, key=labels_node.GetID(), title="Heart", method="synthseg", seed=0)
    look_at_preview(a_scene, node, labels_node)
    assert views["Red"].layers.GetBackgroundVolumeID() == node.GetID()
    assert views["Green"].layers.GetBackgroundVolumeID() is None
    place = place_on_show(a_scene)
    again = preview(None, files.labels, at_lps=place)
    assert again["slice"] == answer["slice"]


def test_without_views_there_is_no_place(a_scene) -> None:
    assert place_on_show(a_scene) is None
