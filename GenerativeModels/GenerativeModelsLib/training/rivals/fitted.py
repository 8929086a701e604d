"""Training of the models that are fitted without gradient steps, each in one call."""

from __future__ import annotations

import inspect
from importlib.util import find_spec
from pathlib import Path

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.training.rivals.gaussian_priors import fit_gp, fit_pca
from GenerativeModelsLib.training.rivals.known_heads import known_heads
from GenerativeModelsLib.training.rivals.plain_heads import fit_ellipsoid, fit_mean_head
from GenerativeModelsLib.training.rivals.ridge import fit_ridge
from GenerativeModelsLib.training.rivals.start import begin, save_predictor
from GenerativeModelsLib.training.shared.progress import Stages
from GenerativeModelsLib.training.skull.bank import CASES_PER_SHARD
from GenerativeModelsLib.training.skull.config import PredictorTrainingConfig
from GenerativeModelsLib.training.skull.durations import TRAINING
from GenerativeModelsLib.training.skull.shapes import HEADS_PER_FILE

__all__ = ["FITS", "train_fitted"]

FITS = {
    "ellipsoid-head": fit_ellipsoid,
    "mean-head": fit_mean_head,
    "ridge-head": fit_ridge,
    "pca-head": fit_pca,
    "gp-head": fit_gp,
}
"""By `model`: function(heads, basis, advance, **network) -> tensors."""
HEAD_SECONDS = {"ridge-head": 0.006}
OTHERS_HEAD_SECONDS = 0.0004
"""Expected times by head, on one core of an AMD EPYC."""


def train_fitted(config: PredictorTrainingConfig, resume: bool, options: dict, stages: Stages) -> Path:
    """Fit a model of `FITS` to the readings and drawn heads; returns the output folder.

    A fit has no steps that could be resumed, nor any option of a trainer: `resume` and `options` change nothing.

    Raises
    ------
    InputError
        `network` has a field that the model does not take, or scikit-learn is missing.
    """
    fit = FITS[config.model]
    known = [name for name, given in inspect.signature(fit).parameters.items() if given.kind is given.KEYWORD_ONLY]
    for name in config.network:
        if name not in known:
            raise InputError(f"network.{name} is no field of {config.model}: " + _expected(known))
    if config.model == "ridge-head" and find_spec("sklearn") is None:
        raise InputError('A ridge-head needs scikit-learn, which is not installed: pip install "scikit-learn>=1.5".')
    count = CASES_PER_SHARD * len(config.bank.seeds) + HEADS_PER_FILE * config.shapes
    sources = begin(config, stages, seconds=count * HEAD_SECONDS.get(config.model, OTHERS_HEAD_SECONDS))
    advance = stages.stage(TRAINING)
    return save_predictor(config, fit(known_heads(sources, config.seed), sources.basis, advance, **config.network))


def _expected(known: list[str]) -> str:
    return f"expected {', '.join(known)}." if known else "leave it out, it has none."
