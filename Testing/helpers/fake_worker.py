"""A worker's child without torch: what becomes of a case is said by the name of its axial image.

Run as `python -m Testing.helpers.fake_worker` by `FakeWorker`.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

from GenerativeModelsLib import device
from GenerativeModelsLib.device import DeviceChoice
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.output.folder import output_folder
from GenerativeModelsLib.skull.case import run as case
from GenerativeModelsLib.skull.case.run import CaseResult
from GenerativeModelsLib.skull.request import SkullRequest
from GenerativeModelsLib.worker import serve
from GenerativeModelsLib.worker.client import Worker

REPOSITORY = Path(__file__).resolve().parents[2]


class FakeWorker(Worker):
    """A worker whose child is this file."""

    _SERVE = "Testing.helpers.fake_worker"

    def __init__(self, python: Path | None = None, **environment: str) -> None:
        super().__init__(python, {"PYTHONPATH": str(REPOSITORY), **environment})


def pretend(request: SkullRequest, *, progress, load) -> CaseResult:
    """Stands in for `reconstruct_case`."""
    with output_folder(request.output) as folder:
        (folder / "skull.vtp").write_text("half written")
        print("a library prints this")
        os.write(1, b'{"event": "done"}\n')  # as a library in C might
        progress("reading the planes", 0.25)
        act(request.axial.stem, folder)
    return CaseResult(request.output, {})


def act(name: str, folder: Path) -> None:
    """Do what the name says."""
    if name == "bad":
        raise InputError("axial plane x carries no pixel spacing: give --axial-spacing or --pixel-spacing in mm.")
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
        (folder.parent / "pid").write_text(str(os.getpid()))
        while True:
            time.sleep(0.05)


def chosen(wanted: str) -> DeviceChoice:
    """Stands in for `choose_device`."""
    if os.environ.get("FAKE_TORCH") == "missing":
        raise ModuleNotFoundError("No module named 'torch'", name="torch")
    return DeviceChoice(None, "cpu", ("The device cuda:0 was passed over, since it is a fake.",))


if __name__ == "__main__":
    case.reconstruct_case = pretend
    device.choose_device = chosen
    serve.warm_up = lambda: time.sleep(float(os.environ.get("FAKE_WARM_UP", "0")))
    serve.main()
