"""Writes the files of a reconstruction, as specified in docs/formats.md."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from GenerativeModelsLib.anatomy.run import Case
from GenerativeModelsLib.geometry.grids import Grid
from GenerativeModelsLib.geometry.surface_files import write_vtp
from GenerativeModelsLib.skull.anatomy import QUANTITIES
from GenerativeModelsLib.skull.case.imagined_files import imagined_entry, write_imagined
from GenerativeModelsLib.skull.case.placed_planes import write_placed_plane
from GenerativeModelsLib.skull.corrections import enlarged_point
from GenerativeModelsLib.skull.growth.judge import judged
from GenerativeModelsLib.skull.infer.reconstruct import Reconstruction
from GenerativeModelsLib.skull.locate.corrected import ellipse_in_px
from GenerativeModelsLib.skull.locate.locator import HeadFinding
from GenerativeModelsLib.skull.planes.drawn_in import TOLERANCE
from GenerativeModelsLib.skull.planes.image import PlaneImage
from GenerativeModelsLib.skull.planes.ruler import Ruler
from GenerativeModelsLib.skull.request import SkullRequest
from GenerativeModelsLib.skull.shape.biometry import BiometryIntervals, Interval

VOXEL_MM = 0.8
LARGEST_VOLUME = 256
"""Largest number of voxels per side of the written volumes; larger heads have larger voxels."""
BAND_SIGMAS, LEAST_BAND_MM = 3.0, 2.0


def write_files(case: Case, folder: Path) -> None:
    """Write the surface, the volumes, the placed planes and the imagined ones of a case."""
    found: Reconstruction = case.run.found
    write_vtp(found.surface, folder / "skull.vtp")
    write_volumes(folder, found)
    for name, plane in found.planes.items():
        pixels = np.clip(np.round(plane.image.pixels), 0, 255).astype(np.uint8)
        p = plane.placement
        path = folder / "planes" / f"{name}.nii.gz"
        write_placed_plane(path, pixels, plane.image.spacing_mm, p.origin_mm, p.u_axis, p.v_axis)
    write_imagined(folder, found.imagined)


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
    planes = {}
    for name, plane in found.planes.items():
        p, image = plane.placement, plane.image
        rows, columns = image.size
        planes[name] = {
            "file": image.shown_name,
            "spacing_mm": [float(v) for v in image.spacing_mm],
            "spacing_source": image.spacing_source,
            "size": [rows, columns],
            "reduction": image.reduction,
            "sha256": case.fingerprint.inputs[name]["sha256"],
            "frame": None if image.frame is None else asdict(image.frame),
            "head": _head(plane.finding, plane.facing_certainty, image),
            "rulers": [_ruler(ruler, image.file_spacing_mm) for ruler in image.rulers],
            "text": {"boxes_px": [list(box) for box in image.text], "masked": image.text_masked},
            "corrections": plane.correction.document(),
            "uncorrected": None
            if plane.uncorrected is None
            else _head(plane.uncorrected.finding, plane.uncorrected.certainty, image),
            "placement": {
                "origin_mm": p.origin_mm.tolist(),
                "u_axis": p.u_axis.tolist(),
                "v_axis": p.v_axis.tolist(),
                "offset_mm": p.offset_mm,
                "tilt_deg": p.tilt_deg,
            },
        }
    computed = {
        "samples": found.samples,
        "gestational_age_weeks": None,
        "chart": None,
        "planes": planes,
        "biometry": biometry_entries(found.biometry),
        "age_from": None,
        "uncertainty_mm": uncertainty_summary(found),
        "in_distribution": {
            "score": found.in_distribution.score,
            "verdict": found.in_distribution.verdict,
            "variants": {name: round(rank, 4) for name, rank in found.variants.items()},
            "reasons": list(found.in_distribution.reasons),
        },
        "imagined": imagined_entry(found),
    }
    return judged(computed, request)


def uncertainty_summary(found: Reconstruction) -> dict[str, float | None]:
    """Area-weighted mean, median, 95th percentile and maximum over the surface in mm; None without draws."""
    if found.sd_mm is None:
        return {"mean": None, "median": None, "p95": None, "max": None}
    sigma, weight = found.surface.point_data["uncertainty_mm"].astype(float), found.surface.vertex_areas
    order = np.argsort(sigma)
    share = np.cumsum(weight[order]) / weight.sum()
    median, p95 = (float(sigma[order][np.searchsorted(share, q)]) for q in (0.5, 0.95))
    return {"mean": float(np.average(sigma, weights=weight)), "median": median, "p95": p95, "max": float(sigma.max())}


def biometry_entries(biometry: BiometryIntervals) -> dict[str, dict[str, Any]]:
    """Value, SD and 90 % interval of every measure, as stored in `result.json`."""
    entries = {}
    for quantity in QUANTITIES:
        found: Interval = getattr(biometry, quantity.key)
        ends = None if found.interval90 is None else [float(v) for v in found.interval90]
        entries[quantity.key] = {"value": found.value, "sd": found.sd, "interval90": ends}
    return entries


def _ruler(ruler: Ruler, spacing_mm: tuple[float, float]) -> dict[str, Any]:
    return {
        "from_px": list(ruler.start_px),
        "to_px": list(ruler.end_px),
        "ticks": ruler.ticks,
        "tick_px": ruler.tick_px,
        "sd_px": ruler.sd_px,
        "tick_mm": ruler.tick_mm(spacing_mm),
        "agrees": ruler.fits(spacing_mm, TOLERANCE),
    }


def _head(finding: HeadFinding, facing: float, image: PlaneImage) -> dict[str, Any]:
    """Where a head lies in its picture, in pixels of the file, and which way it faces."""
    ellipse = finding.ellipse
    px = ellipse_in_px(ellipse, image.spacing_mm)
    centre, factor = enlarged_point((px.column, px.row), image.reduction), image.reduction
    return {
        "presence": round(finding.presence, 4),
        "agreement": round(finding.agreement, 4),
        "facing": round(facing, 4),
        "faces_deg": float(np.degrees(np.arctan2(finding.faces[1], finding.faces[0])) % 360),
        "centre_px": list(centre),
        "semi_axes_mm": [ellipse.semi_major, ellipse.semi_minor],
        "angle_deg": float(np.degrees(ellipse.angle_rad)),
        "ellipse_px": [*centre, factor * px.first, factor * px.second, px.angle_deg],
    }
