"""Reconstruction of the skull from one to three planes, with uncertainty, biometry and placements of the planes."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import torch

from GenerativeModelsLib.errors import Caution, InputError
from GenerativeModelsLib.geometry.grids import Grid
from GenerativeModelsLib.geometry.surfaces import Surface
from GenerativeModelsLib.skull.infer.calibration import QUANTITIES
from GenerativeModelsLib.skull.infer.draws import FieldStatistics, field_statistics
from GenerativeModelsLib.skull.infer.model import SkullModel
from GenerativeModelsLib.skull.infer.typicality import measures_of, reasons_of
from GenerativeModelsLib.skull.locate.canonical import CanonicalPlane
from GenerativeModelsLib.skull.locate.checks import finding_warnings, refuse_without_head, size_warnings
from GenerativeModelsLib.skull.locate.facing import UprightPlane, conditions, upright_planes
from GenerativeModelsLib.skull.locate.locator import PLANES, HeadFinding, locate
from GenerativeModelsLib.skull.locate.outlines import NORMAL_90, outline, outline_band, recentred_on_ellipse
from GenerativeModelsLib.skull.locate.placement import Placement, place
from GenerativeModelsLib.skull.planes.image import PlaneImage
from GenerativeModelsLib.skull.shape.biometry import BiometryIntervals, Interval, measure
from GenerativeModelsLib.uncertainty.in_distribution import InDistribution

REFINEMENT = 3
"""Factor of the cubic-spline refinement of the mean distance before the surface is extracted."""

Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class PlaneResult:
    """The located head and the placement of one input plane."""

    image: PlaneImage
    finding: HeadFinding
    facing_certainty: float
    """Probability of the head's orientation against the opposite one, 0.5 to 1."""
    placement: Placement
    outline_mm: list[np.ndarray]
    """Closed polylines (K, 2), (u, v) in mm of the picture: the reconstructed surface cut by the placed picture."""
    band_mm: tuple[list[np.ndarray], list[np.ndarray]] | None = None
    """The same at the inner and outer bound of the 90 % interval of the surface; None without draws."""


@dataclass(frozen=True)
class Reconstruction:
    """A reconstructed skull in the head frame (LPS mm).

    Attributes
    ----------
    surface : closed, outward; point array `uncertainty_mm` (calibrated standard deviation along the normal; 0 without
        draws).
    grid, distance_mm : mean signed distance (z, y, x), negative inside.
    sd_mm : calibrated standard deviation of the distance on the same grid; None without draws.
    biometry : every measurement with sd and 90 % interval (None without draws).
    planes : by name, in the order axial, sagittal, coronal.
    in_distribution, warnings, device, seed, samples.
    seconds : by step.
    """

    surface: Surface
    grid: Grid
    distance_mm: np.ndarray
    sd_mm: np.ndarray | None
    biometry: BiometryIntervals
    planes: dict[str, PlaneResult]
    in_distribution: InDistribution
    warnings: tuple[str, ...]
    device: str
    seed: int
    samples: int
    seconds: dict[str, float]


def reconstruct(
    model: SkullModel,
    images: Mapping[str, PlaneImage],
    *,
    samples: int = 100,
    seed: int = 0,
    progress: Progress | None = None,
) -> Reconstruction:
    """Reconstruct the skull from its planes.

    Parameters
    ----------
    model
        From `load_skull_model`.
    images
        `axial` (required), `sagittal` and `coronal` (optional); pixels (rows, columns) with their spacing in mm.
    samples
        Number of draws from the conditional prior; 0 for only the mean, without uncertainty.
    seed
        Seed of the draws; the result is reproducible on the same device.
    progress
        Function called with a message and the completed share of the work.

    Raises
    ------
    InputError
        No axial plane, or no fetal head in a plane.
    """
    report_progress = progress or (lambda message, share: None)
    if "axial" not in images:
        raise InputError("The axial plane is missing: a reconstruction needs it; sagittal and coronal are optional.")
    warnings = [w for image in images.values() for w in image.warnings]
    start = time.perf_counter()
    report_progress("Finding the head", 0.1)
    findings = locate_all(model, images)
    size = findings["axial"].radius_mm
    upright = upright_planes(model.skull, images, findings, size, model.device)
    findings = {name: u.finding for name, u in upright.items()}
    planes = {name: u.plane for name, u in upright.items()}
    warnings += [w for name, u in upright.items() for w in finding_warnings(u.finding, images[name], u.certainty)]
    y = conditions([planes], model.device)
    report_progress("Reconstructing", 0.3)
    predicted = model.skull.predict(y, samples, torch.Generator().manual_seed(seed % 2**63))
    reconstructed = time.perf_counter()
    if predicted.draws is not None:
        report_progress("Measuring the draws", 0.5)
        statistics = field_statistics(model.basis, predicted.draws, size, spread=len(predicted.draws) > 1)
    else:
        statistics = field_statistics(model.basis, predicted.mean, size, spread=False)
    # Without poses, the pictures are taken to lie in the standard planes.
    poses = np.zeros(6 * len(PLANES)) if predicted.poses is None else predicted.poses[0].cpu().numpy()
    statistics, placements = _recentred(statistics, poses, planes, size)
    report_progress("Making the surface", 0.8)
    surface = _surface(statistics)
    value = measure(surface)
    head_size = value.hc_mm / (2 * np.pi)
    count = len(planes)
    sd_mm = None
    uncertainty = np.zeros(len(surface.points))
    if statistics.sd_mm is not None:
        sd_mm = model.surface_calibration.apply(statistics.sd_mm, count, head_size).astype(np.float32)
        uncertainty = _along_normals(sd_mm, statistics, surface)
    surface = surface.with_data(uncertainty_mm=uncertainty.astype(np.float32))
    biometry = _intervals(model, value, statistics, count)
    warnings += size_warnings(value)
    results = {
        name: _plane_result(images[name], upright[name], placements[name], surface, banded=sd_mm is not None)
        for name in planes
    }
    measures = measures_of(
        model, y, predicted.mean, findings, surface, {name: plane.outline_mm for name, plane in results.items()}
    )
    in_distribution = model.typical.judge(measures, reasons_of(measures))
    if in_distribution.verdict != "typical":
        warnings.append(Caution(_verdict_sentence(in_distribution), "verdict"))
    if sd_mm is None:
        why = "The model makes no draws" if samples > 1 else f"With samples {samples} there is no spread"
        nothing = f"{why}: the uncertainty is unknown and written as 0."
        warnings.append(Caution(nothing, "missing"))
    end = time.perf_counter()
    seconds = {"reconstruct": reconstructed - start, "uncertainty": end - reconstructed}
    return Reconstruction(
        surface,
        statistics.grid,
        statistics.mean_mm,
        sd_mm,
        biometry,
        results,
        in_distribution,
        tuple(warnings),
        str(model.device),
        seed,
        samples,
        seconds,
    )


