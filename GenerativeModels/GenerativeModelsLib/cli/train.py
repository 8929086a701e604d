"""`generative-models train`: training of a model from a config."""

from __future__ import annotations

import contextlib
import importlib.util
import json as json_module
import sys
from pathlib import Path
from typing import Annotated

import typer

from GenerativeModelsLib.cli.console import JsonOption, print_json, progress_with_time_left
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.extras import install_command
from GenerativeModelsLib.language import LANGUAGES, parse_language

__all__ = ["train"]


def train(
    ctx: typer.Context,
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
    language: Annotated[
        str | None,
        typer.Option(metavar="|".join(LANGUAGES), help="Language of the report on own cases, overrides the config's."),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Train a model from its config.

    Continues from the last checkpoint. --devices, --num-nodes and --strategy are passed to the Lightning trainer.
    """
    if importlib.util.find_spec("lightning") is None:
        raise InputError(f"Training needs Lightning, which is not installed: {install_command('train')}.")
    if not config.is_file():
        raise InputError(
            f"The training config {config} does not exist: name a YAML file; docs/training.md explains them."
        )
    language = None if language is None else parse_language(language)
    from GenerativeModelsLib.training.run import train as run_training

    debug = bool(ctx.find_root().params.get("debug"))
    asked = {"devices": _devices(devices), "num_nodes": num_nodes, "strategy": strategy}
    options = {name: value for name, value in asked.items() if value is not None}
    # Lightning prints to stdout, which must contain only the document with --json.
    with (
        contextlib.redirect_stdout(sys.stderr) if json else contextlib.nullcontext(),
        progress_with_time_left() as show,
    ):
        trained = run_training(
            config, resume=resume, output=output, language=language, show=show, quiet=not debug, **options
        )
    if json:
        found = {"schema": "training/1", "config": config.name, "folder": trained.folder.name}
        print_json(found | {"report": _document(trained.report)})
        return
    print(trained.folder)
    if trained.report is not None:
        found = _document(trained.report)
        shown = [found["headline"], found["not_compared"], f"See {trained.report}."]
        print(*(text for text in shown if text), file=sys.stderr)


def _document(report: Path | None) -> dict | None:
    """The document beside the page of a report; None without one."""
    return None if report is None else json_module.loads(report.with_suffix(".json").read_text(encoding="utf-8"))


def _devices(text: str | None) -> int | str | None:
    """A count as int, any other text ("auto", "0,1") unchanged."""
    return int(text) if text is not None and text.lstrip("-").isdigit() else text
