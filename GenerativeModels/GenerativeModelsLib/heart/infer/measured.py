"""What is measured on a heart and on the model's reconstruction of it; no files."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from GenerativeModelsLib.geometry.surfaces import Surface
from GenerativeModelsLib.heart.shape.agreement import Agreement, agreement
from GenerativeModelsLib.heart.shape.ray_batch import RayBatch
from GenerativeModelsLib.heart.shape.surfaces import ThicknessFigures, heart_surface, thickness_figures
from GenerativeModelsLib.heart.shape.thickness import thickness_maps
from GenerativeModelsLib.heart.shape.ventricle import DENSITY_G_PER_ML, Ventricle

if TYPE_CHECKING:
    from GenerativeModelsLib.heart.infer.model import HeartModel, Placed
    from GenerativeModelsLib.heart.measure.frame import HeartFrame
    from GenerativeModelsLib.heart.measure.load import LoadedHeart, LoadedPhase

UNUSUAL_SHAPE = "The shape of this heart is "
"""How the warning on the model's verdict begins, which the report words in its own way."""
MANY_MENDED = 0.02
"""Of the points of the wall: more are worth a warning."""
_VERDICTS = {"unusual": "unusual for", "outside": "outside"}
__all__ = ["UNUSUAL_SHAPE", "MeasuredHeart", "MeasuredPhase", "measure_heart", "rays_of"]


@dataclass(frozen=True, eq=False)
class MeasuredPhase:
    """One phase.

    Attributes
    ----------
    cavity_ml, myocardium_ml
        Of the labelled voxels.
    frame
        The heart frame in the patient's LPS mm.
    surface, reconstruction
        As labelled and as the model has it, meshes of `heart_surface` in the heart frame.
    thickness, reconstruction_thickness
        Figures over them.
    agreement
        Of the reconstruction with the labelled shape.
    mended_share
        Share of the labelled wall's points that have their neighbours' thickness, see `ThicknessMaps`.
    """

    cavity_ml: float
    myocardium_ml: float
    frame: HeartFrame
    surface: Surface
    thickness: ThicknessFigures
    reconstruction: Surface
    reconstruction_thickness: ThicknessFigures
    agreement: Agreement
    mended_share: float


@dataclass(frozen=True, eq=False)
class MeasuredHeart:
    """A heart, both phases or end diastole alone.

    Attributes
    ----------
    placed
        Where the model places it; batch of one.
    warnings
        Sentences of the label maps and of the measurements.
    seconds
        By step.
    """

    ed: MeasuredPhase
    es: MeasuredPhase | None
    placed: Placed
    warnings: tuple[str, ...]
    seconds: dict[str, float]

    @property
    def phases(self) -> dict[str, MeasuredPhase]:
        """Those that are there, by "ed" and "es"."""
        return {"ed": self.ed} if self.es is None else {"ed": self.ed, "es": self.es}

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
        """Of the labelled myocardium at end diastole, at 1.05 g/ml."""
        return DENSITY_G_PER_ML * self.ed.myocardium_ml


def measure_heart(
    loaded: LoadedHeart, model: HeartModel, progress: Callable[[str, float], None] | None = None
) -> MeasuredHeart:
    """Place a heart in the model's latent space and measure it and its reconstruction.

    Parameters
    ----------
    loaded
        From `loading.load_hearts`, or from arrays by `labels.label_map_from_array` and `loading.heart_from_maps`.
    model
        From `heart_model.load_heart_model`.
    """
    tell = progress or (lambda message, share: None)
    start = time.perf_counter()
    tell("placing the heart in the latent space", 0.0)
    phases = {"ed": loaded.ed} if loaded.es is None else {"ed": loaded.ed, "es": loaded.es}
    placed = model.place(rays_of(loaded), es_present=loaded.es is not None)
    rebuilt = model.reconstruct(placed)
    placed_at = time.perf_counter()
    measured = {}
    for number, (name, phase) in enumerate(phases.items()):
        tell(f"measuring the wall at {'end diastole' if name == 'ed' else 'end systole'}", (1 + 2 * number) / 5)
        measured[name] = _measured(phase, rebuilt.ventricle(0, number))
    seconds = {"encode": placed_at - start, "measure": time.perf_counter() - placed_at}
    warnings = (*loaded.warnings, *_wall_warnings(measured), *_model_warnings(placed))
    return MeasuredHeart(measured["ed"], measured.get("es"), placed, warnings, seconds)


def _wall_warnings(phases: dict[str, MeasuredPhase]) -> list[str]:
    worst = max(phase.mended_share for phase in phases.values())
    if worst < MANY_MENDED:
        return []
    return [
        f"The labelled wall is ragged: at {100 * worst:.0f} % of its points the way through it could not be followed, "
        "and its thickness there is that of the neighbouring points."
    ]


def _model_warnings(placed: Placed) -> list[str]:
    """Why the probability and the reconstruction should be read with care."""
    found = []
    if not placed.es_present:
        found.append(
            "The probability of hypertrophic cardiomyopathy was read from end diastole alone, which says less than "
            "both phases."
        )
    judged = placed.in_distribution[0]
    if judged.verdict != "typical":
        verdict = f"{UNUSUAL_SHAPE}{_VERDICTS[judged.verdict]} the population the model was trained on."
        found.append(" ".join([verdict, *judged.reasons]))
    return found


def rays_of(loaded: LoadedHeart) -> RayBatch:
    """(1, 2) shapes; a missing end systole repeats end diastole, which the model is told to leave aside."""
    phases = (loaded.ed, loaded.es or loaded.ed)
    stacked = (np.array([[getattr(phase.ventricle, name) for phase in phases]]) for name in RayBatch.FIELDS)
    return RayBatch(*stacked)


def _measured(phase: LoadedPhase, rebuilt: Ventricle) -> MeasuredPhase:
    maps = thickness_maps(phase.ventricle)
    surface, reconstruction = heart_surface(phase.ventricle, maps), heart_surface(rebuilt)
    return MeasuredPhase(
        cavity_ml=phase.cavity_ml,
        myocardium_ml=phase.myocardium_ml,
        frame=phase.frame,
        surface=surface,
        thickness=thickness_figures(surface),
        reconstruction=reconstruction,
        reconstruction_thickness=thickness_figures(reconstruction),
        agreement=agreement(rebuilt, phase.ventricle),
        mended_share=maps.mended_share,
    )
