"""Gaussian shape model fitted to the borders of a case: the answer that the networks should agree with.

The coefficients, the size and the poses of the planes have a joint Gaussian prior, the moments of drawn heads; the
field has to vanish at every point of a border, within the standard deviation of that point. The most probable head is
found by Gauss-Newton steps within a trust region, its posterior is taken as Gaussian with the inverse of the
Gauss-Newton Hessian as covariance (Laplace's approximation). Compare Albrecht et al., Posterior shape models, Medical
Image Analysis 2013;17(8):959-973, whose posterior is the same for known poses and linear observations.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import torch
from scipy.ndimage import map_coordinates
from scipy.optimize import least_squares

from GenerativeModelsLib.models.gaussian import matched_noise
from GenerativeModelsLib.models.low_rank_field import LowRankField
from GenerativeModelsLib.models.predictor import PLANES, Conditions, Prediction
from GenerativeModelsLib.skull.infer.prior import head_coefficients
from GenerativeModelsLib.skull.locate.canonical import pose_axes
from GenerativeModelsLib.skull.population.heads import sample_head
from GenerativeModelsLib.skull.shape.field import HALF_EXTENT
from GenerativeModelsLib.skull.ultrasound.section_outlines import section_outlines

__all__ = ["BorderFit", "HeadPrior", "head_prior"]

RESOLUTION = 0.01
"""Added in quadrature to the standard deviation of a border, in units of the read size: the field's own resolution."""
ANGLES_A_READING = 6
"""Neighbouring angles whose errors are alike: so many count as one independent reading."""
SHRINKAGE = 1e-4
"""Added to the variances of the prior, relative to each."""
STEP = 1e-4
"""Of the derivatives by size and poses."""
TOLERANCE = 1e-5
"""Relative fall of the cost below which the fit ends. The field is trilinear, so that steps near the end are small and
many; further ones change the error of the coefficients by less than a hundredth."""


@dataclass(frozen=True)
class HeadPrior:
    """Joint Gaussian of a head and the poses of its planes.

    Attributes
    ----------
    mean : (K + 1 + 18,) coefficients, log size and poses, as in `Prediction`.
    covariance : (K + 19, K + 19).
    """

    mean: np.ndarray
    covariance: np.ndarray

    @cached_property
    def whiten(self) -> np.ndarray:
        """(K + 19, K + 19) W with W @ (x - mean) standard normal."""
        covariance = self.covariance + SHRINKAGE * np.diag(np.diag(self.covariance))
        return np.linalg.inv(np.linalg.cholesky(covariance))


def head_prior(basis: LowRankField, heads: int = 2000, seed: int = 97) -> HeadPrior:
    """Moments of drawn heads and of the poses of their planes."""
    rng = np.random.default_rng(seed)
    rows, coefficients = [], []
    for _ in range(heads):
        head = sample_head(rng)
        size = head.hc_mm / (2 * np.pi)
        _, poses, s = section_outlines(head, rng)
        coefficients.append(head_coefficients(basis, head))
        rows.append(np.concatenate([[np.log(size / s)], poses.ravel()]))
    values = np.concatenate([coefficients, rows], axis=1).astype(float)
    return HeadPrior(values.mean(0), np.cov(values.T))