def locate_all(model: SkullModel, images: Mapping[str, PlaneImage]) -> dict[str, HeadFinding]:
    """The located head of every plane, in the order of PLANES; raises InputError for a plane without a head."""
    findings = {}
    for name in PLANES:
        if name in images:
            image = images[name]
            finding = locate(model.locator, image.pixels, image.spacing_mm, name, str(model.device))
            findings[name] = refuse_without_head(finding, name, image)
    return findings


def _recentred(
    statistics: FieldStatistics, poses: np.ndarray, planes: Mapping[str, CanonicalPlane], size: float
) -> tuple[FieldStatistics, dict[str, Placement]]:
    """Move the origin of grid and placements to the centre of the outline in z = 0, which defines the head frame."""
    from GenerativeModelsLib.skull.shape.biometry import axial_outline
    from GenerativeModelsLib.skull.shape.ellipse import fit_ellipse

    ellipse = fit_ellipse(axial_outline(statistics.mean_mm, statistics.grid))
    by = np.array([-ellipse.centre[0], -ellipse.centre[1], 0.0])
    grid = replace(statistics.grid, origin_mm=tuple(np.asarray(statistics.grid.origin_mm) + by))
    placements = {
        name: place(name, poses[6 * k : 6 * k + 6], planes[name].window, size, by)
        for k, name in enumerate(PLANES)
        if name in planes
    }
    return replace(statistics, grid=grid), placements


def _surface(statistics: FieldStatistics) -> Surface:
    fine, grid = statistics.grid.refine(statistics.mean_mm, REFINEMENT)
    return Surface.from_field(fine, grid)


def _along_normals(sd_mm: np.ndarray, statistics: FieldStatistics, surface: Surface) -> np.ndarray:
    """Standard deviation of the surface along its normal: that of the distance divided by the mean distance's slope."""
    grid, step = statistics.grid, 0.5 * min(statistics.grid.spacing_mm)
    normals = surface.vertex_normals
    ahead = grid.sample(statistics.mean_mm, surface.points + step * normals)
    behind = grid.sample(statistics.mean_mm, surface.points - step * normals)
    slope = np.clip((ahead - behind) / (2 * step), 0.3, 1.5)
    return grid.sample(sd_mm, surface.points) / slope


def _intervals(model: SkullModel, value, statistics: FieldStatistics, planes: int) -> BiometryIntervals:
    found = {}
    for name in QUANTITIES:
        number = float(getattr(value, name))
        draws = np.array([getattr(draw, name) for draw in statistics.biometry])
        if len(draws) < 2:
            found[name] = Interval(number, None, None)
            continue
        sd = model.biometry_calibration.sd(name, float(draws.std(ddof=1)), number, planes)
        found[name] = Interval(number, sd, (number - NORMAL_90 * sd, number + NORMAL_90 * sd))
    return BiometryIntervals(**found)


def _plane_result(
    image: PlaneImage, upright: UprightPlane, placement: Placement, surface: Surface, *, banded: bool
) -> PlaneResult:
    placement = recentred_on_ellipse(placement, outline(surface, placement), upright.finding.ellipse)
    band = outline_band(surface, placement) if banded else None
    return PlaneResult(image, upright.finding, upright.certainty, placement, outline(surface, placement), band)


def _verdict_sentence(found: InDistribution) -> str:
    because = f": {'; '.join(found.reasons)}" if found.reasons else ""
    if found.verdict == "outside":
        return f"The input lies outside what the model was trained on{because}. Do not rely on the uncertainty shown."
    return f"The input is unusual for the model{because}. Read the result with care."
