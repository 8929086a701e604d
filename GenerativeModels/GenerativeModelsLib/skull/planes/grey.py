"""Conversion of pixels of any number type and colour to grey levels 0 to 255, without cropping or masking."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.language import said

LUMINANCE = (0.299, 0.587, 0.114)
"""Weights of red, green and blue in grey, ITU-R BT.601."""
PERCENTILES = (0.1, 99.9)
"""Percentiles mapped to 0 and 255 in an image whose values have no standard range."""


class BlankImage(InputError):
    """An image of one grey level."""


@dataclass(frozen=True)
class GreyPixels:
    """`pixels` (rows, cols) float32 in 0..255 and warnings for the user."""

    pixels: np.ndarray
    warnings: tuple[str, ...] = ()


def grey_pixels(values: np.ndarray, label: str, inverted: bool = False) -> GreyPixels:
    """Grey levels 0..255 of `values`.

    Values in 0..1 are multiplied by 255, values in 0..255 are unchanged. Larger integers are divided by the smallest
    2^n - 1 that is not below the maximum, so that a 12 bit image has the same range as an 8 bit one. All other values,
    such as negative ones, are scaled linearly between their 0.1 and 99.9 percentiles, with a warning. NaN and infinite
    pixels become 0, with a warning. Colour is converted to luminance (ITU-R BT.601); alpha is ignored.

    Parameters
    ----------
    values
        (rows, cols) or (rows, cols, 3 or 4) real numbers.
    label
        Name of the image in messages.
    inverted
        Whether low values are bright.

    Raises
    ------
    BlankImage
        One grey level throughout.
    InputError
        Complex numbers, or no finite pixel.
    """
    if values.dtype.kind not in "buif":
        raise InputError(f"{label} holds {values.dtype} pixels: expected real numbers, grey or colour.")
    values = values[..., :3] if values.ndim == 3 else values
    warnings: list[str] = []
    if values.dtype.kind == "f":
        values = _finite(values, label, warnings)
    scaled = _scaled(values, label, warnings)
    pixels = scaled @ np.asarray(LUMINANCE, np.float32) if scaled.ndim == 3 else scaled
    pixels = np.clip(255.0 - pixels if inverted else pixels, 0.0, 255.0).astype(np.float32, copy=False)
    low, high = float(pixels.min()), float(pixels.max())
    if high - low < 1e-3:
        raise BlankImage(f"{label} is one grey level throughout ({low:.4g} of 255): expected an ultrasound image.")
    return GreyPixels(np.ascontiguousarray(pixels), tuple(warnings))


def _finite(values: np.ndarray, label: str, warnings: list[str]) -> np.ndarray:
    good = np.isfinite(values)
    count = values.size - np.count_nonzero(good)
    if count == 0:
        return values
    if count == values.size:
        raise InputError(f"{label} has no finite pixel, all are NaN or infinite: export the image again.")
    warnings.append(
        said(
            "{label}: {count:d} of {all:d} pixel values are NaN or infinite and were set to 0.",
            label=label,
            count=count,
            all=values.size,
        )
    )
    return np.where(good, values, values.dtype.type(0))


def _scaled(values: np.ndarray, label: str, warnings: list[str]) -> np.ndarray:
    """`values` in 0..255 as float32."""
    if values.dtype.kind == "b":
        return values.astype(np.float32) * np.float32(255)
    low, high = float(values.min()), float(values.max())
    whole = values.dtype.kind in "iu"
    if low >= 0 and high <= 255:
        return values.astype(np.float32) * np.float32(1 if high > 1 else 255)
    if low >= 0 and whole:
        return (values / (2.0 ** np.ceil(np.log2(high + 1)) - 1) * 255).astype(np.float32)
    return _stretched(values, label, warnings)


def _stretched(values: np.ndarray, label: str, warnings: list[str]) -> np.ndarray:
    numbers = np.clip(values.astype(np.float64), -1e100, 1e100)
    low, high = np.percentile(numbers, PERCENTILES)
    if not high > low:
        low, high = numbers.min(), numbers.max()
    if not high > low:
        return np.full(numbers.shape, 127.0, np.float32)
    warnings.append(
        said(
            "{label} has pixel values from {least:.4g} to {most:.4g}, not the 0 to 255 of an ultrasound image; "
            "{low:.4g} to {high:.4g} was taken as black to white.",
            label=label,
            least=numbers.min(),
            most=numbers.max(),
            low=low,
            high=high,
        )
    )
    return ((np.clip(numbers, low, high) - low) / (high - low) * 255).astype(np.float32)
