"""Which applications there are, and that what serves them knows none."""

from __future__ import annotations

import ast
from importlib import import_module
from pathlib import Path

import pytest

import GenerativeModelsWeb
from GenerativeModelsLib.anatomy.registry import anatomy_names
from GenerativeModelsWeb import applications as module
from GenerativeModelsWeb.applications import Application, applications, register

PACKAGE = Path(GenerativeModelsWeb.__file__).parent
SHARED = sorted([*PACKAGE.glob("server/*.py"), *PACKAGE.glob("parts/*.py")])
OF_ANATOMIES = {f"GenerativeModels{package}.{name}" for package in ("Lib", "Scene", "Web") for name in anatomy_names()}


@pytest.mark.parametrize("name", applications())
def test_a_registered_application_is_there_and_says_what_it_is(name: str) -> None:
    pytest.importorskip("trame")
    pytest.importorskip("trame_slicer")
    one = applications()[name]
    assert one.title and one.about.endswith(".")
    place, made = one.place.split(":")
    assert callable(getattr(import_module(place), made).close)


def test_one_more_is_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_APPLICATIONS", dict(module._APPLICATIONS))
    before = applications()
    register("other-2", Application("Other", "Another one.", "module:Class"))
    assert [*applications()] == [*before, "other-2"] and applications()["other-2"].title == "Other"
    assert "other-2" not in before, "a hub that runs keeps what it offers"


@pytest.mark.parametrize("name", ["", "Other", "a/b", "..", "a b", "-a", "a" * 41])
def test_a_name_that_cannot_stand_in_an_address_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="lower-case letters"):
        register(name, Application("Other", "Another one.", "module:Class"))


@pytest.mark.parametrize("path", SHARED, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_what_all_applications_share_imports_no_anatomy(path: Path) -> None:
    imported = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            imported |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.Import):
            imported |= {alias.name for alias in node.names}
    assert not {".".join(name.split(".")[:2]) for name in imported if name} & OF_ANATOMIES
