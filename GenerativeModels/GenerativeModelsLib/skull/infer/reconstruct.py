"""Reconstruction of the skull from one to three planes, with uncertainty, biometry and placements of the planes."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import torch

from GenerativeModelsLib.errors import Caution, InputError
from GenerativeModelsLib.geometry.grids import Grid
from GenerativeModelsLib.geometry.surfaces import Surface
from GenerativeModelsLib.language import said
from GenerativeModelsLib.skull.corrections import NO_CORRECTION, PlaneCorrection
from GenerativeModelsLib.skull.infer.calibration import QUANTITIES
from GenerativeModelsLib.skull.infer.draws import DrawnShapes, FieldStatistics, field_statistics
from GenerativeModelsLib.skull.infer.find_heads import FoundPlane, find_heads
from GenerativeModelsLib.skull.infer.imagined_plane import ImaginedPlane
from GenerativeModelsLib.skull.infer.model import SkullModel
from GenerativeModelsLib.skull.infer.typicality import measures_of, reasons_of, shape_vector
from GenerativeModelsLib.skull.infer.variant_shape import resemblance, variant_ranks
from GenerativeModelsLib.skull.locate.canonical import CanonicalPlane
from GenerativeModelsLib.skull.locate.checks import size_warnings
from GenerativeModelsLib.skull.locate.facing import UprightPlane, conditions
from GenerativeModelsLib.skull.locate.locator import PLANES, HeadFinding
from GenerativeModelsLib.skull.locate.outlines import NORMAL_90, outline, outline_band, recentred_on_ellipse
from GenerativeModelsLib.skull.locate.placement import Placement, place
from GenerativeModelsLib.skull.planes.image import PlaneImage
from GenerativeModelsLib.skull.shape.biometry import BiometryIntervals, Interval, measure
from GenerativeModelsLib.uncertainty.in_distribution import InDistribution

Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class PlaneResult:
    """The located head and the placement of one input plane."""

    image: PlaneImage
    finding: HeadFinding
    facing_certainty: float
    """Probability of the head's orientation against the opposite one, 0.5 to 1; below 0.5 if the user turned it."""
    placement: Placement
    outline_mm: list[np.ndarray]
    """Closed polylines (K, 2), (u, v) in mm of the picture: the reconstructed surface cut by the placed picture."""
    band_mm: tuple[list[np.ndarray], list[np.ndarray]] | None = None
    """The same at the inner and outer bound of the 90 % interval of the surface; None without draws."""
    correction: PlaneCorrection = NO_CORRECTION
    uncorrected: UprightPlane | None = None
    """What was found without the correction; None if nothing was, or without a correction."""


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
    variants : by shape variant, the share of usual heads that resemble it less.
    in_distribution, warnings, device, seed, samples.
    seconds : by step.
    drawn : the draws of the shape; None where there is no spread.
    imagined : by name, pictures of planes that were not given; empty unless asked for.
    """

    surface: Surface
    grid: Grid
    distance_mm: np.ndarray
    sd_mm: np.ndarray | None
    biometry: BiometryIntervals
    planes: dict[str, PlaneResult]
    in_distribution: InDistribution
    variants: dict[str, float]
    warnings: tuple[str, ...]
    device: str
    seed: int
    samples: int
    seconds: dict[str, float]
    drawn: DrawnShapes | None = None
    imagined: Mapping[str, ImaginedPlane] = field(default_factory=dict)


def reconstruct(
    model: SkullModel,
    images: Mapping[str, PlaneImage],
    *,
    samples: int = 100,
    seed: int = 0,
    corrections: Mapping[str, PlaneCorrection] | None = None,
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
    corrections
        Corrections of the user, by plane.
    progress
        Function called with a message and the completed share of the work.

    Raises
    ------
    InputError
        No axial plane, no fetal head in a plane, or a correction that does not fit it.
    """
    report_progress = progress or (lambda message, share: None)
    if "axial" not in images:
        raise InputError("The axial plane is missing: a reconstruction needs it; sagittal and coronal are optional.")
    warnings = [w for image in images.values() for w in image.warnings]
    start = time.perf_counter()
    report_progress("Finding the head", 0.1)
    found = find_heads(model, images, corrections or {})
    findings = {name: plane.upright.finding for name, plane in found.items()}
    size = findings["axial"].radius_mm
    planes = {name: plane.upright.plane for name, plane in found.items()}
    warnings += [warning for plane in found.values() for warning in plane.warnings]
    y = conditions([planes], model.device)
    report_progress("Reconstructing", 0.3)
    predicted = model.skull.predict(y, samples, torch.Generator().manual_seed(seed % 2**63))
    predicted = model.size_calibration.apply(predicted, len(planes))
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
    surface = statistics.surface()
    value = measure(surface)
    head_size = value.hc_mm / (2 * np.pi)
    count = len(planes)
    sd_mm = None
    uncertainty = np.zeros(len(surface.points))
    if statistics.sd_mm is not None:
        sd_mm = _calibrated(model, statistics, count, head_size)
        uncertainty = statistics.along_normals(sd_mm, surface)
    surface = surface.with_data(uncertainty_mm=uncertainty.astype(np.float32))
    biometry = _intervals(model, value, statistics, count)
    beyond = size_warnings(value)
    warnings += beyond
    results = {
        name: _plane_result(images[name], found[name], placements[name], surface, banded=sd_mm is not None)
        for name in planes
    }
    outlines = {name: plane.outline_mm for name, plane in results.items()}
    measures = measures_of(model, planes, predicted.mean, findings, surface, outlines)
    for name, plane in found.items():
        if plane.correction.ellipse is not None:
            del measures[f"{name} head"]  # how sure the locator is of a head that was given says nothing
    variants = variant_ranks(model.variants, shape_vector(predicted.mean[0]))
    outside = [said("the head is smaller or larger than those of the training")] if beyond else []
    in_distribution = model.typical.judge(measures, reasons_of(measures), resemblance(variants), outside)
    if in_distribution.verdict != "typical":
        warnings.append(Caution(_verdict_sentence(in_distribution), "verdict"))
    if sd_mm is None:
        nothing = (
            said("The model makes no draws: the uncertainty is unknown and written as 0.")
            if samples > 1
            else said(
                "With samples {samples:d} there is no spread: the uncertainty is unknown and written as 0.",
                samples=samples,
            )
        )
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
        variants,
        tuple(warnings),
        str(model.device),
        seed,
        samples,
        seconds,
        None if sd_mm is None else statistics.drawn,
    )


