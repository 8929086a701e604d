"""The package can be imported anywhere, and has what it promises."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import GenerativeModelsScene

PACKAGES = ("torch", "skimage", "pydantic", "safetensors", "zuko", "jinja2", "matplotlib", "pydicom", "qt", "trame")
"""What a Slicer may not have, or what this layer must not know."""


@pytest.mark.parametrize("name", GenerativeModelsScene.__all__)
def test_what_is_promised_is_there(name: str) -> None:
    assert getattr(GenerativeModelsScene, name).__module__.startswith("GenerativeModelsScene.")
    assert name in dir(GenerativeModelsScene)


def test_what_is_not_promised_is_not_there() -> None:
    with pytest.raises(AttributeError, match="no attribute 'reconstruct_heart'"):
        _ = GenerativeModelsScene.reconstruct_heart


def test_all_of_it_imports_without_the_packages_of_the_backend(repo_root: Path) -> None:
    program = f"""
import sys
for name in {PACKAGES!r}:
    sys.modules[name] = None
import GenerativeModelsScene
for name in GenerativeModelsScene.__all__:
    getattr(GenerativeModelsScene, name)
"""
    path = str(repo_root / "GenerativeModels")
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {path!r})\n{program}"], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("path", sorted(Path(GenerativeModelsScene.__file__).parent.glob("*.py")), ids=lambda p: p.stem)
def test_no_file_knows_qt_or_an_application(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for word in ("slicer.app", "import qt", "import ctk", "slicer.modules"):
        assert word not in text
    assert "slicer.mrmlScene" not in text or path.stem == "console"
