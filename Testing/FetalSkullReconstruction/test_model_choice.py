"""Which bundle the panel names; no Slicer needed."""

from __future__ import annotations

import shutil
from pathlib import Path
from types import ModuleType

import pytest

from GenerativeModelsLib.errors import InputError
from Testing.helpers.bundles import change_manifest, flipped
from Testing.helpers.extension_files import PACKAGES


@pytest.fixture
def model_choice(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(PACKAGES / "FetalSkullReconstruction")
    from FetalSkullReconstructionLib import model_choice

    return model_choice


@pytest.fixture
def folder(tiny_bundle: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny_bundle, tmp_path / "bundle"))


def test_a_bundle_is_named(model_choice: ModuleType, folder: Path) -> None:
    assert model_choice.model_title(str(folder)) == "tiny 0.1"
    assert model_choice.model_title(" ").endswith(" (bundled)")


@pytest.mark.parametrize("name", ["model.json", "SHA256SUMS"])
def test_a_changed_bundle_is_not_named(model_choice: ModuleType, folder: Path, name: str) -> None:
    with flipped(folder / name, 8 * 100), pytest.raises(InputError, match="choose another one") as caught:
        model_choice.model_title(str(folder))
    assert "--" not in str(caught.value)


def test_a_bundle_without_checksums_is_not_named(model_choice: ModuleType, folder: Path) -> None:
    (folder / "SHA256SUMS").unlink()
    with pytest.raises(InputError, match="`generative-models model seal DIR`"):
        model_choice.model_title(str(folder))


def test_a_description_without_a_name_is_refused(model_choice: ModuleType, folder: Path) -> None:
    change_manifest(folder, lambda c: c.pop("name"))
    with pytest.raises(InputError, match=r"model\.json cannot be read as the description"):
        model_choice.model_title(str(folder))
