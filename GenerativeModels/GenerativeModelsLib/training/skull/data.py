"""Batches for the skull models: readings of pictures, and drawn heads with the errors of such readings."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset

from GenerativeModelsLib.skull.locate.canonical import PROFILE, pose_axes
from GenerativeModelsLib.skull.locate.locator import PLANES
from GenerativeModelsLib.training.skull.augmentation import Batch, mirrored
from GenerativeModelsLib.training.skull.cohort import OwnReadings
from GenerativeModelsLib.training.skull.module import SUBSET_SHARES, SUBSETS
from GenerativeModelsLib.training.skull.readings import Readings, RealReadings
from GenerativeModelsLib.training.skull.shapes import Shapes

READ_SHARE = 0.3
"""Share of the simulated cases of a batch whose pictures were read; the others are drawn heads with their errors."""
LARGEST_ERROR = 0.35
"""|log| of read over true radius above which a reading is not used as an error of other heads: the head was missed."""


def picture_axes(poses: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pose vectors (n, 3, 6) -> centres (n, 3, 3), NaN where the pose is unknown (NaN), and axes (n, 3, 2, 3)."""
    axes = np.zeros((*poses.shape[:2], 2, 3), np.float32)
    for k, plane in enumerate(PLANES):
        for i in range(len(poses)):
            axes[i, k] = pose_axes(plane, np.nan_to_num(poses[i, k]))[1:]
    return poses[..., :3].astype(np.float32), axes


def reading_errors(readings: Readings) -> tuple[np.ndarray, np.ndarray]:
    """Log of read over true radius (m, 3, A) without its first harmonic, and the log of the size read over the true.

    The first harmonic is a shift of the picture's centre, which the centre of the ellipse of any border removes.
    Only cases with all planes present and without gross errors.
    """
    log = np.log(np.maximum(readings.borders[:, :, 0], 1e-3) / np.maximum(readings.truth, 1e-3))
    phi = np.arange(PROFILE) * (2 * np.pi / PROFILE)
    waves = np.stack([np.cos(phi), np.sin(phi)]) * np.sqrt(2 / PROFILE)
    size = np.nan_to_num(log[:, 0]).mean(-1)
    log = log - (log @ waves.T) @ waves
    return log, size


def usable_errors(readings: Readings) -> np.ndarray:
    """Indices of the cases whose errors may be transferred."""
    log, _ = reading_errors(readings)
    with np.errstate(invalid="ignore"):
        fine = (np.abs(log).max(-1) < LARGEST_ERROR) & np.isfinite(log).all(-1)
    return np.flatnonzero((fine & readings.present).all(1))


