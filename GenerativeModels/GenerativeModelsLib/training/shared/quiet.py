"""Silence of the libraries during a training: tips, advertisements and warnings are not shown; errors are."""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["quiet_libraries"]

_TALKATIVE = ("lightning", "lightning.pytorch", "lightning.fabric", "lightning_utilities", "torch", "tensorboard")
"""Loggers whose messages below an error are not shown."""
_VARIABLES = {"PYTHONWARNINGS": "ignore", "TORCH_CPP_LOG_LEVEL": "ERROR"}
"""Environment of the processes that are started meanwhile."""


@contextmanager
def quiet_libraries() -> Iterator[None]:
    """Show neither warnings nor messages of libraries that are no errors, here and in processes started meanwhile."""
    levels = {name: logging.getLogger(name).level for name in _TALKATIVE}
    before = {name: os.environ.get(name) for name in _VARIABLES}
    os.environ.update(_VARIABLES)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
