"""How long a reconstruction takes, as ratios to a matrix product timed in the same run."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import torch

from GenerativeModelsLib.evaluation.simulated_cases import TEST_SET, simulated_case
from GenerativeModelsLib.evaluation.tables import Report, Table
from GenerativeModelsLib.fetal.reconstruction import reconstruct
from GenerativeModelsLib.fetal.skull_model import load_skull_model

THREADS = 2
PRODUCT = 2048


def run(bundle: Path, repeats: int) -> Report:
    """Time a reconstruction from three planes with 100 draws, its parts, and the whole command, on two cores."""
    torch.set_num_threads(THREADS)
    model = load_skull_model(bundle)
    images = simulated_case(TEST_SET, 0).images
    matrix = torch.rand(PRODUCT, PRODUCT)
    product = best(lambda: matrix @ matrix, 3 * repeats)
    whole = best(lambda: reconstruct(model, images, samples=100), repeats)
    mean = best(lambda: reconstruct(model, images, samples=0), repeats)
    cold = cold_command(bundle, images)
    figures = {
        "product_s": product,
        "reconstruction": whole / product,
        "mean_only": mean / product,
        "reconstruction_s": whole,
        "cold_command_s": cold.seconds,
        "cold_command": cold.seconds / product,
        "peak_memory_gb": cold.memory_gb,
    }
    memory = "not measured here" if cold.memory_gb is None else f"{cold.memory_gb:.2f} GB"
    rows = [
        [f"{PRODUCT}^3 float32 matrix product", "1", f"{product:.3f}"],
        ["reconstruction, three planes, 100 draws, surface, biometry", f"{whole / product:.1f}", f"{whole:.2f}"],
        ["the same without draws", f"{mean / product:.1f}", f"{mean:.2f}"],
        [
            "the whole command from a cold start, report and files included",
            f"{cold.seconds / product:.0f}",
            f"{cold.seconds:.1f}",
        ],
    ]
    table = Table(
        f"Speed on {THREADS} threads",
        ("what", "ratio", "seconds here"),
        rows,
        [f"Peak memory of the command: {memory}."],
    )
    return Report([table], figures)


def best(action: Callable[[], object], repeats: int) -> float:
    """Least time of some repetitions in seconds, after one that does not count."""
    action()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        action()
        times.append(time.perf_counter() - start)
    return min(times)


class Cold:
    """Seconds and, where the platform tells, peak resident memory of a fresh process."""

    def __init__(self, seconds: float, memory_gb: float | None) -> None:
        self.seconds, self.memory_gb = seconds, memory_gb


def cold_command(bundle: Path, images) -> Cold:
    """`skull reconstruct` on three planes in a process of its own."""
    from PIL import Image

    with TemporaryDirectory() as folder:
        arguments = []
        for name, image in images.items():
            path = Path(folder) / f"{name}.png"
            Image.fromarray(np.clip(image.pixels, 0, 255).astype(np.uint8)).save(path)
            arguments += [f"--{name}", str(path), f"--{name}-spacing", ",".join(f"{s:.6f}" for s in image.spacing_mm)]
        command = [sys.executable, "-m", "GenerativeModelsLib.cli.main", "skull", "reconstruct", *arguments]
        command += ["--model", str(bundle), "--output", str(Path(folder) / "out"), "--device", "cpu"]
        environment = os.environ | {"OMP_NUM_THREADS": str(THREADS)}
        start = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True, env=environment)
        seconds = time.perf_counter() - start
    return Cold(seconds, _peak_memory_of_children())


def _peak_memory_of_children() -> float | None:
    try:
        import resource
    except ImportError:  # Windows
        return None
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return peak / (2**30 if sys.platform == "darwin" else 2**20)
