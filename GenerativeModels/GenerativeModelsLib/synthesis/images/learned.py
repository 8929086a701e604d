"""Images by trained networks: the square about the heart is drawn, and put back on the grid of the label map."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from GenerativeModelsLib.bundle.manifest import BundleManifest
from GenerativeModelsLib.errors import Caution, InputError, named
from GenerativeModelsLib.language import said
from GenerativeModelsLib.synthesis.falling_back import computed
from GenerativeModelsLib.synthesis.images.classes import KNOWN, conditioned, intensity_classes
from GenerativeModelsLib.synthesis.images.field import Field, middle_of_volume
from GenerativeModelsLib.synthesis.images.painters import Noise, Painter
from GenerativeModelsLib.synthesis.images.read import LabelledVolume, StyleImage, require_known
from GenerativeModelsLib.synthesis.images.synthesiser import Drawn
from GenerativeModelsLib.synthesis.images.tone import PLAIN, Tone

__all__ = ["LearnedSynthesiser"]

_BATCH = 16
"""Slices drawn at once."""


@dataclass(frozen=True, eq=False)
class LearnedSynthesiser:
    """A method with networks; takes and returns volumes.

    Attributes
    ----------
    name
        "spade", "cgan" or "ldm".
    painter
        Its networks, in evaluation mode.
    size, grid_mm
        Rows and columns of the square, and the distance of its pixels.
    manifest
        Of its bundle; None for networks without one.
    device
        Where it draws as long as the memory there suffices; None = where the networks are.
    """

    name: str
    painter: Painter
    size: int
    grid_mm: float
    manifest: BundleManifest | None = None
    device: torch.device | None = None

    def require(self, volume: LabelledVolume) -> tuple[str, ...]:
        """As `ImageSynthesiser.require`."""
        return require_known(volume, self.name, KNOWN)

    def draw(
        self,
        volume: LabelledVolume,
        style: StyleImage | None,
        rng: np.random.Generator,
        only: int | None = None,
        told: Callable[[float], None] = lambda share: None,
    ) -> Drawn:
        """As `ImageSynthesiser.draw`; around the square is the style image on its grid, else its darkest grey."""
        codes = volume.flat
        field = self._field(middle_of_volume(codes > 0), codes.shape[1:], volume.pixel_mm)
        styled = style is not None and style.on_grid
        cut, tone = self._style(style, field)
        surroundings = None
        if styled:
            known = style.labels.flat > 0
            surroundings = intensity_classes(tone.shares(style.flat), style.pixel_mm, known)
        part = slice(None) if only is None else slice(only, only + 1)
        known = None if surroundings is None else surroundings[part]
        classes = field.cut(conditioned(codes[part], known, volume.pixel_mm), "nearest").to(torch.uint8)
        noise = self.painter.noise(len(classes), rng)
        painted, device, warnings = self._painted(classes, cut, noise, told)
        outside = style.flat[part] if styled else np.full(codes[part].shape, tone.low, np.float32)
        values = field.put_back(torch.from_numpy(tone.grey(painted.numpy())), outside)
        beyond = bool((codes[:, ~field.inside] > 0).any())
        if beyond:
            sentence = said(
                "Labels reach beyond the {extent:.0f} mm that the method draws; no image was drawn there.",
                extent=self.size * self.grid_mm,
            )
            warnings = (*warnings, Caution(sentence, "missing"))
        values = values.reshape(volume.values.shape if only is None else (1, *values.shape))
        return Drawn(values, field.inside, "style" if styled else "nothing", device, warnings)

    def _field(self, at: np.ndarray, shape: tuple[int, int], pixel_mm: np.ndarray) -> Field:
        return Field(at, shape, pixel_mm, self.size, self.grid_mm)

    def _style(self, style: StyleImage | None, field: Field) -> tuple[Tensor | None, Tone]:
        """The squares of the slices of a style image about its heart, as the networks see them; and its tone."""
        if style is None:
            return None, PLAIN
        known = np.zeros(style.flat.shape, bool) if style.labels is None else style.labels.flat > 0
        if not style.on_grid:
            field = self._field(middle_of_volume(known), style.flat.shape[1:], style.pixel_mm)
        about = style.flat[:, field.inside]
        if np.ptp(about) == 0:
            raise InputError(
                f"{named('style')} {style.name} is {about.flat[0]:g} everywhere about the heart: give an image of it."
            )
        tone = Tone.of(about)
        used = known.any(axis=(1, 2)) if known.any() else np.ones(len(known), bool)
        return field.cut(tone.seen(style.flat[used])), tone

    def _painted(
        self, classes: Tensor, style: Tensor | None, noise: Noise, told: Callable[[float], None]
    ) -> tuple[Tensor, str, tuple[str, ...]]:
        """The squares on the CPU; on the CPU altogether where the memory of the device does not suffice."""
        if self.device is not None:  # an image before may have been too large for it
            self.painter.net.to(self.device)
        return computed(self.painter.net, lambda device: self._on(device, classes, style, noise, told))

    def _on(
        self,
        device: torch.device,
        classes: Tensor,
        style: Tensor | None,
        noise: Noise,
        told: Callable[[float], None],
    ) -> Tensor:
        found = []
        with torch.inference_mode():
            given = None if style is None else style.to(device)
            for start in range(0, len(classes), _BATCH):
                part = slice(start, start + _BATCH)
                own = {name: each if len(each) == 1 else each[part] for name, each in noise.items()}
                found.append(self.painter.paint(classes[part].to(device), given, own).float().cpu())
                told(min(start + _BATCH, len(classes)) / len(classes))
        return torch.cat(found)
