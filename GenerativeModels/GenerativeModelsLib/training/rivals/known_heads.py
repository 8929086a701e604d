"""Known heads that the methods without a network are fitted to: every reading and every drawn head once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from GenerativeModelsLib.training.skull.augmentation import Batch, mirrored
from GenerativeModelsLib.training.skull.module import rotation_vectors
from GenerativeModelsLib.training.skull.sources import Sources

__all__ = ["KnownHeads", "known_heads"]


@dataclass(frozen=True)
class KnownHeads:
    """Heads with their borders as they are read, and their mirror images.

    Attributes
    ----------
    batch : n heads.
    reading : (n,) number of the reading that a head is, or whose errors its borders have. Heads of different readings
        share neither head nor errors.
    read : (n,) bool, whether its pictures were read; the others are drawn heads.
    """

    batch: Batch
    reading: np.ndarray
    read: np.ndarray

    @property
    def x(self) -> np.ndarray:
        """(n, K + 1) coefficients and log size, as in `Prediction`."""
        return torch.cat([self.batch.coefficients, self.batch.log_size[:, None]], dim=1).double().numpy()

    @property
    def placed_rows(self) -> np.ndarray:
        """(m,) indices of the heads with three planes whose poses are known."""
        _, near = rotation_vectors(self.batch.axes)
        known = self.batch.present & near & self.batch.origin.isfinite().all(-1)
        return np.flatnonzero(known.all(1).numpy())

    @property
    def placed(self) -> np.ndarray:
        """(m, K + 19) these heads with the poses of their planes, as in `HeadPrior`."""
        rotation, _ = rotation_vectors(self.batch.axes)
        poses = torch.cat([self.batch.origin, rotation], dim=-1).flatten(1)
        return np.concatenate([self.x, poses.double().numpy()], axis=1)[self.placed_rows]


def known_heads(sources: Sources, seed: int) -> KnownHeads:
    """The readings and the drawn heads of a training, these with the errors of readings drawn by `seed`.

    Real pictures are not among them: of their heads only the circumference is known.
    """
    data = sources.data(2, seed)
    index = np.arange(len(data.readings))
    parts = [(data.plain(index), index, np.ones(len(index), bool))]
    if sources.shapes is not None:
        count = len(sources.shapes)
        donor = data.donors[np.random.default_rng(seed).integers(len(data.donors), size=count)]
        parts.append((data.drawn(np.arange(count), donor), donor, np.zeros(count, bool)))
    parts += [
        (mirrored(batch, torch.ones(len(at), dtype=torch.bool), data.mirror), at, read) for batch, at, read in parts
    ]
    batches, reading, read = zip(*parts)
    names = [name for name in vars(batches[0]) if name != "real"]
    batch = Batch(**{name: torch.cat([getattr(one, name) for one in batches]) for name in names})
    return KnownHeads(batch, np.concatenate(reading), np.concatenate(read))
