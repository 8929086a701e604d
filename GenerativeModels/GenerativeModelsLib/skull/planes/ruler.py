"""Depth rulers that a scanner draws beside the ultrasound picture: regular rows of short marks.

A mark is a bright or dark dash, small in both directions and sharp against its surroundings. Marks on one line, along
the rows, the columns or a straight side of the sector, are a ruler if most of them lie at regular distances and few
lie between. How many millimetres lie between two marks is not known from the picture.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import find_objects, label, maximum_filter1d, minimum_filter1d

from GenerativeModelsLib.skull.corrections import enlarged_point
from GenerativeModelsLib.skull.planes.sector import sector_outline

__all__ = ["TICKS_MM", "Ruler", "find_rulers"]

TICKS_MM = (1.0, 5.0, 10.0, 50.0)
"""Distances of ticks that scanners use."""
LEAST_CONTRAST, LEAST_CONTRAST_OF_BLACK = 45.0, 18.0
"""Grey levels by which a bright mark, and a black one, differs from what is beside it."""
BLACK = 12.0
"""Grey level of the darkest pixel of a black mark, at most."""
THICK, LONG = 6, 26
"""Pixels of a mark across and along, in a picture of `USUAL_PX` a side."""
USUAL_PX = 600
LEAST_TICKS, LEAST_FILLED, LEAST_PURE = 6, 0.75, 0.7
LEAST_SLANTED_TICKS = 8
"""Marks of a ruler, and of one along a slanted side, where a line is wider and more marks lie on it by chance; share of
its regular positions that have one; share of marks on its line that lie on one."""
LEAST_TICK_PX, MOST_TICK_SHARE = 8.0, 0.2
"""Smallest distance of two ticks in pixels, and largest as a share of the picture."""
LEAST_SLANT, MOST_SLANT = 0.1, 0.95
"""Sines of the least and the largest angle of a slanted side with the columns."""
LEAST_LENGTH = 0.2
"""Least length of a ruler as a share of the picture's side."""
APART_PX = 1.0
"""Largest distance of a mark from its line and from its regular position."""
ROUNDED = 0.025
"""The same along the line as a share of the tick distance, for pictures that were enlarged after they were drawn."""
SLANTED_APART_PX = 2.0
"""The same for a line along a side of the sector."""
FIRST_DIFFERENCES = 3
"""A tick distance is that of a mark from one of so many next ones."""
FITS = 4
"""Fits of a row to the marks on it, and rows of which the best is taken."""


@dataclass(frozen=True)
class Ruler:
    """Ticks at regular distances on a straight line.

    Attributes
    ----------
    start_px, end_px
        (column, row) of the first and the last tick.
    ticks
        Number of ticks found.
    tick_px
        Distance of neighbouring ticks in pixels.
    sd_px
        Standard deviation of `tick_px`.
    """

    start_px: tuple[float, float]
    end_px: tuple[float, float]
    ticks: int
    tick_px: float
    sd_px: float

    def enlarged(self, factor: int) -> Ruler:
        """The ruler in a picture with `factor` x `factor` pixels for each."""
        if factor == 1:
            return self
        ends = (enlarged_point(end, factor) for end in (self.start_px, self.end_px))
        return Ruler(*ends, self.ticks, factor * self.tick_px, factor * self.sd_px)

    @property
    def direction(self) -> np.ndarray:
        """(2,) unit vector (column, row) along the ruler."""
        along = np.subtract(self.end_px, self.start_px)
        return along / np.linalg.norm(along)

    def tick_mm(self, spacing_mm: tuple[float, float]) -> float:
        """Distance of neighbouring ticks in mm at a (row, column) spacing."""
        return float(self.tick_px * np.hypot(self.direction[0] * spacing_mm[1], self.direction[1] * spacing_mm[0]))

    def fits(self, spacing_mm: tuple[float, float], tolerance: float) -> bool:
        """Whether its ticks are one of `TICKS_MM` apart at that spacing, up to a relative difference."""
        mm, doubt = self.tick_mm(spacing_mm), 2 * self.sd_px / self.tick_px
        return any(abs(mm / tick - 1) <= tolerance + doubt for tick in TICKS_MM)


