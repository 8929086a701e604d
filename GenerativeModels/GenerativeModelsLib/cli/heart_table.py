"""What a person reads on the terminal after a heart was analysed."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from GenerativeModelsLib.uncertainty.platt import probability_text

__all__ = ["print_heart"]

_ROWS = {
    "edv_ml": ("End-diastolic volume (EDV)", "ml"),
    "esv_ml": ("End-systolic volume (ESV)", "ml"),
    "ef_percent": ("Ejection fraction (EF)", "%"),
    "myocardial_mass_g": ("Myocardial mass", "g"),
}
_PHASES = {"ed": "end diastole", "es": "end systole"}


def print_heart(result: dict[str, Any], folder: Path) -> None:
    """Print the figures of a `result.json` and the report's path to stdout, warnings to stderr."""
    table = Table(title="Left ventricle (research use only)")
    table.add_column("measure")
    table.add_column("value", justify="right")
    for key, (name, unit) in _ROWS.items():
        table.add_row(name, "-" if result[key] is None else f"{result[key]:.1f} {unit}")
    for phase, words in _PHASES.items():
        wall = result["wall_thickness_mm"][phase]
        if wall is not None:
            table.add_row(
                f"Wall thickness at {words}: mean, 95th percentile", f"{wall['mean']:.1f}, {wall['p95']:.1f} mm"
            )
    out = Console(width=None if sys.stdout.isatty() else 100, highlight=False)
    out.print(table)
    rule, typical = result["one_number"], result["in_distribution"]
    says = "at or above" if rule["hypertrophic"] else "below"
    out.print(f"Probability of hypertrophic cardiomyopathy: {probability_text(result['hcm_probability'])}")
    out.print(
        f"One-number rule beside it: {rule['p95_ed_mm']:.1f} mm is {says} {rule['limit_mm']:g} mm (95th percentile of "
        "the wall at end diastole)",
        soft_wrap=True,
    )
    out.print(f"Likeness to the training population: {typical['verdict']} (score {typical['score']:.2f})")
    agreement = result["reconstruction"]
    dice = ", ".join(f"{agreement[f'dice_{phase}']:.3f}" for phase in _PHASES if agreement[f"dice_{phase}"] is not None)
    out.print(f"Dice of the model's reconstruction: {dice}")
    out.print(f"Computed on {result['device']} in {result['seconds']['total']:.1f} s")
    out.print(f"Report: {escape(str(folder / 'report.html'))}", soft_wrap=True)
    problems = Console(stderr=True, highlight=False)
    for warning in result["warnings"]:
        problems.print(f"[yellow]Warning:[/yellow] {escape(warning)}", soft_wrap=True)
