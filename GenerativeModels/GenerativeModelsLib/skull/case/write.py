"""Writes the files of a reconstruction, as specified in docs/formats.md."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from GenerativeModelsLib.anatomy.record import Quantity
from GenerativeModelsLib.anatomy.run import Case
from GenerativeModelsLib.geometry.grids import Grid
from GenerativeModelsLib.geometry.surface_files import write_vtp
from GenerativeModelsLib.skull.anatomy import QUANTITIES
from GenerativeModelsLib.skull.case.placed_planes import write_placed_plane
from GenerativeModelsLib.skull.infer.reconstruct import Reconstruction
from GenerativeModelsLib.skull.request import SkullRequest
from GenerativeModelsLib.skull.shape.biometry import Interval
from GenerativeModelsLib.skull.shape.growth_charts import CHARTS, percentile_or_none

VOXEL_MM = 0.8
LARGEST_VOLUME = 256
"""Largest number of voxels per side of the written volumes; larger heads have larger voxels."""
BAND_SIGMAS, LEAST_BAND_MM = 3.0, 2.0


def write_files(case: Case, folder: Path) -> None:
    """Write the surface, the volumes and the placed planes of a case."""
    found: Reconstruction = case.run.found
    write_vtp(found.surface, folder / "skull.vtp")
    write_volumes(folder, found)
    for name, plane in found.planes.items():
        pixels = np.clip(np.round(plane.image.pixels), 0, 255).astype(np.uint8)
        p = plane.placement
        path = folder / "planes" / f"{name}.nii.gz"
        write_placed_plane(path, pixels, plane.image.spacing_mm, p.origin_mm, p.u_axis, p.v_axis)


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


def document(case: Case) -> dict[str, Any]:
    """Entries of `result.json` of the skull."""
    found: Reconstruction = case.run.found
    request: SkullRequest = case.request
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
            "sha256": case.fingerprint.inputs[name]["sha256"],
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
        "samples": found.samples,
        "gestational_age_weeks": weeks,
        "planes": planes,
        "biometry": {q.key: _measure(q, getattr(found.biometry, q.key), weeks) for q in QUANTITIES},
        "uncertainty_mm": uncertainty_summary(found),
        "in_distribution": {"score": found.in_distribution.score, "verdict": found.in_distribution.verdict},
    }


def uncertainty_summary(found: Reconstruction) -> dict[str, float | None]:
    """Area-weighted mean, median, 95th percentile and maximum over the surface in mm; None without draws."""
    if found.sd_mm is None:
        return {"mean": None, "median": None, "p95": None, "max": None}
    sigma, weight = found.surface.point_data["uncertainty_mm"].astype(float), found.surface.vertex_areas
    order = np.argsort(sigma)
    share = np.cumsum(weight[order]) / weight.sum()
    median, p95 = (float(sigma[order][np.searchsorted(share, q)]) for q in (0.5, 0.95))
    return {"mean": float(np.average(sigma, weights=weight)), "median": median, "p95": p95, "max": float(sigma.max())}


def _measure(quantity: Quantity, interval: Interval, weeks: float | None) -> dict[str, Any]:
    chart = CHARTS.get(quantity.chart)
    percentile = percentile_or_none(chart, interval.value, weeks)
    low_high = None if interval.interval90 is None else [float(v) for v in interval.interval90]
    return {"value": interval.value, "sd": interval.sd, "interval90": low_high, "percentile": percentile}


def _pixels(centre_mm: np.ndarray, spacing_mm: tuple[float, float]) -> list[float]:
    return [float(centre_mm[0] / spacing_mm[1]), float(centre_mm[1] / spacing_mm[0])]