def _recentred(
    statistics: FieldStatistics, poses: np.ndarray, planes: Mapping[str, CanonicalPlane], size: float
) -> tuple[FieldStatistics, dict[str, Placement]]:
    """Move the origin of grid and placements to the centre of the outline in z = 0, which defines the head frame."""
    statistics, by = statistics.recentred()
    placements = {
        name: place(name, poses[6 * k : 6 * k + 6], planes[name].window, size, by)
        for k, name in enumerate(PLANES)
        if name in planes
    }
    return statistics, placements


def _calibrated(model: SkullModel, statistics: FieldStatistics, planes: int, head_size_mm: float) -> np.ndarray:
    """Calibrated standard deviation (z, y, x) of the distance in mm."""
    sd_mm = model.surface_calibration.apply(statistics.sd_mm, planes, head_size_mm)
    if model.head_calibration is not None:
        sd_mm = model.head_calibration.surface(sd_mm, statistics.grid.points(), planes, head_size_mm)
    return sd_mm.astype(np.float32)


def _intervals(model: SkullModel, value, statistics: FieldStatistics, planes: int) -> BiometryIntervals:
    found = {}
    for name in QUANTITIES:
        number = float(getattr(value, name))
        draws = np.array([getattr(draw, name) for draw in statistics.biometry])
        if len(draws) < 2:
            found[name] = Interval(number, None, None)
            continue
        sd = model.biometry_calibration.sd(name, float(draws.std(ddof=1)), number, planes)
        if name == "head_volume_ml" and model.head_calibration is not None:
            sd = model.head_calibration.volume_sd(sd, number, planes)
        found[name] = Interval(number, sd, (number - NORMAL_90 * sd, number + NORMAL_90 * sd))
    return BiometryIntervals(**found)


def _plane_result(
    image: PlaneImage, found: FoundPlane, placement: Placement, surface: Surface, *, banded: bool
) -> PlaneResult:
    finding, certainty = found.upright.finding, found.upright.certainty
    placement = recentred_on_ellipse(placement, outline(surface, placement), finding.ellipse)
    band, line = outline_band(surface, placement) if banded else None, outline(surface, placement)
    return PlaneResult(image, finding, certainty, placement, line, band, found.correction, found.uncorrected)


def _verdict_sentence(found: InDistribution) -> str:
    reasons = "; ".join(found.reasons)
    if found.verdict == "outside":
        if not reasons:
            return said("The input lies outside what the model was trained on. Do not rely on the uncertainty shown.")
        return said(
            "The input lies outside what the model was trained on: {reasons_list}. Do not rely on the uncertainty "
            "shown.",
            reasons_list=reasons,
        )
    if not reasons:
        return said("The input is unusual for the model. Read the result with care.")
    return said("The input is unusual for the model: {reasons_list}. Read the result with care.", reasons_list=reasons)
