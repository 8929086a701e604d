"""Strips and canonical pictures for the plane reader: simulated planes with true outlines, HC18 with its ellipses."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from scipy.ndimage import gaussian_filter
from torch.utils.data import Dataset

from GenerativeModelsLib.evaluation.data.hc18 import Hc18Case
from GenerativeModelsLib.skull.locate.canonical import HALF_WIDTH, PICTURE_SIZE, STANDARD_AXES
from GenerativeModelsLib.skull.locate.locator import PLANES
from GenerativeModelsLib.skull.locate.strip import ANGLES, RADII, Strip
from GenerativeModelsLib.skull.locate.window import Window, normalise_grey
from GenerativeModelsLib.skull.shape.ellipse import Ellipse, fit_ellipse
from GenerativeModelsLib.training.skull.bank import OpenShards
from GenerativeModelsLib.training.skull.echo_border import clear_border, visible_border
from GenerativeModelsLib.training.skull.locator_data import shrunk
from GenerativeModelsLib.training.skull.translated import Translation

REAL_SHARE = 0.33
ELLIPSE_JITTER = {"centre": 0.025, "axes": 0.04, "angle": 0.08}
"""SD of the error of a strip's ellipse: centre relative to the radius, log of the axes, angle in radians."""


def jittered_ellipse(ellipse: Ellipse, rng: np.random.Generator, strength: float) -> Ellipse:
    """An ellipse with an error like that of the locator at `strength` 1."""
    sd = {name: strength * value for name, value in ELLIPSE_JITTER.items()}
    radius = float(np.sqrt(ellipse.semi_major * ellipse.semi_minor))
    centre = np.asarray(ellipse.centre) + rng.normal(0.0, sd["centre"] * radius, 2)
    axes = np.array([ellipse.semi_major, ellipse.semi_minor]) * np.exp(rng.normal(0.0, sd["axes"], 2))
    angle = ellipse.angle_rad + rng.normal(0.0, sd["angle"])
    if axes[1] > axes[0]:
        axes, angle = axes[::-1], angle + np.pi / 2
    return Ellipse((float(centre[0]), float(centre[1])), float(axes[0]), float(axes[1]), float(angle % np.pi))


