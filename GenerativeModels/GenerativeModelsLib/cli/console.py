"""What the commands share: errors as one sentence, and progress on stderr."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
from typer.core import TyperCommand

from GenerativeModelsLib.errors import InputError

__all__ = ["GuardedCommand", "ProgressCall", "progress_on_stderr"]

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
        except InputError as error:
            if debug:
                raise
            print(f"Error: {' '.join(str(error).split())}", file=sys.stderr)
            raise typer.Exit(2) from error
        except Exception as error:
            if debug:
                raise
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
