"""Losses of the voxel models, in the units of HiREC-CVAE's mean path, and errors on held-out heads.

A loss of 1/2 is an error of `MEAN_PATH_SIGMA` head sizes at the surface, so the terms of real pictures
(`training.skull.module.real_terms`) keep their weights.
"""

from __future__ import annotations

from collections.abc import Callable

import lightning as L
import torch
from torch import Tensor
from torch.nn import functional as F

from GenerativeModelsLib.models.low_rank_field import LowRankField
from GenerativeModelsLib.models.predictor import Conditions
from GenerativeModelsLib.models.voxel_nets import SOFTNESS, occupancy
from GenerativeModelsLib.training.skull.augmentation import Batch
from GenerativeModelsLib.training.skull.config import REAL_TERMS
from GenerativeModelsLib.training.skull.module import MEAN_PATH_SIGMA, SUBSETS, real_terms

__all__ = ["log_errors", "real_loss", "size_loss", "voxel_loss"]

SHOWN = ((0, "axial+sagittal+coronal"), (1, "axial+sagittal"), (3, "axial"))
"""Rows of `SUBSETS` that are validated."""


def voxel_loss(field: Tensor, truth: Tensor) -> Tensor:
    """Cross-entropy of the voxels' occupancies, signed distances (B, G, G, G), without the entropy of the truth.

    For small errors e the cross-entropy of a voxel with occupancy p is p (1 - p) e^2 / 2 `SOFTNESS`^2. Divided by the
    sum of the p (1 - p) of a head it is half a mean squared error at the surface.
    """
    share = occupancy(truth).flatten(1)
    logit, best = (-f.flatten(1) / SOFTNESS for f in (field, truth))
    excess = F.binary_cross_entropy_with_logits(logit, share, reduction="none")
    excess = excess - F.binary_cross_entropy_with_logits(best, share, reduction="none")
    near = (share * (1 - share)).sum(1)
    return (SOFTNESS / MEAN_PATH_SIGMA) ** 2 * (excess.sum(1) / near).mean()


def size_loss(log_size: Tensor, truth: Tensor) -> Tensor:
    """Half the squared error of the log size (B,)."""
    return 0.5 * ((log_size - truth) / MEAN_PATH_SIGMA).square().mean()


def real_loss(basis: LowRankField, x_scale: Tensor, batch: Batch, x: Tensor) -> Tensor:
    """Terms border, size and mean_prior with HiREC-CVAE's weights, of x (R, K + 1) of the batch's real pictures.

    The pictures are assumed to lie in the standard plane: these models have no poses.
    """
    found = real_terms(basis, x_scale, batch, x, x.new_zeros(len(x), 6))
    return torch.stack([REAL_TERMS[name] * term for name, term in found.items()]).sum()


def log_errors(module: L.LightningModule, batch: Batch, predict: Callable[[Conditions], Tensor]) -> None:
    """Log errors of `predict`, conditions -> x (B, K + 1), in per cent of head size, as `SkullTraining` does.

    `module.rigid` (at most 6, K) are the directions of rigid moves, which are no error of the shape.
    """
    x = torch.cat([batch.coefficients, batch.log_size[:, None]], dim=1)
    for row, name in SHOWN:
        error = x - predict(Conditions(batch.borders, batch.present & SUBSETS[row].to(batch.present.device)))
        shape = error[:, :-1] - error[:, :-1] @ module.rigid.T @ module.rigid
        found = {"shape": shape.square().sum(1).mean().sqrt(), "size": error[:, -1].square().mean().sqrt()}
        module.log_dict(
            {f"validation/{name} {part} %": 100 * value for part, value in found.items()},
            batch_size=len(x),
            sync_dist=True,
        )
