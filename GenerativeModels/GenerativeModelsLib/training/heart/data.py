"""Batches of hearts for training: both classes alike, each heart as its label maps would show it.

Hearts enter the nets as features, coordinates along the population's modes, so these are worked out once: of every
heart as it is, and of several views of it with the errors of label maps.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset

from GenerativeModelsLib.heart.infer.code import encode
from GenerativeModelsLib.heart.population.simulate import observed_hearts
from GenerativeModelsLib.heart.shape.ray_batch import RayBatch
from GenerativeModelsLib.models.ladder_vae import LadderVAE
from GenerativeModelsLib.training.heart.bank import CLASSES, LabelledHearts

__all__ = ["CHUNK", "UNLABELLED", "HeartBatch", "HeartBatches", "HeartFeatures", "both_ways", "heart_features"]

UNLABELLED = -1
CHUNK = 500


class HeartFeatures(NamedTuple):
    """Hearts as features.

    Attributes
    ----------
    seen : (V, 2, N, F) of V views: of both phases, and of end diastole alone.
    shape : (N, F) of the true shapes.
    label : (N,) index into `heart_bank.CLASSES`, or `UNLABELLED`.
    thickest_mm : (N,) the thickest wall at end diastole (`RayBatch.thickest_mm`) of the true shapes.
    """

    seen: Tensor
    shape: Tensor
    label: Tensor
    thickest_mm: Tensor


class HeartBatch(NamedTuple):
    """What is seen and the true shape (B, F), which phases are there (B, 2), labels and thickest walls (B,)."""

    seen: Tensor
    shape: Tensor
    present: Tensor
    label: Tensor
    thickest_mm: Tensor


@torch.no_grad()
def heart_features(net: LadderVAE, hearts: LabelledHearts, views: int, seed: int) -> HeartFeatures:
    """Features of hearts by the modes of `net`: a faultless view, then `views` with the errors of label maps."""
    rng = np.random.default_rng([seed, 3])
    seen: list[list[Tensor]] = []
    shape, thickest = [], []
    for start in range(0, len(hearts), CHUNK):
        part = hearts.rays[start : start + CHUNK]
        clean = RayBatch(*(np.asarray(getattr(part, name), np.float64) for name in RayBatch.FIELDS))
        shape.append(net.features(torch.from_numpy(encode(clean))))
        every = [clean, *(observed_hearts(rng, clean) for _ in range(views))]
        thickest.append(torch.from_numpy(clean[:, 0].thickest_mm).float())
        seen.append([both_ways(net, view) for view in every])
    joined = [torch.cat([chunk[v] for chunk in seen], dim=1) for v in range(views + 1)]
    return HeartFeatures(torch.stack(joined), torch.cat(shape), torch.from_numpy(hearts.label), torch.cat(thickest))


def both_ways(net: LadderVAE, hearts: RayBatch) -> Tensor:
    """Features (2, N, F) of hearts (N, 2): with both phases, with end diastole alone."""
    code = torch.from_numpy(encode(hearts))
    alone = torch.tensor([[True, False]]).expand(len(code), 2)
    return torch.stack([net.features(code), net.features(code, alone)])


class HeartBatches(Dataset):
    """Item i is the i-th batch: as many hearts of each class, views drawn by the seed and i alone.

    Own hearts join by `share`. They were measured from label maps, so their true shape is taken to be what was seen.
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
        index = torch.from_numpy(chosen)
        seen = hearts.seen[view, hidden.long(), index]
        present = torch.stack([hidden | True, ~hidden], 1)
        return HeartBatch(seen, hearts.shape[index], present, hearts.label[index], hearts.thickest_mm[index])


def _some(rng: np.random.Generator, members: np.ndarray, count: int) -> np.ndarray:
    return rng.choice(members, count, replace=len(members) < count)
