"""Silence of the libraries."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import warnings

import pytest

from GenerativeModelsLib.training.shared.quiet import quiet_libraries


def test_tips_and_warnings_are_hidden_and_errors_are_not(
    caplog: pytest.LogCaptureFixture, recwarn: pytest.WarningsRecorder
) -> None:
    log = logging.getLogger("lightning.pytorch")
    level = log.level
    with quiet_libraries():
        log.info("Tip: install something")
        log.warning("advertisement")
        log.error("a real error")
        warnings.warn("deprecated", DeprecationWarning, stacklevel=1)
    assert [record.message for record in caplog.records] == ["a real error"] and not recwarn.list
    assert log.level == level
    warnings.warn("later", UserWarning, stacklevel=1)
    assert len(recwarn.list) == 1


def test_processes_started_meanwhile_are_quiet_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYTHONWARNINGS", raising=False)
    code = [sys.executable, "-c", "import warnings; warnings.warn('loud')"]
    with quiet_libraries():
        assert not subprocess.run(code, capture_output=True, text=True, check=True).stderr
    assert "PYTHONWARNINGS" not in os.environ
    assert "loud" in subprocess.run(code, capture_output=True, text=True, check=True).stderr