def find_rulers(pixels: np.ndarray) -> tuple[Ruler, ...]:
    """The rulers in a picture (rows, columns) of grey levels 0 to 255, that with the most ticks first.

    Of rulers that share a line, the one with the most ticks is kept.
    """
    grey = np.nan_to_num(np.asarray(pixels, np.float32))
    scale = max(1, round(min(grey.shape) / USUAL_PX))
    found: list[Ruler] = []
    sides = list(_sides(grey))
    for picture in (grey, 255 - grey):
        dark = picture is not grey
        upright, level = _marks(picture, scale, dark), _marks(picture.T, scale, dark)[:, [1, 0, 3, 2]]
        found += _along(upright, (0.0, 1.0), grey.shape[0])
        found += _along(level, (1.0, 0.0), grey.shape[1])
        for along, start, length in sides:
            near = _near_side(np.concatenate([upright, level]), along, start, scale)
            found += _along(near, along, length)
    kept: list[Ruler] = []
    for ruler in sorted(found, key=lambda one: -one.ticks):
        if not any(_same_line(ruler, other, scale) for other in kept):
            kept.append(ruler)
    return tuple(kept)


def _marks(picture: np.ndarray, scale: int, dark: bool) -> np.ndarray:
    """(N, 4) column, row of the centre, half width and half height of bright dashes that are short along the column.

    With `dark` the picture is inverted, and the dashes are black.
    """
    thick, long = THICK * scale, LONG * scale
    above = np.minimum(picture - _opened(picture, thick, 0), picture - _opened(picture, long, 1))
    parts, count = label(above > (LEAST_CONTRAST_OF_BLACK if dark else LEAST_CONTRAST))
    if count == 0:
        return np.zeros((0, 4))
    sizes = np.bincount(parts.ravel(), minlength=count + 1)
    found = []
    for number, (rows, columns) in enumerate(find_objects(parts), start=1):
        height, width = rows.stop - rows.start, columns.stop - columns.start
        if height < thick and width < long and sizes[number] >= max(2, 0.6 * height * width):
            if dark and picture[rows, columns].max() < 255 - BLACK:
                continue
            weight = np.where(parts[rows, columns] == number, above[rows, columns], 0).sum(1)
            row = rows.start + weight @ np.arange(height) / weight.sum()
            found.append((columns.start + (width - 1) / 2, row, (width - 1) / 2, (height - 1) / 2))
    return np.array(found).reshape(-1, 4)


def _opened(picture: np.ndarray, size: int, axis: int) -> np.ndarray:
    """Grey opening of the picture along an axis."""
    return maximum_filter1d(minimum_filter1d(picture, size, axis=axis), size, axis=axis)


def _sides(grey: np.ndarray) -> Iterator[tuple[tuple[float, float], np.ndarray, float]]:
    """Direction, a point (column, row) and length of the slanted straight sides of the sector."""
    corners = sector_outline(grey)
    least, middle = LEAST_LENGTH * grey.shape[0], corners.mean(0)
    for side in (corners[corners[:, 0] < middle[0]], corners[corners[:, 0] >= middle[0]]):
        best: tuple[float, tuple[float, float], np.ndarray] = (least, (0.0, 1.0), corners[0])
        for one, corner in enumerate(side):
            away = side - corner
            for length, end in zip(np.hypot(*away.T), away):
                if length <= best[0] or end[1] <= 0:
                    continue
                along = end / length
                on_way = away @ along
                across = np.abs(away @ [along[1], -along[0]])[(on_way >= 0) & (on_way <= length)]
                if across.max() < SLANTED_APART_PX and LEAST_SLANT < abs(along[0]) < MOST_SLANT:
                    best = length, (float(along[0]), float(along[1])), side[one]
        if best[0] > least:
            yield best[1], best[2], best[0]


def _near_side(marks: np.ndarray, along: tuple[float, float], start: np.ndarray, scale: int) -> np.ndarray:
    """The marks within a mark's length of a side."""
    _, first = np.unique(np.round(marks[:, :2]), axis=0, return_index=True)  # a dot is a mark of both directions
    near = np.abs((marks[first, :2] - start) @ [along[1], -along[0]]) < LONG * scale
    return marks[first][near]


