"""Interface of the skull models: conditions and predictions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

__all__ = ["PLANES", "Conditions", "Prediction", "Predictor"]

PLANES = ("axial", "sagittal", "coronal")


@dataclass(frozen=True)
class Conditions:
    """Input of a skull model.

    Attributes
    ----------
    borders : (B, 3, C, A) border of the head in the axial, sagittal and coronal picture: C values at A angles, see
        `skull.locate.canonical`.
    present : (B, 3) bool; borders of absent planes are not read.
    """

    borders: Tensor
    present: Tensor


@dataclass(frozen=True)
class Prediction:
    """Predicted head of one case, on the model's device.

    A head x is the K coefficients of its signed distance (`LowRankField`) and the logarithm of its size over the size
    measured in the axial plane.

    Attributes
    ----------
    mean : (1, K + 1) deterministic estimate.
    draws : (S, K + 1) samples of the predictive distribution; None if none were requested or the model has none.
    poses : (1, 18) of each picture relative to its standard plane, in the order of `PLANES`: shift over head size, then
        rotation vector; None for a model that assumes the standard planes.
    """

    mean: Tensor
    draws: Tensor | None = None
    poses: Tensor | None = None


class Predictor(Protocol):
    """Skull model as used by reconstruction and benchmarks, with any number of latent levels or none."""

    def predict(self, y: Conditions, samples: int = 0, generator: torch.Generator | None = None) -> Prediction:
        """Predict the head of one case.

        Parameters
        ----------
        y
            Planes of one case, B = 1.
        samples
            Number of draws.
        generator
            Of the draws, on the CPU, so that a seed gives the same draws on every device; None: torch's default.
        """
        ...
