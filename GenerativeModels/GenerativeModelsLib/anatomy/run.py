"""Run of one case of any anatomy, for the command line, batches, the worker and scripts."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from GenerativeModelsLib import __version__
from GenerativeModelsLib.anatomy.exporters import EXPORT_FOLDER
from GenerativeModelsLib.anatomy.exporting import ExportCase, export_case, require_exports
from GenerativeModelsLib.anatomy.fields import fields_of
from GenerativeModelsLib.anatomy.fingerprint import fingerprint_of
from GenerativeModelsLib.anatomy.identity import IDENTITY, Identity, identity_of
from GenerativeModelsLib.anatomy.record import Anatomy
from GenerativeModelsLib.anatomy.request import CaseRequest
from GenerativeModelsLib.errors import Caution, InputError, scale_first
from GenerativeModelsLib.image_files.dicom_header import dicom_header
from GenerativeModelsLib.language import N_, in_language, said
from GenerativeModelsLib.output.fingerprint import Fingerprint, checksums_of_folder
from GenerativeModelsLib.output.folder import output_folder

if TYPE_CHECKING:
    import torch
    from pydicom import Dataset

    from GenerativeModelsLib.anatomy.kept import KeptCases
    from GenerativeModelsLib.device import DeviceChoice

__all__ = [
    "Case",
    "LoadModel",
    "Progress",
    "Run",
    "dicom_headers",
    "load_on",
    "model_summary",
    "now",
    "run_case",
    "warning_entries",
    "write_json",
]

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
        Model that computed them; None where none did.
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
    identity
        Case ID, examination date, operator and institution.
    headers
        Headers of the DICOM inputs, by field of the request.
    created
        Date and time of the result, ISO 8601.
    """

    anatomy: Anatomy
    request: CaseRequest
    inputs: Any
    run: Run
    fingerprint: Fingerprint
    started: float
    identity: Identity = field(default_factory=Identity)
    headers: Mapping[str, Dataset] = field(default_factory=dict)
    created: str = field(default_factory=lambda: now())

    @cached_property
    def warnings(self) -> list[str]:
        """All warnings, those on the scale first."""
        return scale_first([*self.anatomy.cautions(self.document), *self.run.warnings])

    @cached_property
    def document(self) -> dict[str, Any]:
        """The anatomy's own entries of `result.json`."""
        return self.anatomy.document(self)

    @cached_property
    def result(self) -> dict[str, Any]:
        """The content of `result.json`; the checksums of files are added when they are written."""
        run = self.run
        return {
            "schema": self.anatomy.schema,
            **self._made_with(),
            "created": self.created,
            "identity": self.identity.document(),
            "language": self.request.language,
            **self.document,
            **warning_entries(self.warnings),
            "seconds": {
                **{name: round(value, 3) for name, value in run.seconds.items()},
                "total": round(time.perf_counter() - self.started, 3),
            },
            "fingerprint": self.fingerprint.document(),
        }

    def _made_with(self) -> dict[str, Any]:
        """Model, software, device and seed; of a case without a model the software and the device."""
        if self.run.model is None:
            return {"model": None, "software": {"version": __version__}, "device": self.run.device}
        import torch

        return {
            "model": {**model_summary(self.run.model), "bundle_sha256": self.fingerprint.model},
            "software": {"version": __version__, "torch": torch.__version__},
            "device": self.run.device,
            "seed": self.request.seed,
        }

    def write(self, folder: Path) -> None:
        """Write all files of the case into an existing folder, `result.json` last."""
        self.anatomy.write(self, folder)
        self.result["seconds"]["total"] = round(time.perf_counter() - self.started, 3)
        with in_language(self.request.language):
            self.anatomy.report(self, self.result, folder / "report.html")
        export_case(self.export_case(folder), self.request.exports, folder / EXPORT_FOLDER)
        self.result["files"] = checksums_of_folder(folder)
        self.result["seconds"]["total"] = round(time.perf_counter() - self.started, 3)
        write_json(self.result, folder / "result.json")

    def export_case(self, folder: Path) -> ExportCase:
        """The case for exporters, its files written into `folder`."""
        headers = self.headers if self.request.dicom_patient == "input" else {}
        return ExportCase(self.anatomy, self.result, folder, headers)

    def to_folder(self, output: str | Path, *, overwrite: bool = False) -> Case:
        """Write the case into `output`, completely or not at all; returns the case as written.

        Raises
        ------
        InputError
            `output` is not empty and `overwrite` is not set, or it cannot be written.
        """
        request = replace(self.request, output=Path(output), overwrite=overwrite)
        case = replace(self, request=request)
        stale = _stale(self.anatomy)
        with output_folder(request.output, overwrite=overwrite, stale=stale) as folder:
            case.write(folder)
        return case


