"""Trained predictors by the folder of their training."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path

from safetensors.torch import load_file

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.models.low_rank_field import LowRankField
from GenerativeModelsLib.models.predictor import Predictor

__all__ = ["LOADERS", "WEIGHTS", "load_predictor", "weights_of"]

WEIGHTS = "predictor.safetensors"
CVAE_WEIGHTS = "skull.safetensors"
RECORD = "training.json"
LOADERS = {
    "HiRecCVAE": "cvae:load_cvae",
    "RecCVAE": "cvae:load_cvae",
    "tl-net": "tl_net:load_tl_net",
    "skull-gan": "gan:load_gan",
    "implicit-head": "implicit:load_implicit",
    "ridge-head": "ridge:load_ridge",
    "pca-head": "fitted_shape:load_fitted",
    "gp-head": "fitted_shape:load_fitted",
    "ellipsoid-head": "plain:load_ellipsoid",
    "mean-head": "plain:load_mean_head",
}
"""By the `model` of the config, "module:function" of this room: function(config, tensors, basis) -> Predictor."""


def load_predictor(folder: Path, basis: LowRankField) -> Predictor:
    """The predictor of a finished training, on the CPU.

    Parameters
    ----------
    folder
        Output folder of the training.
    basis
        Decoder of the coefficients that it was trained with.

    Raises
    ------
    InputError
        The training is not finished or was not written whole, or its record names no such model.
    """
    folder = Path(folder)
    record = folder / RECORD
    if not record.is_file():
        raise InputError(f"{folder} holds no finished training: train it, which goes on where it stopped.")
    try:
        config = json.loads(record.read_text(encoding="utf-8"))["config"]
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"{record} is no record of a training: delete the folder and train again.") from error
    model = config.get("model")
    if model not in LOADERS:
        raise InputError(f"{record} is of a {model} training, which predicts no head: name another folder.")
    weights = weights_of(folder)
    module, function = LOADERS[model].split(":")
    return getattr(import_module(f"{__package__}.{module}"), function)(config, load_file(weights), basis)


def weights_of(folder: Path) -> Path:
    """File of the weights of a finished training; raises InputError if there is none."""
    for name in (WEIGHTS, CVAE_WEIGHTS):
        if (Path(folder) / name).is_file():
            return Path(folder) / name
    raise InputError(f"{folder} has neither {WEIGHTS} nor {CVAE_WEIGHTS}: delete the folder and train again.")
