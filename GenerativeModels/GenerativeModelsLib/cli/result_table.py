"""What a person reads on the terminal after a reconstruction."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

__all__ = ["print_result"]

_ROWS = {
    "bpd_mm": ("Biparietal diameter (BPD)", "mm"),
    "ofd_mm": ("Occipito-frontal diameter (OFD)", "mm"),
    "hc_mm": ("Head circumference (HC)", "mm"),
    "cephalic_index_percent": ("Cephalic index (CI)", "%"),
    "head_volume_ml": ("Head volume", "ml"),
}


def print_result(result: dict[str, Any], folder: Path) -> None:
    """Print the biometry of a `result.json`, the uncertainty and the report's path to stdout, warnings to stderr."""
    table = Table(title="Biometry (research use only)")
    table.add_column("measure")
    for column in ("value", "90 % interval", "percentile"):
        table.add_column(column, justify="right")
    for key, (name, unit) in _ROWS.items():
        measure = result["biometry"].get(key) or {}
        if measure.get("value") is None:
            continue
        interval, percentile = measure.get("interval90"), measure.get("percentile")
        table.add_row(
            name,
            f"{measure['value']:.1f} {unit}",
            f"{interval[0]:.1f} to {interval[1]:.1f}" if interval else "-",
            f"{percentile:.0f}" if percentile is not None else "-",
        )
    out = Console(width=None if sys.stdout.isatty() else 100, highlight=False)
    out.print(table)
    uncertainty, typical = result["uncertainty_mm"], result["in_distribution"]
    if uncertainty.get("mean") is not None:
        out.print(
            f"Surface uncertainty: mean {uncertainty['mean']:.2f} mm, 95th percentile {uncertainty['p95']:.2f} mm"
        )
    out.print(f"Likeness to the training population: {typical['verdict']} (score {typical['score']:.2f})")
    out.print(f"Computed on {result['device']} in {result['seconds']['total']:.1f} s")
    out.print(f"Report: {escape(str(folder / 'report.html'))}", soft_wrap=True)
    problems = Console(stderr=True, highlight=False)
    for warning in result["warnings"]:
        problems.print(f"[yellow]Warning:[/yellow] {escape(warning)}", soft_wrap=True)
