"""Evaluation records of hearts: agreement with the measured and the true shape, volumes, verdicts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from GenerativeModelsLib.evaluation.heart.accuracy import ShapeAgreement, TrueShape, against_truth, true_shape
from GenerativeModelsLib.heart.measure.load import LoadedHeart
from GenerativeModelsLib.heart.shape.ray_batch import RayBatch
from GenerativeModelsLib.heart.shape.surfaces import heart_surface, thickness_figures
from GenerativeModelsLib.heart.shape.ventricle import Ventricle

if TYPE_CHECKING:
    from GenerativeModelsLib.evaluation.heart.baseline import HeartBaseline
    from GenerativeModelsLib.heart.infer.model import HeartModel

__all__ = ["PHASES", "HeartRecord", "ModelRecord", "Volumes", "heart_record"]

PHASES = ("ed", "es")


@dataclass(frozen=True)
class Volumes:
    """EDV, ESV and the myocardium at end diastole and end systole, in ml."""

    edv: float
    esv: float
    muscle_ed: float
    muscle_es: float

    @classmethod
    def of(cls, ed: Ventricle, es: Ventricle) -> Volumes:
        """Volumes below the base planes."""
        return cls(ed.cavity_ml, es.cavity_ml, ed.myocardium_ml, es.myocardium_ml)


@dataclass(frozen=True)
class ModelRecord:
    """Results of one model.

    Attributes
    ----------
    probability
        Probability of hypertrophic cardiomyopathy.
    z_top
        Latent point on the top level.
    verdict
        "typical", "unusual" or "outside"; empty if the model has no in-distribution check.
    measured, truth
        Agreement of the reconstruction by phase, with the shape in the label map, as in the paper, and with the true
        shape; empty if it is unknown.
    volumes
        Volumes of the reconstruction.
    """

    probability: float
    z_top: tuple[float, ...]
    verdict: str
    measured: Mapping[str, ShapeAgreement]
    truth: Mapping[str, ShapeAgreement]
    volumes: Volumes


@dataclass(frozen=True)
class HeartRecord:
    """Results of one heart; if its label maps were refused, `failure` is the reason and the rest is empty.

    Attributes
    ----------
    group
        Class or diagnosis.
    models
        Results by model name, such as "lvae" and "vae".
    seen
        Agreement of the measured shape with the true shape, by phase.
    measured, labelled, true
        Volumes from the rays, from the voxels, and of the true shape if known.
    wall_p95_mm, wall_max_mm
        95th percentile and maximum of the measured wall at end diastole; NaN if not requested.
    base_mm
        Height of the estimated base plane above the true one, by phase, if known.
    """

    name: str
    group: str
    failure: str = ""
    models: Mapping[str, ModelRecord] = field(default_factory=dict)
    seen: Mapping[str, ShapeAgreement] = field(default_factory=dict)
    measured: Volumes | None = None
    labelled: Volumes | None = None
    true: Volumes | None = None
    wall_p95_mm: float = float("nan")
    wall_max_mm: float = float("nan")
    base_mm: Mapping[str, float] = field(default_factory=dict)


def heart_record(
    name: str,
    group: str,
    loaded: LoadedHeart,
    models: Mapping[str, HeartModel | HeartBaseline],
    *,
    truth: Mapping[str, TrueShape] | None = None,
    true_volumes: Volumes | None = None,
    base_mm: Mapping[str, float] | None = None,
    wall: bool = False,
) -> HeartRecord:
    """Record of a heart that was read from its label maps at both phases.

    Parameters
    ----------
    truth
        True shapes by phase, if known.
    wall
        Whether to measure the wall.
    """
    phases = loaded.phases
    truth = truth or {}
    shown = {p: true_shape(phase.ventricle, phase.frame) for p, phase in phases.items()}
    figures = thickness_figures(heart_surface(loaded.ed.ventricle)) if wall else None
    return HeartRecord(
        name,
        group,
        models={key: _answer(model, loaded, shown, truth) for key, model in models.items()},
        seen={p: against_truth(phases[p].ventricle, phases[p].frame, shape) for p, shape in truth.items()},
        measured=Volumes.of(loaded.ed.ventricle, loaded.es.ventricle),
        labelled=Volumes(loaded.ed.cavity_ml, loaded.es.cavity_ml, loaded.ed.myocardium_ml, loaded.es.myocardium_ml),
        true=true_volumes,
        wall_p95_mm=figures.p95 if wall else float("nan"),
        wall_max_mm=figures.max if wall else float("nan"),
        base_mm=base_mm or {},
    )


def _answer(
    model: HeartModel | HeartBaseline,
    loaded: LoadedHeart,
    shown: Mapping[str, TrueShape],
    truth: Mapping[str, TrueShape],
) -> ModelRecord:
    frames = {p: phase.frame for p, phase in loaded.phases.items()}
    placed = model.place(RayBatch.of([loaded.heart]))
    rebuilt = model.reconstruct(placed)
    found = {p: rebuilt.ventricle(0, number) for number, p in enumerate(PHASES)}
    return ModelRecord(
        probability=float(placed.hcm_probability[0]),
        z_top=tuple(float(v) for v in np.asarray(placed.z_top[0])),
        verdict=placed.in_distribution[0].verdict if placed.in_distribution else "",
        measured={p: against_truth(found[p], frames[p], shape) for p, shape in shown.items()},
        truth={p: against_truth(found[p], frames[p], shape) for p, shape in truth.items()},
        volumes=Volumes.of(found["ed"], found["es"]),
    )
