"""Images without any training: a Gaussian of intensities for each label, then the faults of a scanner.

After Billot et al., Medical Image Analysis 2023;86:102789 (SynthSeg) and Billot et al., MICCAI 2020 (partial volume).
For labels l of voxels v, of a grid with the pixel size p:

    intensity   g(v) = m_l + s_l e(v),   e of variance 1: four fifths of it smooth over `TEXTURE_MM`, the rest white
                (m_l and s_l of a style are medians over its slices, since slices of a stack differ in brightness)
    bias        g <- g exp(b),   b a Gaussian field, smooth over `Faults.bias_mm`, of standard deviation `Faults.bias`
    blur        g <- G_sigma * g in the slice,   sigma = `Faults.blur` p: pixels at borders hold both sides
    noise       g <- |g + n_1 + i n_2|,   n ~ N(0, `Faults.noise`^2)     (Rician; Gudbjartsson and Patz, MRM 1995)

Without a style image m_l and s_l are uniform up to 1 and `MOST_SPREAD`. With one, m_l and s_l are those of the
style's pixels of the label where it has a label map; else of one of its three classes of intensity: the brightest for
blood, the middle for the wall, a random one for other labels.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from GenerativeModelsLib.segmentation.maps import CODES
from GenerativeModelsLib.synthesis.images.classes import BRIGHT, DARK, intensity_classes
from GenerativeModelsLib.synthesis.images.read import LabelledVolume, StyleImage
from GenerativeModelsLib.synthesis.images.synthesiser import Drawn
from GenerativeModelsLib.synthesis.images.tone import PLAIN, Tone

__all__ = ["FAULTS", "Faults", "SynthSeg"]

MOST_SPREAD = 0.08
"""Largest standard deviation of a label's intensities without a style."""
_CLASSES = tuple(range(DARK, BRIGHT + 1))
_BLOOD = ("lv", "rv", "la")
TEXTURE_MM = 6.0
"""Standard deviation of the smoothing of most of the texture: what varies within an organ is wider than a pixel."""
LEAST_PIXELS = 20
"""Pixels of a region in a slice from which on the slice says how its grey values vary."""
PATCH_MM = 18.0
"""Standard deviation of the smoothing that makes random surroundings."""


@dataclass(frozen=True)
class Faults:
    """Faults of the scanner, in units of the grey range.

    Attributes
    ----------
    spread
        Factor of the standard deviation of every label's intensities.
    bias, bias_mm
        Standard deviation of the logarithm of the bias field, and over how many mm it is smooth.
    blur
        Standard deviation of the blur in pixels.
    noise
        Standard deviation of the Rician noise.
    """

    spread: float = 1.0
    bias: float = 0.15
    bias_mm: float = 60.0
    blur: float = 0.6
    noise: float = 0.02


FAULTS = Faults()


