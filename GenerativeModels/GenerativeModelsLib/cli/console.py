"""What the commands share: errors as one sentence, and progress on stderr."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
from typer.core import TyperCommand

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.process.ending import Terminated
from GenerativeModelsLib.process.memory import MemoryNeed, is_out_of_memory, keep_to_memory
from GenerativeModelsLib.process.watchdog import watchdog

__all__ = ["GuardedCommand", "JsonOption", "ProgressCall", "print_json", "progress_of_a_case", "progress_on_stderr"]

JsonOption = Annotated[
    bool, typer.Option("--json", help="Print the result as a JSON document on stdout, and nothing else there.")
]

ProgressCall = Callable[[str, float], None]
"""Takes what is being done and the fraction that is through, 0 to 1."""


class GuardedCommand(TyperCommand):
    """A command whose errors become exit codes: 2 and one sentence for the user's, 1 for anything unforeseen."""

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
            print(f"Error: {' '.join(str(error).split())}", file=sys.stderr)
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
    """Give a call that shows progress: a bar when stderr is a terminal, a plain line a step when it is not.

    Parameters
    ----------
    count
        Number of things the fraction goes over, shown beside the bar; None = show per cent.
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
    """`progress_on_stderr` for one case, begun before anything heavy is imported.

    The process keeps to its memory, and is ended where it shows no progress for long.

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


def print_json(document: Any) -> None:
    """Print a result document on stdout."""
    print(json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False))
