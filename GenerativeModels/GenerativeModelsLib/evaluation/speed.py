"""Run times relative to a matrix product that is timed in the same run."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import torch

from GenerativeModelsLib.evaluation.data.test_heads import TEST_SET, simulated_case
from GenerativeModelsLib.evaluation.heart_speed import heart_times
from GenerativeModelsLib.evaluation.scores.tables import Report, Table
from GenerativeModelsLib.evaluation.scores.timing import PRODUCT, Cold, best, cold_process, product_s
from GenerativeModelsLib.evaluation.segmentation_speed import FRAMES, SLICES, segmentation_times
from GenerativeModelsLib.evaluation.synthesis_speed import SIZE, slice_times
from GenerativeModelsLib.skull.infer.model import load_skull_model
from GenerativeModelsLib.skull.infer.reconstruct import reconstruct

THREADS = 2


def run(bundle: Path, repeats: int, heart: Path | None = None) -> Report:
    """Time the skull, check and repair of segmentations, image synthesis and, with its bundle, the heart."""
    torch.set_num_threads(THREADS)
    model = load_skull_model(bundle)
    images = simulated_case(TEST_SET, 0).images
    product = product_s(3 * repeats)
    whole = best(lambda: reconstruct(model, images, samples=100), repeats)
    mean = best(lambda: reconstruct(model, images, samples=0), repeats)
    cold = cold_command(bundle, images)
    hearts = None if heart is None else heart_times(heart, repeats, THREADS)
    maps = segmentation_times(repeats, THREADS)
    slices = slice_times(repeats)
    figures = {
        "product_s": product,
        "reconstruction": whole / product,
        "mean_only": mean / product,
        "reconstruction_s": whole,
        "cold_command_s": cold.seconds,
        "cold_command": cold.seconds / product,
        "peak_memory_gb": cold.memory_gb,
    }
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
    notes = [f"Peak memory of `skull reconstruct`: {_memory(cold)}."]
    if hearts is not None:
        rows += [
            ["heart: a latent point to the shapes of both phases", *_cells(hearts.decode, product)],
            ["heart: and their surfaces coloured by wall thickness", *_cells(hearts.surfaces, product)],
            ["heart: the whole command from a cold start", *_cells(hearts.command.seconds, product)],
        ]
        notes.append(f"Peak memory of `heart analyse`: {_memory(hearts.command)}.")
        figures |= {
            "heart_decode": hearts.decode / product,
            "heart_surfaces": hearts.surfaces / product,
            "heart_surfaces_s": hearts.surfaces,
            "heart_command": hearts.command.seconds / product,
            "heart_command_s": hearts.command.seconds,
            "heart_memory_gb": hearts.command.memory_gb,
        }
    rows += [
        [f"segmentation: all rules on a cine of {FRAMES} x {SLICES} slices", *_cells(maps.check, product)],
        ["segmentation check: the whole command from a cold start", *_cells(maps.check_command.seconds, product)],
        ["segmentation: repair of such a cine with faults in a quarter of its slices", *_cells(maps.repair, product)],
        ["segmentation repair: the whole command from a cold start", *_cells(maps.repair_command.seconds, product)],
    ]
    for verb, cold in (("check", maps.check_command), ("repair", maps.repair_command)):
        notes.append(f"Peak memory of `segmentation {verb}`: {_memory(cold)}.")
        figures[f"segmentation_{verb}_command"] = cold.seconds / product
        figures[f"segmentation_{verb}_command_s"] = cold.seconds
        figures[f"segmentation_{verb}_memory_gb"] = cold.memory_gb
    for verb, seconds in (("check", maps.check), ("repair", maps.repair)):
        figures[f"segmentation_{verb}"] = seconds / product
        figures[f"segmentation_{verb}_s"] = seconds
    for method, seconds in slices.items():
        rows.append([f"synthesise images, {method}: one slice of {SIZE} x {SIZE} pixels", *_cells(seconds, product)])
        figures |= {f"synthesis_{method}": seconds / product, f"synthesis_{method}_s": seconds}
    table = Table(
        f"Speed on {THREADS} threads",
        ("what", "ratio", "seconds here"),
        rows,
        notes,
    )
    return Report([table], figures)


def _memory(cold: Cold) -> str:
    return "not measured here" if cold.memory_gb is None else f"{cold.memory_gb:.2f} GB"


def _cells(seconds: float, product: float) -> list[str]:
    """Ratio to the product, and seconds."""
    return [f"{seconds / product:.2g}", f"{seconds:.2g}"]


def cold_command(bundle: Path, images) -> Cold:
    """Time `skull reconstruct` on three planes in a new process."""
    from PIL import Image

    with TemporaryDirectory() as folder:
        arguments = []
        for name, image in images.items():
            path = Path(folder) / f"{name}.png"
            Image.fromarray(np.clip(image.pixels, 0, 255).astype(np.uint8)).save(path)
            arguments += [f"--{name}", str(path), f"--{name}-spacing", ",".join(f"{s:.6f}" for s in image.spacing_mm)]
        arguments += ["--model", str(bundle), "--output", str(Path(folder) / "out"), "--device", "cpu"]
        return cold_process(["skull", "reconstruct", *arguments], THREADS)
