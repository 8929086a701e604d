"""The colour map of scene, reports and browser, and the range of the colours of a case."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from matplotlib.colors import LinearSegmentedColormap

__all__ = ["COLOURS", "PLAIN", "colour_map", "colour_table", "fitted_range", "rgb"]

_VIRIDIS = (
    "345f8d 32658e 2f6a8e 2d708e 2b758e 297a8e 27808e 25858e 238a8d 218f8d 1f958c "
    "1f9a8a 1f9f88 20a486 23a983 28af80 2fb47c 37b877 40bd72 4bc26d 56c666 62ca60 "
    "6ece58 7cd250 8ad547 98d83e a6db35 b5de2b c4e022 d3e21b e2e418 f0e51c fde725"
)
COLOURS = tuple(f"#{colour}" for colour in _VIRIDIS.split())
"""Low to high at equal steps: viridis without its darkest 30 %, lightness 39 to 91.

Lightness rises evenly, also with colour blindness; the low end is light enough for shading and on dark backgrounds, the
high end dark enough on white.
"""
PLAIN = (0.80, 0.77, 0.70)
"""Colour of a surface, or of its points, without known values."""
SHARES = (2.0, 98.0)
"""Percentiles of the values between which a fitted range lies."""
_SLACK = 1e-6
"""Rounding error of a value, in steps."""


def rgb(colour: str) -> tuple[float, float, float]:
    """Red, green and blue from 0 to 1 of a colour written "#rrggbb"."""
    return tuple(value / 255 for value in bytes.fromhex(colour[1:]))


@lru_cache(maxsize=1)
def colour_table() -> np.ndarray:
    """(256, 3) uint8 colours of the scale, low to high."""
    steps = 255 * np.array([rgb(colour) for colour in COLOURS])
    at, places = np.linspace(0, 1, 256), np.linspace(0, 1, len(steps))
    return np.stack([np.interp(at, places, steps[:, k]) for k in range(3)], axis=1).round().astype(np.uint8)


def colour_map() -> LinearSegmentedColormap:
    """`COLOURS` for matplotlib."""
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("generative-models", COLOURS)


def fitted_range(values: np.ndarray, step: float = 0.5) -> tuple[float, float]:
    """The range of colours that fits the values, rounded outwards to multiples of `step`, at least one step wide.

    Parameters
    ----------
    values
        Of any shape; values that are not finite are left out.

    Raises
    ------
    ValueError
        No value is finite.
    """
    known = np.asarray(values, float)
    known = known[np.isfinite(known)]
    if not known.size:
        raise ValueError("no value is finite")
    low, high = np.percentile(known, SHARES)
    low, high = np.floor(low / step + _SLACK), np.ceil(high / step - _SLACK)
    return round(float(low) * step, 9), round(float(max(high, low + 1)) * step, 9)
