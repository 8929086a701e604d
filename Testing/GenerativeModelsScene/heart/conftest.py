"""An analysed heart and answers of the shipped model, computed once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from GenerativeModelsLib.anatomy.run import run_case
from GenerativeModelsLib.heart.anatomy import HEART
from GenerativeModelsLib.heart.case import queries


@pytest.fixture(scope="session")
def a_folder(tmp_path_factory: pytest.TempPathFactory, sample_heart: Path) -> Path:
    """The sample heart, analysed by the shipped model. Not to be changed."""
    folder = tmp_path_factory.mktemp("heart") / "case"
    run_case(HEART, replace(HEART.sample(folder), device="cpu"))
    return folder


@pytest.fixture(scope="session")
def a_model():
    """The shipped model."""
    from GenerativeModelsLib.heart.infer.model import load_heart_model
    from GenerativeModelsLib.resources import default_bundle

    return load_heart_model(default_bundle("heart"))


@pytest.fixture(scope="session")
def answers(a_model) -> list[dict]:
    """Of `shape_at`, at two points of the top level."""
    return [queries.shape_at(a_model, point) for point in ([0.0, 0.0], [1.5, 0.0])]


@pytest.fixture(scope="session")
def a_difference(a_model) -> dict:
    """Of `difference`."""
    return queries.difference(a_model)


@pytest.fixture(scope="session")
def a_map(a_model) -> dict:
    """Of `latent_map`."""
    return queries.latent_map(a_model)


@pytest.fixture
def a_heart(a_scene, a_folder):
    """The nodes of the heart of `a_folder`, key "heart", titled Sample."""
    from GenerativeModelsScene.heart.show import show_heart

    return show_heart(a_scene, a_folder, key="heart", title="Sample")
