"""What the nets of one training make of held-out simulated hearts: shapes, classes, use of the latents."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch

from GenerativeModelsLib.heart.infer.code import decode, encode
from GenerativeModelsLib.heart.shape.ray_batch import RayBatch
from GenerativeModelsLib.heart.shape.ventricle import ray_directions
from GenerativeModelsLib.models.ladder_vae import LadderVAE
from GenerativeModelsLib.training.heart.bank import LabelledHearts
from GenerativeModelsLib.training.heart.data import heart_features
from GenerativeModelsLib.training.heart.module import ACTIVE_NATS

__all__ = ["area_under_curve", "heart_figures", "myocardial_dice"]


def heart_figures(nets: Mapping[str, LadderVAE], hearts: LabelledHearts, seed: int) -> dict[str, dict[str, float]]:
    """Figures by net and name.

    Shapes are those of the mean reconstruction of faultless hearts; classes are told from hearts with the errors of
    label maps. Dice is that of `myocardial_dice`; `evaluation` has the one of voxels.
    """
    found = {}
    label = hearts.label
    for name, net in nets.items():
        features = heart_features(net, hearts, 1, seed)
        present = torch.ones(len(label), 2, dtype=torch.bool)
        levels = net.descend(net.estimate(features.seen[0, 0], present), [None] * len(net.latents))
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
        for key, both in (("", True), ("_ed_alone", False)):
            present = torch.tensor([[True, both]]).expand(len(label), 2)
            observed = net.descend(net.estimate(features.seen[1, 0 if both else 1], present), [None] * len(net.latents))
            logits = net.classify(observed[-1].z).double().numpy()
            logit = logits[:, 1] - logits[:, 0]
            figures[f"accuracy{key}"] = np.mean((logit > 0) == (label == 1))
            figures[f"auc{key}"] = area_under_curve(logit, label)
        for k, level in enumerate(levels, start=1):
            kl = level.posterior.kl(level.prior).mean(0)
            figures |= {f"kl_{k}_nats": float(kl.sum()), f"active_units_{k}": int((kl > ACTIVE_NATS).sum())}
        found[name] = {key: round(float(value), 4) for key, value in figures.items()}
    return found


def myocardial_dice(one: RayBatch, other: RayBatch) -> np.ndarray:
    """(N, 2) overlap of two myocardia along their rays, each length weighted by the distance from the long axis.

    For shapes of like reach it is close to the overlap of volumes.
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
