"""Ellipses: direct least-squares fit to outline points, perimeter, and axes for a given perimeter."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from GenerativeModelsLib.errors import InputError


@dataclass(frozen=True)
class Ellipse:
    """An ellipse in a plane.

    Attributes
    ----------
    centre
        (x, y) in the unit of the points, mm throughout this package.
    semi_major, semi_minor
        Half axes, semi_major >= semi_minor.
    angle_rad
        Angle of the major axis from +x towards +y, in [0, pi).
    """

    centre: tuple[float, float]
    semi_major: float
    semi_minor: float
    angle_rad: float

    @property
    def perimeter(self) -> float:
        """Length of the outline by Ramanujan's second formula."""
        return perimeter(self.semi_major, self.semi_minor)

    def points(self, count: int = 256) -> np.ndarray:
        """(count, 2) points of the outline, equally spaced in the eccentric angle."""
        t = np.arange(count) * (2 * np.pi / count)
        u, v = self.semi_major * np.cos(t), self.semi_minor * np.sin(t)
        c, s = math.cos(self.angle_rad), math.sin(self.angle_rad)
        return np.stack([self.centre[0] + u * c - v * s, self.centre[1] + u * s + v * c], axis=-1)


def perimeter(semi_a: float, semi_b: float) -> float:
    """Length of the outline of the ellipse with these half axes (Ramanujan's second formula)."""
    h = ((semi_a - semi_b) / (semi_a + semi_b)) ** 2
    return math.pi * (semi_a + semi_b) * (1 + 3 * h / (10 + math.sqrt(4 - 3 * h)))


def axes_from_perimeter(perimeter_mm: float, ratio: float) -> tuple[float, float]:
    """Full axes (short, long) in mm of the ellipse with this perimeter and this ratio of short to long axis."""
    long_axis = perimeter_mm / perimeter(0.5, 0.5 * ratio)
    return ratio * long_axis, long_axis


def fit_ellipse(points: np.ndarray, weights: np.ndarray | None = None) -> Ellipse:
    """Least-squares ellipse through `points` (N, 2), N >= 6, at any orientation; `weights` (N,) >= 0, None: equal.

    Direct fit of Fitzgibbon et al. (1999), which always gives an ellipse and no other conic, in the numerically stable
    form of Halir and Flusser (1998), on centred and scaled points.

    Raises
    ------
    InputError
        There are too few or unusable points, or they lie on a line.
    """
    points = np.asarray(points, float)
    if points.ndim != 2 or points.shape[1] != 2 or len(points) < 6 or not np.isfinite(points).all():
        raise InputError(f"points has shape {points.shape}; an ellipse needs at least 6 finite points (N, 2).")
    middle = points.mean(axis=0)
    scale = np.sqrt(((points - middle) ** 2).sum(axis=1).mean())
    if not scale > 0:
        raise InputError("points all coincide; an ellipse needs points spread along an outline.")
    x, y = ((points - middle) / scale).T
    quadratic, linear = np.stack([x * x, x * y, y * y], axis=1), np.stack([x, y, np.ones_like(x)], axis=1)
    if weights is not None:
        root = np.sqrt(np.asarray(weights, float) / np.mean(weights))[:, None]
        quadratic, linear = root * quadratic, root * linear
    s1, s2, s3 = quadratic.T @ quadratic, quadratic.T @ linear, linear.T @ linear
    try:
        t = -np.linalg.solve(s3, s2.T)
        m = s1 + s2 @ t
        _, vectors = np.linalg.eig(np.stack([m[2] / 2, -m[1], m[0] / 2]))
    except np.linalg.LinAlgError:
        raise InputError("points lie on a line; an ellipse needs points spread along an outline.") from None
    vectors = np.real(vectors)
    condition = 4 * vectors[0] * vectors[2] - vectors[1] ** 2
    if not (condition > 1e-12).any():
        raise InputError("points fit no ellipse; give points spread along a closed outline.")
    conic = vectors[:, int(np.argmax(condition))]
    return _from_conic(np.concatenate([conic, t @ conic]), middle, scale)


def _from_conic(conic: np.ndarray, middle: np.ndarray, scale: float) -> Ellipse:
    """Ellipse of A x^2 + B xy + C y^2 + D x + E y + F = 0 in coordinates (p - middle) / scale."""
    a, b, c, d, e, f = conic
    matrix = np.array([[a, b / 2], [b / 2, c]])
    centre = np.linalg.solve(matrix, [-d / 2, -e / 2])
    level = centre @ matrix @ centre - f
    values, vectors = np.linalg.eigh(matrix * np.sign(level))
    if values[0] <= 0 or level == 0:
        raise InputError("points fit no ellipse; give points spread along a closed outline.")
    semi_major, semi_minor = np.sqrt(abs(level) / values)
    angle = math.atan2(vectors[1, 0], vectors[0, 0]) % math.pi
    x, y = middle + scale * centre
    return Ellipse((float(x), float(y)), float(scale * semi_major), float(scale * semi_minor), angle)
