"""The files of an analysed heart, as the interface fixes them."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from GenerativeModelsLib import __version__
from GenerativeModelsLib.geometry.surface_files import write_vtp
from GenerativeModelsLib.heart.request import HeartRequest
from GenerativeModelsLib.heart.shape.reference import ONE_NUMBER_MM
from GenerativeModelsLib.heart.shape.surfaces import ThicknessFigures, in_patient
from GenerativeModelsLib.output.fingerprint import Fingerprint, checksums_of_folder

if TYPE_CHECKING:
    from GenerativeModelsLib.heart.infer.on_device import HeartRun
    from GenerativeModelsLib.heart.measure.load import LoadedHeart, LoadedPhase

__all__ = ["SCHEMA", "result_of", "write_analysis", "write_json"]

SCHEMA = "heart-analysis/1"


def write_analysis(
    folder: Path,
    request: HeartRequest,
    loaded: LoadedHeart,
    run: HeartRun,
    *,
    fingerprint: Fingerprint,
    started: float,
) -> dict[str, Any]:
    """Write all files of an analysis into `folder`; returns the content of `result.json`.

    `started` is the `time.perf_counter` at which the analysis began.
    """
    from GenerativeModelsLib.heart.report import report_content, write_report
    from GenerativeModelsLib.heart.report.bullseye import bullseye_figure, write_bullseye_png
    from GenerativeModelsLib.heart.report.cut_open import THICKNESS_RANGE_MM

    measured = run.measured
    for name, phase in measured.phases.items():
        write_vtp(in_patient(phase.surface, phase.frame), folder / f"{name}.vtp")
        write_vtp(in_patient(phase.reconstruction, phase.frame), folder / f"{name}_reconstruction.vtp")
    values = [phase.thickness.aha17 for phase in measured.phases.values()]
    figure = bullseye_figure(*values, limits=(0.0, THICKNESS_RANGE_MM))  # as in the report: cases compare
    write_bullseye_png(figure, folder / "bullseye.png")
    result = result_of(request, loaded, run, fingerprint)
    result["seconds"]["total"] = round(time.perf_counter() - started, 3)
    write_report(report_content(request, run, result), folder / "report.html")
    result["files"] = checksums_of_folder(folder)
    result["seconds"]["total"] = round(time.perf_counter() - started, 3)
    write_json(result, folder / "result.json")
    return result


def write_json(content: dict[str, Any], path: Path) -> None:
    """Write JSON as the package does: indented, UTF-8, no NaN."""
    text = json.dumps(content, indent=2, allow_nan=False, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")


def result_of(request: HeartRequest, loaded: LoadedHeart, run: HeartRun, fingerprint: Fingerprint) -> dict[str, Any]:
    """Content of `result.json`, its total time still to be filled in."""
    import torch

    measured, manifest, placed = run.measured, run.model.manifest, run.measured.placed
    es = measured.es
    inputs = {"ed": (request.ed, loaded.ed)} | ({} if loaded.es is None else {"es": (request.es, loaded.es)})
    return {
        "schema": SCHEMA,
        "edv_ml": measured.edv_ml,
        "esv_ml": measured.esv_ml,
        "ef_percent": measured.ef_percent,
        "myocardial_mass_g": measured.myocardial_mass_g,
        "wall_thickness_mm": {
            "ed": _thickness(measured.ed.thickness),
            "es": None if es is None else _thickness(es.thickness),
        },
        "one_number": {
            "p95_ed_mm": measured.ed.thickness.p95,
            "limit_mm": ONE_NUMBER_MM,
            "hypertrophic": bool(measured.ed.thickness.p95 >= ONE_NUMBER_MM),
        },
        "hcm_probability": float(placed.hcm_probability[0]),
        "latent": {
            "z_top": [float(v) for v in placed.z_top[0]],
            "levels": [int(n) for n in run.model.levels],
        },
        "reconstruction": {
            "dice_ed": measured.ed.agreement.dice,
            "dice_es": None if es is None else es.agreement.dice,
            "hausdorff_ed_mm": measured.ed.agreement.hausdorff_mm,
            "hausdorff_es_mm": None if es is None else es.agreement.hausdorff_mm,
            "cavity_dice_ed": measured.ed.agreement.cavity_dice,
            "cavity_dice_es": None if es is None else es.agreement.cavity_dice,
        },
        "in_distribution": {
            "score": float(placed.in_distribution[0].score),
            "verdict": placed.in_distribution[0].verdict,
        },
        "sex": request.sex,
        "labels": str(loaded.ed.label_map.labels),
        "septum": request.septum,
        "inputs": {name: _input(path, phase) for name, (path, phase) in inputs.items()},
        "device": run.device,
        "seed": request.seed,
        "seconds": {name: round(value, 3) for name, value in run.seconds.items()},
        "model": {
            "name": manifest.name,
            "version": manifest.version,
            "sha256": manifest.sha256,
            "bundle_sha256": fingerprint.model,
        },
        "software": {"version": __version__, "torch": torch.__version__},
        "warnings": list(run.warnings),
        "fingerprint": fingerprint.document(),
    }


def _thickness(figures: ThicknessFigures) -> dict[str, Any]:
    aha17 = [float(v) if np.isfinite(v) else None for v in figures.aha17]
    return {"mean": figures.mean, "p95": figures.p95, "max": figures.max, "aha17": aha17}


def _input(path: Path, phase: LoadedPhase) -> dict[str, Any]:
    frame = phase.frame
    return {
        "file": str(path),
        "spacing_mm": [round(float(v), 5) for v in phase.label_map.spacing_mm],
        "septum": frame.septum,
        "frame": {"origin_lps_mm": frame.origin_lps.tolist(), "axes_lps": frame.axes.tolist()},
    }
