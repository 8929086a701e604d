"""Text that was drawn into an ultrasound picture: names, dates, settings of the machine, measurements.

Drawn strokes are thin, of one grey level and as sharp as the pixels, also over tissue; echoes are blurred by the beam
and by the interpolation of the scan lines. Several such shapes of like height beside each other are a line of text. No
character is recognised, so that the script does not matter.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.ndimage import find_objects, label, maximum, maximum_filter1d, minimum_filter1d
from scipy.sparse.csgraph import connected_components

__all__ = ["Box", "find_text", "without_text"]

Box = tuple[int, int, int, int]
"""Columns and rows of the first pixel and of the one after the last: (x0, y0, x1, y1)."""
STROKE = 9
"""Pixels below which a stroke is thin, in a picture of `USUAL_PX` a side."""
USUAL_PX = 600
CLEAR = 5
"""Column of a shape that holds its sharpness if it is clearly a character, else 0."""
HEIGHTS = (5, 60)
"""Pixels of the height of a character, in such a picture."""
LEVELS = (35.0, 80.0, 140.0)
"""Least contrasts with which strokes are sought, in grey levels; over bright tissue the higher ones separate them."""
SHARP = (0.65, 1.15)
"""Mean local contrast at the edge of a character over its whole contrast. Echoes: 0.5; another, stronger edge: more."""
ALL_ROUND = 0.75
"""Share of the edge that is sharp; at the side of the sector echoes are sharp on one side."""
LEAST_FLAT = 0.2
"""Share of the pixels of a character that are nearly as bright as its brightest one."""
SHARP_LINE = 0.78
"""Mean of the sharpness over the characters of a line."""
LEAST_SHARP_IN_LINE = 0.45
"""The same for a character beside clear ones."""
LEAST_CHARACTERS = 3
MOST_GAP, MOST_HEIGHTS, MOST_GREYS = 1.3, 2.2, 0.2
"""Of neighbouring characters: gap over the larger height, ratio of the heights, relative difference of the greys."""
TALLEST_LINE, SHORTEST_LINE = 2.5, 1.5
"""Height, at most, and length, at least, of a line over the height of its characters."""
REACH = 2.5
"""Heights of a line within which single characters belong to the same text."""


def find_text(pixels: np.ndarray) -> tuple[Box, ...]:
    """Boxes around the lines of text in a picture (rows, columns) of grey levels 0 to 255, from top to bottom.

    Text of fewer than three characters is found only near a longer line.
    """
    grey = np.nan_to_num(np.asarray(pixels, np.float32))
    scale = max(1, round(min(grey.shape) / USUAL_PX))
    shapes = _shapes(grey, scale)
    clear = [level[level[:, CLEAR] > 0] for level in shapes]
    lines = [line for level in clear for line in _lines(level, LEAST_CHARACTERS)]
    if not lines:
        return ()
    lines = [(_grown(box, bright, np.concatenate(shapes)), bright) for box, bright in lines]
    boxes = [box for box, _ in lines]
    single = [word[0] for level in clear for word in _lines(level, 1) if any(_belongs(word, line) for line in lines)]
    rows, columns = grey.shape
    found = []
    for x0, y0, x1, y1 in _merged(boxes + single):
        margin = 2 * scale + round(0.15 * (y1 - y0))
        low, high = (max(0, x0 - margin), max(0, y0 - margin)), (min(columns, x1 + margin), min(rows, y1 + margin))
        found.append((*low, *high))
    return tuple(sorted(_merged(found), key=lambda box: (box[1], box[0])))


def without_text(pixels: np.ndarray, boxes: Sequence[Box]) -> np.ndarray:
    """The picture with black boxes."""
    blanked = np.array(pixels)
    for x0, y0, x1, y1 in boxes:
        blanked[y0:y1, x0:x1] = 0
    return blanked


def _shapes(grey: np.ndarray, scale: int) -> list[np.ndarray]:
    """By level, (N, 6) x0, y0, x1, y1, grey level and `CLEAR` of the shapes that may be characters."""
    strokes = grey - _filtered(_filtered(grey, minimum_filter1d, STROKE * scale), maximum_filter1d, STROKE * scale)
    local = _filtered(grey, maximum_filter1d, 3) - _filtered(grey, minimum_filter1d, 3)
    return [_shapes_above(level, grey, strokes, local, scale) for level in LEVELS]


def _filtered(grey: np.ndarray, filter1d, size: int) -> np.ndarray:
    return filter1d(filter1d(grey, size, axis=0), size, axis=1)


def _shapes_above(level: float, grey: np.ndarray, strokes: np.ndarray, local: np.ndarray, scale: int) -> np.ndarray:
    lit = strokes > level
    parts, count = label(lit, np.ones((3, 3)))
    if count == 0:
        return np.zeros((0, CLEAR + 1))
    boxes = np.array([(c.start, r.start, c.stop, r.stop) for r, c in find_objects(parts)])
    height, width = boxes[:, 3] - boxes[:, 1], boxes[:, 2] - boxes[:, 0]
    numbers = 1 + np.flatnonzero(
        (height >= HEIGHTS[0]) & (height <= HEIGHTS[1] * scale) & (width <= 1.6 * HEIGHTS[1] * scale)
    )
    if not len(numbers):
        return np.zeros((0, CLEAR + 1))
    contrast, bright = np.zeros(count + 1), np.zeros(count + 1)
    contrast[numbers], bright[numbers] = maximum(strokes, parts, numbers), maximum(grey, parts, numbers)
    edge = lit & ~_inner(lit)
    edges = np.bincount(parts[edge], minlength=count + 1)
    sharp = np.bincount(parts[edge], local[edge], count + 1)[numbers] / (edges[numbers] * contrast[numbers])
    steep = parts[edge][local[edge] > 0.55 * contrast[parts[edge]]]
    round_ = np.bincount(steep, minlength=count + 1)[numbers] / edges[numbers]
    inside = parts[lit]
    nearly = grey[lit] > (bright - 0.2 * contrast)[inside]
    share = np.bincount(inside[nearly], minlength=count + 1) / np.bincount(inside, minlength=count + 1).clip(1)
    clear = (sharp >= SHARP[0]) & (sharp <= SHARP[1]) & (round_ >= ALL_ROUND) & (share[numbers] >= LEAST_FLAT)
    found = np.column_stack([boxes[numbers - 1], bright[numbers], sharp * clear])
    return found[clear | (sharp >= LEAST_SHARP_IN_LINE)]


def _inner(lit: np.ndarray) -> np.ndarray:
    """Pixels whose four neighbours are lit as well."""
    inner = np.zeros_like(lit)
    inner[1:-1, 1:-1] = lit[1:-1, 1:-1] & lit[:-2, 1:-1] & lit[2:, 1:-1] & lit[1:-1, :-2] & lit[1:-1, 2:]
    return inner


def _lines(shapes: np.ndarray, least: int) -> list[tuple[Box, float]]:
    """Boxes and grey levels of groups of at least so many shapes that lie beside each other like characters."""
    if len(shapes) < least:
        return []
    x0, y0, x1, y1, bright = shapes.T[:CLEAR]
    height = y1 - y0
    overlap = np.minimum(y1[:, None], y1) - np.maximum(y0[:, None], y0)
    gap = np.maximum(x0[:, None], x0) - np.minimum(x1[:, None], x1)
    tall, short = np.maximum(height[:, None], height), np.minimum(height[:, None], height)
    alike = np.abs(bright[:, None] - bright) <= MOST_GREYS * np.maximum(bright[:, None], bright)
    beside = (overlap >= 0.5 * short) & (gap <= MOST_GAP * tall) & (tall <= MOST_HEIGHTS * short) & alike
    count, group = connected_components(beside, directed=False)
    found = []
    for members in (np.flatnonzero(group == number) for number in range(count)):
        box = (x0[members].min(), y0[members].min(), x1[members].max(), y1[members].max())
        usual = np.median(height[members])
        if len(members) < least or box[3] - box[1] > TALLEST_LINE * usual:
            continue
        long, sharp = box[2] - box[0] >= SHORTEST_LINE * usual, shapes[members, CLEAR].mean() >= SHARP_LINE
        if least == 1 or (long and sharp):
            found.append((tuple(int(side) for side in box), float(np.median(bright[members]))))
    return found


def _grown(line: Box, bright: float, shapes: np.ndarray) -> Box:
    """A line with the characters beside it that are less clear, such as those over a bright echo."""
    y0, y1 = line[1], line[3]
    height = y1 - y0
    x_low, y_low, x_high, y_high, grey = shapes.T[:CLEAR]
    overlap = np.minimum(y_high, y1) - np.maximum(y_low, y0)
    fits = (overlap >= 0.5 * (y_high - y_low)) & (y_high - y_low <= MOST_HEIGHTS * height)
    fits &= np.abs(grey - bright) <= MOST_GREYS * bright
    left, right = line[0], line[2]
    while True:
        near = fits & (x_low <= right + MOST_GAP * height) & (x_high >= left - MOST_GAP * height)
        low, high = min(left, *x_low[near]), max(right, *x_high[near])
        if (low, high) == (left, right):
            return int(left), y0, int(right), y1
        left, right = low, high


def _merged(boxes: Sequence[Box]) -> list[Box]:
    """Boxes that overlap, united until none do."""
    left = list(boxes)
    united: list[Box] = []
    while left:
        x0, y0, x1, y1 = left.pop()
        meeting = [b for b in left + united if b[0] < x1 and x0 < b[2] and b[1] < y1 and y0 < b[3]]
        if not meeting:
            united.append((x0, y0, x1, y1))
            continue
        left = [b for b in left if b not in meeting]
        united = [b for b in united if b not in meeting]
        both = np.array([(x0, y0, x1, y1), *meeting])
        left.append((*map(int, both[:, :2].min(0)), *map(int, both[:, 2:].max(0))))
    return united


def _belongs(word: tuple[Box, float], line: tuple[Box, float]) -> bool:
    """Whether a box with its grey level lies within `REACH` heights of a line, and is of like height and grey."""
    (box, grey), (of_line, bright) = word, line
    height = of_line[3] - of_line[1]
    apart = [max(box[k] - of_line[k + 2], of_line[k] - box[k + 2], 0) for k in (0, 1)]
    alike = (
        height / MOST_HEIGHTS <= box[3] - box[1] <= MOST_HEIGHTS * height and abs(grey - bright) <= MOST_GREYS * bright
    )
    return max(apart) <= REACH * height and alike
