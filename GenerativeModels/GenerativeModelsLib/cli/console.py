"""Parts shared by the commands: error messages, and progress on stderr."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import zip_longest
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from typer.core import TyperCommand

from GenerativeModelsLib.anatomy.fields import option_of
from GenerativeModelsLib.errors import SCALE, InputError
from GenerativeModelsLib.process.ending import Terminated
from GenerativeModelsLib.process.memory import MemoryNeed, is_out_of_memory, keep_to_memory
from GenerativeModelsLib.process.time_left import words_on_time_left
from GenerativeModelsLib.process.watchdog import watchdog

__all__ = [
    "GuardedCommand",
    "JsonOption",
    "ProgressCall",
    "print_json",
    "print_warnings",
    "progress_of_a_case",
    "progress_on_stderr",
    "progress_with_time_left",
]

JsonOption = Annotated[
    bool, typer.Option("--json", help="Print the result as a JSON document on stdout, and nothing else there.")
]

ProgressCall = Callable[[str, float], None]
"""Takes the current step and the fraction that is done, 0 to 1."""


class GuardedCommand(TyperCommand):
    """A command that turns errors into exit codes: 2 and one sentence for errors of the user, 1 for unexpected ones."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        try:
            return super().parse_args(ctx, args)
        except InputError as error:  # of the callback of an option
            if _debug(ctx):
                raise
            self._print(error)
            raise typer.Exit(2) from error

    def invoke(self, ctx: Any) -> Any:
        debug = _debug(ctx)
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
            self._print(error)
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

    def _print(self, error: InputError) -> None:
        print(f"Error: {' '.join(error.in_words(self._word).split())}", file=sys.stderr)

    def _word(self, field: str) -> str:
        """What a message calls a field of the request: its option, or an argument by its metavar."""
        arguments = {param.name: param.metavar for param in self.params if param.param_type_name == "argument"}
        return arguments.get(field) or option_of(field)


def _debug(ctx: Any) -> bool:
    return bool(ctx.find_root().params.get("debug"))


@contextmanager
def progress_on_stderr(count: int | None = None) -> Iterator[ProgressCall]:
    """Yield a function that shows progress: a bar if stderr is a terminal, else one line per step.

    Parameters
    ----------
    count
        Number of items that the fraction refers to, shown beside the bar with the time left; None = show per cent.
    """
    console = Console(stderr=True)
    if not console.is_terminal or os.environ.get("TERM") == "dumb":
        yield lambda message, fraction: print(f"[{fraction:4.0%}] {message}", file=sys.stderr, flush=True)
        return
    amount = TaskProgressColumn() if count is None else MofNCompleteColumn()
    total = count or 1
    left = () if count is None else (TimeRemainingColumn(),)  # items take equal times, the steps of a case do not
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), amount, TimeElapsedColumn(), *left)
    with Progress(*columns, console=console, transient=count is None) as bar:
        task = bar.add_task("", total=total)
        yield lambda message, fraction: bar.update(task, description=message, completed=round(fraction * total, 6))


LINE_SHARE, LINE_SECONDS = 0.05, 60.0
"""Progress after which the next line is printed where there is no bar."""
TimedCall = Callable[[str, float, "float | None"], None]
"""Takes the current step, the fraction that is done, and the seconds that are left, None where they are not known."""


@contextmanager
def progress_with_time_left() -> Iterator[TimedCall]:
    """Yield a function that shows the progress of a long run and the time it will still take.

    One bar if stderr is a terminal; else a line at each new step and every `LINE_SHARE` or `LINE_SECONDS`.
    """
    console = Console(stderr=True)
    if not console.is_terminal or os.environ.get("TERM") == "dumb":
        yield _Lines()
        return
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TaskProgressColumn())
    with Progress(*columns, TextColumn("{task.fields[left]}", markup=False), console=console, transient=True) as bar:
        task = bar.add_task("Starting", total=1.0, left="")
        yield lambda message, fraction, seconds: bar.update(
            task, description=message, completed=round(fraction, 6), left=words_on_time_left(seconds)
        )


class _Lines:
    """Progress as lines of text, not too many."""

    def __init__(self) -> None:
        self._step, self._share, self._time = None, 0.0, 0.0

    def __call__(self, message: str, fraction: float, seconds: float | None) -> None:
        step, now = message.partition(",")[0], time.monotonic()
        if step == self._step and fraction < self._share + LINE_SHARE and now < self._time + LINE_SECONDS:
            return
        self._step, self._share, self._time = step, fraction, now
        left = words_on_time_left(seconds)
        print(f"[{fraction:4.0%}] {message}" + (f"; {left}" if left else ""), file=sys.stderr, flush=True)


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


def print_warnings(warnings: Iterable[str], kinds: Iterable[str] = ()) -> None:
    """Print warnings on a result to stderr, a line each; those of the kind `SCALE` stand out."""
    problems = Console(stderr=True, highlight=False)
    for warning, kind in zip_longest(warnings, kinds):
        colour = "bold red" if kind == SCALE else "yellow"
        problems.print(f"[{colour}]Warning:[/{colour}] {escape(warning)}", soft_wrap=True)


def print_json(document: Any) -> None:
    """Print a result document on stdout."""
    print(json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False))
