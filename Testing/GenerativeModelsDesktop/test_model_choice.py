"""Model bundle in the panel; no Slicer needed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from GenerativeModelsDesktop.model_choice import chosen_model, model_title
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.resources import default_bundle
from Testing.helpers.bundles import change_manifest, flipped


@pytest.fixture
def folder(tiny_bundle: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny_bundle, tmp_path / "bundle"))


def title(folder: Path) -> str:
    """Title shown by the skull module."""
    return model_title(str(folder), "skull")


def test_a_bundle_is_named(folder: Path) -> None:
    assert title(folder) == "tiny 0.1"


@pytest.mark.parametrize("name", ["skull", "heart"])
def test_without_a_choice_it_is_the_shipped_bundle_of_the_module(name: str) -> None:
    shipped = model_title(str(default_bundle(name)), name)
    assert chosen_model(" ") is None
    assert model_title(" ", name) == f"{shipped} (bundled)"


def test_a_folder_without_a_bundle_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is no model bundle"):
        chosen_model(str(tmp_path))


@pytest.mark.parametrize("name", ["model.json", "SHA256SUMS"])
def test_a_changed_bundle_is_refused_in_the_words_of_the_window(folder: Path, name: str) -> None:
    with flipped(folder / name, 8 * 100), pytest.raises(InputError, match=r"give another one as the model folder\.$"):
        title(folder)


def test_a_bundle_without_checksums_is_not_named(folder: Path) -> None:
    (folder / "SHA256SUMS").unlink()
    with pytest.raises(InputError, match="`generative-models model seal DIR`"):
        title(folder)


def test_a_description_without_a_name_is_refused(folder: Path) -> None:
    change_manifest(folder, lambda c: c.pop("name"))
    with pytest.raises(InputError, match=r"model\.json cannot be read as the description"):
        title(folder)
