"""The command for one case of an anatomy, such as `generative-models skull reconstruct`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from GenerativeModelsLib.anatomy.record import Anatomy
from GenerativeModelsLib.cli.console import print_json, print_warnings, progress_of_a_case
from GenerativeModelsLib.cli.options import command_from, json_parameter, parameters_of, values_of

__all__ = ["case_command", "print_result"]


def case_command(anatomy: Anatomy) -> Callable[..., None]:
    """Case command of an anatomy, with options made from its request."""

    def run(json: bool, **given: Any) -> None:
        request = anatomy.request(**values_of(anatomy.request, given))
        with progress_of_a_case(anatomy.need) as progress:
            from GenerativeModelsLib.anatomy.run import run_case

            result = run_case(anatomy, request, progress=progress).result
        if json:
            print_json(result)
        else:
            print_result(anatomy, result, request.output)

    return command_from(run, anatomy.verb, anatomy.verb_help, (*parameters_of(anatomy.request), json_parameter()))


def print_result(anatomy: Anatomy, result: dict[str, Any], folder: Path) -> None:
    """Print the quantities of a `result.json`, the notes and the report's path to stdout, warnings to stderr."""
    rows = [
        (quantity, reading) for quantity in anatomy.quantities if (reading := quantity.of(result)).value is not None
    ]
    table = Table(title=f"{anatomy.quantities_title} (research use only)")
    table.add_column("measure")
    columns = ["value"]
    if any(quantity.column for quantity in anatomy.quantities):
        columns += ["90 % interval", "percentile"]
    for column in columns:
        table.add_column(column, justify="right")
    for quantity, reading in rows:
        cells = [
            f"{quantity.label} ({quantity.short})" if quantity.short.isupper() else quantity.label,
            f"{reading.value:.1f} {quantity.unit}" if reading.value is not None else "-",
            f"{reading.interval90[0]:.1f} to {reading.interval90[1]:.1f}" if reading.interval90 else "-",
            f"{reading.percentile:.0f}" if reading.percentile is not None else "-",
        ]
        table.add_row(*cells[: 1 + len(columns)])
    out = Console(width=None if sys.stdout.isatty() else 100, highlight=False)
    out.print(table)
    for line in anatomy.notes(result):
        out.print(escape(line), soft_wrap=True)
    typical = result.get("in_distribution")
    if typical:
        out.print(f"Likeness to the training population: {typical['verdict']} (score {typical['score']:.2f})")
    out.print(f"Computed on {result['device']} in {result['seconds']['total']:.1f} s")
    out.print(f"Report: {escape(str(folder / 'report.html'))}", soft_wrap=True)
    print_warnings(result["warnings"])
