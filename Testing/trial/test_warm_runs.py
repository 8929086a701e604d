"""Sixty reconstructions in one warm worker take no more memory than ten."""

from __future__ import annotations

import os
import time
from pathlib import Path

import numpy as np
import psutil
import pytest

from GenerativeModelsLib.skull.request import SkullRequest
from GenerativeModelsLib.worker import Done, Failed, Refused, Worker

pytestmark = pytest.mark.trial

RUNS, SETTLED = 60, 10
TOLERANCE = 0.05


def test_sixty_warm_runs_stay_flat_in_memory(sample_head: Path, tmp_path: Path) -> None:
    worker = Worker("skull")
    memory = []
    try:
        for run in range(RUNS):
            request = SkullRequest(
                axial=sample_head / "axial.png",
                sagittal=sample_head / "sagittal.png" if run % 2 else None,
                output=tmp_path / f"run{run}",
                pixel_spacing_mm=(0.22, 0.22),
                samples=20,
                seed=run,
            )
            worker.submit("skull", request)
            assert isinstance(last_event(worker), Done)
            memory.append(resident_bytes())
    finally:
        worker.close()
    after = np.array(memory[SETTLED:]) / memory[SETTLED - 1]
    print(
        f"memory after {SETTLED} runs {memory[SETTLED - 1] / 1e6:.0f} MB, then {after.min():.3f} to {after.max():.3f}"
    )
    assert after.max() < 1 + TOLERANCE and after.min() > 1 - TOLERANCE


def last_event(worker: Worker, seconds: float = 120.0) -> object:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for event in worker.poll():
            if isinstance(event, (Done, Failed, Refused)):
                return event
        time.sleep(0.02)
    raise AssertionError("the worker did not answer")


def resident_bytes() -> int:
    """Of the one child that serves."""
    children = psutil.Process(os.getpid()).children()
    (child,) = [c for c in children if "GenerativeModelsLib.worker.serve" in " ".join(c.cmdline())]
    return child.memory_info().rss
