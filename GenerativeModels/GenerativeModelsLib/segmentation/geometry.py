"""Measurements of masks in a plane, in mm, for pixels of any spacing.

Masks are (rows, columns) bool, `pixel_mm` is the distance of neighbouring rows and columns. Structures are connected
through sides and corners (8 neighbours), and the background through sides alone (4 neighbours), so that a line of
pixels that touch at their corners separates what lies on its sides.
"""

from __future__ import annotations

import numpy as np

__all__ = [
    "Piece",
    "band_widths_mm",
    "bottleneck_ratio",
    "centre",
    "circularity",
    "concavity_mm",
    "contact",
    "distance_between_mm",
    "enclosed_pieces",
    "filled",
    "pieces",
    "pixel_area_mm2",
    "place_of",
]

_CORNERS = np.ones((3, 3), bool)
Piece = np.ndarray
"""(n, 2) rows and columns of the pixels of a connected piece."""
_SMOOTHING = 0.8
"""Standard deviation, in longer pixel sides, of the Gaussian by which a mask is smoothed before its outline."""


def pixel_area_mm2(pixel_mm: np.ndarray) -> float:
    """Area of a pixel."""
    return float(pixel_mm[0] * pixel_mm[1])


def centre(mask: np.ndarray) -> tuple[float, float]:
    """Mean row and column of the pixels of a mask; NaN for an empty one."""
    rows, columns = np.nonzero(mask)
    return (float(rows.mean()), float(columns.mean())) if len(rows) else (np.nan, np.nan)


def place_of(places: np.ndarray) -> tuple[float, float]:
    """The one of (n, 2) places that is nearest to their mean, which may lie off them all; NaN for none."""
    if not len(places):
        return np.nan, np.nan
    row, column = places[np.linalg.norm(places - places.mean(axis=0), axis=1).argmin()]
    return float(row), float(column)


def pieces(mask: np.ndarray) -> list[Piece]:
    """The connected pieces of a mask, the largest first."""
    from scipy.ndimage import label

    return _pieces(*label(mask, _CORNERS))


def _pieces(numbers: np.ndarray, count: int) -> list[Piece]:
    found = [np.argwhere(numbers == number) for number in range(1, count + 1)]
    return sorted(found, key=len, reverse=True)


def filled(mask: np.ndarray) -> np.ndarray:
    """The mask with all that it encloses."""
    from scipy.ndimage import binary_fill_holes

    return binary_fill_holes(mask)


def enclosed_pieces(mask: np.ndarray) -> list[Piece]:
    """The pieces of the outside that the mask encloses, the largest first."""
    from scipy.ndimage import label

    holes = filled(mask) & ~mask
    return _pieces(*label(holes)) if holes.any() else []


def contact(one: np.ndarray, other: np.ndarray, pixel_mm: np.ndarray) -> tuple[float, np.ndarray]:
    """Length in mm along which two disjoint masks touch by pixel sides, and the places (n, 2) of these sides.

    The length is Crofton's estimate from the two directions of the grid: pi/4 of the sides' length, which is exact in
    the mean over all orientations (Santalo, Integral Geometry). It is 0 if and only if no sides touch.
    """
    down = (one[:-1] & other[1:]) | (other[:-1] & one[1:])
    across = (one[:, :-1] & other[:, 1:]) | (other[:, :-1] & one[:, 1:])
    places = np.concatenate([np.argwhere(down) + np.array([0.5, 0.0]), np.argwhere(across) + np.array([0.0, 0.5])])
    return float(np.pi / 4 * (down.sum() * pixel_mm[1] + across.sum() * pixel_mm[0])), places


def distance_between_mm(one: np.ndarray, other: np.ndarray, pixel_mm: np.ndarray) -> tuple[float, tuple[float, float]]:
    """Gap between two masks in mm, 0 where pixels touch by a side or a corner, and the nearest place of `one`.

    The gap is that of the borders of the pixels whose centres are nearest.
    """
    from scipy.ndimage import distance_transform_edt

    distance, nearest = distance_transform_edt(~other, sampling=pixel_mm, return_indices=True)
    place = np.unravel_index(int(np.where(one, distance, np.inf).argmin()), distance.shape)
    apart = np.abs(nearest[(slice(None), *place)] - np.array(place))
    return float(np.linalg.norm(np.maximum(apart - 1, 0) * pixel_mm)), (float(place[0]), float(place[1]))


