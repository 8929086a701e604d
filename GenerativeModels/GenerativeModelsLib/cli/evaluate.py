"""`generative-models skull evaluate`: comparison of a reconstruction with the truth."""

from __future__ import annotations

import enum
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from GenerativeModelsLib.cli.console import JsonOption, print_json, print_warnings

if TYPE_CHECKING:
    from GenerativeModelsLib.evaluation.skull.folder import FolderEvaluation

__all__ = ["Align", "evaluate"]

_ACCURACY = (
    ("dice", "Dice", ".4f", ""),
    ("sensitivity", "Sensitivity", ".4f", ""),
    ("precision", "Precision", ".4f", ""),
    ("hausdorff_mm", "Hausdorff distance", ".2f", " mm"),
    ("hd95_mm", "HD95", ".2f", " mm"),
    ("mean_surface_distance_mm", "Mean surface distance", ".2f", " mm"),
    ("mean_signed_distance_mm", "Mean signed distance (+ too large)", "+.2f", " mm"),
    ("relative_volume_difference", "Relative volume difference", "+.2%", ""),
)
_CALIBRATION = (
    ("coverage_50", "Coverage at 50 %", ".1%", ""),
    ("coverage_68", "Coverage at 68 %", ".1%", ""),
    ("coverage_90", "Coverage at 90 %", ".1%", ""),
    ("coverage_95", "Coverage at 95 %", ".1%", ""),
    ("crps_mm", "CRPS", ".3f", " mm"),
    ("sigma_scale", "Sigma scale (ideal 1)", ".3f", ""),
    ("ause_mm", "AUSE", ".3f", " mm"),
    ("ause_relative", "AUSE / mean error", ".3f", ""),
    ("mean_sigma_mm", "Mean uncertainty", ".2f", " mm"),
)


class Align(str, enum.Enum):
    """Alignment of the prediction to the truth before they are compared."""

    none = "none"
    rigid = "rigid"


def evaluate(
    prediction: Annotated[Path, typer.Option(metavar="DIR", help="Folder of a finished reconstruction.")],
    truth: Annotated[
        Path, typer.Option(metavar="MASK_OR_MESH", help="The true skull: a label map or a closed mesh, in LPS mm.")
    ],
    align: Annotated[
        Align, typer.Option(help="rigid: first register the prediction to a truth in another frame.")
    ] = Align.none,
    output: Annotated[
        Path | None, typer.Option(metavar="FILE", help="JSON file to write.  [default: DIR/evaluation.json]")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Measure the accuracy of a reconstruction and the calibration of its uncertainty."""
    from GenerativeModelsLib.evaluation.skull.folder import evaluate_folder, write_evaluation

    found = evaluate_folder(prediction, truth, align.value)
    target = output or prediction / "evaluation.json"
    write_evaluation(found, target)
    if json:
        print_json(found.to_json())
        return
    _print(found, target)


def _print(found: FolderEvaluation, target: Path) -> None:
    table = Table(title="Evaluation (research use only)")
    table.add_column("measure")
    table.add_column("value", justify="right")
    for rows, figures in ((_ACCURACY, found.accuracy), (_CALIBRATION, found.calibration)):
        if figures is None:
            continue
        for name, label, form, unit in rows:
            table.add_row(label, format(getattr(figures, name), form) + unit)
        table.add_section()
    out = Console(width=None if sys.stdout.isatty() else 100, highlight=False)
    out.print(table)
    out.print(f"Written: {escape(str(target))}", soft_wrap=True)
    print_warnings(found.warnings)
