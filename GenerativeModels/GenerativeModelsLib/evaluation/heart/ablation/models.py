"""The shape models of the comparison: hearts in, rebuilt hearts out, from a stated number of numbers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import torch

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.evaluation.heart.ablation.linear import LinearShapes
from GenerativeModelsLib.heart.infer import code as heart_code
from GenerativeModelsLib.heart.infer.model import HeartModel, load_heart_model
from GenerativeModelsLib.heart.shape.ray_batch import RayBatch
from GenerativeModelsLib.models.ladder_vae import LadderVAE

__all__ = ["LadderShapes", "LinearReading", "ShapeModel", "load_rival", "require_population"]

MOST_APART_MM = 0.5
"""Largest root mean squared difference of two mean shapes of one population, each of thousands of hearts."""


class ShapeModel(Protocol):
    """A heart as `numbers` numbers and back; `weights` is what the model stores."""

    name: str

    @property
    def numbers(self) -> int: ...

    @property
    def weights(self) -> int: ...

    def rebuild(self, hearts: RayBatch) -> RayBatch:
        """Hearts (N, PHASES) as the model gives back those that it reads."""


@dataclass(frozen=True, eq=False)
class LadderShapes:
    """Levels `first` (0: the lowest) to the top of a ladder; the levels below are at their prior means."""

    name: str
    net: LadderVAE
    first: int = 0

    @property
    def numbers(self) -> int:
        return sum(self.net.latents[self.first :])

    @property
    def weights(self) -> int:
        """All trained numbers, and the fixed modes and mean shape."""
        return sum(p.numel() for p in self.net.parameters()) + self.net.modes.numel() + self.net.centre.numel()

    @torch.no_grad()
    def rebuild(self, hearts: RayBatch) -> RayBatch:
        x = torch.from_numpy(heart_code.encode(hearts))
        z = [level.z for level in self.net.encode(x, torch.from_numpy(hearts.present))][self.first :]
        shapes = self.net.from_level(self.first, z)
        return heart_code.decode(shapes.double().numpy())


@dataclass(frozen=True, eq=False)
class LinearReading:
    """The leading `numbers` principal components, read by projection or, with `regressed`, by regression."""

    name: str
    linear: LinearShapes
    numbers: int
    regressed: bool = False

    @property
    def weights(self) -> int:
        """Mean and components; with regression its coefficients, and all components that it reads."""
        features, size = self.linear.components.shape
        return size * (1 + features) + self.numbers * (1 + features) if self.regressed else size * (1 + self.numbers)

    def rebuild(self, hearts: RayBatch) -> RayBatch:
        code = heart_code.encode(hearts)
        scores = (self.linear.read if self.regressed else self.linear.scores)(code)
        return heart_code.decode(self.linear.code(scores[:, : self.numbers]))


def load_rival(folder: Path, ladder: HeartModel) -> HeartModel:
    """The VAE of as many numbers as the ladder, from the bundle of its training.

    Raises
    ------
    InputError
        There is none, it has several levels or another number of numbers, or its population is another one.
    """
    if not Path(folder).exists():
        raise InputError(
            f"{folder} does not exist: train the VAE of the comparison by `make train-heart`, or name its bundle."
        )
    found, wanted = load_heart_model(folder), sum(ladder.levels)
    if found.levels != (wanted,):
        raise InputError(
            f"{folder} is a model of {' + '.join(map(str, found.levels))} numbers, and the comparison needs a VAE of "
            f"one level of {wanted}: train it by `make train-heart`."
        )
    require_population(found.net.centre.numpy(), ladder.net.centre.numpy(), str(folder))
    return found


def require_population(centre: np.ndarray, of_ladder: np.ndarray, source: str) -> None:
    """Raise InputError unless two mean shapes (CODE_SIZE,) in mm are those of one population."""
    apart = float(np.sqrt(np.mean((np.asarray(centre, float) - of_ladder) ** 2)))
    if apart > MOST_APART_MM:
        raise InputError(
            f"{source} is of another population than the Ladder VAE: their mean hearts differ by {apart:.1f} mm; make "
            "both anew by `make train-heart`."
        )
