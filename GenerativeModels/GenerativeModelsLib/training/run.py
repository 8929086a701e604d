"""Training of a model from its config; called by `generative-models train`."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from importlib import import_module
from pathlib import Path
from typing import Any

import lightning as L
from lightning.pytorch.utilities import rank_zero_only

from GenerativeModelsLib.language import parse_language
from GenerativeModelsLib.training.config import TRAININGS, read_config
from GenerativeModelsLib.training.shared.progress import Show, Stages
from GenerativeModelsLib.training.shared.quiet import quiet_libraries
from GenerativeModelsLib.training.shared.trained import Trained

__all__ = ["train"]


def train(
    path: Path,
    *,
    resume: bool = True,
    output: Path | None = None,
    language: str | None = None,
    show: Show | None = None,
    quiet: bool = True,
    **trainer_options: Any,
) -> Trained:
    """Train a model from its config.

    Parameters
    ----------
    path
        YAML file, see `training.config`.
    resume
        Continue from the last checkpoint in the output folder, if there is one.
    output
        Output folder; overrides that of the config.
    language
        Of the report on own cases; overrides that of the config.
    show
        Takes the progress over all stages, see `shared.progress`.
    quiet
        Hide warnings and messages of libraries that are no errors.
    trainer_options
        Passed to `lightning.Trainer`: devices, num_nodes, strategy, accelerator, ...

    Raises
    ------
    InputError
        The config, or a file that it names, is invalid.
    """
    with warnings.catch_warnings(record=True) as remarks:
        warnings.simplefilter("always")
        config = read_config(path)
    for remark in remarks:
        print(f"Warning: {remark.message}", file=sys.stderr)
    if output is not None:
        config.output = Path(output)
    if language is not None:
        config.language = parse_language(language)
    with quiet_libraries() if quiet else nullcontext():
        L.seed_everything(config.seed, workers=True, verbose=False)
        steps = TRAININGS[config.model]
        stages = Stages(show if rank_zero_only.rank == 0 else None)
        with _interruptible():
            _function(steps.train)(config, resume, trainer_options, stages)
        trained = Trained(config.output)
        if steps.publish is not None and config.bundle is not None and rank_zero_only.rank == 0:
            trained = _function(steps.publish)(config, stages)
        stages.finish()
    return trained


@contextmanager
def _interruptible() -> Iterator[None]:
    """Ctrl-C raises `KeyboardInterrupt` here too, where Lightning ends the process without a word, with status 1."""
    try:
        yield
    except SystemExit as error:
        if isinstance(error.__context__, KeyboardInterrupt):
            raise KeyboardInterrupt from error
        raise


def _function(name: str) -> Callable:
    """The function "module:function" below `GenerativeModelsLib.training`."""
    module, function = name.split(":")
    return getattr(import_module(f"{__package__}.{module}"), function)
