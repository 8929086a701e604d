"""Heads drawn from the prior of a skull bundle, a flow of the simulated population.

A head is a vector of K + 2 numbers: the K coefficients of its distance field in the bundle's basis, its circumference
in standard deviations from the mean of its age (`population.sizes.hc_moments`), and its age as a normal score, that is
the standard normal quantile of the share of the population that is younger (`age_share`). So no draw has an age outside
the population, and sizes follow the ages as closely as in it; a flow of log sizes and weeks blurs both.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from GenerativeModelsLib.errors import InputError, named
from GenerativeModelsLib.geometry.surfaces import Surface
from GenerativeModelsLib.models.low_rank_field import LowRankField
from GenerativeModelsLib.skull.infer.draws import field_statistics
from GenerativeModelsLib.skull.infer.model import SkullModel
from GenerativeModelsLib.skull.population.heads import Head
from GenerativeModelsLib.skull.population.sizes import age_at, age_share, hc_moments
from GenerativeModelsLib.skull.shape.field import unit_field
from GenerativeModelsLib.uncertainty.flow_prior import FlowDraws, require_prior

__all__ = ["DrawnHeads", "decoded_surface", "draw_heads", "head_coefficients", "head_vectors", "heads_of"]

LEAST_SHARE = 1e-4
"""Ages are kept this share away from the ends of the population, where the normal score is infinite."""


@dataclass(frozen=True, eq=False)
class DrawnHeads:
    """Heads drawn from a prior.

    Attributes
    ----------
    coefficients : (N, K) of the distance field in head sizes.
    head_size_mm : (N,) R = HC / 2 pi.
    weeks : (N,) gestational ages.
    draws : how many draws they took.
    """

    coefficients: np.ndarray
    head_size_mm: np.ndarray
    weeks: np.ndarray
    draws: FlowDraws


def head_vectors(coefficients: np.ndarray, head_size_mm: np.ndarray, weeks: np.ndarray) -> np.ndarray:
    """Vectors (N, K + 2) of heads: coefficients (N, K), sizes R (N,) in mm and ages (N,) in weeks."""
    from scipy.special import ndtri

    mean, sd = _hc_moments(np.asarray(weeks, float))
    share = np.clip(age_share(weeks), LEAST_SHARE, 1 - LEAST_SHARE)
    return np.column_stack([coefficients, (2 * np.pi * head_size_mm - mean) / sd, ndtri(share)]).astype(float)


def head_coefficients(basis: LowRankField, head: Head) -> np.ndarray:
    """Coefficients (K,) of a head's distance field."""
    import torch

    field = unit_field(head.shape, head.hc_mm / (2 * np.pi))
    return basis.project(torch.from_numpy(field)[None])[0].numpy()


def heads_of(vectors: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Coefficients (N, K), sizes R (N,) in mm and weeks (N,) of vectors (N, K + 2); the inverse of `head_vectors`."""
    weeks = _weeks(vectors)
    mean, sd = _hc_moments(weeks)
    return vectors[:, :-2], (mean + sd * vectors[:, -2]) / (2 * np.pi), weeks


def draw_heads(
    model: SkullModel, count: int, seed: int = 0, weeks: tuple[float, float] | None = None, most: int = 20_000
) -> DrawnHeads:
    """Draw `count` heads; those of an age outside `weeks` are rejected.

    Parameters
    ----------
    model
        From `load_skull_model`.
    count, seed
        Number of heads, and seed of the draws.
    weeks
        Youngest and oldest age; None = all of the population.
    most
        Largest number of draws.

    Raises
    ------
    InputError
        The bundle has no prior, or `most` draws do not give as many heads of this age.
    """
    prior = require_prior(model.prior, model.manifest)

    def of_age(vectors: np.ndarray) -> np.ndarray:
        age = _weeks(vectors)
        return (age >= weeks[0]) & (age <= weeks[1])

    found = prior.draw(count, np.random.default_rng(seed), None if weeks is None else of_age, most)
    if len(found.vectors) < count:
        raise InputError(
            f"Of {found.made} draws {found.accepted} heads can be used, of {count} asked for: give a wider range of "
            f"{named('weeks')} or a smaller {named('n')}."
        )
    return DrawnHeads(*heads_of(found.vectors), found)


def decoded_surface(basis: LowRankField, coefficients: np.ndarray, head_size_mm: float) -> Surface:
    """Closed surface of one head in mm, in its head frame, from coefficients (K,) and its size R.

    Raises
    ------
    InputError
        The head has no closed outline in the axial plane.
    """
    import torch

    draw = torch.as_tensor(np.append(coefficients, 0.0), dtype=torch.float32, device=basis.mean.device)[None]
    statistics, _ = field_statistics(basis, draw, head_size_mm, spread=False).recentred()
    return statistics.surface()


def _hc_moments(weeks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation (N,) of the head circumference in mm at ages (N,)."""
    return np.vectorize(hc_moments, otypes=[float, float])(weeks)


def _weeks(vectors: np.ndarray) -> np.ndarray:
    from scipy.special import ndtr

    return age_at(ndtr(vectors[:, -1]))
