"""Rulers and text drawn over pictures of tissue, as scanners draw them."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from scipy.ndimage import gaussian_filter

__all__ = ["sector", "slanted_ruler", "text", "upright_ruler"]


def sector(size: tuple[int, int] = (360, 480), seed: int = 0, slanted: bool = True) -> np.ndarray:
    """(rows, columns) uint8: speckle as fine as a beam makes it, within a sector on black; else over the whole."""
    rows, columns = size
    rng = np.random.default_rng(seed)
    speckle = gaussian_filter(rng.rayleigh(1.0, size), (1.6, 2.4))
    depth = np.linspace(0.6, 1.3, rows)[:, None]
    grey = np.clip(255 * (0.35 + 1.5 * (speckle / speckle.mean() - 1)) * depth, 0, 230)
    if slanted:
        row, column = np.mgrid[:rows, :columns]
        half = 0.2 * columns + 0.45 * (row - 0.1 * rows)
        grey[(np.abs(column - columns / 2) > np.minimum(half, 0.44 * columns)) | (row < 0.08 * rows)] = 0
    return grey.astype(np.uint8)


def upright_ruler(
    picture: np.ndarray,
    column: int,
    step: float,
    *,
    start: float = 12.0,
    grey: int = 230,
    lengths: tuple[int, int, int] = (2, 4, 9),
    across: bool = False,
) -> np.ndarray:
    """The picture with a ruler along a column, ticks of three lengths, every second and every tenth longer.

    With `across` it lies along that row.
    """
    drawn = picture.T.copy() if across else picture.copy()
    for number, row in enumerate(np.arange(start, drawn.shape[0] - 3, step)):
        length = lengths[2] if number % 10 == 0 else lengths[1] if number % 2 == 0 else lengths[0]
        at = round(row)
        drawn[at : at + 2, column : column + length] = grey
    return drawn.T.copy() if across else drawn


def slanted_ruler(picture: np.ndarray, start: tuple[float, float], end: tuple[float, float], ticks: int) -> np.ndarray:
    """The picture with ticks from one (column, row) to another."""
    drawn = picture.copy()
    for column, row in np.linspace(start, end, ticks):
        drawn[round(row) : round(row) + 2, round(column) : round(column) + 4] = 240
    return drawn


def text(
    picture: np.ndarray, words: str, at: tuple[int, int], *, size: int = 14, grey: int = 220, font: str | None = None
):
    """The picture with words drawn at (column, row), and their box (x0, y0, x1, y1).

    `font` is a file; None is Pillow's own, which is as sharp.
    """
    image = Image.fromarray(picture.copy())
    draw = ImageDraw.Draw(image)
    letters = ImageFont.load_default(size) if font is None else ImageFont.truetype(font, size)
    draw.text(at, words, fill=grey, font=letters)
    return np.asarray(image), draw.textbbox(at, words, font=letters)
