"""`generative-models train`: training of a model from a config."""

from __future__ import annotations

import contextlib
import importlib.util
import sys
from pathlib import Path
from typing import Annotated

import typer

from GenerativeModelsLib.cli.console import JsonOption, print_json
from GenerativeModelsLib.errors import InputError

__all__ = ["train"]


def train(
    config: Annotated[Path, typer.Argument(metavar="CONFIG.yaml", help="What to train; see docs/training.md.")],
    output: Annotated[Path | None, typer.Option(metavar="DIR", help="Output folder, overrides the config's.")] = None,
    resume: Annotated[
        bool,
        typer.Option("--resume/--no-resume", help="Continue from the last checkpoint in the folder, if there is one."),
    ] = True,
    devices: Annotated[
        str | None, typer.Option(metavar="N|LIST", help="GPUs (or processes) per node, as in Lightning.")
    ] = None,
    num_nodes: Annotated[int | None, typer.Option(min=1, metavar="N", help="Machines.")] = None,
    strategy: Annotated[str | None, typer.Option(metavar="NAME", help="Lightning's strategy, such as ddp.")] = None,
    json: JsonOption = False,
) -> None:
    """Train a model from its config.

    Continues from the last checkpoint. --devices, --num-nodes and --strategy are passed to the Lightning trainer.
    """
    if importlib.util.find_spec("lightning") is None:
        raise InputError("Training needs Lightning, which is not installed: pip install 'GenerativeModels[train]'.")
    if not config.is_file():
        raise InputError(
            f"The training config {config} does not exist: name a YAML file; docs/training.md explains them."
        )
    from GenerativeModelsLib.training.run import train as run_training

    asked = {"devices": _devices(devices), "num_nodes": num_nodes, "strategy": strategy}
    options = {name: value for name, value in asked.items() if value is not None}
    # Lightning prints to stdout, which must contain only the document with --json.
    with contextlib.redirect_stdout(sys.stderr) if json else contextlib.nullcontext():
        folder = run_training(config, resume=resume, output=output, **options)
    if json:
        print_json({"schema": "training/1", "config": config.name, "folder": folder.name})
    else:
        print(folder)


def _devices(text: str | None) -> int | str | None:
    """A count as int, any other text ("auto", "0,1") unchanged."""
    return int(text) if text is not None and text.lstrip("-").isdigit() else text
