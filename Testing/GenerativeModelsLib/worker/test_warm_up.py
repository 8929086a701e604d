"""The warm-up brings in what a reconstruction would otherwise wait for."""

from __future__ import annotations

import importlib

import pytest

from GenerativeModelsLib.worker import warm_up


def test_every_module_it_names_exists() -> None:
    for name in warm_up._MODULES:
        importlib.import_module(name)


def test_a_missing_and_a_broken_package_are_left_to_the_job(monkeypatch: pytest.MonkeyPatch) -> None:
    tried = []

    def fails(name: str) -> None:
        tried.append(name)
        raise OSError("DLL load failed") if name == "torch" else ModuleNotFoundError(name)

    monkeypatch.setattr(warm_up.importlib, "import_module", fails)
    warm_up.warm_up()
    assert tried == list(warm_up._MODULES)
