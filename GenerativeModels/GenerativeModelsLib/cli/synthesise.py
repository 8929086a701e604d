"""Commands `generative-models synthesise ...`."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from GenerativeModelsLib.cli.console import GuardedCommand, print_json, print_warnings, progress_of_a_case
from GenerativeModelsLib.cli.options import command_from, json_parameter, parameters_of, values_of
from GenerativeModelsLib.cli.synthesise_translate import translate
from GenerativeModelsLib.heart.anatomy import HEART
from GenerativeModelsLib.synthesis.labels.request import LabelsRequest

__all__ = ["labels", "synthesise"]

synthesise = typer.Typer(help="New anatomies and images of hearts.", no_args_is_help=True, rich_markup_mode=None)
_OF_A_REPORT = {"case_id", "examination_date", "operator", "institution", "language", "export"}
"""Fields of the request that label maps do not use."""


def _labels(json: bool, source: Path | None, between: tuple[Path, Path] | None, **given: Any) -> None:
    with progress_of_a_case(HEART.need) as progress:
        from GenerativeModelsLib.synthesis.labels.run import write_folder

        request = LabelsRequest(source=source, between=between, **values_of(LabelsRequest, given))
        _, content = write_folder(request, progress=progress)
    if json:
        print_json(content)
        return
    print(f"{'map':<8}{'EDV ml':>8}{'ESV ml':>8}{'EF %':>7}{'mass g':>8}")
    for entry in content["maps"]:
        figures = (entry[name] for name in ("edv_ml", "esv_ml", "ef_percent", "myocardial_mass_g"))
        cells = ["-" if value is None else f"{value:.1f}" for value in figures]
        print(f"{entry['files']['ed'].removesuffix('.nii.gz'):<8}{cells[0]:>8}{cells[1]:>8}{cells[2]:>7}{cells[3]:>8}")
    rate = content["acceptance_rate"]
    print(f"{content['attempts'] - content['rejected']} of {content['attempts']} hearts kept to all rules ({rate:.0%})")
    print(request.output)
    print_warnings(content["warnings"], content["warning_kinds"])


def _own_parameters() -> Iterator[inspect.Parameter]:
    keyword = inspect.Parameter.KEYWORD_ONLY
    source = typer.Option(
        "--from",
        metavar="FILE|DIR",
        help="A heart: a label map at end diastole with its end systole beside it, a cine of label maps, or a "
        "folder of heart analyse.",
    )
    pair = typer.Option("--between", metavar="A B", help="Two hearts, as --from takes them: hearts in between.")
    yield inspect.Parameter("source", keyword, default=None, annotation=Annotated[Path | None, source])
    yield inspect.Parameter("between", keyword, default=None, annotation=Annotated[tuple[Path, Path] | None, pair])


labels = command_from(
    _labels,
    "labels",
    "Make label maps of new hearts.\n\n"
    "Draws hearts of a class, walks between two hearts or from one to a target through the latent space, deforms a "
    "label map, or puts a scar into it. Every map keeps to the rules of segmentation check; others are rejected and "
    "counted. Writes 000.nii.gz, 001.nii.gz, ... (lv=3, myo=2, rv=1, scar=4, la=5), 000_es.nii.gz at end systole, "
    "000_cycle.nii.gz over the cycle, and result.json.",
    (
        *_own_parameters(),
        *(one for one in parameters_of(LabelsRequest) if one.name not in _OF_A_REPORT),
        json_parameter(),
    ),
)
synthesise.command("labels", cls=GuardedCommand)(labels)
synthesise.command("translate", cls=GuardedCommand)(translate)
