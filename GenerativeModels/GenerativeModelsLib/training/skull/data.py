"""Batches for the skull models; cases are kept in memory as bytes and augmented at every reading."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset

from GenerativeModelsLib.skull.locate.canonical import pose_axes
from GenerativeModelsLib.skull.locate.locator import PLANES
from GenerativeModelsLib.training.skull.augmentation import Batch, mirrored, moved, regained
from GenerativeModelsLib.training.skull.cohort import OwnCrops
from GenerativeModelsLib.training.skull.crops import Crops, RealCrops
from GenerativeModelsLib.training.skull.module import SUBSET_SHARES, SUBSETS


def to_float(pictures: Tensor) -> Tensor:
    """uint8 (..., 2, N, N) -> grey in [0, 1.25] and mask in [0, 1]."""
    return pictures.float() / 255 * torch.tensor([1.25, 1.0])[:, None, None]


def picture_axes(poses: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pose vectors (n, 3, 6) -> centres (n, 3, 3), NaN where the pose is unknown (NaN), and axes (n, 3, 2, 3)."""
    axes = np.zeros((*poses.shape[:2], 2, 3), np.float32)
    for k, plane in enumerate(PLANES):
        for i in range(len(poses)):
            axes[i, k] = pose_axes(plane, np.nan_to_num(poses[i, k]))[1:]
    return poses[..., :3].astype(np.float32), axes


class SkullData(Dataset):
    """Item i is the i-th *batch*, drawn by (seed, i): `batch_size` known heads, then `real_size` real pictures.

    `own_size` of the known heads are from an own cohort, the others are simulated.

    Parameters
    ----------
    files
        Crop files; `refresh` adds further ones.
    mirror
        (K, K), see `field_basis.mirror_matrix`.
    own
        Crops of an own cohort; they precede those of the files.
    """

    def __init__(
        self,
        files: list[Path],
        real: RealCrops | None,
        mirror: Tensor,
        batch_size: int,
        real_size: int,
        seed: int,
        own: OwnCrops | None = None,
        own_size: int = 0,
    ) -> None:
        self.mirror, self.batch_size, self.real_size, self.seed = mirror, batch_size, real_size, seed
        self.real = real
        self.own, self.own_size = own, own_size
        self._files: set[Path] = set()
        self._parts: list[Crops] = [] if own is None else [own.crops]
        if own is not None:
            self._hold()
        self.refresh(files)

    def refresh(self, files: list[Path]) -> None:
        """Load crop files that are not yet loaded."""
        new = [file for file in files if file not in self._files]
        if not new:
            return
        self._files.update(new)
        self._parts = [Crops.concatenate([*self._parts, *(Crops.load(file) for file in new)])]
        self._hold()

    def _hold(self) -> None:
        self.crops = self._parts[0]
        self.origin, self.axes = picture_axes(self.crops.poses)

    def __len__(self) -> int:
        return 2**31

    def x_scale(self) -> Tensor:
        """(K + 1,) standard deviation of the coefficients and of the log size over the loaded cases."""
        scale = np.append(self.crops.coefficients.std(0), self.crops.log_size.std())
        return torch.from_numpy(np.maximum(scale, 1e-4)).float()

    def plain(self, index: np.ndarray) -> Batch:
        """Cases without augmentation."""
        c = self.crops
        return Batch(
            to_float(torch.from_numpy(c.pictures[index])),
            torch.from_numpy(c.scalars[index]),
            torch.from_numpy(c.present[index]),
            torch.from_numpy(self.origin[index]),
            torch.from_numpy(self.axes[index]),
            torch.from_numpy(c.log_size[index]).float(),
            torch.from_numpy(c.coefficients[index]).float(),
        )

    def __getitem__(self, number: int) -> Batch:
        rng = np.random.default_rng([self.seed, number])
        generator = torch.Generator().manual_seed(int(rng.integers(2**62)))
        batch = self.plain(self._draw(rng))
        subset = SUBSETS[torch.multinomial(SUBSET_SHARES, self.batch_size, True, generator=generator)]
        present = batch.present & subset
        batch = moved(Batch(**{**vars(batch), "present": present}), generator)
        batch = mirrored(batch, torch.rand(self.batch_size, generator=generator) < 0.5, self.mirror)
        pictures = regained(batch.pictures, generator)
        if self.real is not None and self.real_size:
            return self._with_real(Batch(**{**vars(batch), "pictures": pictures}), rng, generator)
        return Batch(**{**vars(batch), "pictures": pictures})

    def _draw(self, rng: np.random.Generator) -> np.ndarray:
        """Indices (batch_size,) of simulated cases, then of own ones."""
        own = 0 if self.own is None else len(self.own.crops.pictures)
        simulated = own + rng.integers(len(self.crops.pictures) - own, size=self.batch_size - self.own_size)
        return np.concatenate([simulated, self.own.draw(rng, self.own_size)]) if self.own_size else simulated

    def _with_real(self, batch: Batch, rng: np.random.Generator, generator: torch.Generator) -> Batch:
        index, n = rng.integers(len(self.real.pictures), size=self.real_size), self.real_size
        pictures = torch.zeros(n, *batch.pictures.shape[1:])
        pictures[:, 0] = to_float(torch.from_numpy(self.real.pictures[index]))
        scalars = torch.zeros(n, *batch.scalars.shape[1:])
        scalars[:, 0] = torch.from_numpy(self.real.scalars[index])
        present = torch.tensor([True, False, False]).expand(n, -1)
        still = Batch(
            pictures,
            scalars,
            present,
            torch.zeros(n, 3, 3),
            torch.eye(3)[None, None, :2].expand(n, 3, -1, -1).clone(),
            torch.zeros(n),
            torch.zeros(n, batch.coefficients.shape[1]),
            torch.from_numpy(self.real.outline[index]),
        )
        still = mirrored(moved(still, generator), torch.rand(n, generator=generator) < 0.5, self.mirror)
        still = Batch(**{**vars(still), "pictures": regained(still.pictures, generator)})
        joined = {
            name: torch.cat([getattr(batch, name), getattr(still, name)]) for name in vars(batch) if name != "outline"
        }
        return Batch(**joined, outline=still.outline)


class FixedBatches(Dataset):
    """Loaded cases in order, without augmentation, for validation."""

    def __init__(self, data: SkullData, batch_size: int = 64) -> None:
        self.data, self.batch_size = data, batch_size

    def __len__(self) -> int:
        return len(self.data.crops.pictures) // self.batch_size

    def __getitem__(self, i: int) -> Batch:
        return self.data.plain(np.arange(i * self.batch_size, (i + 1) * self.batch_size))
