"""Writes heads drawn from the prior of a skull bundle into a folder: surfaces, biometry as a table, one picture."""

from __future__ import annotations

import csv
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

from GenerativeModelsLib.anatomy.entries import parse_age
from GenerativeModelsLib.anatomy.request import check_computing
from GenerativeModelsLib.anatomy.run import LoadModel, Progress
from GenerativeModelsLib.anatomy.shapes import PICTURE, check_count, load_on_chosen, sample_name, write_document
from GenerativeModelsLib.errors import InputError, named
from GenerativeModelsLib.output.folder import output_folder
from GenerativeModelsLib.skull.anatomy import QUANTITIES, SKULL

if TYPE_CHECKING:
    from GenerativeModelsLib.geometry.surfaces import Surface

__all__ = ["HALF_WEEK", "TABLE", "SkullSampleRequest", "parse_weeks", "write_heads"]

TABLE = "shapes.csv"
HALF_WEEK = 0.5
"""A single age means the ages up to this many weeks younger and older."""


@dataclass(frozen=True)
class SkullSampleRequest:
    """Request of `count` heads of the ages `weeks` (youngest, oldest); None = of all ages of the population.

    The other fields as in `SkullRequest`.

    Raises
    ------
    InputError
        A value cannot be used; the message names the option.
    """

    output: Path
    count: int = 8
    weeks: tuple[float, float] | None = None
    model: Path | None = None
    device: str = "auto"
    seed: int = 0
    overwrite: bool = False

    def __post_init__(self) -> None:
        check_count(self.count)
        check_computing(self.device, self.seed)


def parse_weeks(text: str, field: str = "weeks") -> tuple[float, float]:
    """Youngest and oldest age in weeks of a text such as "24-32" or "27+3-28", or of one age, `HALF_WEEK` about it.

    Raises
    ------
    InputError
        The text has another form, the second age is below the first, or both lie outside the population.
    """
    from GenerativeModelsLib.skull.population.sizes import WEEKS

    ages = [parse_age(part, field) for part in text.split("-", 1)]
    low, high = (ages[0] - HALF_WEEK, ages[0] + HALF_WEEK) if len(ages) == 1 else ages
    if not (isfinite(low) and isfinite(high)):
        raise InputError(f"{named(field)} is '{text}': give ages in weeks, such as 24-32.")
    if not low < high:
        raise InputError(f"{named(field)} is '{text}': give the younger age first, such as 24-32.")
    if not (high > WEEKS[0] and low < WEEKS[1]):
        raise InputError(
            f"{named(field)} is '{text}': the model's population has heads of {WEEKS[0]:g} to {WEEKS[1]:g} weeks."
        )
    return low, high


def write_heads(
    request: SkullSampleRequest, *, progress: Progress | None = None, load: LoadModel | None = None
) -> dict[str, Any]:
    """Write heads drawn from the model's prior; returns the content of `shapes.json`.

    Files: `sample_001.vtp`, ... (closed surfaces in mm, head frame), `shapes.png`, `shapes.csv` (a row per head) and
    `shapes.json`. See `skull.infer.prior.draw_heads`.

    Raises
    ------
    InputError
        The bundle has no prior or cannot be used, too few heads have the ages asked for, or the output folder cannot be
        used; nothing is left behind.
    """
    report_progress = progress or (lambda message, share: None)
    start = time.perf_counter()
    with output_folder(request.output, overwrite=request.overwrite, stale=("sample_*.vtp",)) as folder:
        from GenerativeModelsLib.geometry.surface_files import write_vtp
        from GenerativeModelsLib.skull.infer.prior import decoded_surface, draw_heads
        from GenerativeModelsLib.skull.report.head_strip import write_head_strip
        from GenerativeModelsLib.skull.shape.biometry import measure

        report_progress("loading the model", 0.05)
        model, device = load_on_chosen(SKULL, request.model, request.device, load)
        report_progress("drawing heads", 0.15)
        drawn = draw_heads(model, request.count, request.seed, request.weeks)
        entries: list[dict[str, Any]] = []
        strip: list[tuple[str, Surface]] = []
        for number, (coefficients, size, weeks) in enumerate(zip(drawn.coefficients, drawn.head_size_mm, drawn.weeks)):
            name = sample_name(number)
            report_progress(f"writing {name}", 0.3 + 0.5 * number / request.count)
            surface = decoded_surface(model.basis, coefficients, size)
            write_vtp(surface, folder / f"{name}.vtp")
            biometry = asdict(measure(surface))
            entry = {"name": name, "file": f"{name}.vtp", "gestational_age_weeks": float(weeks), "biometry": biometry}
            entries.append(entry)
            strip.append((f"sample {number + 1}\n{weeks:.1f} weeks, HC {biometry['hc_mm']:.0f} mm", surface))
        report_progress("drawing the picture", 0.85)
        write_head_strip(strip, folder / PICTURE)
        _write_table(entries, folder / TABLE)
        draws = drawn.draws
        about = {
            "schema": "skull-sample/1",
            "weeks": None if request.weeks is None else list(request.weeks),
            "draws": {"made": draws.made, "of_these_weeks": draws.wanted, "accepted": draws.accepted},
            "acceptance": draws.accepted / draws.made,
            "seed": request.seed,
            "device": device,
        }
        content = write_document(folder, about, entries, model, start)
        report_progress("done", 1.0)
        return content


def _write_table(entries: Sequence[Mapping[str, Any]], path: Path) -> None:
    """CSV with a row per head: name, file, age and the quantities of the skull."""
    quantities = [quantity.key for quantity in QUANTITIES]
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["name", "file", "gestational_age_weeks", *quantities])
        for entry in entries:
            figures = [entry["gestational_age_weeks"], *(entry["biometry"][key] for key in quantities)]
            writer.writerow([entry["name"], entry["file"], *(round(value, 2) for value in figures)])