class SkullData(Dataset):
    """Item i is the i-th *batch*, drawn by (seed, i): `batch_size` known heads, then `real_size` real pictures.

    `own_size` of the known heads are from an own cohort; of the others `READ_SHARE` are readings of simulated pictures,
    and the rest drawn heads whose outlines have the errors of a reading drawn at random.

    Parameters
    ----------
    readings
        Of simulated pictures.
    shapes
        Drawn heads; None: readings alone.
    real
        Readings of real axial pictures; None: none.
    mirror
        (K, K), see `field_basis.mirror_matrix`.
    own
        Readings of an own cohort.
    """

    def __init__(
        self,
        readings: Readings | None,
        shapes: Shapes | None,
        real: RealReadings | None,
        mirror: Tensor,
        batch_size: int,
        real_size: int,
        seed: int,
        own: OwnReadings | None = None,
        own_size: int = 0,
    ) -> None:
        self.mirror, self.batch_size, self.real_size, self.seed = mirror, batch_size, real_size, seed
        self.real, self.shapes, self.own, self.own_size = real, shapes, own, own_size
        parts = ([] if own is None else [own.readings]) + ([] if readings is None else [readings])
        self.readings = Readings.concatenate(parts)
        self.first = 0 if own is None else len(own.readings)
        self.origin, self.axes = picture_axes(self.readings.poses)
        if shapes is not None:
            self.shape_origin, self.shape_axes = picture_axes(shapes.poses)
            self.errors, self.size_errors = reading_errors(readings)
            self.donors = usable_errors(readings)

    def __len__(self) -> int:
        return 2**31

    def x_scale(self) -> Tensor:
        """(K + 1,) standard deviation of the coefficients and of the log size over the readings."""
        scale = np.append(self.readings.coefficients.std(0), self.readings.log_size.std())
        return torch.from_numpy(np.maximum(scale, 1e-4)).float()

    def plain(self, index: np.ndarray) -> Batch:
        """Readings without augmentation."""
        r = self.readings
        return Batch(
            torch.from_numpy(r.borders[index]).float(),
            torch.from_numpy(r.present[index]),
            torch.from_numpy(self.origin[index]),
            torch.from_numpy(self.axes[index]),
            torch.from_numpy(r.log_size[index]).float(),
            torch.from_numpy(r.coefficients[index]).float(),
        )

    def drawn(self, index: np.ndarray, donor: np.ndarray) -> Batch:
        """Drawn heads `index`, read with the errors, standard deviations and visibility of the readings `donor`."""
        s = self.shapes
        borders = self.readings.borders[self.first + donor].copy()
        by = self.size_errors[donor]
        borders[:, :, 0] = s.truth[index] * np.exp(self.errors[donor] - by[:, None, None])
        return Batch(
            torch.from_numpy(borders).float(),
            torch.ones(len(index), len(PLANES), dtype=torch.bool),
            torch.from_numpy(self.shape_origin[index] * np.exp(-by)[:, None, None]).float(),
            torch.from_numpy(self.shape_axes[index]),
            torch.from_numpy(s.log_size[index] - by).float(),
            torch.from_numpy(s.coefficients[index]).float(),
        )

    def __getitem__(self, number: int) -> Batch:
        rng = np.random.default_rng([self.seed, number])
        generator = torch.Generator().manual_seed(int(rng.integers(2**62)))
        batch = self._known(rng)
        subset = SUBSETS[torch.multinomial(SUBSET_SHARES, self.batch_size, True, generator=generator)]
        batch = Batch(**{**vars(batch), "present": batch.present & subset})
        if self.real is not None and self.real_size:
            batch = self._with_real(batch, rng)
        flip = torch.rand(len(batch.borders), generator=generator) < 0.5
        return mirrored(batch, flip, self.mirror)

    def _known(self, rng: np.random.Generator) -> Batch:
        """`batch_size` known heads: readings of simulated pictures, of own ones, then drawn heads."""
        simulated = self.batch_size - self.own_size
        read = simulated if self.shapes is None else round(READ_SHARE * simulated)
        index = self.first + rng.integers(len(self.readings) - self.first, size=read)
        if self.own_size:
            index = np.concatenate([index, self.own.draw(rng, self.own_size)])
        batch = self.plain(index)
        if simulated == read:
            return batch
        count = simulated - read
        drawn = self.drawn(
            rng.integers(len(self.shapes), size=count), self.donors[rng.integers(len(self.donors), size=count)]
        )
        return _joined(batch, drawn)

    def _with_real(self, batch: Batch, rng: np.random.Generator) -> Batch:
        n = self.real_size
        borders = torch.zeros(n, *batch.borders.shape[1:])
        index = rng.integers(len(self.real), size=n)
        borders[:, 0] = torch.from_numpy(self.real.borders[index])
        still = Batch(
            borders,
            torch.tensor([True, False, False]).expand(n, -1),
            torch.full((n, 3, 3), torch.nan),
            torch.eye(3)[None, None, :2].expand(n, 3, -1, -1).clone(),
            torch.from_numpy(self.real.log_size[index]).float(),
            torch.zeros(n, batch.coefficients.shape[1]),
        )
        return Batch(**{**vars(_joined(batch, still)), "real": n})


def _joined(first: Batch, second: Batch) -> Batch:
    names = [name for name in vars(first) if name != "real"]
    return Batch(**{name: torch.cat([getattr(first, name), getattr(second, name)]) for name in names})


class FixedBatches(Dataset):
    """Loaded cases in order, without augmentation, for validation."""

    def __init__(self, data: SkullData, batch_size: int = 64) -> None:
        self.data, self.batch_size = data, batch_size

    def __len__(self) -> int:
        return len(self.data.readings) // self.batch_size

    def __getitem__(self, i: int) -> Batch:
        return self.data.plain(np.arange(i * self.batch_size, (i + 1) * self.batch_size))
