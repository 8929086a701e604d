"""Figures of trained nets on held-out simulated hearts: reconstruction, classification, active latents."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from GenerativeModelsLib.heart.infer.code import BOTH_PHASES, ED_ALONE, decode, encode
from GenerativeModelsLib.heart.shape.ray_batch import RayBatch
from GenerativeModelsLib.heart.shape.ventricle import ray_directions
from GenerativeModelsLib.models.ladder_vae import LadderLevel, LadderVAE
from GenerativeModelsLib.training.heart.bank import LabelledHearts
from GenerativeModelsLib.training.heart.data import WAYS, HeartFeatures, heart_features
from GenerativeModelsLib.training.heart.module import ACTIVE_NATS

__all__ = ["area_under_curve", "heart_figures", "myocardial_dice"]


def heart_figures(nets: Mapping[str, LadderVAE], hearts: LabelledHearts, seed: int) -> dict[str, dict[str, float]]:
    """Figures by net and name.

    Reconstruction figures are of the mean reconstruction of error-free hearts, classification figures of hearts with
    the errors of label maps. Dice is `myocardial_dice`; `evaluation` has the Dice of voxels.
    """
    found = {}
    label = hearts.label
    for name, net in nets.items():
        features = heart_features(net, hearts, 1, seed)
        levels = _levels(net, features, 0, BOTH_PHASES)
        rebuilt = decode(net.decode([level.z for level in levels]).double().numpy())
        true = decode(encode(hearts.rays))
        dice = myocardial_dice(rebuilt, true)
        error = rebuilt.endo_mm - true.endo_mm, rebuilt.epi_mm - true.epi_mm
        figures = {
            "dice_ed": dice[:, 0].mean(),
            "dice_es": dice[:, 1].mean(),
            "rms_mm": np.sqrt(np.mean([e**2 for e in error])),
            "edv_error": np.abs(rebuilt.cavity_ml / true.cavity_ml - 1)[:, 0].mean(),
            "esv_error": np.abs(rebuilt.cavity_ml / true.cavity_ml - 1)[:, 1].mean(),
            "mass_error": np.abs(rebuilt.myocardium_ml / true.myocardium_ml - 1)[:, 0].mean(),
        }
        for key, way in (("", BOTH_PHASES), ("_ed_alone", ED_ALONE)):
            observed = _levels(net, features, 1, way)
            logits = net.classify(observed[-1].z).double().numpy()
            logit = logits[:, 1] - logits[:, 0]
            figures[f"accuracy{key}"] = np.mean((logit > 0) == (label == 1))
            figures[f"auc{key}"] = area_under_curve(logit, label)
        for k, level in enumerate(levels, start=1):
            kl = level.posterior.kl(level.prior).mean(0)
            figures |= {f"kl_{k}_nats": float(kl.sum()), f"active_units_{k}": int((kl > ACTIVE_NATS).sum())}
        found[name] = {key: round(float(value), 4) for key, value in figures.items()}
    return found


def _levels(net: LadderVAE, features: HeartFeatures, view: int, way: str) -> list[LadderLevel]:
    """Means of all levels of hearts in one view, from the phases of an entry of `WAYS`."""
    present = features.present[WAYS[way]].expand(len(features.label), -1)
    return net.descend(net.estimate(features.seen[view, WAYS[way]], present), [None] * len(net.latents))


def myocardial_dice(one: RayBatch, other: RayBatch) -> np.ndarray:
    """(...,) overlap of two myocardia along their rays, each length weighted by the distance from the long axis.

    For shapes of similar reach it is close to the overlap of volumes.
    """
    flat = np.hypot(ray_directions()[..., 0], ray_directions()[..., 1])
    weight = 0.25 * (one.endo_mm + one.epi_mm + other.endo_mm + other.epi_mm) * flat
    inner, outer = np.maximum(one.endo_mm, other.endo_mm), np.minimum(one.epi_mm, other.epi_mm)
    shared = np.maximum(outer - inner, 0) * weight
    total = ((one.epi_mm - one.endo_mm) + (other.epi_mm - other.endo_mm)) * weight
    return 2 * shared.sum(axis=(-2, -1)) / total.sum(axis=(-2, -1))


def area_under_curve(score: np.ndarray, label: np.ndarray) -> float:
    """Probability that a positive case scores higher than a negative one; ties count half."""
    positive, negative = score[label == 1][:, None], score[label == 0]
    return float(np.mean((positive > negative) + 0.5 * (positive == negative)))
