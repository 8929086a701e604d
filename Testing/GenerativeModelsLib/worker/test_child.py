"""The environment of a child; its life and its end are in `test_client`."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from GenerativeModelsLib.worker.child import environment_for


def test_a_child_finds_this_package_first_whatever_the_users_paths_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(["", "elsewhere"]))
    assert environment_for(Path("root"), {})["PYTHONPATH"].split(os.pathsep) == ["root", "elsewhere"]


def test_variables_of_the_caller_win_over_those_of_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAKE_WARM_UP", "of the process")
    monkeypatch.setenv("PYTHONPATH", "of the process")
    found = environment_for(Path("root"), {"FAKE_WARM_UP": "of the caller", "PYTHONPATH": "of the caller"})
    assert found["FAKE_WARM_UP"] == "of the caller"
    assert found["PYTHONPATH"] == os.pathsep.join(["root", "of the caller"])
    assert found["PYTHONIOENCODING"] == "utf-8" and found["PATH"] == os.environ["PATH"]
