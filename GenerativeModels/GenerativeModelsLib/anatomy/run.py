"""Run of one case of any anatomy, for the command line, batches, the worker and scripts."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from GenerativeModelsLib import __version__
from GenerativeModelsLib.anatomy.fingerprint import fingerprint_of
from GenerativeModelsLib.anatomy.record import Anatomy
from GenerativeModelsLib.anatomy.request import CaseRequest
from GenerativeModelsLib.errors import Caution, InputError
from GenerativeModelsLib.output.fingerprint import Fingerprint, checksums_of_folder
from GenerativeModelsLib.output.folder import output_folder

if TYPE_CHECKING:
    import torch

    from GenerativeModelsLib.device import DeviceChoice

__all__ = ["Case", "LoadModel", "Progress", "Run", "load_on", "model_summary", "run_case", "write_json"]

Progress = Callable[[str, float], None]
"""Progress callback: takes the current step and the share that is done, 0 to 1."""
LoadModel = Callable[["Anatomy", Path, "torch.device | str"], Any]
"""Anatomy, bundle folder and device -> the model on that device, as from `Anatomy.load_model`."""


@dataclass(frozen=True, eq=False)
class Run:
    """Findings of a case, and how they were computed.

    Attributes
    ----------
    found
        Return value of `Anatomy.compute`.
    model
        Model that computed them.
    device
        "cpu", "cuda:N" or "mps".
    warnings
        Warnings on the device, then those of the findings.
    seconds
        Seconds by step.
    """

    found: Any
    model: Any
    device: str
    warnings: tuple[str, ...]
    seconds: dict[str, float]


@dataclass(frozen=True, eq=False)
class Case:
    """A computed case; its files may not be written yet.

    Attributes
    ----------
    inputs
        Return value of `Anatomy.read_inputs`.
    fingerprint
        Everything that determines the result.
    started
        Value of `time.perf_counter` at the start of the case.
    """

    anatomy: Anatomy
    request: CaseRequest
    inputs: Any
    run: Run
    fingerprint: Fingerprint
    started: float

    @cached_property
    def result(self) -> dict[str, Any]:
        """The content of `result.json`; the checksums of files are added when they are written."""
        import torch

        run = self.run
        return {
            "schema": self.anatomy.schema,
            "model": {**model_summary(run.model), "bundle_sha256": self.fingerprint.model},
            "software": {"version": __version__, "torch": torch.__version__},
            "device": run.device,
            "seed": self.request.seed,
            **self.anatomy.document(self),
            "warnings": [str(warning) for warning in run.warnings],
            "warning_kinds": [getattr(warning, "kind", "input") for warning in run.warnings],
            "seconds": {
                **{name: round(value, 3) for name, value in run.seconds.items()},
                "total": round(time.perf_counter() - self.started, 3),
            },
            "fingerprint": self.fingerprint.document(),
        }

    def write(self, folder: Path) -> None:
        """Write all files of the case into an existing folder, `result.json` last."""
        self.anatomy.write(self, folder)
        self.result["seconds"]["total"] = round(time.perf_counter() - self.started, 3)
        self.anatomy.report(self, self.result, folder / "report.html")
        self.result["files"] = checksums_of_folder(folder)
        self.result["seconds"]["total"] = round(time.perf_counter() - self.started, 3)
        write_json(self.result, folder / "result.json")

    def to_folder(self, output: str | Path, *, overwrite: bool = False) -> Case:
        """Write the case into `output`, completely or not at all; returns the case as written.

        Raises
        ------
        InputError
            `output` is not empty and `overwrite` is not set, or it cannot be written.
        """
        request = replace(self.request, output=Path(output), overwrite=overwrite)
        case = replace(self, request=request)
        with output_folder(request.output, overwrite=overwrite, stale=self.anatomy.stale) as folder:
            case.write(folder)
        return case


def run_case(
    anatomy: Anatomy, request: CaseRequest, *, progress: Progress | None = None, load: LoadModel | None = None
) -> Case:
    """Read the inputs, compute, and write the request's folder, completely or not at all.

    Parameters
    ----------
    anatomy
        Record of the anatomy.
    request
        Nothing is written without an `output`.
    progress
        Called with the current step and the share that is done, 0 to 1.
    load
        Loads the model, for example from a cache; None = `Anatomy.load_model`.

    Raises
    ------
    InputError
        An argument, an input, the bundle or the output folder cannot be used; nothing is left behind.
    """
    show = progress or (lambda message, share: None)
    if request.output is None:
        return _computed(anatomy, request, show, load)
    with output_folder(request.output, overwrite=request.overwrite, stale=anatomy.stale) as folder:
        case = _computed(anatomy, request, show, load)
        show("writing the results", 0.8)
        case.write(folder)
    show("done", 1.0)
    return case


def _computed(anatomy: Anatomy, request: CaseRequest, show: Progress, load: LoadModel | None) -> Case:
    start = time.perf_counter()
    show(f"reading {anatomy.inputs_called}", 0.05)
    try:
        fingerprint = fingerprint_of(anatomy, request)  # before the inputs are read, since files may change
    except InputError:
        anatomy.read_inputs(request)  # raises the more specific error
        raise
    inputs = anatomy.read_inputs(request)
    read = time.perf_counter()

    from GenerativeModelsLib.device import choose_device

    show("loading the model", 0.2)
    run = _run_on(choose_device(request.device), anatomy, request, inputs, show, load)
    run.seconds["read"] = read - start
    return Case(anatomy, request, inputs, run, fingerprint, start)


def _run_on(
    choice: DeviceChoice, anatomy: Anatomy, request: CaseRequest, inputs: Any, show: Progress, load: LoadModel | None
) -> Run:
    """Compute on the device; if its memory runs out, on the CPU with a warning."""
    import torch

    def attempt(device: torch.device | str) -> tuple[Any, Any, float]:
        start = time.perf_counter()
        model = load_on(anatomy, request.model, device, load)
        loaded = time.perf_counter() - start
        found = anatomy.compute(request, inputs, model, lambda message, share: show(message, 0.3 + 0.45 * share))
        return found, model, loaded

    device, warnings = choice.name, choice.warnings
    try:
        found, model, loaded = attempt(choice.torch_device)
    except torch.OutOfMemoryError:
        warnings = (*warnings, Caution(f"{choice.name} ran out of memory; the CPU was used instead.", "device"))
        device = "cpu"
        found, model, loaded = attempt("cpu")
    return Run(found, model, device, (*warnings, *found.warnings), {"load": loaded, **found.seconds})


def load_on(anatomy: Anatomy, bundle: Path | None, device: Any, load: LoadModel | None = None) -> Any:
    """The model of a bundle (None = the shipped one) on a device."""
    from GenerativeModelsLib.resources import default_bundle

    folder = bundle or default_bundle(anatomy.name)
    return anatomy.load_model(folder, device) if load is None else load(anatomy, folder, device)


def model_summary(model: Any) -> dict[str, str]:
    """Name, version and checksum of a model, as documents have them."""
    manifest = model.manifest
    return {"name": manifest.name, "version": manifest.version, "sha256": manifest.sha256}


def write_json(content: dict[str, Any], path: Path) -> None:
    """Write JSON in the format of this package: indented, UTF-8, no NaN."""
    text = json.dumps(content, indent=2, allow_nan=False, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")
