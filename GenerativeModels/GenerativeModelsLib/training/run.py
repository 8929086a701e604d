"""Training of a model from its config; called by `generative-models train`."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import lightning as L
from lightning.pytorch.utilities import rank_zero_only

from GenerativeModelsLib.training.config import TRAININGS, read_config

__all__ = ["train"]


def train(path: Path, *, resume: bool = True, output: Path | None = None, **trainer_options: object) -> Path:
    """Train a model from its config; returns the folder of the weights, or of the bundle if one is written.

    Parameters
    ----------
    path
        YAML file, see `training.config`.
    resume
        Continue from the last checkpoint in the output folder, if there is one.
    output
        Output folder; overrides that of the config.
    trainer_options
        Passed to `lightning.Trainer`: devices, num_nodes, strategy, accelerator, ...

    Raises
    ------
    InputError
        The config, or a file that it names, is invalid.
    """
    config = read_config(path)
    if output is not None:
        config.output = Path(output)
    L.seed_everything(config.seed, workers=True, verbose=False)
    steps = TRAININGS[config.model]
    _function(steps.train)(config, resume, trainer_options)
    if steps.publish is None or config.bundle is None or rank_zero_only.rank != 0:
        return config.output
    return _function(steps.publish)(config)


def _function(name: str) -> Callable:
    """The function "module:function" below `GenerativeModelsLib.training`."""
    module, function = name.split(":")
    return getattr(import_module(f"{__package__}.{module}"), function)
