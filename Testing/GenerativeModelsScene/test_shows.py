"""Each anatomy is shown by its own function, or by that of all."""

from __future__ import annotations

import pytest

from GenerativeModelsLib.anatomy.registry import anatomy_names, register
from GenerativeModelsLib.skull.case.read import SkullCase
from GenerativeModelsScene import shows
from GenerativeModelsScene.nodes.case import CaseNodes
from GenerativeModelsScene.skull.case_nodes import SkullNodes
from Testing.helpers.sphere.files import a_sphere
from Testing.helpers.sphere.model import write_sphere_bundle


@pytest.fixture
def with_the_sphere(monkeypatch: pytest.MonkeyPatch) -> None:
    from GenerativeModelsLib.anatomy import registry

    monkeypatch.setattr(registry, "_PLACES", dict(registry._PLACES))
    register("sphere", "Testing.helpers.sphere.anatomy:SPHERE")


def test_the_skull_is_shown_with_all_that_it_has(a_scene, a_case: SkullCase) -> None:
    nodes = shows.show_case_folder("skull", a_case.folder, scene=a_scene, title="Head", key="case")
    assert isinstance(nodes, SkullNodes) and nodes.key == "case"
    assert nodes.model.GetName() == "Head skull" and set(nodes.planes) == set(a_case.planes)


def test_an_anatomy_without_a_function_of_its_own_is_shown_by_its_record(a_scene, with_the_sphere, tmp_path) -> None:
    folder = a_sphere(tmp_path / "Ball 7", write_sphere_bundle(tmp_path / "bundle")).request.output
    nodes = shows.show_case_folder("sphere", str(folder), scene=a_scene)
    assert isinstance(nodes, CaseNodes) and nodes.key == "Ball 7"
    assert nodes.models["sphere.vtp"].GetName() == "Ball 7 Sphere"
    again = shows.show_case_folder("sphere", folder, scene=a_scene)
    assert again.models["sphere.vtp"] is nodes.models["sphere.vtp"], "the same case again"


@pytest.mark.parametrize("anatomy", anatomy_names())
def test_every_anatomy_can_be_shown(anatomy: str) -> None:
    assert callable(shows.show_function(anatomy))


def test_an_anatomy_that_is_none_is_refused() -> None:
    with pytest.raises(KeyError, match="spleen"):
        shows.show_function("spleen")
    assert set(shows._PLACES) <= set(anatomy_names())
