"""Measurements of a heart and of the model's reconstruction of it; reads and writes no files."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from GenerativeModelsLib.errors import Caution
from GenerativeModelsLib.geometry.surfaces import Surface
from GenerativeModelsLib.heart.infer.apex import apex_cautions, completed, measured_part
from GenerativeModelsLib.heart.infer.code import PHASE_NAMES, PHASE_WORDS, PHASES
from GenerativeModelsLib.heart.shape.agreement import Agreement, agreement
from GenerativeModelsLib.heart.shape.ray_batch import RayBatch
from GenerativeModelsLib.heart.shape.surfaces import ThicknessFigures, heart_surface, thickness_figures
from GenerativeModelsLib.heart.shape.thickness import thickness_maps
from GenerativeModelsLib.heart.shape.ventricle import DENSITY_G_PER_ML, Ventricle
from GenerativeModelsLib.language import N_, said

if TYPE_CHECKING:
    from GenerativeModelsLib.heart.infer.model import HeartModel, Placed
    from GenerativeModelsLib.heart.measure.apex import OpenApex
    from GenerativeModelsLib.heart.measure.frame import HeartFrame
    from GenerativeModelsLib.heart.measure.load import LoadedHeart, LoadedPhase

MANY_MENDED = 0.02
"""Share of interpolated points of the wall above which a warning is given."""
_VERDICTS = {
    "unusual": N_("The shape of this heart is unusual for the population the model was trained on."),
    "outside": N_("The shape of this heart is outside the population the model was trained on."),
}
__all__ = ["MeasuredHeart", "MeasuredPhase", "measure_heart", "rays_of"]


@dataclass(frozen=True, eq=False)
class MeasuredPhase:
    """Measurements of one phase.

    Attributes
    ----------
    cavity_ml, myocardium_ml
        Volumes of the labelled voxels.
    apex
        Where the stack ends before the apex, which is then the model's; None if it does not.
    frame
        The heart frame in the patient's LPS mm.
    surface, reconstruction
        Labelled and reconstructed surface, meshes of `heart_surface` in the heart frame; the labelled one has no
        thickness beyond a stack that ends before the apex.
    thickness, reconstruction_thickness
        Thickness figures of these meshes.
    agreement
        Agreement of the reconstruction with the labelled shape.
    mended_share
        Share of the labelled wall's points with interpolated thickness, see `ThicknessMaps`.
    """

    cavity_ml: float
    myocardium_ml: float
    apex: OpenApex | None
    frame: HeartFrame
    surface: Surface
    thickness: ThicknessFigures
    reconstruction: Surface
    reconstruction_thickness: ThicknessFigures
    agreement: Agreement
    mended_share: float


@dataclass(frozen=True, eq=False)
class MeasuredHeart:
    """Measurements of a heart, at both phases or at end diastole alone.

    Attributes
    ----------
    loaded
        The heart as it was measured: with its slices moved, if they were realigned, and the model's apex.
    phases
        Given phases by "ed" and "es", in the order of time.
    placed
        Position in the latent space; batch of one.
    warnings
        Warnings on the label maps and the measurements.
    seconds
        Seconds by step.
    """

    loaded: LoadedHeart
    phases: Mapping[str, MeasuredPhase]
    placed: Placed
    warnings: tuple[str, ...]
    seconds: dict[str, float]

    @property
    def ed(self) -> MeasuredPhase:
        """End diastole."""
        return self.phases["ed"]

    @property
    def es(self) -> MeasuredPhase | None:
        """End systole; None if it was not given."""
        return self.phases.get("es")

    @property
    def edv_ml(self) -> float:
        """End-diastolic volume."""
        return self.ed.cavity_ml

    @property
    def esv_ml(self) -> float | None:
        """End-systolic volume."""
        return None if self.es is None else self.es.cavity_ml

    @property
    def ef_percent(self) -> float | None:
        """Ejection fraction."""
        return None if self.es is None else 100 * (1 - self.es.cavity_ml / self.ed.cavity_ml)

    @property
    def myocardial_mass_g(self) -> float:
        """Mass of the labelled myocardium at end diastole, at 1.05 g/ml."""
        return DENSITY_G_PER_ML * self.ed.myocardium_ml


def measure_heart(
    loaded: LoadedHeart, model: HeartModel, progress: Callable[[str, float], None] | None = None
) -> MeasuredHeart:
    """Place a heart in the model's latent space and measure the heart and its reconstruction.

    Parameters
    ----------
    loaded
        From `measure.load.load_hearts`, or from arrays by `labels.label_map.label_map_from_array` and
            `measure.load.heart_from_maps`.
        model
            From `infer.model.load_heart_model`.
    """
    report_progress = progress or (lambda message, share: None)
    start = time.perf_counter()
    report_progress("placing the heart in the latent space", 0.0)
    loaded = completed(loaded, model)
    placed = model.place(rays_of(loaded))
    rebuilt = model.reconstruct(placed)
    placed_at = time.perf_counter()
    measured = {}
    for number, name in enumerate(PHASE_NAMES):
        if name in loaded.phases:
            report_progress(f"measuring the wall at {PHASE_WORDS[name]}", (1 + 2 * number) / (1 + 2 * PHASES))
            measured[name] = _measured(loaded.phases[name], rebuilt.ventricle(0, number))
    seconds = {"encode": placed_at - start, "measure": time.perf_counter() - placed_at}
    warnings = (*loaded.warnings, *apex_cautions(loaded), *_wall_warnings(measured), *_model_warnings(placed))
    return MeasuredHeart(loaded, measured, placed, warnings, seconds)


def _wall_warnings(phases: dict[str, MeasuredPhase]) -> list[str]:
    worst = max(phase.mended_share for phase in phases.values())
    if worst < MANY_MENDED:
        return []
    return [
        said(
            "The labelled wall is irregular: at {share:.0f} % of its points the thickness could not be measured, and "
            "is that of the neighbouring points.",
            share=100 * worst,
        )
    ]


def _model_warnings(placed: Placed) -> list[str]:
    """Warnings on the probability and the reconstruction."""
    found = []
    if not placed.present.all():
        found.append(
            said(
                "The probability of hypertrophic cardiomyopathy was read from end diastole alone, which is less "
                "accurate than from both phases."
            )
        )
    judged = placed.in_distribution[0]
    if judged.verdict != "typical":
        found.append(Caution(" ".join([_VERDICTS[judged.verdict], *judged.reasons]), "verdict"))
    return found


def rays_of(loaded: LoadedHeart) -> RayBatch:
    """(1, PHASES) shapes in the order of the model's code; `present` is False for a phase that was not given."""
    phases = (loaded.phases.get(name) for name in PHASE_NAMES)
    return RayBatch.of_phases([[None if phase is None else phase.ventricle for phase in phases]])


def _measured(phase: LoadedPhase, rebuilt: Ventricle) -> MeasuredPhase:
    maps = thickness_maps(phase.ventricle)
    surface, reconstruction = measured_part(heart_surface(phase.ventricle, maps), phase), heart_surface(rebuilt)
    return MeasuredPhase(
        cavity_ml=phase.cavity_ml,
        myocardium_ml=phase.myocardium_ml,
        apex=phase.apex,
        frame=phase.frame,
        surface=surface,
        thickness=thickness_figures(surface),
        reconstruction=reconstruction,
        reconstruction_thickness=thickness_figures(reconstruction),
        agreement=agreement(rebuilt, phase.ventricle),
        mended_share=maps.mended_share,
    )
