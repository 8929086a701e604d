"""A measured heart on the chosen device, going over to the CPU when the device runs out of memory."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from GenerativeModelsLib.device import DeviceChoice
from GenerativeModelsLib.heart.infer.measured import MeasuredHeart, measure_heart

if TYPE_CHECKING:
    import torch

    from GenerativeModelsLib.heart.infer.model import HeartModel
    from GenerativeModelsLib.heart.measure.load import LoadedHeart

__all__ = ["HeartRun", "LoadModel", "load_on", "run_on"]

LoadModel = Callable[[Path, "torch.device | str"], "HeartModel"]
"""Bundle folder and device -> the model there, as `load_heart_model`."""


@dataclass(frozen=True, eq=False)
class HeartRun:
    """A measured heart, the model and the device ("cpu", "cuda:N", "mps") that did it, warnings and seconds."""

    measured: MeasuredHeart
    model: HeartModel
    device: str
    warnings: tuple[str, ...]
    seconds: dict[str, float]


def run_on(
    choice: DeviceChoice,
    bundle: Path,
    loaded: LoadedHeart,
    *,
    progress: Callable[[str, float], None] | None = None,
    load: LoadModel | None = None,
) -> HeartRun:
    """Load the bundle on the device (by `load`, else `load_heart_model`) and measure.

    Out of GPU memory, the same is done on the CPU and a warning says so.
    """
    import torch

    device, warnings = choice.name, choice.warnings
    start = time.perf_counter()
    try:
        model = load_on(bundle, choice.torch_device, load)
        read = time.perf_counter()
        measured = measure_heart(loaded, model, progress)
    except torch.OutOfMemoryError:
        device = "cpu"
        warnings = (*warnings, f"{choice.name} ran out of memory; the analysis was made on the CPU instead.")
        model = load_on(bundle, "cpu", load)
        read = time.perf_counter()
        measured = measure_heart(loaded, model, progress)
    seconds = {"load": read - start, **measured.seconds}
    return HeartRun(measured, model, device, (*warnings, *measured.warnings), seconds)


def load_on(bundle: Path, device, load: LoadModel | None = None) -> HeartModel:
    """The heart model of a bundle on a device."""
    if load is None:
        from GenerativeModelsLib.heart.infer.model import load_heart_model as load
    return load(bundle, device)
