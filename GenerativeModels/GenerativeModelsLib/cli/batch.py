"""The command for a table of cases of an anatomy, such as `generative-models skull batch`."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from GenerativeModelsLib.anatomy.record import Anatomy
from GenerativeModelsLib.cli.console import print_json, print_warnings, progress_on_stderr
from GenerativeModelsLib.cli.options import OVERWRITE, command_from, json_parameter, parameters_of_anatomy, values_of

if TYPE_CHECKING:
    from GenerativeModelsLib.batch.summary import CaseOutcome

__all__ = ["batch_command"]

SOME_FAILED = 3
"""Exit code of a batch of which some rows failed."""
_OPTIONS = {
    "workers": (
        None,
        Annotated[
            int | None,
            typer.Option(
                min=1, metavar="N", help="Local processes.  [default: half the cores, as far as memory allows]"
            ),
        ],
    ),
    "scheduler": (
        None,
        Annotated[
            str | None,
            typer.Option(metavar="ADDRESS", help="Run on this Dask cluster instead, such as tcp://host:8786."),
        ],
    ),
    "time_limit": (
        15.0,
        Annotated[float, typer.Option(min=0.1, metavar="MINUTES", help="A case that takes longer is ended.")],
    ),
    "resume": (
        False,
        Annotated[
            bool, typer.Option("--resume", help="Skip the cases finished with the same inputs, model and options.")
        ],
    ),
    "overwrite": (False, OVERWRITE),
    "keep_going": (
        False,
        Annotated[
            bool,
            typer.Option(
                "--keep-going", help="Exit with 0 although rows failed; the summary names them.  [default: 3]"
            ),
        ],
    ),
}
"""Default and type of the batch options common to all anatomies."""


def batch_command(anatomy: Anatomy) -> Callable[..., None]:
    """Batch command of an anatomy: options of its request that hold for all rows, and the common batch options."""

    def run(
        cases: Path, output: Path, time_limit: float, overwrite: bool, keep_going: bool, json: bool, **given: Any
    ) -> None:
        from GenerativeModelsLib.batch.run import run_batch
        from GenerativeModelsLib.batch.table import read_rows

        options = {name: given.pop(name) for name in ("workers", "scheduler", "resume")}
        common = values_of(anatomy.request, given)
        if common.get("model") is not None:
            common["model"] = common["model"].absolute()  # processes of a cluster work in other folders
        rows = read_rows(anatomy, cases, output, common)
        with progress_on_stderr(len(rows)) as progress:
            progress("starting", 0.0)

            def show(outcome: CaseOutcome, fraction: float) -> None:
                error = f" ({outcome.error})" if outcome.error else ""
                progress(f"{outcome.case}: {outcome.status}{error}", fraction)

            outcomes = run_batch(
                anatomy,
                rows,
                output,
                overwrite=overwrite,
                time_limit_seconds=60.0 * time_limit,
                progress=show,
                language=common["language"],
                **options,
            )
        failed = _report(anatomy, outcomes, output, json=json)
        if failed and not keep_going:
            raise typer.Exit(SOME_FAILED)

    return command_from(run, "batch", _help(anatomy), _parameters(anatomy))


def _help(anatomy: Anatomy) -> str:
    return (
        f"Run `{anatomy.verb}` on every case of a table.\n\n"
        "A bad row is reported in DIR/summary.csv and does not stop the others. DIR/cohort.html shows all cases."
    )


def _parameters(anatomy: Anatomy) -> list[inspect.Parameter]:
    from GenerativeModelsLib.batch.table import table_columns

    def keyword(name: str, kind: Any, default: Any = inspect.Parameter.empty) -> inspect.Parameter:
        return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=kind)

    columns = f"A row per case; columns: {', '.join(table_columns(anatomy))}."
    return [
        keyword("cases", Annotated[Path, typer.Argument(metavar="CASES.csv", help=columns)]),
        keyword(
            "output",
            Annotated[Path, typer.Option(metavar="DIR", help="Gets a folder per case, summary.csv and cohort.html.")],
        ),
        *parameters_of_anatomy(anatomy, lambda about: about.batch),
        *(keyword(name, kind, default) for name, (default, kind) in _OPTIONS.items()),
        json_parameter(),
    ]


def _report(anatomy: Anatomy, outcomes: list[CaseOutcome], output: Path, *, json: bool) -> int:
    """Print the number of finished cases and the errors of the others; returns the number of failed cases."""
    from GenerativeModelsLib.batch.run import JUDGED, KEPT
    from GenerativeModelsLib.batch.summary import summary_columns, summary_line
    from GenerativeModelsLib.cohort.write import PAGE, read_cohort

    failed = [outcome for outcome in outcomes if outcome.status == "failed"]
    kept = sum(outcome.resumed == KEPT for outcome in outcomes)
    judged = sum(outcome.resumed.startswith(JUDGED) for outcome in outcomes)
    changed = [outcome for outcome in outcomes if outcome.resumed not in ("", KEPT)]
    done = len(outcomes) - len(failed)
    series = read_cohort(output).get("series", [])
    if json:
        empty = dict.fromkeys(summary_columns(anatomy))
        found = (summary_line(anatomy, outcome).items() for outcome in outcomes)
        lines = [empty | {name: value for name, value in line if value != ""} for line in found]
        counts = {"done": done, "failed": len(failed), "kept": kept, "judged_anew": judged}
        print_json({"schema": "batch/1", **counts, "cases": lines, "series": series})
        return len(failed)
    print(f"{done} of {len(outcomes)} cases done, {len(failed)} failed: {output / 'summary.csv'}")
    if kept or changed:
        print(
            f"{kept} cases were kept from an earlier run, {judged} judged anew without a computation, "
            f"{len(changed) - judged} computed anew."
        )
    for outcome in failed:
        print(f"  {outcome.case}: {outcome.error}")
    for outcome in changed:
        print(f"  {outcome.case}: {outcome.resumed}")
    if (output / PAGE).is_file():
        strange = sum(bool(outcome.outlier) for outcome in outcomes)
        counted = f"{strange} outlier{'' if strange == 1 else 's'}, {len(series)} with serial examinations"
        print(f"Cohort: {output / PAGE} ({counted})")
    print_warnings(each["contradiction"] for each in series if each["contradiction"])
    return len(failed)
