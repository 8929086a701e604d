from pathlib import Path

import pytest

from GenerativeModelsLib import resources
from GenerativeModelsLib.errors import InputError


def test_a_checkout_finds_its_own_resources(repo_root: Path) -> None:
    assert resources.models_dir() == repo_root / "Resources" / "Models"
    assert resources.sample_dir() == repo_root / "Resources" / "SampleData"


def test_the_package_folder_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for place in ("package", "checkout"):
        (tmp_path / place / "Models" / "skull").mkdir(parents=True)
        (tmp_path / place / "Models" / "skull" / "model.json").write_text("{}")
    monkeypatch.setattr(resources, "_PLACES", (tmp_path / "package", tmp_path / "checkout"))
    assert resources.default_bundle("skull") == tmp_path / "package" / "Models" / "skull"


def test_shipped_bundles_are_folders_with_a_manifest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resources, "_PLACES", (tmp_path,))
    assert resources.shipped_bundles() == ()
    for name in ("skull", "heart", "notes"):
        (tmp_path / "Models" / name).mkdir(parents=True)
        (tmp_path / "Models" / name / ("README.md" if name == "notes" else "model.json")).touch()
    assert resources.shipped_bundles() == ("heart", "skull")
    assert resources.bundle_at(Path("skull")) == tmp_path / "Models" / "skull"
    with pytest.raises(InputError, match=r"no model bundle notes: .* shipped one \(heart, skull\)"):
        resources.bundle_at(Path("notes"))


def test_missing_resources_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resources, "_PLACES", (tmp_path / "a", tmp_path / "b"))
    with pytest.raises(InputError, match=r"Resources/Models .* is missing .* reinstall"):
        resources.models_dir()


def test_a_missing_bundle_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "Models").mkdir()
    monkeypatch.setattr(resources, "_PLACES", (tmp_path,))
    with pytest.raises(InputError, match=r"no model bundle 'skull'.*that you trained as model"):
        resources.default_bundle("skull")
