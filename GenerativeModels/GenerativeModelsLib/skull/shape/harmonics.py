"""Real spherical harmonics on the directions of a radius table: evaluation, fitting, smooth random fields."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from scipy.special import gammaln, lpmv

from GenerativeModelsLib.skull.shape.star_surface import AZIMUTH, POLAR


@lru_cache(maxsize=8)
def orders(degree: int) -> tuple[np.ndarray, np.ndarray]:
    """Degree l and order m, each ((degree + 1)^2,), of the coefficients; m < 0 stands for sin(|m| azimuth)."""
    pairs = np.array([(n, m) for n in range(degree + 1) for m in range(-n, n + 1)])
    return pairs[:, 0], pairs[:, 1]


@lru_cache(maxsize=8)
def mirror_signs(degree: int) -> np.ndarray:
    """+1 for the harmonics that are even in x (left-right symmetric), -1 for the odd ones."""
    _, m = orders(degree)
    return np.where(m >= 0, 1, -1) * (-1.0) ** np.abs(m)


@lru_cache(maxsize=4)
def table_basis(degree: int) -> np.ndarray:
    """(K, POLAR, AZIMUTH) float32 orthonormal real harmonics at the directions of a radius table; constant at poles."""
    theta, phi = np.linspace(0.0, np.pi, POLAR), np.arange(AZIMUTH) * (2 * np.pi / AZIMUTH)
    rows = []
    for n, m in zip(*orders(degree)):
        k = abs(int(m))
        norm = np.exp(0.5 * (np.log((2 * n + 1) / (4 * np.pi)) + gammaln(n - k + 1) - gammaln(n + k + 1)))
        legendre = norm * lpmv(k, n, np.cos(theta))
        if k:
            legendre[[0, -1]] = 0.0
            legendre *= np.sqrt(2.0)
        rows.append(legendre[:, None] * (np.cos(k * phi) if m >= 0 else np.sin(k * phi)))
    return np.asarray(rows, np.float32)


@lru_cache(maxsize=4)
def _projector(degree: int) -> np.ndarray:
    """(K, POLAR * AZIMUTH) weighted least-squares projector; weights are the solid angles of the entries."""
    basis = table_basis(degree).reshape(-1, POLAR * AZIMUTH).astype(float)
    theta = np.linspace(0.0, np.pi, POLAR)
    edges = np.concatenate([[0.0], (theta[1:] + theta[:-1]) / 2, [np.pi]])
    weights = np.repeat(np.cos(edges[:-1]) - np.cos(edges[1:]), AZIMUTH)
    return np.linalg.solve((basis * weights) @ basis.T, basis * weights)


def fit(table: np.ndarray, degree: int) -> np.ndarray:
    """Coefficients ((degree + 1)^2,) of the area-weighted least-squares fit of harmonics to a radius table."""
    return _projector(degree) @ np.asarray(table, float).ravel()


def synthesise(coefficients: np.ndarray) -> np.ndarray:
    """Table (POLAR, AZIMUTH) of the field with these coefficients (K,), K a square number."""
    degree = round(len(coefficients) ** 0.5) - 1
    basis = table_basis(degree)
    table = np.asarray(coefficients, np.float32) @ basis.reshape(len(basis), -1)
    return table.reshape(POLAR, AZIMUTH).astype(float)


@lru_cache(maxsize=8)
def smooth_spectrum(degree: int, length_rad: float, lowest: int = 2) -> np.ndarray:
    """Standard deviation (K,) per coefficient of a field of unit RMS with Gaussian correlation length `length_rad`.

    Degrees below `lowest` are zero: degree 0 is the size and degree 1 the position of a head, not its shape.
    """
    n, _ = orders(degree)
    power = np.exp(-n * (n + 1) * length_rad**2 / 2) * (n >= lowest)
    return np.sqrt(power * 4 * np.pi / power.sum())