@dataclass(frozen=True)
class SynthSeg:
    """The method `synthseg`: it knows every label."""

    faults: Faults = FAULTS
    name: str = "synthseg"
    manifest: None = None

    def require(self, volume: LabelledVolume) -> tuple[str, ...]:
        """No warnings."""
        return ()

    def draw(
        self,
        volume: LabelledVolume,
        style: StyleImage | None,
        rng: np.random.Generator,
        only: int | None = None,
        told: Callable[[float], None] = lambda share: None,
    ) -> Drawn:
        """As `ImageSynthesiser.draw`; the whole slices are drawn."""
        every = volume.values.reshape(-1, *volume.values.shape[2:])
        flat = every if only is None else every[only : only + 1]
        styled = style is not None and style.on_grid
        tone = PLAIN if style is None else Tone.of(style.values)
        of_style = None if style is None else _Measured(style, tone)
        # What all slices share is drawn first, so that one slice alone has it too.
        where = of_style.classes if styled else _patches(every.shape, volume.pixel_mm, rng)
        where = where if only is None else where[only : only + 1]
        regions = [(where == each, _Wanted(None, each)) for each in _CLASSES]
        regions = [((flat == 0) & mask, wanted) for mask, wanted in regions]
        structures = {value: name for name, value in volume.named.items()}
        regions += [(flat == value, _Wanted(value, None, structures.get(value))) for value in volume.present]
        drawn = [_random(rng) if of_style is None else of_style.intensity(wanted, rng) for _, wanted in regions]
        bias = self._bias(flat.shape[1:], volume.pixel_mm, rng)
        values = np.zeros(flat.shape, np.float32)
        texture = _texture(flat.shape, volume.pixel_mm, rng)
        for (mask, _), (mean, spread) in zip(regions, drawn):
            values[mask] = mean + self.faults.spread * spread * texture[mask]
        values = self._with_faults(values * bias, rng)
        values = values.reshape(volume.values.shape if only is None else (1, *values.shape))
        grey = np.float32(tone.low) + np.float32(tone.high - tone.low) * values
        told(1.0)
        return Drawn(grey, np.ones(flat.shape[1:], bool), "style" if styled else "random")

    def _bias(self, shape: tuple[int, ...], pixel_mm: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """The bias field (rows, columns) of all slices."""
        if not self.faults.bias:
            return np.ones(shape, np.float32)
        return np.exp(self.faults.bias * _smooth_noise(shape, self.faults.bias_mm / pixel_mm, rng))

    def _with_faults(self, values: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        from scipy.ndimage import gaussian_filter

        faults = self.faults
        if faults.blur:
            values = gaussian_filter(values, (0, faults.blur, faults.blur))
        if faults.noise:
            real, imaginary = faults.noise * rng.standard_normal((2, *values.shape), dtype=np.float32)
            values = np.hypot(values + real, imaginary)
        return np.maximum(values, 0).astype(np.float32)


@dataclass(frozen=True)
class _Wanted:
    """A region: a label of the file with its structure, if it is one, or a class of the surroundings."""

    value: int | None
    surroundings: int | None
    structure: str | None = None


class _Measured:
    """Intensities of a style, from 0 to 1 between the ends of its tone."""

    def __init__(self, style: StyleImage, tone: Tone) -> None:
        self._style = style
        self._shares = (style.flat - tone.low) / (tone.high - tone.low)
        known = np.zeros(style.flat.shape, bool) if style.labels is None else style.labels.flat > 0
        self.classes = intensity_classes(tone.shares(style.flat), style.pixel_mm, known)
        self._left = np.ones_like(known) if known.all() else ~known  # labels may fill a small image

    def intensity(self, wanted: _Wanted, rng: np.random.Generator) -> tuple[float, float]:
        """Mean and standard deviation of a region."""
        labels = self._style.labels
        if wanted.value is not None and labels is not None:
            found = labels.flat == CODES[wanted.structure] if wanted.structure else _same(labels, wanted.value)
            if found.sum() > 1:
                return _moments(self._shares, found)
        number = wanted.surroundings
        if number is None:
            number = BRIGHT if wanted.structure in _BLOOD else DARK + 1 if wanted.structure else rng.choice(_CLASSES)
        found = (self.classes == number) & self._left
        return _moments(self._shares, found if found.sum() > 1 else self._left)


def _same(labels: LabelledVolume, value: int) -> np.ndarray:
    return labels.values.reshape(labels.flat.shape) == value


def _moments(shares: np.ndarray, mask: np.ndarray) -> tuple[float, float]:
    """Median and a robust standard deviation within a slice: fat and vessels within a region are no noise."""
    slices = [values[where] for values, where in zip(shares, mask) if where.sum() >= LEAST_PIXELS] or [shares[mask]]
    low, middle, high = np.median([np.percentile(values, (16, 50, 84)) for values in slices], axis=0)
    return float(middle), float(high - low) / 2


def _random(rng: np.random.Generator) -> tuple[float, float]:
    mean, spread = rng.uniform(0, (1.0, MOST_SPREAD))
    return mean, spread


def _patches(shape: tuple[int, ...], pixel_mm: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Smooth random classes `DARK` to `BRIGHT` (N, rows, columns), the same in every slice."""
    fields = [_smooth_noise(shape[1:], PATCH_MM / pixel_mm, rng) for _ in _CLASSES]
    return np.broadcast_to(DARK + np.argmax(fields, axis=0), shape)


def _texture(shape: tuple[int, ...], pixel_mm: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    smooth = np.stack([_smooth_noise(shape[1:], TEXTURE_MM / pixel_mm, rng) for _ in range(shape[0])])
    return np.sqrt(np.float32(0.8)) * smooth + np.sqrt(np.float32(0.2)) * rng.standard_normal(shape, dtype=np.float32)


def _smooth_noise(shape: tuple[int, ...], sigma: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A Gaussian field (rows, columns) of standard deviation 1, smoothed by `sigma` pixels."""
    from scipy.ndimage import gaussian_filter

    noise = gaussian_filter(rng.standard_normal(shape), sigma, mode="wrap")
    return ((noise - noise.mean()) / max(float(noise.std()), 1e-12)).astype(np.float32)
