"""The command for one case of an anatomy, such as `generative-models skull reconstruct`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from GenerativeModelsLib.anatomy.numbers import percentile_text, z_text
from GenerativeModelsLib.anatomy.record import Anatomy
from GenerativeModelsLib.anatomy.verdict import verdict_text
from GenerativeModelsLib.cli.console import print_json, print_warnings, progress_of_a_case
from GenerativeModelsLib.cli.options import command_from, json_parameter, parameters_of_anatomy, values_of

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

    return command_from(run, anatomy.verb, anatomy.verb_help, (*parameters_of_anatomy(anatomy), json_parameter()))


def print_result(anatomy: Anatomy, result: dict[str, Any], folder: Path) -> None:
    """Print the quantities of a `result.json`, the notes and the report's path to stdout, warnings to stderr.

    For an input outside the model's training the quantities are grey and have no intervals.
    """
    rows = [
        (quantity, reading) for quantity in anatomy.quantities if (reading := quantity.of(result)).value is not None
    ]
    outside = anatomy.unreliable(result)
    table = Table(title=f"{anatomy.quantities_title} (research use only)", row_styles=["dim"] if outside else None)
    lines = []
    for quantity, reading in rows:
        interval = None if outside else reading.interval90
        cells = (
            quantity.long_label,
            quantity.text(reading.value, "-"),
            f"{interval[0]:.1f} to {interval[1]:.1f}" if interval else "-",
            z_text(reading.z_score, "-"),
            percentile_text(reading.percentile, "-"),
        )
        lines.append(cells)
    heads = ("measure", "value", "90 % interval", "z-score", "percentile")
    shown = [i for i in range(len(heads)) if i < 2 or any(cells[i] != "-" for cells in lines)]
    for i in shown:
        table.add_column(heads[i], justify="left" if i == 0 else "right")
    for cells in lines:
        table.add_row(*(cells[i] for i in shown))
    out = Console(width=None if sys.stdout.isatty() else 100, highlight=False)
    if lines:
        out.print(table)
    for line in anatomy.notes(result):
        out.print(escape(line), soft_wrap=True, style="dim" if outside else None)
    if result.get("in_distribution"):
        out.print(escape(f"Input: {verdict_text(result['in_distribution'])}"), soft_wrap=True)
    out.print(f"Computed on {result['device']} in {result['seconds']['total']:.1f} s")
    out.print(f"Report: {escape(str(folder / 'report.html'))}", soft_wrap=True)
    print_warnings(result["warnings"], result.get("warning_kinds", ()))
