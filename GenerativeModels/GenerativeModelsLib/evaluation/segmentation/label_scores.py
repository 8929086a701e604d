"""Scores of a VAE of label maps: reconstructions, order of the attributes, traversals, random codes."""

from __future__ import annotations

from collections import Counter
from typing import Any, NamedTuple

import numpy as np

from GenerativeModelsLib.evaluation.scores.label_maps import label_dice, rank_correlations
from GenerativeModelsLib.segmentation.attributes import attributes, cavity_share
from GenerativeModelsLib.segmentation.codes.rejection import parzen_sampler
from GenerativeModelsLib.segmentation.criteria.single import broken_criteria
from GenerativeModelsLib.segmentation.label_model import LabelModel
from GenerativeModelsLib.segmentation.population.frame_maps import FrameMaps

__all__ = [
    "SPAN_SD",
    "STEPS",
    "Traversals",
    "dice_by_heart",
    "interpretability",
    "label_scores",
    "random_codes",
    "traverse",
    "traversed",
]

SPAN_SD, STEPS = 2.0, 9
"""A traversal goes from -2 to 2 standard deviations of the codes, in as many maps."""
BASES, RANDOM = 24, 300
"""Numbers of maps from which traversals start, and of random codes."""


class Traversals(NamedTuple):
    """Attributes along their dimensions.

    Attributes
    ----------
    values : (A, bases, STEPS) attribute a of the maps decoded along dimension a.
    spearman : (A,) mean over the bases of the rank correlation of the step and the attribute.
    monotone : (A,) share of the steps along which the attribute grows.
    """

    values: np.ndarray
    spearman: np.ndarray
    monotone: np.ndarray


def dice_by_heart(model: LabelModel, maps: FrameMaps) -> dict[str, np.ndarray]:
    """Mean Dice of the reconstructions of each heart's maps, (hearts,), by structure that the maps have."""
    rebuilt = model.decode(model.encode(maps.values, maps.known))
    found = {}
    for name, values in label_dice(rebuilt, maps.values, maps.known).items():
        hearts = [values[maps.subject == subject] for subject in np.unique(maps.subject)]
        means = [np.nanmean(heart) for heart in hearts if np.isfinite(heart).any()]
        if means and max(means) > 0:
            found[name] = np.array(means)
    return found


def traversed(model: LabelModel, base: np.ndarray, dimension: int) -> np.ndarray:
    """(STEPS, d) codes: `base` (d,) with one dimension within `SPAN_SD` deviations of the mean of all codes."""
    codes = np.repeat(base[None], STEPS, axis=0)
    middle, unit = model.codes[:, dimension].mean(), model.spread[dimension]
    codes[:, dimension] = middle + unit * np.linspace(-SPAN_SD, SPAN_SD, STEPS)
    return codes


def traverse(model: LabelModel, bases: np.ndarray) -> Traversals:
    """Decode every attribute's dimension at the codes `bases` (n, d), and measure the attribute on the maps."""
    count = len(model.attributes)
    values = np.full((count, len(bases), STEPS), np.nan)
    for dimension in range(count):
        for number, base in enumerate(bases):
            maps = model.decode(traversed(model, base, dimension))
            values[dimension, number] = attributes(maps, model.pixel_mm, model.view)[:, dimension]
    steps = np.arange(STEPS, dtype=float)
    ranked = [rank_correlations(rows.T, np.repeat(steps[:, None], len(bases), axis=1)) for rows in values]
    growth = np.diff(values, axis=2)
    known = np.isfinite(growth)
    monotone = ((growth > 0) & known).sum(axis=(1, 2)) / np.maximum(known.sum(axis=(1, 2)), 1)
    return Traversals(values, np.array([np.nanmean(row) for row in ranked]), monotone)


def interpretability(codes: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """(A,) share of each attribute's variance that the dimension most related to it explains linearly, R^2.

    The score of Adel et al. (ICML 2018) as used for the AR-VAE, with the largest absolute Spearman correlation in
    place of the largest mutual information. Codes (N, d) and attributes (N, A), NaN where not known.
    """
    found = np.full(wanted.shape[1], np.nan)
    for column, values in enumerate(wanted.T):
        known = np.isfinite(values)
        if known.sum() < 3:
            continue
        repeated = np.repeat(values[known, None], codes.shape[1], axis=1)
        related = np.nan_to_num(np.abs(rank_correlations(codes[known], repeated)))
        found[column] = np.corrcoef(codes[known, int(related.argmax())], values[known])[0, 1] ** 2
    return found


def random_codes(model: LabelModel, count: int, seed: int) -> dict[str, Any]:
    """What is broken by the maps of `count` codes drawn from the Parzen density, and how the sampler fared."""
    draws = parzen_sampler(model.density).draw(count, np.random.default_rng([seed, 11]))
    broken = [broken_criteria(values, model.pixel_mm, model.view) for values in model.decode(draws.codes)]
    return {
        "codes": count,
        "broken": sum(map(bool, broken)),
        "criteria": dict(Counter(name for names in broken for name in names).most_common()),
        "acceptance": draws.acceptance,
        "beyond_bound": draws.beyond,
    }


def label_scores(model: LabelModel, maps: FrameMaps, *, seed: int) -> dict[str, Any]:
    """All scores on held-out maps, as plain values by name; `dice` is by structure and by heart."""
    codes = model.encode(maps.values, maps.known)
    measured = attributes(maps.values, model.pixel_mm, model.view)
    share = cavity_share(maps.values)
    found: dict[str, Any] = {
        "maps": len(maps),
        "hearts": len(np.unique(maps.subject)),
        "dice": {name: values.tolist() for name, values in dice_by_heart(model, maps).items()},
        "interpretability": _by_name(model, interpretability(codes, measured)),
        "random": random_codes(model, RANDOM, seed),
    }
    if model.objective == "ar-vae":
        count = len(model.attributes)
        bases = codes[np.linspace(0, len(codes) - 1, BASES).astype(int)]
        along = traverse(model, bases)
        found |= {
            "spearman": _by_name(model, rank_correlations(codes[:, :count], measured)),
            "traversal_spearman": _by_name(model, along.spearman),
            "traversal_monotone": _by_name(model, along.monotone),
        }
    else:
        predicted, known = model.share(codes), np.isfinite(share)
        error = (predicted - share)[known]
        found["neuron"] = {
            "spearman": float(rank_correlations(predicted[:, None], share[:, None])[0]),
            "r2": float(1 - np.mean(error**2) / np.var(share[known])),
        }
    return found


def _by_name(model: LabelModel, values: np.ndarray) -> dict[str, float | None]:
    return {
        name: float(value) if np.isfinite(value) else None for name, value in zip(model.attributes, values, strict=True)
    }
