"""Hearts at points of the top level with the detail of another heart: its lower levels, relative to their priors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import torch

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.heart.infer import code as heart_code
from GenerativeModelsLib.heart.shape.ray_batch import RayBatch

if TYPE_CHECKING:
    from GenerativeModelsLib.heart.infer.model import HeartModel

__all__ = ["codes_around", "own_detail", "whole_hearts"]


@torch.no_grad()
def own_detail(model: HeartModel, levels: Sequence[np.ndarray]) -> list[torch.Tensor]:
    """Distances (1, d_l) of the lower levels of a heart from their priors' means, in prior standard deviations.

    Parameters
    ----------
    levels
        Means of z_1 .. z_L of one heart, (1, d_l) each.
    """
    z = [model.tensor(values) for values in levels]
    priors = [model.net.prior(below, z[below + 1], z[below]) for below in range(len(z) - 1)]
    return [(own - prior.mu) / prior.sigma for own, prior in zip(z, priors)]


@torch.no_grad()
def codes_around(
    model: HeartModel,
    z_top: np.ndarray,
    detail: Sequence[torch.Tensor] | None = None,
    shifts: Sequence[np.ndarray] | None = None,
) -> np.ndarray:
    """Codes (N, `CODE_SIZE`) in mm of points z_top (N, d_L) of the top level, as the network decodes them.

    Parameters
    ----------
    detail
        Of `own_detail`, the same for all points; by default lower levels are at their priors' means.
    shifts
        (d_l,) of each lower level, z_1 first, added to its values in units of the latent space.
    """
    top = len(model.levels) - 1
    noise = None if detail is None else [offset.expand(len(z_top), -1) for offset in detail]
    moved = None if shifts is None else [model.tensor(shift) for shift in shifts]
    return model.net.from_level(top, [model.tensor(z_top)], noise, moved).cpu().double().numpy()


def whole_hearts(codes: np.ndarray) -> RayBatch:
    """Hearts (N, PHASES) of codes (N, `CODE_SIZE`).

    Raises
    ------
    InputError
        A code is no heart: its walls cross, or it is not finite.
    """
    if not heart_code.is_heart(codes).all():
        raise InputError(
            "There is no heart at this point of the latent space, the surfaces of its wall cross: choose one closer to "
            "the population."
        )
    return heart_code.decode(codes)
