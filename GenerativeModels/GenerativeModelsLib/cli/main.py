"""The program `generative-models`. The commands import heavy packages only when they run."""

from __future__ import annotations

from typing import Annotated

import typer

from GenerativeModelsLib import __version__
from GenerativeModelsLib.anatomy.registry import anatomy_names, anatomy_of
from GenerativeModelsLib.cli.batch import batch_command
from GenerativeModelsLib.cli.benchmark import benchmark
from GenerativeModelsLib.cli.case import case_command
from GenerativeModelsLib.cli.console import GuardedCommand
from GenerativeModelsLib.cli.evaluate import evaluate
from GenerativeModelsLib.cli.heart import sample, walk
from GenerativeModelsLib.cli.model import inspect, seal, verify
from GenerativeModelsLib.cli.skull import sample as skull_sample
from GenerativeModelsLib.cli.synthesise import synthesise
from GenerativeModelsLib.cli.train import train
from GenerativeModelsLib.cli.web import web
from GenerativeModelsLib.process.ending import raise_on_termination

__all__ = ["app", "main"]

app = typer.Typer(
    name="generative-models",
    help="Shapes with their uncertainty from a few views. Research software, not a medical device.",
    no_args_is_help=True,
    rich_markup_mode=None,  # plain text: no markup in errors and help texts
    pretty_exceptions_enable=False,
    add_completion=False,
)
_MORE = {
    "skull": {"evaluate": evaluate, "sample": skull_sample},
    "heart": {"sample": sample, "walk": walk},
}
"""Commands of single anatomies."""
_GROUPS: dict[str, typer.Typer] = {"synthesise": synthesise}
for _name in anatomy_names():
    _anatomy = anatomy_of(_name)
    if not _anatomy.group:
        _GROUPS[_name] = typer.Typer(help=_anatomy.about, no_args_is_help=True, rich_markup_mode=None)
        app.add_typer(_GROUPS[_name], name=_name)
    _group, _batch = _GROUPS[_anatomy.group or _name], f"batch-{_anatomy.verb}" if _anatomy.group else "batch"
    _group.command(_anatomy.verb, cls=GuardedCommand)(case_command(_anatomy))
    _group.command(_batch, cls=GuardedCommand)(batch_command(_anatomy))
    for _verb, _command in _MORE.get(_name, {}).items():
        _group.command(_verb, cls=GuardedCommand)(_command)
model = typer.Typer(help="Show, check and seal a model bundle.", no_args_is_help=True, rich_markup_mode=None)
model.command("inspect", cls=GuardedCommand)(inspect)
model.command("verify", cls=GuardedCommand)(verify)
model.command("seal", cls=GuardedCommand)(seal)
app.command("train", cls=GuardedCommand)(train)
app.command("benchmark", cls=GuardedCommand)(benchmark)
app.add_typer(model, name="model")
app.add_typer(synthesise, name="synthesise")
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
