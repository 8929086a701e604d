"""A reconstruction on the chosen device, going over to the CPU when the device runs out of memory."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import torch

from GenerativeModelsLib.device import DeviceChoice
from GenerativeModelsLib.skull.infer.model import SkullModel, load_skull_model
from GenerativeModelsLib.skull.infer.reconstruct import Reconstruction, reconstruct
from GenerativeModelsLib.skull.planes.image import PlaneImage

LoadModel = Callable[[Path, "torch.device | str"], SkullModel]
"""Bundle folder and device -> the model there, as `load_skull_model`."""


@dataclass(frozen=True)
class Run:
    """A reconstruction, the model that made it, and the seconds it took to load that."""

    reconstruction: Reconstruction
    model: SkullModel
    load_seconds: float


def run_on(
    choice: DeviceChoice,
    bundle: Path,
    images: Mapping[str, PlaneImage],
    *,
    samples: int,
    seed: int,
    progress: Callable[[str, float], None] | None = None,
    load: LoadModel | None = None,
) -> Run:
    """Load the bundle on the device (by `load`, else `load_skull_model`) and reconstruct; arguments as `reconstruct`.

    Out of GPU memory, the same is done on the CPU and a warning says so.
    """
    load = load or load_skull_model
    start = time.perf_counter()
    warnings = choice.warnings
    try:
        model = load(bundle, choice.torch_device)
        loaded = time.perf_counter()
        found = reconstruct(model, images, samples=samples, seed=seed, progress=progress)
    except torch.OutOfMemoryError:
        warnings = (*warnings, f"{choice.name} ran out of memory; the reconstruction was made on the CPU instead.")
        model = load(bundle, "cpu")
        loaded = time.perf_counter()
        found = reconstruct(model, images, samples=samples, seed=seed, progress=progress)
    return Run(replace(found, warnings=(*warnings, *found.warnings)), model, loaded - start)