@dataclass(frozen=True)
class BorderFit:
    """A `Predictor` that fits a head to the borders of each case; slow, and without a network.

    Attributes
    ----------
    basis : decoder of the coefficients, on the CPU.
    prior : of heads and poses.
    """

    basis: LowRankField
    prior: HeadPrior
    _fields: np.ndarray = field(init=False, repr=False)
    _rows: np.ndarray = field(init=False, repr=False)

    def __post_init__(self) -> None:
        g = self.basis.size
        stacked = torch.cat([self.basis.mean[None], self.basis.modes]).double().cpu().numpy()
        object.__setattr__(self, "_fields", stacked.reshape(-1, g, g, g))
        object.__setattr__(self, "_rows", np.ascontiguousarray(stacked.T))

    def predict(self, y: Conditions, samples: int = 0, generator: torch.Generator | None = None) -> Prediction:
        """Fit one case, B = 1; see `Predictor.predict`."""
        borders = y.borders[0].double().cpu().numpy()
        present = np.flatnonzero(y.present[0].cpu().numpy())
        mean, whiten = self.prior.mean, self.prior.whiten
        weight = 1 / np.sqrt(ANGLES_A_READING * (np.exp(2 * borders[present, 1]) + RESOLUTION**2))

        def residuals(x: np.ndarray) -> np.ndarray:
            return np.concatenate([(weight * self._distances(x, borders, present)).ravel(), whiten @ (x - mean)])

        def jacobian(x: np.ndarray) -> np.ndarray:
            return np.concatenate([weight.reshape(-1, 1) * self._derivatives(x, borders, present), whiten])

        scale = 1 / np.abs(np.diag(whiten))
        found = least_squares(residuals, mean, jacobian, method="trf", x_scale=scale, ftol=TOLERANCE)
        rank = len(self._fields) - 1
        draws = None
        if samples:
            noise = matched_noise(samples, len(mean), generator=generator, dtype=torch.float64).numpy()
            hessian = found.jac.T @ found.jac
            drawn = found.x + np.linalg.solve(np.linalg.cholesky(hessian).T, noise.T).T
            draws = torch.from_numpy(drawn[:, : rank + 1]).float()
        x = torch.from_numpy(found.x).float()[None]
        return Prediction(x[:, : rank + 1], draws, x[:, rank + 1 :])

    def misfit(self, y: Conditions, prediction: Prediction) -> float:
        """Root mean square over a case's borders of the field at the border over its standard deviation.

        The prediction must have poses.
        """
        borders = y.borders[0].double().cpu().numpy()
        present = np.flatnonzero(y.present[0].cpu().numpy())
        x = torch.cat([prediction.mean[0], prediction.poses[0]]).double().cpu().numpy()
        sd = np.sqrt(np.exp(2 * borders[present, 1]) + RESOLUTION**2)
        return float(np.sqrt(np.mean((self._distances(x, borders, present) / sd) ** 2)))

    def _points(self, x: np.ndarray, borders: np.ndarray, present: np.ndarray) -> np.ndarray:
        """(..., P, A, 3) border points in the head frame of heads x (..., K + 19), divided by each head's own size."""
        rank = len(self._fields) - 1
        theta = np.arange(borders.shape[-1]) * (2 * np.pi / borders.shape[-1])
        found = []
        for k in present:
            axes = pose_axes(PLANES[k], x[..., rank + 1 + 6 * k : rank + 7 + 6 * k])
            origin, right, down = (axis[..., None, :] for axis in axes)
            ray = np.cos(theta)[:, None] * right + np.sin(theta)[:, None] * down
            found.append(origin + borders[k, 0][:, None] * ray)
        return np.stack(found, axis=-3) / np.exp(x[..., rank, None, None, None])

    def _index(self, points: np.ndarray) -> np.ndarray:
        """(3, N) positions z, y, x on the grid of points (..., 3) in head sizes, clipped to the cube."""
        g = self.basis.size
        return np.clip((points / HALF_EXTENT + 1) * (g - 1) / 2, 0, g - 1).reshape(-1, 3)[:, ::-1].T

    def _sampled(self, points: np.ndarray) -> np.ndarray:
        """(N, K + 1) mean field and modes at points (..., 3), trilinear."""
        g = self.basis.size
        index = self._index(points)
        corner = np.minimum(index.astype(int), g - 2)
        share = index - corner
        found = 0.0
        for step in np.ndindex(2, 2, 2):
            dz, dy, dx = step
            weight = np.prod(np.where(np.array(step)[:, None] == 1, share, 1 - share), axis=0)
            z, y, x = corner
            found = found + weight[:, None] * self._rows[((z + dz) * g + y + dy) * g + x + dx]
        return found

    def _distances(self, x: np.ndarray, borders: np.ndarray, present: np.ndarray) -> np.ndarray:
        """(P, A) signed distance at the border points, in units of s."""
        rank = len(self._fields) - 1
        values = self._sampled(self._points(x, borders, present)) @ np.append(1.0, x[:rank])
        return values.reshape(len(present), -1) * np.exp(x[rank])

    def _derivatives(self, x: np.ndarray, borders: np.ndarray, present: np.ndarray) -> np.ndarray:
        """(P * A, K + 19) derivatives of `_distances`; those by size and poses as central differences."""
        rank = len(self._fields) - 1
        found = np.zeros((len(present) * borders.shape[-1], len(x)))
        found[:, :rank] = self._sampled(self._points(x, borders, present))[:, 1:] * np.exp(x[rank])
        whole = np.tensordot(np.append(1.0, x[:rank]), self._fields, 1)
        moving = np.append(rank, [rank + 1 + 6 * k + i for k in present for i in range(6)])
        steps = STEP * np.eye(len(x))[moving]
        moved = x + np.stack([steps, -steps])
        index = self._index(self._points(moved, borders, present))
        values = map_coordinates(whole, index, order=1).reshape(2, len(moving), -1) * np.exp(moved[..., rank, None])
        found[:, moving] = ((values[0] - values[1]) / (2 * STEP)).T
        return found