def _along(marks: np.ndarray, along: tuple[float, float], length: float) -> Iterator[Ruler]:
    """Rulers among marks (N, 4), on lines in the direction `along`, in a picture of that length."""
    if len(marks) < LEAST_TICKS:
        return
    direction, normal = np.array(along), np.array([along[1], -along[0]])
    straight = 1.0 in along
    apart, least = (APART_PX, LEAST_TICKS) if straight else (SLANTED_APART_PX, LEAST_SLANTED_TICKS)
    place, middle = marks[:, :2] @ direction, marks[:, :2] @ normal
    reach = marks[:, 2:] @ np.abs(normal)
    for offset in (middle - reach, middle, middle + reach):  # ticks of several lengths share an end or the middle
        for line in np.unique(np.round(offset)):
            on = np.abs(offset - line) <= apart
            if on.sum() >= least:
                regular = _regular(np.sort(place[on]), length, apart)
                if regular is not None and regular[2] >= least:
                    first, ticks, count, step, sd = regular
                    start = first * direction + line * normal
                    end = start + (ticks - 1) * step * direction
                    yield Ruler(tuple(map(float, start)), tuple(map(float, end)), count, step, sd)


def _regular(places: np.ndarray, length: float, apart: float) -> tuple[float, int, int, float, float] | None:
    """First place, positions, marks, step and its standard deviation of the longest regular row of sorted places.

    Every two places near each other are tried as neighbours, and their row is fitted to all places that lie on it.
    """
    count = len(places)
    pairs = [(one, one + more) for more in range(1, FIRST_DIFFERENCES + 1) for one in range(count - more)]
    first, second = places[np.array(pairs).T]
    step = second - first
    fair = (step >= LEAST_TICK_PX) & (step <= MOST_TICK_SHARE * length)
    first, step = first[fair, None], step[fair, None]
    for _ in range(FITS):
        number, on = _on_row(places, first, step, apart)
        weight = on.sum(1, keepdims=True)
        usable = weight[:, 0] >= LEAST_TICKS // 2
        number, on, weight = number[usable], on[usable], weight[usable]
        middle = (number * on).sum(1, keepdims=True) / weight
        centre = (places * on).sum(1, keepdims=True) / weight
        spread = ((number - middle) ** 2 * on).sum(1, keepdims=True)
        step = ((number - middle) * (places - centre) * on).sum(1, keepdims=True) / np.maximum(spread, 1e-9)
        first = centre - middle * step
        fair = (step[:, 0] >= LEAST_TICK_PX) & (spread[:, 0] > 0)
        first, step = first[fair], step[fair]
    number, on = _on_row(places, first, step, apart)
    best = None
    for row in np.argsort(-on.sum(1), kind="stable")[:FITS]:
        found = _judged(places, number[row], on[row], float(first[row, 0]), float(step[row, 0]), apart)
        if found is not None and (best is None or found[2] > best[2]):
            best = found
    if best is None or (best[1] - 1) * best[3] < LEAST_LENGTH * length:
        return None
    return best


def _on_row(places: np.ndarray, first: np.ndarray, step: np.ndarray, apart: float) -> tuple[np.ndarray, np.ndarray]:
    """Numbers (P, N) of places (N,) on rows of first place and step (P, 1), and whether they lie on them."""
    number = np.round((places - first) / step)
    return number, np.abs(places - first - number * step) <= np.maximum(apart, ROUNDED * step)


def _judged(
    places: np.ndarray, number: np.ndarray, on: np.ndarray, first: float, step: float, apart: float
) -> tuple[float, int, int, float, float] | None:
    """A fitted row as `_regular` returns it; None if it is not a ruler."""
    filled = np.unique(number[on])
    if len(filled) < LEAST_TICKS:
        return None
    positions = int(filled[-1] - filled[0]) + 1
    low, high = first + filled[0] * step, first + filled[-1] * step
    within = (places >= low - apart) & (places <= high + apart)
    if len(filled) < LEAST_FILLED * positions or len(filled) < LEAST_PURE * within.sum():
        return None
    rest = (places - first - number * step)[on]
    spread = np.sqrt(((number[on] - number[on].mean()) ** 2).sum())
    sd = max(float(np.sqrt((rest**2).mean())), 1 / np.sqrt(12)) / spread
    return low, positions, len(filled), step, float(sd)


def _same_line(one: Ruler, other: Ruler, scale: int) -> bool:
    """Whether two rulers lie beside each other, within the length of a mark."""
    if abs(one.direction @ other.direction) < 0.99:
        return False
    normal = np.array([other.direction[1], -other.direction[0]])
    return abs(np.subtract(one.start_px, other.start_px) @ normal) < LONG * scale
