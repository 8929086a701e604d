"""Pictures and target maps for the head locator: simulated planes, HC18, and pictures without a head."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from scipy.ndimage import gaussian_filter
from torch.utils.data import Dataset

from GenerativeModelsLib.evaluation.data.hc18 import LEAST_HC_MM, Hc18Case
from GenerativeModelsLib.skull.locate.locator import LOCATOR_SIZE, PLANES
from GenerativeModelsLib.skull.locate.window import Window, normalise_grey, whole_picture
from GenerativeModelsLib.skull.shape.ellipse import Ellipse
from GenerativeModelsLib.training.skull.bank import OpenShards, Shard

MAP_SIZE = LOCATOR_SIZE // 2
REAL_SHARE, NEGATIVE_SHARE = 0.35, 0.10
SMALL_SHARE = 0.5
"""Share of heads below `LEAST_HC_MM` in real pictures: HC18 has few, and a sac or a trunk looks like one."""
ZOOM_SD = {"simulated": 0.15, "real": 0.3}
"""Standard deviation of the log of the zoom."""
PLANE_SHARES = (0.25, 0.45, 0.30)
"""Shares of the planes in simulated pictures; the sagittal plane is the hardest, and HC18 adds axial ones."""


@dataclass(frozen=True)
class Picture:
    """One picture: pixels, spacing (row, column) and the name of its plane."""

    pixels: np.ndarray
    spacing_mm: tuple[float, float]
    plane: str


def jittered_window(
    shape: tuple[int, int],
    spacing: tuple[float, float],
    rng: np.random.Generator,
    zoom_sd: float = ZOOM_SD["simulated"],
) -> Window:
    """Whole-picture window with random rotation, shift, zoom and mirroring."""
    base = whole_picture(shape, spacing)
    angle = rng.uniform(-np.pi, np.pi) if rng.random() < 0.4 else rng.normal(0, 0.2)
    right = np.array([np.cos(angle), np.sin(angle)])
    down = np.array([-right[1], right[0]])
    zoom = np.exp(rng.normal(0.0, zoom_sd))
    if rng.random() < 0.5:
        right = -right
    shift = rng.normal(0, 0.08, 2) * base.half_width_mm
    return Window(base.centre_mm + shift, right, down, base.half_width_mm * zoom)


def jitter_grey(image: np.ndarray, inside: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Random gain, gamma, blur, noise and black boxes."""
    image = np.clip(image, 0, None) ** rng.uniform(0.65, 1.5) * rng.uniform(0.75, 1.2)
    if rng.random() < 0.25:
        image = gaussian_filter(image, rng.uniform(0.4, 1.3))
    if rng.random() < 0.4:
        image = image + rng.normal(0, rng.uniform(0.01, 0.06), image.shape)
    if rng.random() < 0.3:
        size = image.shape[0]
        for _ in range(rng.integers(1, 3)):
            r, c = rng.integers(0, size, 2)
            h, w = rng.integers(size // 12, size // 4, 2)
            image[r : r + h, c : c + w] = 0
    return (np.clip(image, 0, 1.25) * inside).astype(np.float32)


class LocatorData(Dataset):
    """Pictures and target maps for the locator, drawn by (seed, epoch, index).

    Items are dictionaries: image, inside (N, N), plane (), targets (3, N/2, N/2) = mask, first half, second half,
    present () 0 or 1, known () 1 if the direction of the halves is known, 0 if only their axis is (HC18).

    Parameters
    ----------
    files
        Shards of a bank.
    real
        HC18 cases for training, may be empty.
    length
        Items per epoch.
    """

    def __init__(self, files: list[Path], real: list[Hc18Case], length: int, seed: int = 0) -> None:
        self.length, self.seed, self.epoch = length, seed, 0
        groups = [[case for case in real if (case.hc_mm < LEAST_HC_MM) == small] for small in (True, False)]
        self.real = [[shrunk(case) for case in group] for group in groups]
        self.shards = OpenShards(files)

    def __len__(self) -> int:
        return self.length

    def __getitem__(self, index: int) -> dict[str, torch.Tensor]:
        rng = np.random.default_rng([self.seed, self.epoch, index])
        draw = rng.random()
        if draw < REAL_SHARE and any(self.real):
            return self._real(rng)
        if draw < REAL_SHARE + NEGATIVE_SHARE:
            return self._negative(rng)
        return self._simulated(rng)

    def _item(self, picture: Picture, window: Window, rng, targets: np.ndarray, present: bool, known: bool) -> dict:
        image, inside = window.resample(normalise_grey(picture.pixels), picture.spacing_mm, LOCATOR_SIZE)
        return {
            "image": torch.from_numpy(jitter_grey(image, inside, rng)),
            "inside": torch.from_numpy(inside),
            "plane": torch.tensor(PLANES.index(picture.plane)),
            "targets": torch.from_numpy(targets.astype(np.float32)),
            "present": torch.tensor(float(present)),
            "known": torch.tensor(float(known)),
        }

    def _simulated(self, rng: np.random.Generator) -> dict:
        shard = self.shards.draw(rng)
        i, k = int(rng.integers(len(shard.images))), int(rng.choice(3, p=PLANE_SHARES))
        plane, spacing = PLANES[k], tuple(shard.spacing[i, k])
        picture = Picture(shard.images[i, k], spacing, plane)
        window = jittered_window(picture.pixels.shape, spacing, rng)
        return self._item(picture, window, rng, head_maps(shard, i, k, window, MAP_SIZE), True, True)

    def _negative(self, rng: np.random.Generator) -> dict:
        shard = self.shards.draw(rng)
        pixels = shard.negatives[rng.integers(len(shard.negatives))]
        plane = PLANES[rng.integers(3)]
        spacing = (0.3, 0.3)
        window = jittered_window(pixels.shape, spacing, rng)
        return self._item(Picture(pixels, spacing, plane), window, rng, np.zeros((3, MAP_SIZE, MAP_SIZE)), False, False)

    def _real(self, rng: np.random.Generator) -> dict:
        small, large = self.real
        group = small if small and (not large or rng.random() < SMALL_SHARE) else large
        pixels, spacing, ellipse = group[rng.integers(len(group))]
        window = jittered_window(pixels.shape, spacing, rng, ZOOM_SD["real"])
        targets = ellipse_maps(ellipse, window, MAP_SIZE)
        return self._item(Picture(pixels, spacing, "axial"), window, rng, targets, True, False)


def shrunk(case: Hc18Case) -> tuple[np.ndarray, tuple[float, float], Ellipse]:
    """Pixels at half resolution, for speed, with spacing and ellipse; pixel (0, 0) remains the origin."""
    pixels = gaussian_filter(case.pixels().astype(np.float32), 0.8)[::2, ::2]
    return pixels.astype(np.uint8), (2 * case.spacing_mm, 2 * case.spacing_mm), case.ellipse


def head_maps(shard: Shard, i: int, k: int, window: Window, size: int) -> np.ndarray:
    """Mask, first and second half (3, size, size) of case i's plane k in a window: see `LocatorOutput`."""
    uv = window.to_picture(window.pixel_centres(size))
    origin, u_axis, v_axis = shard.frames[i, k].astype(float)
    points = origin + uv[..., :1] * u_axis + uv[..., 1:] * v_axis
    anterior, superior = points[..., 1] < 0, points[..., 2] > 0
    first = superior if PLANES[k] == "coronal" else anterior
    return np.stack([shard.head(i).contains(points), first, superior])


def ellipse_maps(ellipse: Ellipse, window: Window, size: int) -> np.ndarray:
    """Mask and one half (of unknown direction) of an annotated ellipse; the second half repeats the first."""
    offset = window.to_picture(window.pixel_centres(size)) - np.asarray(ellipse.centre)
    c, s = np.cos(ellipse.angle_rad), np.sin(ellipse.angle_rad)
    along = offset[..., 0] * c + offset[..., 1] * s
    across = offset[..., 1] * c - offset[..., 0] * s
    mask = (along / ellipse.semi_major) ** 2 + (across / ellipse.semi_minor) ** 2 <= 1
    return np.stack([mask, along > 0, along > 0])
