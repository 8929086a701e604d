"""Batches of hearts for training: both classes in equal number, with simulated errors of label maps.

The nets read features, coordinates along the population's modes. They are computed once, for every heart without
errors and for several views of it with the errors of label maps.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset

from GenerativeModelsLib.heart.anatomy import CLASSES
from GenerativeModelsLib.heart.infer.code import BOTH_PHASES, ED_ALONE, SEEN, encode
from GenerativeModelsLib.heart.population.simulate import observed_hearts
from GenerativeModelsLib.heart.shape.ray_batch import RayBatch
from GenerativeModelsLib.models.ladder_vae import LadderVAE
from GenerativeModelsLib.training.heart.bank import LabelledHearts

__all__ = [
    "CHUNK",
    "UNLABELLED",
    "WAYS",
    "HeartBatch",
    "HeartBatches",
    "HeartFeatures",
    "as_floats",
    "features_of",
    "heart_features",
    "seen_as",
]

UNLABELLED = -1
CHUNK = 500
WAYS = {name: way for way, name in enumerate(SEEN)}
"""Index of each pattern of present phases, by its name in `heart.infer.code.SEEN`."""


class HeartFeatures(NamedTuple):
    """Hearts as features.

    Attributes
    ----------
    seen : (V, W, N, F) features of V views, from the phases present in each of W `WAYS`.
    present : (W, PHASES) bool, those phases.
    shape : (N, F) of the true shapes.
    label : (N,) index into `heart.anatomy.CLASSES`, or `UNLABELLED`.
    thickest_mm : (N,) the thickest wall at end diastole (`RayBatch.thickest_mm`) of the true shapes.
    """

    seen: Tensor
    present: Tensor
    shape: Tensor
    label: Tensor
    thickest_mm: Tensor


class HeartBatch(NamedTuple):
    """B hearts of a training step.

    Attributes
    ----------
    seen, shape : (B, F) features of what is seen, and of the true shapes.
    present : (B, PHASES) bool, the phases used for `seen`.
    label : (B,) as in `HeartFeatures`.
    thickest_mm : (B,) as in `HeartFeatures`.
    """

    seen: Tensor
    shape: Tensor
    present: Tensor
    label: Tensor
    thickest_mm: Tensor


@torch.no_grad()
def heart_features(net: LadderVAE, hearts: LabelledHearts, views: int, seed: int) -> HeartFeatures:
    """Features of hearts by the modes of `net`: an error-free view, then `views` with the errors of label maps."""
    rng = np.random.default_rng([seed, 3])
    seen: list[list[Tensor]] = []
    shape, thickest = [], []
    for start in range(0, len(hearts), CHUNK):
        clean = as_floats(hearts.rays[start : start + CHUNK])
        shape.append(net.features(torch.from_numpy(encode(clean))))
        every = [clean, *(observed_hearts(rng, clean) for _ in range(views))]
        thickest.append(torch.from_numpy(clean[:, 0].thickest_mm).float())
        seen.append([torch.stack([features_of(net, way) for way in seen_as(view).values()]) for view in every])
    joined = [torch.cat([chunk[v] for chunk in seen], dim=1) for v in range(views + 1)]
    return HeartFeatures(
        seen=torch.stack(joined),
        present=torch.tensor(list(SEEN.values())),
        shape=torch.cat(shape),
        label=torch.from_numpy(hearts.label),
        thickest_mm=torch.cat(thickest),
    )


def as_floats(hearts: RayBatch) -> RayBatch:
    """The same hearts in double precision; a bank stores single precision."""
    return replace(hearts, **{name: np.asarray(getattr(hearts, name), np.float64) for name in RayBatch.FIELDS})


def seen_as(hearts: RayBatch) -> dict[str, RayBatch]:
    """The hearts (N, PHASES) restricted to the phases of each entry of `heart.infer.code.SEEN`, by its name."""
    return {name: hearts.keeping(present) for name, present in SEEN.items()}


def features_of(net: LadderVAE, hearts: RayBatch) -> Tensor:
    """Features (N, F) of hearts (N, PHASES) by the phases that are present."""
    return net.features(torch.from_numpy(encode(hearts)), torch.from_numpy(hearts.present))


class HeartBatches(Dataset):
    """Item i is the i-th batch: equally many hearts of each class, with views drawn from the seed and i alone.

    A `share` of a batch are own hearts. They were measured from label maps, so their true shape is the one seen.
    """

    def __init__(
        self,
        hearts: HeartFeatures,
        batch_size: int,
        seed: int,
        es_missing: float,
        own: HeartFeatures | None = None,
        share: float = 0.0,
    ) -> None:
        self.hearts, self.own, self.seed, self.es_missing = hearts, own, seed, es_missing
        self.own_count = round(share * batch_size) if own is not None else 0
        self.per_class = (batch_size - self.own_count) // len(CLASSES)
        labels = hearts.label.numpy()
        self.members = [np.flatnonzero(labels == k) for k in range(len(CLASSES))]

    def __getitem__(self, index: int) -> HeartBatch:
        rng = np.random.default_rng([self.seed, index])
        chosen = np.concatenate([_some(rng, members, self.per_class) for members in self.members])
        batch = self._batch(rng, self.hearts, chosen)
        if self.own is not None and self.own_count:
            own = self._batch(rng, self.own, _some(rng, np.arange(len(self.own.label)), self.own_count))
            batch = HeartBatch(*(torch.cat(pair) for pair in zip(batch, own, strict=True)))
        return batch

    def _batch(self, rng: np.random.Generator, hearts: HeartFeatures, chosen: np.ndarray) -> HeartBatch:
        view = torch.from_numpy(rng.integers(len(hearts.seen), size=len(chosen)))
        hidden = torch.from_numpy(rng.random(len(chosen)) < self.es_missing)
        way = torch.where(hidden, WAYS[ED_ALONE], WAYS[BOTH_PHASES])
        index = torch.from_numpy(chosen)
        return HeartBatch(
            seen=hearts.seen[view, way, index],
            shape=hearts.shape[index],
            present=hearts.present[way],
            label=hearts.label[index],
            thickest_mm=hearts.thickest_mm[index],
        )


def _some(rng: np.random.Generator, members: np.ndarray, count: int) -> np.ndarray:
    return rng.choice(members, count, replace=len(members) < count)
