"""Gradient walks of a heart through the top level of the latent space (Biffi et al. 2018)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from GenerativeModelsLib.heart.infer import code as heart_code
from GenerativeModelsLib.heart.infer.detail import codes_around, own_detail, whole_hearts
from GenerativeModelsLib.heart.infer.model import HeartModel, Placed, class_index
from GenerativeModelsLib.heart.shape.ray_batch import RayBatch

__all__ = ["Walk", "walk", "walk_from"]

LONGEST_STEP = 0.25
"""Longest step of a walk, in standard deviations of the population's top level."""


@dataclass(frozen=True, eq=False)
class Walk:
    """A walk of a heart towards another class.

    Attributes
    ----------
    z_top : (S, d_L) path on the top level, the start first.
    hcm_probability : (S,)
    hearts : (S, PHASES) shapes.
    at_border : whether the walk ended at the border of the population or of the hearts, not with its last step.
    """

    z_top: np.ndarray
    hcm_probability: np.ndarray
    hearts: RayBatch
    at_border: bool


def walk(model: HeartModel, heart: RayBatch | Placed, towards: str, steps: int = 30, step_size: float = 0.1) -> Walk:
    """Walk one heart to another class; see `walk_from`.

    Raises
    ------
    InputError
        The model's reconstruction of the heart is no heart.
    ValueError
        There is more than one heart, or `towards` is not a class.
    """
    placed = heart if isinstance(heart, Placed) else model.place(heart)
    if len(placed.z_top) != 1:
        raise ValueError(f"{len(placed.z_top)} hearts given, expected one to walk with.")
    return walk_from(model, placed.levels, placed.present, towards, steps, step_size)


def walk_from(
    model: HeartModel,
    levels: Sequence[np.ndarray],
    present: np.ndarray,
    towards: str,
    steps: int = 30,
    step_size: float = 0.1,
) -> Walk:
    """Walk to another class along the gradient, mu_t = mu_{t-1} + lambda dy / dmu (Biffi et al. 2018).

    y is the logit of the class against the other, `step_size` is lambda; a step is at most `LONGEST_STEP`. Each lower
    level keeps its distance from its prior's mean, in standard deviations, which preserves the detail of the heart. The
    walk ends at the border of the population (`LatentDensity.limit`), or where the walls of the shape would cross; a
    heart that starts beyond the border may only move to higher density.

    Parameters
    ----------
    levels
        Means of z_1 .. z_L of the heart, (1, d_l) each.
    present
        (1, PHASES) bool, the phases that they were read from.

    Raises
    ------
    InputError
        There is no heart at the start.
    ValueError
        `towards` is not a class.
    """
    sign = 1.0 if class_index(towards) == 1 else -1.0
    density, longest = model.typical.density, LONGEST_STEP * model.spread[-1]
    way, at_border = [levels[-1][0]], False
    for _ in range(steps):
        step = step_size * sign * _class_gradient(model, way[-1])
        step = step / max(1.0, float(np.abs(step / longest).max()))
        here, there = density.log_density(np.stack([way[-1], way[-1] + step]))
        if there < min(density.limit, here):
            at_border = True
            break
        way.append(way[-1] + step)
    z = np.stack(way)
    codes = codes_around(model, z, own_detail(model, levels))
    whole = heart_code.is_heart(codes)
    if not whole.all():
        count = max(1, int(np.argmin(whole)))
        z, codes, at_border = z[:count], codes[:count], True
    return Walk(z, model.probability(z, present), whole_hearts(codes), at_border)


def _class_gradient(model: HeartModel, z: np.ndarray) -> np.ndarray:
    """d (logit of hcm over healthy) / d z_top, (d,)."""
    with torch.enable_grad():
        point = model.tensor(z[None]).requires_grad_(True)
        logits = model.net.classify(point)[0]
        (gradient,) = torch.autograd.grad(logits[1] - logits[0], point)
    return gradient[0].cpu().double().numpy()
