"""Requirements, consent and messages of the installation; nothing is installed, no Slicer needed."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from GenerativeModelsLib.errors import InputError


@pytest.fixture
def module(desktop) -> ModuleType:
    return desktop("package_install")


def test_the_sentence_names_what_is_missing_and_what_for(module: ModuleType) -> None:
    state = module.PackageState(True, ("pydantic>=2.8", "jinja2>=3.1"))
    sentence = state.sentence("analysis")
    assert sentence.startswith("Before its first analysis this module needs PyTorch (")
    assert "2 packages of about 60 MB (pydantic, jinja2)" in sentence
    assert module.PackageState(True, (), "Repair torch.").sentence("analysis") == "Repair torch."
    assert [module.PackageState(*lacks).complete for lacks in ((False, ()), (True, ()), (False, ("a",)))] == [
        *(True, False, False)
    ]


def test_slicer_is_told_which_module_asks(module: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = {}

    def pip_ensure(packages: list[str], constraints: Path, requester: str) -> None:
        asked.update(packages=packages, requester=requester, pins=constraints.read_text(encoding="utf-8"))

    monkeypatch.setitem(sys.modules, "slicer.packaging", SimpleNamespace(pip_ensure=pip_ensure))
    state = module.PackageState(False, ("pydantic>=2.8",))
    module.install(state, module.Installers(), "A Title", lambda: module.PackageState(False, ()))
    assert (asked["packages"], asked["requester"]) == (["pydantic>=2.8"], "A Title")
    assert "numpy==" in asked["pins"]


def test_what_fails_is_a_sentence(module: ModuleType) -> None:
    lacking = module.PackageState(True, ("pydantic>=2.8",))

    def no_network() -> None:
        raise OSError("no route to host")

    def install(torch, after) -> None:
        module.install(lacking, module.Installers(torch, lambda packages, title: None), "A Title", lambda: after)

    with pytest.raises(InputError, match=r"no route to host.*Offline installation"):
        install(no_network, lacking)
    with pytest.raises(InputError, match=r"still missing after the installation \(torch, pydantic>=2.8\)"):
        install(lambda: None, lacking)
    with pytest.raises(InputError, match="Repair torch"):
        install(lambda: None, module.PackageState(False, (), "Repair torch."))
    install(lambda: None, module.PackageState(False, ()))
