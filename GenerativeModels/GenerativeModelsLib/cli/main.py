"""The program `generative-models`. This module and the commands stay light: heavy imports wait for the work."""

from __future__ import annotations

from typing import Annotated

import typer

from GenerativeModelsLib import __version__
from GenerativeModelsLib.cli.batch import batch
from GenerativeModelsLib.cli.benchmark import benchmark
from GenerativeModelsLib.cli.console import GuardedCommand
from GenerativeModelsLib.cli.evaluate import evaluate
from GenerativeModelsLib.cli.heart import analyse, sample, walk
from GenerativeModelsLib.cli.heart_batch import heart_batch
from GenerativeModelsLib.cli.model import inspect, seal, verify
from GenerativeModelsLib.cli.skull import reconstruct
from GenerativeModelsLib.cli.train import train
from GenerativeModelsLib.cli.web import web
from GenerativeModelsLib.process.ending import raise_on_termination

__all__ = ["app", "main"]

app = typer.Typer(
    name="generative-models",
    help="Shapes with their uncertainty from a few views. Research software, not a medical device.",
    no_args_is_help=True,
    rich_markup_mode=None,  # plain text: errors stay one sentence, brackets in help texts stay brackets
    pretty_exceptions_enable=False,
    add_completion=False,
)
skull = typer.Typer(
    help="Fetal skulls from one to three ultrasound planes.", no_args_is_help=True, rich_markup_mode=None
)
skull.command("reconstruct", cls=GuardedCommand)(reconstruct)
skull.command("batch", cls=GuardedCommand)(batch)
skull.command("evaluate", cls=GuardedCommand)(evaluate)
heart = typer.Typer(
    help="Left ventricles from label maps: wall thickness, shape and a latent space to walk in.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
heart.command("analyse", cls=GuardedCommand)(analyse)
heart.command("batch", cls=GuardedCommand)(heart_batch)
heart.command("sample", cls=GuardedCommand)(sample)
heart.command("walk", cls=GuardedCommand)(walk)
model = typer.Typer(help="Look at a model bundle, check it and seal it.", no_args_is_help=True, rich_markup_mode=None)
model.command("inspect", cls=GuardedCommand)(inspect)
model.command("verify", cls=GuardedCommand)(verify)
model.command("seal", cls=GuardedCommand)(seal)
app.add_typer(skull, name="skull")
app.add_typer(heart, name="heart")
app.command("train", cls=GuardedCommand)(train)
app.command("benchmark", cls=GuardedCommand)(benchmark)
app.add_typer(model, name="model")
app.command("web", cls=GuardedCommand)(web)


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"generative-models {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
    debug: Annotated[
        bool, typer.Option("--debug", envvar="GENERATIVE_MODELS_DEBUG", help="Show tracebacks of errors.")
    ] = False,
) -> None:
    """Options before the command."""


def main() -> None:
    """Run the program with the arguments of the process."""
    raise_on_termination()
    app()


if __name__ == "__main__":
    main()
