"""Run times of the heart analysis: whole command, decoding and surfaces."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from GenerativeModelsLib.evaluation.data.heart_label_maps import GRIDS
from GenerativeModelsLib.evaluation.data.test_hearts import TEST_SET, simulated_heart
from GenerativeModelsLib.evaluation.scores.timing import Cold, best, cold_process
from GenerativeModelsLib.heart.infer.model import load_heart_model
from GenerativeModelsLib.heart.shape.surfaces import quick_surface

__all__ = ["HeartTimes", "heart_times"]


@dataclass(frozen=True)
class HeartTimes:
    """Run times in seconds.

    Attributes
    ----------
    decode : decoding of a top-level point to the shapes of both phases.
    surfaces : decoding, and meshes with wall thickness, of both phases.
    command : `heart analyse` of two stacks in a new process, report and files included.
    """

    decode: float
    surfaces: float
    command: Cold


def heart_times(bundle: Path, repeats: int, threads: int) -> HeartTimes:
    """Measure the run times of a bundle, the shortest of `repeats` runs."""
    model = load_heart_model(bundle)
    top = len(model.levels)
    point = model.middle(top)[None]

    def surfaces() -> list:
        rays = model.decode(top, point)
        return [quick_surface(rays.ventricle(0, phase)) for phase in (0, 1)]

    decode = best(lambda: model.decode(top, point), 3 * repeats)
    return HeartTimes(decode, best(surfaces, repeats), _cold_command(bundle, threads))


def _cold_command(bundle: Path, threads: int) -> Cold:
    import SimpleITK as sitk

    case = simulated_heart(TEST_SET, 1, next(grid for grid in GRIDS if grid.startswith("stack")))
    with TemporaryDirectory() as folder:
        arguments = [
            "heart",
            "analyse",
            "--model",
            str(bundle),
            "--output",
            str(Path(folder) / "out"),
            "--device",
            "cpu",
        ]
        for phase, label_map in case.maps.items():
            image = sitk.GetImageFromArray(label_map.values.astype(np.uint8))
            image.SetSpacing(label_map.spacing_mm.tolist())
            image.SetDirection((label_map.to_lps[:3, :3] / label_map.spacing_mm).ravel().tolist())
            image.SetOrigin(label_map.to_lps[:3, 3].tolist())
            path = Path(folder) / f"{phase}.nii.gz"
            sitk.WriteImage(image, str(path))
            arguments += [f"--{phase}", str(path)]
        return cold_process(arguments, threads)