def jittered_strip(strip: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Random gain, gamma, blur, noise, shadows over some angles, and black patches."""
    grey = np.clip(strip[0], 0, None) ** rng.uniform(0.65, 1.5) * rng.uniform(0.75, 1.2)
    if rng.random() < 0.3:
        grey = gaussian_filter(grey, (rng.uniform(0.3, 1.2), rng.uniform(0.3, 1.0)), mode=("wrap", "nearest"))
    if rng.random() < 0.5:
        grey = grey + rng.normal(0, rng.uniform(0.01, 0.05), grey.shape)
    if rng.random() < 0.25:  # acoustic shadow
        rows = (rng.integers(ANGLES) + np.arange(rng.integers(4, 18))) % ANGLES
        grey[rows] *= rng.uniform(0.0, 0.4)
    if rng.random() < 0.15:
        for _ in range(rng.integers(1, 4)):
            angle, radius = rng.integers(ANGLES), rng.integers(RADII)
            grey[angle : angle + rng.integers(2, 9), radius : radius + rng.integers(2, 12)] = 0.0
    return np.stack([np.clip(grey, 0, 1.25) * strip[1], strip[1]]).astype(np.float32)


def upright_window(
    frame: np.ndarray, plane: str, ellipse: Ellipse, half_width_mm: float, rng: np.random.Generator
) -> Window:
    """Canonical window of a picture with frame (3, 3), with errors of rotation, centre and size."""
    _, u, v = frame
    right, down = (np.array([axis @ u, axis @ v]) for axis in STANDARD_AXES[plane])
    down = down / np.linalg.norm(down)
    turn = rng.normal(0.0, 0.1)
    c, s = np.cos(turn), np.sin(turn)
    down = np.array([c * down[0] - s * down[1], s * down[0] + c * down[1]])
    sideways = np.array([down[1], -down[0]])
    if plane == "sagittal" and sideways @ right < 0:
        sideways = -sideways
    centre = np.asarray(ellipse.centre) + rng.normal(0.0, 0.02 * half_width_mm, 2)
    return Window(centre, sideways, down, half_width_mm * float(np.exp(rng.normal(0.0, 0.03))))


class ReaderData(Dataset):
    """Items drawn by (seed, index), dictionaries of tensors.

    strip (2, ANGLES, RADII), radius (ANGLES,) of the known border, visible (ANGLES,), real () 1 if the radius is that
    of an annotated ellipse; echo (ANGLES,) radius where `clear` (ANGLES,) is 1, of a real picture by `clear_border`, of
    a simulated one the radius where it is visible; picture (N, N), plane (), upright () 1 or 0, oriented () 1 if the
    orientation is known.

    Parameters
    ----------
    files
        Shards of a bank.
    real
        HC18 cases for training, may be empty.
    length
        Items per epoch.
    translation
        Of simulated axial pictures; None: all stay as they are.
    """

    def __init__(
        self,
        files: list[Path],
        real: list[Hc18Case],
        length: int,
        seed: int = 0,
        translation: Translation | None = None,
    ) -> None:
        self.length, self.seed, self.translation = length, seed, translation
        self.shards = OpenShards(files)
        self.real = [_with_echo(*shrunk(case)) for case in real]

    def __len__(self) -> int:
        return self.length

    def __getitem__(self, index: int) -> dict[str, torch.Tensor]:
        rng = np.random.default_rng([self.seed, index])
        if self.real and rng.random() < REAL_SHARE:
            pixels, spacing, ellipse, echo, clear = self.real[rng.integers(len(self.real))]
            item = self._strip(pixels, spacing, ellipse, ellipse.points(180), rng, (echo, clear))
            nothing = torch.zeros(PICTURE_SIZE, PICTURE_SIZE)
            return item | _scalars(real=1, plane=0, upright=0, oriented=0) | {"picture": nothing}
        shard = self.shards.draw(rng)
        i, k = int(rng.integers(len(shard.images))), int(rng.integers(3))
        pixels, spacing = shard.images[i, k], tuple(float(v) for v in shard.spacing[i, k])
        if self.translation is not None and PLANES[k] == "axial":
            pixels = self.translation.applied(pixels, rng)
        outline = shard.outline[i, k].astype(float)
        ellipse = fit_ellipse(outline)
        item = self._strip(pixels, spacing, ellipse, outline, rng)
        size = fit_ellipse(shard.outline[i, 0].astype(float)).perimeter / (2 * np.pi)
        window = upright_window(shard.frames[i, k].astype(float), PLANES[k], ellipse, HALF_WIDTH * size, rng)
        grey = window.resample(normalise_grey(pixels), spacing, PICTURE_SIZE)[0]
        grey = np.clip(grey, 0, None) ** rng.uniform(0.7, 1.4) * rng.uniform(0.8, 1.2)
        upright = int(rng.random() < 0.5)
        if not upright:
            grey = grey[:, ::-1] if PLANES[k] == "sagittal" else grey[::-1, ::-1]
        if PLANES[k] != "sagittal" and rng.random() < 0.5:
            grey = grey[:, ::-1]
        picture = torch.from_numpy(np.ascontiguousarray(grey, np.float32))
        return item | _scalars(real=0, plane=k, upright=upright, oriented=1) | {"picture": picture}

    def _strip(
        self,
        pixels: np.ndarray,
        spacing: tuple[float, float],
        ellipse: Ellipse,
        outline: np.ndarray,
        rng: np.random.Generator,
        echo: tuple[np.ndarray, np.ndarray] | None = None,
    ) -> dict[str, torch.Tensor]:
        strip = Strip.about(jittered_ellipse(ellipse, rng, float(rng.choice([0.3, 1.0, 1.4]))))
        sample, radius = strip.sample(normalise_grey(pixels), spacing), strip.radii_of(outline)
        border, clear = (radius, np.ones(ANGLES)) if echo is None else strip.values_of(*echo)
        if rng.random() < 0.5:
            back = (-np.arange(ANGLES)) % ANGLES
            sample, radius, border, clear = sample[:, back], radius[back], border[back], clear[back]
        seen = jittered_strip(sample, rng)
        visible = visible_border(seen, border)  # after the shadows
        return {
            "strip": torch.from_numpy(seen),
            "radius": torch.from_numpy(radius.astype(np.float32)),
            "echo": torch.from_numpy(border.astype(np.float32)),
            "clear": torch.from_numpy(((clear > 0.5) & visible).astype(np.float32)),
            "visible": torch.from_numpy(visible.astype(np.float32)),
        }


def _with_echo(pixels: np.ndarray, spacing: tuple[float, float], ellipse: Ellipse) -> tuple:
    """The picture with the points (ANGLES, 2) of its border in mm, and where these are clear."""
    strip = Strip.about(ellipse)
    sample = strip.sample(normalise_grey(pixels), spacing)
    radius, clear = clear_border(sample, strip.radii_of(ellipse.points(180)))
    return pixels, spacing, ellipse, strip.points(radius), clear.astype(float)


def _scalars(**values: int) -> dict[str, torch.Tensor]:
    return {name: torch.tensor(value if name == "plane" else float(value)) for name, value in values.items()}
