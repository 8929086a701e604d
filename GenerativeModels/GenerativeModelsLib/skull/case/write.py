"""The files of a reconstructed case, as the interface fixes them."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import numpy as np

from GenerativeModelsLib import __version__
from GenerativeModelsLib.geometry.grids import Grid
from GenerativeModelsLib.geometry.surface_files import write_vtp
from GenerativeModelsLib.output.fingerprint import Fingerprint, checksums_of_folder
from GenerativeModelsLib.skull.case.placed_planes import write_placed_plane
from GenerativeModelsLib.skull.infer.calibration import QUANTITIES
from GenerativeModelsLib.skull.infer.on_device import Run
from GenerativeModelsLib.skull.infer.reconstruct import Reconstruction
from GenerativeModelsLib.skull.report import write_report
from GenerativeModelsLib.skull.report.from_run import report_content
from GenerativeModelsLib.skull.request import SkullRequest
from GenerativeModelsLib.skull.shape.biometry import Interval
from GenerativeModelsLib.skull.shape.growth_charts import CHARTS, percentile_or_none

SCHEMA = "skull-reconstruction/1"
VOXEL_MM = 0.8
LARGEST_VOLUME = 256
"""Voxels per side of the written volumes at most; larger heads get larger voxels."""
BAND_SIGMAS, LEAST_BAND_MM = 3.0, 2.0


def write_case(
    folder: Path, request: SkullRequest, run: Run, *, fingerprint: Fingerprint, started: float
) -> dict[str, Any]:
    """Write all files of a case into `folder`; returns the content of `result.json`.

    `started` is the `time.perf_counter` at which the case began.
    """
    found = run.reconstruction
    write_vtp(found.surface, folder / "skull.vtp")
    write_volumes(folder, found)
    for name, plane in found.planes.items():
        pixels = np.clip(np.round(plane.image.pixels), 0, 255).astype(np.uint8)
        p = plane.placement
        path = folder / "planes" / f"{name}.nii.gz"
        write_placed_plane(path, pixels, plane.image.spacing_mm, p.origin_mm, p.u_axis, p.v_axis)
    result = result_of(request, run, fingerprint)
    result["seconds"]["total"] = round(time.perf_counter() - started, 3)
    write_report(report_content(request, run, result), folder / "report.html")
    result["files"] = checksums_of_folder(folder)
    result["seconds"]["total"] = round(time.perf_counter() - started, 3)
    text = json.dumps(result, indent=2, allow_nan=False, ensure_ascii=False)
    (folder / "result.json").write_text(text + "\n", encoding="utf-8")
    return result


def write_volumes(folder: Path, found: Reconstruction) -> None:
    """`skull.nii.gz`, 1 inside the head, and `uncertainty.nii.gz`, mm in a band about the surface."""
    import SimpleITK as sitk

    points = found.surface.points
    extent = (points.max(0) - points.min(0)).max() + 8
    grid = Grid.around(points, max(VOXEL_MM, extent / LARGEST_VOLUME), 4.0)
    distance = resampled(found.distance_mm, found.grid, grid)
    sitk.WriteImage(grid.to_image((distance < 0).astype(np.uint8)), str(folder / "skull.nii.gz"), useCompression=True)
    band = np.zeros(grid.shape_zyx, np.float32)
    if found.sd_mm is not None:
        sd = resampled(found.sd_mm, found.grid, grid)
        band = np.where(np.abs(distance) <= np.maximum(BAND_SIGMAS * sd, LEAST_BAND_MM), sd, 0).astype(np.float32)
    sitk.WriteImage(grid.to_image(band), str(folder / "uncertainty.nii.gz"), useCompression=True)


def resampled(field: np.ndarray, grid: Grid, onto: Grid) -> np.ndarray:
    """`field` (z, y, x) on another grid of the same frame, by cubic splines, its border value outside."""
    import SimpleITK as sitk

    target = onto.to_image(np.zeros(onto.shape_zyx, np.uint8))
    image = grid.to_image(field.astype(np.float32))
    outside = float(field.max())
    moved = sitk.Resample(image, target, sitk.Transform(), sitk.sitkBSpline, outside, sitk.sitkFloat32)
    return sitk.GetArrayFromImage(moved)


def result_of(request: SkullRequest, run: Run, fingerprint: Fingerprint) -> dict[str, Any]:
    """Content of `result.json`, its total time still to be filled in."""
    import torch

    found, manifest = run.reconstruction, run.model.manifest
    weeks = request.gestational_age_weeks
    planes = {}
    for name, plane in found.planes.items():
        rows, columns = plane.image.pixels.shape
        p = plane.placement
        planes[name] = {
            "file": plane.image.shown_name,
            "spacing_mm": [float(v) for v in plane.image.spacing_mm],
            "spacing_source": plane.image.spacing_source,
            "size": [rows, columns],
            "sha256": fingerprint.inputs[name]["sha256"],
            "head": {
                "presence": round(plane.finding.presence, 4),
                "agreement": round(plane.finding.agreement, 4),
                "facing": round(plane.facing_certainty, 4),
                "centre_px": _pixels(plane.finding.ellipse.centre, plane.image.spacing_mm),
                "semi_axes_mm": [plane.finding.ellipse.semi_major, plane.finding.ellipse.semi_minor],
                "angle_deg": float(np.degrees(plane.finding.ellipse.angle_rad)),
            },
            "placement": {
                "origin_mm": p.origin_mm.tolist(),
                "u_axis": p.u_axis.tolist(),
                "v_axis": p.v_axis.tolist(),
                "offset_mm": p.offset_mm,
                "tilt_deg": p.tilt_deg,
            },
        }
    return {
        "schema": SCHEMA,
        "model": {
            "name": manifest.name,
            "version": manifest.version,
            "sha256": manifest.sha256,
            "bundle_sha256": fingerprint.model,
        },
        "software": {"version": __version__, "torch": torch.__version__},
        "device": found.device,
        "seed": found.seed,
        "samples": found.samples,
        "gestational_age_weeks": weeks,
        "planes": planes,
        "seconds": {"load": round(run.load_seconds, 3), **{k: round(v, 3) for k, v in found.seconds.items()}},
        "biometry": {name: _measure(name, getattr(found.biometry, name), weeks) for name in QUANTITIES},
        "uncertainty_mm": uncertainty_summary(found),
        "in_distribution": {"score": found.in_distribution.score, "verdict": found.in_distribution.verdict},
        "warnings": list(found.warnings),
        "fingerprint": fingerprint.document(),
    }


def uncertainty_summary(found: Reconstruction) -> dict[str, float | None]:
    """Area-weighted mean, median, 95th percentile and maximum over the surface in mm; nulls without draws."""
    if found.sd_mm is None:
        return {"mean": None, "median": None, "p95": None, "max": None}
    sigma, weight = found.surface.point_data["uncertainty_mm"].astype(float), found.surface.vertex_areas
    order = np.argsort(sigma)
    share = np.cumsum(weight[order]) / weight.sum()
    median, p95 = (float(sigma[order][np.searchsorted(share, q)]) for q in (0.5, 0.95))
    return {"mean": float(np.average(sigma, weights=weight)), "median": median, "p95": p95, "max": float(sigma.max())}


def _measure(name: str, interval: Interval, weeks: float | None) -> dict[str, Any]:
    chart = CHARTS.get(name.removesuffix("_mm"))
    percentile = percentile_or_none(chart, interval.value, weeks)
    low_high = None if interval.interval90 is None else [float(v) for v in interval.interval90]
    return {"value": interval.value, "sd": interval.sd, "interval90": low_high, "percentile": percentile}


def _pixels(centre_mm: np.ndarray, spacing_mm: tuple[float, float]) -> list[float]:
    return [float(centre_mm[0] / spacing_mm[1]), float(centre_mm[1] / spacing_mm[0])]