def circularity(mask: np.ndarray, pixel_mm: np.ndarray) -> float:
    """Isoperimetric quotient 4 pi A / P^2 of the largest outline of a mask, 1 for a disc.

    Area and perimeter are those of the outline at half height of the slightly smoothed mask, in mm, so that they agree
    with each other for pixels of any spacing.
    """
    from scipy.ndimage import gaussian_filter
    from skimage.measure import find_contours

    sigma = _SMOOTHING * max(pixel_mm) / np.asarray(pixel_mm)
    smooth = gaussian_filter(np.pad(mask, 4).astype(np.float32), sigma)
    outlines = find_contours(smooth, min(0.5, 0.5 * float(smooth.max()))) if smooth.any() else []
    if not outlines:
        return np.nan
    y, x = (max(outlines, key=len) * pixel_mm).T
    area = 0.5 * abs(float(np.dot(x[:-1], y[1:]) - np.dot(x[1:], y[:-1])))
    perimeter = float(np.hypot(np.diff(x), np.diff(y)).sum())
    return 4 * np.pi * area / perimeter**2


def concavity_mm(mask: np.ndarray, pixel_mm: np.ndarray) -> tuple[float, tuple[float, float]]:
    """Depth of the deepest dent in mm, and its place.

    The depth of a pixel at the border of the filled mask is its distance from the convex hull of these pixels.
    """
    from scipy.ndimage import binary_erosion
    from scipy.spatial import ConvexHull, QhullError

    whole = filled(mask)
    border = np.argwhere(whole & ~binary_erosion(whole))
    points = border * pixel_mm
    try:
        hull = ConvexHull(points)
    except (QhullError, ValueError):  # fewer than three points, or all on a line
        return 0.0, centre(mask)
    depth = -(points @ hull.equations[:, :2].T + hull.equations[:, 2]).max(axis=1)
    deepest = int(depth.argmax())
    return max(0.0, float(depth[deepest])), (float(border[deepest, 0]), float(border[deepest, 1]))


def bottleneck_ratio(mask: np.ndarray, pixel_mm: np.ndarray) -> tuple[float, tuple[float, float]]:
    """How thin a band is: the smallest erosion that cuts it in two over its inscribed radius.

    Parameters
    ----------
    mask
        A connected band, such as the wall of an apical view.

    Returns
    -------
    Half the width at the neck over half the width at the widest place, and the place of the neck. Pieces thinner than
    a pixel's side beyond the erosion are not counted, since pixel borders make them. 1 for a band without a neck.
    """
    from scipy.ndimage import distance_transform_edt, label, maximum

    depth = _depth_mm(mask, pixel_mm)
    radius, side, step = float(depth.max()), float(max(pixel_mm)), 0.25 * float(min(pixel_mm))
    for cut in np.arange(step, radius - 0.99 * side + 0.5 * step, step):
        numbers, count = label(depth > cut, _CORNERS)
        if count < 2:
            continue
        heights = maximum(depth, numbers, np.arange(1, count + 1))
        standing = np.flatnonzero(heights >= cut + 0.99 * side) + 1
        if len(standing) > 1:
            sizes = np.bincount(numbers.ravel(), minlength=count + 1)[standing]
            off = [
                distance_transform_edt(numbers != standing[piece], sampling=pixel_mm)
                for piece in np.argsort(sizes)[-2:]
            ]
            between = np.where(mask, np.maximum(*off), np.inf)
            row, column = np.unravel_index(int(between.argmin()), mask.shape)
            return float(cut) / radius, (float(row), float(column))
    return 1.0, centre(mask)


def _depth_mm(mask: np.ndarray, pixel_mm: np.ndarray) -> np.ndarray:
    """Distance in mm of each pixel's centre from the border of a mask, 0 outside.

    The border lies half a step of the grid before the centre of the nearest pixel outside, in the direction to it.
    """
    from scipy.ndimage import distance_transform_edt

    around = np.pad(mask, 1)
    distance, nearest = distance_transform_edt(around, sampling=pixel_mm, return_indices=True)
    apart = np.abs(nearest - np.indices(around.shape)) * np.reshape(pixel_mm, (2, 1, 1))
    half = 0.5 * (apart * np.reshape(pixel_mm, (2, 1, 1))).max(axis=0) / np.maximum(distance, 1e-9)
    return np.where(around, distance - half, 0.0)[1:-1, 1:-1]


def band_widths_mm(masks: list[np.ndarray], along: np.ndarray, at: np.ndarray, pixel_mm: np.ndarray) -> list[float]:
    """Widths in mm of masks across a line: their areas in a band across it, divided by the height of the band.

    Parameters
    ----------
    along
        (2,) unit vector in mm (row, column) that the band is perpendicular to.
    at
        (2,) a point in mm (row, column) in the middle of the band, which is two pixels high.
    """
    half, extent = float(max(pixel_mm)), float(np.abs(along) @ pixel_mm)
    found = []
    for mask in masks:
        offset = np.abs((np.argwhere(mask) * pixel_mm - at) @ along)
        within = np.clip((half - offset) / extent + 0.5, 0, 1)  # pixels at the border of the band count in part
        found.append(float(within.sum()) * pixel_area_mm2(pixel_mm) / (2 * half))
    return found
