"""The generators of a bundle applied to images of any size: seen at the networks' scale, written at their own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from GenerativeModelsLib.bundle.manifest import BundleManifest
from GenerativeModelsLib.models.translation import LookGenerator
from GenerativeModelsLib.skull.locate.window import white_level
from GenerativeModelsLib.synthesis.falling_back import computed
from GenerativeModelsLib.synthesis.images.tone import Tone
from GenerativeModelsLib.synthesis.translate.domains import ULTRASOUND

__all__ = ["Greys", "LinearTone", "Scale", "Translated", "Translator", "at_scale", "greys_of"]

_BATCH = 16
"""Slices translated at once."""


class Greys(Protocol):
    """Grey values of an image as the networks see them, from -1 to 1, and back."""

    def seen(self, values: np.ndarray) -> np.ndarray: ...

    def grey(self, seen: np.ndarray) -> np.ndarray: ...


@dataclass(frozen=True)
class LinearTone:
    """From grey values g of ultrasound to t = 2 min(g / white, 1) - 1."""

    white: float

    def seen(self, values: np.ndarray) -> np.ndarray:
        """t of grey values, float32."""
        return 2 * np.clip(np.asarray(values, np.float32) / self.white, 0, 1) - 1

    def grey(self, seen: np.ndarray) -> np.ndarray:
        """Grey values of t, float32."""
        return np.float32(self.white) * np.clip(0.5 * (np.asarray(seen, np.float32) + 1), 0, 1)


def greys_of(modality: str, values: np.ndarray) -> Greys:
    """How the networks of a modality see the grey values of an image, which must not be all the same."""
    return LinearTone(white_level(values)) if modality == ULTRASOUND else Tone.of(values)


@dataclass(frozen=True)
class Scale:
    """The size at which the networks see an image; one of both is given.

    Attributes
    ----------
    rows
        Rows of an image, whatever its pixels are in mm: the look of ultrasound goes with the picture.
    grid_mm
        Distance of the pixels.
    """

    rows: int | None = None
    grid_mm: float | None = None

    def size(self, shape: tuple[int, int], pixel_mm: np.ndarray | None = None) -> tuple[int, int]:
        """Rows and columns at which the networks see slices of `shape`, whose (rows, columns) lie `pixel_mm` apart."""
        if self.rows is not None:
            return self.rows, max(1, round(self.rows * shape[1] / shape[0]))
        rows, columns = (max(1, round(float(n * mm / self.grid_mm))) for n, mm in zip(shape, pixel_mm))
        return rows, columns


def at_scale(slices: np.ndarray, size: tuple[int, int]) -> Tensor:
    """Slices (N, rows, columns) as (N, *size) float32, smoothed where pixels become coarser."""
    given = torch.from_numpy(np.ascontiguousarray(slices, np.float32))[:, None]
    return F.interpolate(given, size, mode="bilinear", antialias=True, align_corners=False)[:, 0]


class Translated(NamedTuple):
    """An image with another look: values (N, rows, columns) float32; the device; warnings."""

    values: np.ndarray
    device: str
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Translator:
    """Generators between two domains.

    Attributes
    ----------
    generators
        By the name of the domain to which they lead, in evaluation mode.
    modality
        Of both domains.
    scale
        At which the networks see an image.
    manifest
        Of their bundle; None for networks without one.
    """

    generators: Mapping[str, LookGenerator]
    modality: str
    scale: Scale
    manifest: BundleManifest | None = None

    def source_of(self, to: str) -> str:
        """The domain from which the generator to the domain `to` leads."""
        return next(name for name in self.generators if name != to)

    def translate(self, values: np.ndarray, to: str, seed: int = 0, pixel_mm: np.ndarray | None = None) -> Translated:
        """Slices (N, rows, columns) of grey values with the look of the domain `to`, in the same grey values.

        The tone curve is applied to the pixels as they are, and the residual is enlarged to them: what is finer than
        the networks' scale stays. `pixel_mm` is that of `Scale.size`.
        """
        net = self.generators[to]
        tone = greys_of(self.modality, values)
        seen = tone.seen(values)
        small = at_scale(seen, self.scale.size(values.shape[1:], pixel_mm))
        noise = torch.randn(small.shape, generator=torch.Generator().manual_seed(seed))
        fine = torch.from_numpy(seen)

        def compute(device: torch.device) -> Tensor:
            found = []
            with torch.inference_mode():
                for start in range(0, len(fine), _BATCH):
                    part = slice(start, start + _BATCH)
                    residual = net.residual(small[part].to(device), noise[part].to(device))
                    residual = F.interpolate(residual[:, None], fine.shape[1:], mode="bilinear", align_corners=False)
                    found.append((net.tone(fine[part].to(device)) + residual[:, 0]).clamp(-1, 1).float().cpu())
            return torch.cat(found)

        made, device, warnings = computed(net, compute)
        return Translated(tone.grey(made.numpy()), device, warnings)
