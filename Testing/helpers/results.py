"""Finished cases made by hand, for tests that need what a reconstruction leaves and no reconstruction."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping, Sequence
from copy import deepcopy
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from GenerativeModelsLib.anatomy.record import Anatomy
from GenerativeModelsLib.batch import run as batch
from GenerativeModelsLib.batch.run import BatchRow, run_batch
from GenerativeModelsLib.batch.summary import CaseOutcome
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.output.fingerprint import Fingerprint, checksums_of_folder, file_checksum
from GenerativeModelsLib.output.folder import output_folder
from GenerativeModelsLib.skull.anatomy import SKULL
from GenerativeModelsLib.skull.growth.judge import judged
from GenerativeModelsLib.skull.request import SkullRequest


def result_of(request: SkullRequest) -> dict[str, Any]:
    """A `result.json` as the contract has it, with figures that are easy to tell apart.

    Percentiles and z-scores are not those of a chart, so that it shows where they come from.
    """
    result = {
        "schema": "skull-reconstruction/1",
        "model": {"name": "hand-made", "version": "0", "sha256": "0" * 64},
        "software": {"version": "0", "torch": "0"},
        "created": "2026-03-11T10:15:30+01:00",
        "identity": {
            "case_id": request.case_id,
            "examination_date": request.examination_date,
            "operator": request.operator,
            "institution": request.institution,
            "from_dicom": [],
        },
        "device": "cpu",
        "seed": request.seed,
        "samples": request.samples,
        "planes": {
            name: {"file": plane.image.name, "spacing_mm": list(plane.spacing_mm or (0.3, 0.3)), "size": [540, 800]}
            for name, plane in request.planes().items()
        },
        "seconds": {"load": 0.5, "reconstruct": 0.5, "uncertainty": 0.5, "total": 1.5},
        "biometry": {
            "bpd_mm": {"value": 70.25, "sd": 1.0, "interval90": [68.5, 72.0]},
            "ofd_mm": {"value": 90.5, "sd": 1.0, "interval90": [88.5, 92.5]},
            "hc_mm": {"value": 260.125, "sd": 2.0, "interval90": [256.5, 263.5]},
            "cephalic_index_percent": {"value": 77.6, "sd": 1.0, "interval90": [75.5, 79.5]},
            "head_volume_ml": {"value": 310.0, "sd": 5.0, "interval90": [300.0, 320.0]},
        },
        "uncertainty_mm": {"mean": 0.875, "median": 0.8, "p95": 1.6, "max": 2.5},
        "in_distribution": {"score": 0.5, "verdict": "typical", "reasons": []},
        "warnings": ["The sagittal image is cut off."],
        "warning_kinds": ["input"],
    }
    result = judged(result, request)
    for key, z, percentile in (("bpd_mm", -0.25, 41.0), ("hc_mm", 0.125, 55.5)):
        result["biometry"][key] |= {"z_score": z, "percentile": percentile}
    return result


def stand_in_fingerprint(request: SkullRequest) -> Fingerprint:
    """What a result of `fake_work` follows from: the images that are there, and some options."""
    images = {name: plane.image for name, plane in request.planes().items()}
    return Fingerprint(
        {
            name: {"name": image.name, "sha256": file_checksum(image) if image.exists() else "none"}
            for name, image in images.items()
        },
        "0" * 64,
        {
            "samples": request.samples,
            "seed": request.seed,
            "gestational_age_weeks": request.gestational_age_weeks,
            "chart": request.chart,
        },
    )


def write_result(request: SkullRequest) -> None:
    """Leave the result in the request's output folder."""
    request.output.mkdir(parents=True, exist_ok=True)
    for name in ("skull.vtp", "skull.nii.gz", "report.html"):
        (request.output / name).write_text("")
    (request.output / "result.json").unlink(missing_ok=True)
    vouched = {"fingerprint": stand_in_fingerprint(request).document(), "files": checksums_of_folder(request.output)}
    (request.output / "result.json").write_text(json.dumps(result_of(request) | vouched))


def run_fake_batch(rows: Sequence[BatchRow], output: Path, **options: Any) -> list[CaseOutcome]:
    """A batch of skulls done by `fake_work`."""
    real, batch.fingerprint_of = batch.fingerprint_of, lambda anatomy, request: stand_in_fingerprint(request)
    try:
        return run_batch(SKULL, rows, output, **{"work": fake_work} | options)
    finally:
        batch.fingerprint_of = real


def fake_work(request: SkullRequest) -> str:
    """Stands in for a reconstruction in a worker process; the axial file's name says how it goes."""
    name = request.axial.stem
    if name == "bad":
        return f"{request.axial} is no image: name another file."
    if name == "killer" or (name == "killed-once" and not request.overwrite):
        time.sleep(0.5)
        os._exit(9)
    if name == "hangs":
        time.sleep(600)
    if name == "waits":
        _wait_for(request.output.parent / "go")
    if name == "stages":
        with output_folder(request.output, overwrite=request.overwrite) as folder:
            (folder / "half").write_text("half")
            _wait_for(request.output.parent / "go")
        return ""
    if name == "silent":
        return ""
    if name == "raises":
        raise RuntimeError("a surprise")
    write_result(request)
    (request.output / "threads").write_text(os.environ.get("OMP_NUM_THREADS", ""))
    (request.output / "process").write_text(str(os.getpid()))
    return ""


def _wait_for(flag: Path, seconds: float = 60.0) -> None:
    (flag.parent / "started").touch()
    end = time.monotonic() + seconds
    while not flag.exists() and time.monotonic() < end:
        time.sleep(0.05)


def fake_run_case(anatomy: Anatomy, request: SkullRequest, progress: Any = None) -> SimpleNamespace:
    """Stands in for `run_case`; the axial file's name says how it goes."""
    if progress is not None:
        progress("reading the planes", 0.25)
        progress("done", 1.0)
    name = request.axial.stem
    if name == "bad":
        raise InputError(f"{request.axial} is no image: name another file.")
    if name == "raises":
        raise RuntimeError("a surprise")
    if name == "interrupted":
        raise KeyboardInterrupt
    write_result(request)
    return SimpleNamespace(result=result_of(request))


def far_off_result(result: Mapping[str, Any]) -> dict[str, Any]:
    """The same result, HC far above the chart, BPD far below it, and the input outside what the model knows."""
    found = deepcopy(dict(result))
    found["biometry"]["hc_mm"] |= {"percentile": 100.0, "z_score": 9.5}
    found["biometry"]["bpd_mm"] |= {"percentile": 0.0, "z_score": -9.5}
    found["in_distribution"]["verdict"] = "outside"
    return found
