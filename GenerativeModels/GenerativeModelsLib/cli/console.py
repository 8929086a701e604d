"""Parts shared by the commands: error messages, and progress on stderr."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
from typer.core import TyperCommand

from GenerativeModelsLib.anatomy.fields import option_of
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.process.ending import Terminated
from GenerativeModelsLib.process.memory import MemoryNeed, is_out_of_memory, keep_to_memory
from GenerativeModelsLib.process.watchdog import watchdog

__all__ = [
    "GuardedCommand",
    "JsonOption",
    "ProgressCall",
    "print_json",
    "print_warnings",
    "progress_of_a_case",
    "progress_on_stderr",
]

JsonOption = Annotated[
    bool, typer.Option("--json", help="Print the result as a JSON document on stdout, and nothing else there.")
]

ProgressCall = Callable[[str, float], None]
"""Takes the current step and the fraction that is done, 0 to 1."""


class GuardedCommand(TyperCommand):
    """A command that turns errors into exit codes: 2 and one sentence for errors of the user, 1 for unexpected ones."""

    def invoke(self, ctx: Any) -> Any:
        debug = bool(ctx.find_root().params.get("debug"))
        try:
            return super().invoke(ctx)
        except (typer.Exit, typer.Abort, typer.BadParameter, BrokenPipeError):
            raise
        except KeyboardInterrupt as error:
            print("Interrupted.", file=sys.stderr)
            raise typer.Exit(130) from error
        except Terminated as error:
            print("Ended on request.", file=sys.stderr)
            raise typer.Exit(128 + error.number) from error
        except InputError as error:
            if debug:
                raise
            print(f"Error: {' '.join(error.in_words(option_of).split())}", file=sys.stderr)
            raise typer.Exit(2) from error
        except Exception as error:
            if debug:
                raise
            if is_out_of_memory(error):
                print(f"Error: memory ran out ({type(error).__name__}): close other programs.", file=sys.stderr)
                raise typer.Exit(1) from error
            print(
                f"Unforeseen error: {type(error).__name__}: {error}\n"
                "Run it again as  generative-models --debug ...  for the traceback, and please report it.",
                file=sys.stderr,
            )
            raise typer.Exit(1) from error


@contextmanager
def progress_on_stderr(count: int | None = None) -> Iterator[ProgressCall]:
    """Yield a function that shows progress: a bar if stderr is a terminal, else one line per step.

    Parameters
    ----------
    count
        Number of items that the fraction refers to, shown beside the bar; None = show per cent.
    """
    console = Console(stderr=True)
    if not console.is_terminal or os.environ.get("TERM") == "dumb":
        yield lambda message, fraction: print(f"[{fraction:4.0%}] {message}", file=sys.stderr, flush=True)
        return
    amount = TaskProgressColumn() if count is None else MofNCompleteColumn()
    total = count or 1
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), amount, TimeElapsedColumn())
    with Progress(*columns, console=console, transient=count is None) as bar:
        task = bar.add_task("", total=total)
        yield lambda message, fraction: bar.update(task, description=message, completed=round(fraction * total, 6))


@contextmanager
def progress_of_a_case(need: MemoryNeed) -> Iterator[ProgressCall]:
    """`progress_on_stderr` for one case, started before heavy imports.

    The memory of the process is limited, and the process is ended if it makes no progress for a long time.

    Raises
    ------
    InputError
        There is not enough memory.
    """
    if note := keep_to_memory(need):
        print(note, file=sys.stderr)
    with progress_on_stderr() as show, watchdog() as feed:

        def progress(message: str, fraction: float) -> None:
            feed()
            show(message, fraction)

        progress("loading the software", 0.0)
        yield progress


def print_warnings(warnings: Iterable[str]) -> None:
    """Print warnings on a result to stderr, a line each."""
    problems = Console(stderr=True, highlight=False)
    for warning in warnings:
        problems.print(f"[yellow]Warning:[/yellow] {escape(warning)}", soft_wrap=True)


def print_json(document: Any) -> None:
    """Print a result document on stdout."""
    print(json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False))
