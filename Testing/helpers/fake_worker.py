"""A worker's child without torch: what becomes of a case is said by the name of its axial image.

Run as `python -m Testing.helpers.fake_worker` by `FakeWorker`.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from GenerativeModelsLib import device
from GenerativeModelsLib.anatomy import run as cases
from GenerativeModelsLib.anatomy.record import Anatomy
from GenerativeModelsLib.device import DeviceChoice
from GenerativeModelsLib.errors import Caution, InputError, named
from GenerativeModelsLib.heart.anatomy import HEART
from GenerativeModelsLib.output.folder import output_folder
from GenerativeModelsLib.skull.request import SkullRequest
from GenerativeModelsLib.worker import serve
from GenerativeModelsLib.worker.client import Worker
from GenerativeModelsLib.worker.events import Event

__all__ = ["PATIENCE_SECONDS", "REPOSITORY", "FakeWorker", "until"]

REPOSITORY = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 60.0


class FakeWorker(Worker):
    """A worker whose child is this file; `environment` says how the child is to behave."""

    _SERVE = "Testing.helpers.fake_worker"

    def __init__(self, python: Path | None = None, anatomy: str = "skull", **environment: str) -> None:
        super().__init__(anatomy, python, {"PYTHONPATH": str(REPOSITORY), **environment})


def until(worker: Worker, *kinds: type) -> list[Event]:
    """What a worker tells until an event of one of these kinds, with that."""
    events: list[Event] = []
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        events += worker.poll()
        if any(isinstance(event, kinds) for event in events):
            return events
        time.sleep(0.01)
    raise AssertionError(f"only {events} in {PATIENCE_SECONDS:g} s")


def pretend(anatomy: Anatomy, request: SkullRequest, *, progress, load, kept) -> None:
    """Stands in for `run_case`."""
    with output_folder(request.output) as folder:
        (folder / "skull.vtp").write_text("half written")
        print("a library prints this")
        os.write(1, b'{"event": "done"}\n')  # as a library in C might
        progress("reading the planes", 0.25)
        act(request.axial.stem, folder.parent)


def answered(model: Any, do: str, folder: Path | None = None, **values: Any) -> Mapping[str, Any]:
    """Stands in for a query of the heart; gives back what it got."""
    if do == "refuse":
        raise InputError(f"{named('samples')} is none: give some.")
    if do == "wait":
        (folder / "asked").write_text(str(os.getpid()))
        while not (folder / "go").exists():
            time.sleep(0.01)
    act(do, folder)
    return {"model": model, "do": do, **values}


def act(name: str, folder: Path) -> None:
    """Do what the name says."""
    if name == "bad":
        raise InputError(
            f"axial plane x carries no pixel spacing: give {named('axial_spacing_mm')} in mm, or "
            f"{named('pixel_spacing_mm')}.",
            field="axial",
        )
    if name == "surprise":
        raise RuntimeError("a surprise\nof two lines")
    if name == "memory":
        raise MemoryError
    if name == "incomplete":
        raise ModuleNotFoundError("No module named 'skimage'", name="skimage.measure")
    if name == "exits":
        print("last words", file=sys.stderr, flush=True)
        os._exit(3)
    if name == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    if name == "crash":
        import faulthandler

        faulthandler._sigsegv()
    if name == "noisy":
        for _ in range(10):
            os.write(2, b"\xff" * (1 << 20))
        os.write(2, b"\nthe end of the noise\n")
    if name == "hangs":
        (folder / "pid").write_text(str(os.getpid()))
        while True:
            time.sleep(0.05)


def chosen(wanted: str) -> DeviceChoice:
    """Stands in for `choose_device`."""
    if os.environ.get("FAKE_TORCH") == "missing":
        raise ModuleNotFoundError("No module named 'torch'", name="torch")
    passed_over = Caution("The device cuda:0 was passed over, since it is a fake.", "device")
    return DeviceChoice(wanted, "cpu", (passed_over,))


if __name__ == "__main__":
    cases.run_case = pretend
    cases.load_on = lambda anatomy, bundle, device, load: [anatomy.name, bundle, device]
    device.choose_device = chosen
    HEART.queries["shape_at"] = answered
    serve.warm_up = lambda modules: time.sleep(float(os.environ.get("FAKE_WARM_UP", "0")))
    serve.main()