def run_case(
    anatomy: Anatomy,
    request: CaseRequest,
    *,
    progress: Progress | None = None,
    load: LoadModel | None = None,
    kept: KeptCases | None = None,
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
    kept
        Cases computed before. One that differs in fields alone that need no computation is not computed again.

    Raises
    ------
    InputError
        An argument, an input, the bundle or the output folder cannot be used; nothing is left behind.
    """
    show = progress or (lambda message, share: None)
    require_exports(anatomy, request.exports)
    if request.output is None:
        return _computed(anatomy, request, show, load, kept)
    with output_folder(request.output, overwrite=request.overwrite, stale=_stale(anatomy)) as folder:
        case = _computed(anatomy, request, show, load, kept)
        show("writing the results", 0.8)
        case.write(folder)
    show("done", 1.0)
    return case


def _computed(
    anatomy: Anatomy, request: CaseRequest, show: Progress, load: LoadModel | None, kept: KeptCases | None
) -> Case:
    start = time.perf_counter()
    show(f"reading {anatomy.inputs_called}", 0.05)
    try:
        fingerprint = fingerprint_of(anatomy, request)  # before the inputs are read, since files may change
    except InputError:
        anatomy.read_inputs(request)  # raises the more specific error
        raise
    before = None if kept is None else kept.find(anatomy, fingerprint)
    if before is not None:
        return replace(before, request=request, fingerprint=fingerprint, started=start, created=now())
    inputs = anatomy.read_inputs(request)
    headers = dicom_headers(request)
    given = {name: getattr(request, name) for name in IDENTITY}
    identity, cautions = identity_of(given, headers, from_dicom=request.identity_from_dicom)
    read = time.perf_counter()
    if anatomy.uses_model(request):
        from GenerativeModelsLib.device import choose_device

        show("loading the model", 0.2)
        run = _run_on(choose_device(request.device), anatomy, request, inputs, show, load)
    else:
        run = _run_without_model(anatomy, request, inputs, show)
    run.seconds["read"] = read - start
    run = replace(run, warnings=(*run.warnings, *cautions))
    case = Case(anatomy, request, inputs, run, fingerprint, start, identity, headers)
    if kept is not None:
        kept.add(case)
    return case


def dicom_headers(request: CaseRequest) -> dict[str, Dataset]:
    """Headers, without pixels, of the inputs of a request that are DICOM files, by field.

    Raises
    ------
    InputError
        A file cannot be read.
    """
    images = {name.name: getattr(request, name.name) for name, about in fields_of(type(request)) if about.image}
    files = {name: image for name, image in images.items() if isinstance(image, Path)}
    found = {name: dicom_header(path, f"{name} {path}") for name, path in files.items()}
    return {name: header for name, header in found.items() if header is not None}


def now() -> str:
    """Date and time, ISO 8601 with the time zone."""
    return datetime.now().astimezone().isoformat(timespec="seconds")


def _stale(anatomy: Anatomy) -> tuple[str, ...]:
    return (*anatomy.stale, f"{EXPORT_FOLDER}/*")


def _run_without_model(anatomy: Anatomy, request: CaseRequest, inputs: Any, show: Progress) -> Run:
    found = anatomy.compute(request, inputs, None, lambda message, share: show(message, 0.1 + 0.65 * share))
    return Run(found, None, "cpu", tuple(found.warnings), dict(found.seconds))


def _run_on(
    choice: DeviceChoice, anatomy: Anatomy, request: CaseRequest, inputs: Any, show: Progress, load: LoadModel | None
) -> Run:
    """Compute on the device; if its memory runs out, on the CPU with a warning."""
    import torch

    def attempt(device: torch.device | str) -> tuple[Any, Any, float]:
        start = time.perf_counter()
        model = load_on(anatomy, request.model, device, load, anatomy.bundle_name(request))
        loaded = time.perf_counter() - start
        found = anatomy.compute(request, inputs, model, lambda message, share: show(message, 0.3 + 0.45 * share))
        return found, model, loaded

    device, warnings = choice.name, choice.warnings
    try:
        found, model, loaded = attempt(choice.torch_device)
    except torch.OutOfMemoryError:
        spent = said("{device} ran out of memory; the CPU was used instead.", device=choice.name)
        warnings = (*warnings, Caution(spent, "device"))
        device = "cpu"
        found, model, loaded = attempt("cpu")
    return Run(found, model, device, (*warnings, *found.warnings), {"load": loaded, **found.seconds})


def load_on(
    anatomy: Anatomy, bundle: Path | None, device: Any, load: LoadModel | None = None, shipped: str = ""
) -> Any:
    """The model of a bundle on a device; None for an anatomy without a model.

    Without a folder it is the shipped bundle named `shipped`, else that of the name of the anatomy; None where none
    has its name.
    """
    if not anatomy.has_model or (bundle is None and not shipped and anatomy.shipped_as is not None):
        return None
    from GenerativeModelsLib.resources import default_bundle

    folder = bundle or default_bundle(shipped or anatomy.name)
    return anatomy.load_model(folder, device) if load is None else load(anatomy, folder, device)


def model_summary(model: Any) -> dict[str, str]:
    """Name, version and checksum of a model, as documents have them."""
    manifest = model.manifest
    return {"name": manifest.name, "version": manifest.version, "sha256": manifest.sha256}


_STEPS = (
    *(N_("read"), N_("load"), N_("encode"), N_("measure")),
    *(N_("reconstruct"), N_("uncertainty"), N_("imagine"), N_("total")),
)
"""Steps of the anatomies, whose seconds a report shows."""


def warning_entries(warnings: Sequence[str]) -> dict[str, list[str]]:
    """Entries of `result.json` of warnings: their sentences and kinds."""
    kinds = [getattr(warning, "kind", "input") for warning in warnings]
    return {"warnings": [str(warning) for warning in warnings], "warning_kinds": kinds}


def write_json(content: dict[str, Any], path: Path) -> None:
    """Write JSON in the format of this package: indented, UTF-8, no NaN."""
    text = json.dumps(content, indent=2, allow_nan=False, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")
