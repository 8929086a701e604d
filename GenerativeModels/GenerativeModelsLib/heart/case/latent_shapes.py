"""Writes shapes of the latent space into a folder: class means, samples, and walks between classes."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from GenerativeModelsLib.anatomy.request import check_computing
from GenerativeModelsLib.anatomy.run import LoadModel, Progress
from GenerativeModelsLib.anatomy.shapes import (
    PICTURE,
    check_count,
    load_on_chosen,
    sample_name,
    write_document,
)
from GenerativeModelsLib.errors import InputError, named
from GenerativeModelsLib.heart.anatomy import CLASSES, HEART, PHASES, PRIORS
from GenerativeModelsLib.heart.request import HeartRequest
from GenerativeModelsLib.heart.shape.surfaces import heart_surface, thickness_figures
from GenerativeModelsLib.heart.shape.ventricle import DENSITY_G_PER_ML, Heart
from GenerativeModelsLib.output.folder import output_folder
from GenerativeModelsLib.uncertainty.platt import probability_text

if TYPE_CHECKING:
    from GenerativeModelsLib.geometry.surfaces import Surface
    from GenerativeModelsLib.heart.infer.model import HeartModel

__all__ = ["SampleRequest", "WalkRequest", "sample_shapes", "walk_shapes"]


@dataclass(frozen=True)
class SampleRequest:
    """Request of the shapes of one class: its mean and `count` samples, drawn from the `prior` of `PRIORS`.

    The other fields as in `HeartRequest`.

    Raises
    ------
    InputError
        A value cannot be used; the message names the option.
    """

    condition: str
    output: Path
    count: int = 8
    model: Path | None = None
    device: str = "auto"
    seed: int = 0
    overwrite: bool = False
    prior: str = PRIORS[0]

    def __post_init__(self) -> None:
        _require_one_of(CLASSES, self.condition, "condition")
        _require_one_of(PRIORS, self.prior, "prior")
        check_count(self.count, "n", 0, "the mean only")
        check_computing(self.device, self.seed)


@dataclass(frozen=True)
class WalkRequest:
    """Request of a walk of `steps` steps from the heart of `heart`, whose output and model are used, towards a class.

    Raises
    ------
    InputError
        A value cannot be used; the message names the option.
    """

    heart: HeartRequest
    towards: str
    steps: int = 30

    def __post_init__(self) -> None:
        _require_one_of(CLASSES, self.towards, "towards")
        check_count(self.steps, "steps")


@dataclass(frozen=True, eq=False)
class Shape:
    """A shape to write: stem of its files, caption in the picture, further entries in `shapes.json`."""

    name: str
    caption: str
    heart: Heart
    about: dict[str, Any]


def sample_shapes(
    request: SampleRequest, *, progress: Progress | None = None, load: LoadModel | None = None
) -> dict[str, Any]:
    """Write the mean of a class and samples of it; returns the content of `shapes.json`.

    Files: `mean_ed.vtp`, `mean_es.vtp`, `sample_001_ed.vtp`, ... (heart frame, arrays as `heart_surface`), `shapes.png`
    (all of them cut open) and `shapes.json`.

    Raises
    ------
    InputError
        The bundle or the output folder cannot be used; nothing is left behind.
    """
    report_progress = progress or (lambda message, share: None)
    start = time.perf_counter()
    with output_folder(request.output, overwrite=request.overwrite, stale=("*_ed.vtp", "*_es.vtp")) as folder:
        report_progress("loading the model", 0.05)
        model, device = load_on_chosen(HEART, request.model, request.device, load)
        shapes = [Shape("mean", f"{request.condition}, mean", model.cluster_mean(request.condition).heart(0), {})]
        drawn = model.sample(request.condition, request.count, request.seed, request.prior) if request.count else None
        for number in range(request.count):
            shapes.append(Shape(sample_name(number), f"sample {number + 1}", drawn.heart(number), {}))
        about = {"schema": "heart-sample/1", "condition": request.condition, "prior": request.prior}
        about |= {"seed": request.seed, "device": device}
        return _write(folder, shapes, about, model, report_progress, start)


def walk_shapes(
    request: WalkRequest, *, progress: Progress | None = None, load: LoadModel | None = None
) -> dict[str, Any]:
    """Write the shapes along the gradient walk from a heart towards a class; returns `shapes.json`.

    Files: `step_000_ed.vtp` (the heart's own reconstruction), ..., `shapes.png` and `shapes.json`, with the position on
    the top level and the probability of every shape. The walk may end before its last step, at the border of the
    population (`at_border`).

    Raises
    ------
    InputError
        An input file, the bundle or the output folder cannot be used; nothing is left behind.
    """
    report_progress = progress or (lambda message, share: None)
    start = time.perf_counter()
    heart = request.heart
    with output_folder(heart.output, overwrite=heart.overwrite, stale=("*_ed.vtp", "*_es.vtp")) as folder:
        from GenerativeModelsLib.heart.case.run import read_label_maps
        from GenerativeModelsLib.heart.infer.measured import rays_of
        from GenerativeModelsLib.heart.infer.walk import walk

        report_progress("reading the label maps", 0.05)
        loaded = read_label_maps(heart)
        report_progress("loading the model", 0.2)
        model, device = load_on_chosen(HEART, heart.model, heart.device, load)
        placed = model.place(rays_of(loaded))
        found = walk(model, placed, towards=request.towards, steps=request.steps)
        shapes = [
            Shape(
                f"step_{number:03d}",
                f"step {number}, HCM {probability_text(float(probability))}",
                found.hearts.heart(number),
                {"z_top": [float(v) for v in z], "hcm_probability": float(probability)},
            )
            for number, (z, probability) in enumerate(zip(found.z_top, found.hcm_probability))
        ]
        files = {phase: heart.cine or getattr(heart, phase) for phase in PHASES}
        about = {
            "schema": "heart-walk/1",
            "towards": request.towards,
            "inputs": {phase: None if file is None else file.name for phase, file in files.items()},
            "seed": heart.seed,
            "device": device,
            "at_border": found.at_border,
            "warnings": list(loaded.warnings),
        }
        return _write(folder, shapes, about, model, report_progress, start)


def _write(
    folder: Path,
    shapes: Sequence[Shape],
    about: dict[str, Any],
    model: HeartModel,
    report_progress: Progress,
    start: float,
) -> dict[str, Any]:
    from GenerativeModelsLib.geometry.surface_files import write_vtp
    from GenerativeModelsLib.heart.report.shape_strip import write_strip

    entries, strip = [], []
    for number, shape in enumerate(shapes):
        report_progress(f"writing {shape.name}", 0.3 + 0.5 * number / len(shapes))
        entry: dict[str, Any] = {"name": shape.name, **shape.about, "files": {}}
        surfaces: list[Surface] = []
        for phase, ventricle in zip(PHASES, (shape.heart.ed, shape.heart.es)):
            surface = heart_surface(ventricle)
            write_vtp(surface, folder / f"{shape.name}_{phase}.vtp")
            figures = thickness_figures(surface)
            entry["files"][phase] = f"{shape.name}_{phase}.vtp"
            entry[phase] = {
                "cavity_ml": ventricle.cavity_ml,
                "myocardial_mass_g": DENSITY_G_PER_ML * ventricle.myocardium_ml,
                "wall_thickness_mm": {
                    "mean": figures.mean,
                    "p95": figures.p95,
                    "max": figures.max,
                    "aha17": [float(v) if np.isfinite(v) else None for v in figures.aha17],
                },
            }
            surfaces.append(surface)
        entry["ef_percent"] = shape.heart.ejection_fraction_percent
        entries.append(entry)
        strip.append((shape.caption, surfaces))
    report_progress("drawing the shapes", 0.85)
    write_strip(strip, folder / PICTURE)
    content = write_document(folder, about, entries, model, start)
    report_progress("done", 1.0)
    return content


def _require_one_of(names: Sequence[str], name: str, field: str) -> None:
    if name not in names:
        raise InputError(f"{named(field)} is '{name}': give {' or '.join(names)}.")
