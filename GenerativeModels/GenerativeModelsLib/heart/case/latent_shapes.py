"""Shapes out of the latent space into a folder: means and samples of the classes, walks between them."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from GenerativeModelsLib import __version__
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.heart.request import HeartRequest, check_computing
from GenerativeModelsLib.heart.shape.surfaces import heart_surface, thickness_figures
from GenerativeModelsLib.heart.shape.ventricle import DENSITY_G_PER_ML, Heart
from GenerativeModelsLib.output.folder import output_folder
from GenerativeModelsLib.uncertainty.platt import probability_text

if TYPE_CHECKING:
    from GenerativeModelsLib.geometry.surfaces import Surface
    from GenerativeModelsLib.heart.infer.model import HeartModel
    from GenerativeModelsLib.heart.infer.on_device import LoadModel

__all__ = ["CLASSES", "SampleRequest", "WalkRequest", "sample_shapes", "walk_shapes"]

CLASSES = ("healthy", "hcm")
MOST = 500
PHASES = ("ed", "es")
Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class SampleRequest:
    """Shapes of one class: its mean and `count` samples. The other fields as in `HeartRequest`.

    Raises
    ------
    InputError
        A value cannot be used; the sentence names the option.
    """

    condition: str
    output: Path
    count: int = 8
    model: Path | None = None
    device: str = "auto"
    seed: int = 0
    overwrite: bool = False

    def __post_init__(self) -> None:
        _require_class(self.condition, "--condition")
        if not 0 <= self.count <= MOST:
            raise InputError(f"--n is {self.count}: give a number from 0 (the mean only) to {MOST}.")
        check_computing(self.device, self.seed)


@dataclass(frozen=True)
class WalkRequest:
    """A walk of `steps` steps from the heart of `heart` (whose output and model hold here) towards a class.

    Raises
    ------
    InputError
        A value cannot be used; the sentence names the option.
    """

    heart: HeartRequest
    towards: str
    steps: int = 30

    def __post_init__(self) -> None:
        _require_class(self.towards, "--towards")
        if not 1 <= self.steps <= MOST:
            raise InputError(f"--steps is {self.steps}: give a number from 1 to {MOST}.")


@dataclass(frozen=True, eq=False)
class Shape:
    """A shape to write: the stem of its files, its caption in the picture, what `shapes.json` adds about it."""

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
    tell = progress or (lambda message, share: None)
    start = time.perf_counter()
    with output_folder(request.output, overwrite=request.overwrite, stale=("*_ed.vtp", "*_es.vtp")) as folder:
        tell("loading the model", 0.05)
        model, device = _load(request.model, request.device, load)
        shapes = [Shape("mean", f"{request.condition}, mean", model.cluster_mean(request.condition).heart(0), {})]
        drawn = model.sample(request.condition, request.count, request.seed) if request.count else None
        for number in range(request.count):
            shapes.append(Shape(f"sample_{number + 1:03d}", f"sample {number + 1}", drawn.heart(number), {}))
        about = {"schema": "heart-sample/1", "condition": request.condition, "seed": request.seed, "device": device}
        return _write(folder, shapes, about, model, tell, start)


def walk_shapes(
    request: WalkRequest, *, progress: Progress | None = None, load: LoadModel | None = None
) -> dict[str, Any]:
    """Write the shapes along the gradient walk from a heart towards a class; returns `shapes.json`.

    Files: `step_000_ed.vtp` (the heart's own reconstruction), ..., `shapes.png` and `shapes.json`, in which every shape
    carries its place on the top level and its probability. The walk may end before its last step, at the border of the
    population (`at_border`).

    Raises
    ------
    InputError
        An input file, the bundle or the output folder cannot be used; nothing is left behind.
    """
    tell = progress or (lambda message, share: None)
    start = time.perf_counter()
    heart = request.heart
    with output_folder(heart.output, overwrite=heart.overwrite, stale=("*_ed.vtp", "*_es.vtp")) as folder:
        from GenerativeModelsLib.heart.infer.measured import rays_of
        from GenerativeModelsLib.heart.labels.label_map import parse_labels
        from GenerativeModelsLib.heart.measure.load import load_hearts
        from GenerativeModelsLib.heart.measure.septum import parse_septum

        tell("reading the label maps", 0.05)
        septum = None if heart.septum is None else parse_septum(heart.septum)
        loaded = load_hearts(heart.ed, heart.es, parse_labels(heart.labels), septum)
        tell("loading the model", 0.2)
        model, device = _load(heart.model, heart.device, load)
        placed = model.place(rays_of(loaded), es_present=loaded.es is not None)
        walk = model.walk(placed, towards=request.towards, steps=request.steps)
        shapes = [
            Shape(
                f"step_{number:03d}",
                f"step {number}, HCM {probability_text(float(probability))}",
                walk.hearts.heart(number),
                {"z_top": [float(v) for v in z], "hcm_probability": float(probability)},
            )
            for number, (z, probability) in enumerate(zip(walk.z_top, walk.hcm_probability))
        ]
        about = {
            "schema": "heart-walk/1",
            "towards": request.towards,
            "inputs": {"ed": str(heart.ed), "es": None if heart.es is None else str(heart.es)},
            "seed": heart.seed,
            "device": device,
            "at_border": walk.at_border,
            "warnings": list(loaded.warnings),
        }
        return _write(folder, shapes, about, model, tell, start)


def _write(
    folder: Path, shapes: Sequence[Shape], about: dict[str, Any], model: HeartModel, tell: Progress, start: float
) -> dict[str, Any]:
    import torch

    from GenerativeModelsLib.geometry.surface_files import write_vtp
    from GenerativeModelsLib.heart.case.write import write_json
    from GenerativeModelsLib.heart.report.shape_strip import write_strip

    entries, strip = [], []
    for number, shape in enumerate(shapes):
        tell(f"writing {shape.name}", 0.3 + 0.5 * number / len(shapes))
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
    tell("drawing the shapes", 0.85)
    write_strip(strip, folder / "shapes.png")
    manifest = model.manifest
    content = {
        **about,
        "shapes": entries,
        "model": {"name": manifest.name, "version": manifest.version, "sha256": manifest.sha256},
        "software": {"version": __version__, "torch": torch.__version__},
        "seconds": {"total": round(time.perf_counter() - start, 3)},
    }
    write_json(content, folder / "shapes.json")
    tell("done", 1.0)
    return content


def _load(bundle: Path | None, device: str, load: LoadModel | None) -> tuple[HeartModel, str]:
    from GenerativeModelsLib.device import choose_device
    from GenerativeModelsLib.heart.infer.on_device import load_on
    from GenerativeModelsLib.resources import default_bundle

    choice = choose_device(device)
    return load_on(bundle or default_bundle("heart"), choice.torch_device, load), choice.name


def _require_class(name: str, option: str) -> None:
    if name not in CLASSES:
        raise InputError(f"{option} is '{name}': give {' or '.join(CLASSES)}.")
