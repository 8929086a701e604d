"""A folder with all that a training on the simulated population reads, so that nothing is simulated or read."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from types import SimpleNamespace

import numpy as np
from safetensors.torch import save_file

from GenerativeModelsLib.training.skull.derived import readings_folder, shapes_folder
from GenerativeModelsLib.training.skull.shapes import Shapes, draw_shapes, shapes_path
from Testing.helpers.tiny_models import tiny_basis, tiny_locator, tiny_reader

__all__ = ["make_training_folder"]


def make_training_folder(output: Path, painted_readings: Path, heads: int = 5) -> Path:
    """A new output folder with basis, readings, a file of drawn heads, and networks that are not used."""
    output.mkdir()
    for name, net in (("locator", tiny_locator()), ("reader", tiny_reader()), ("basis", tiny_basis())):
        save_file({k: v.contiguous() for k, v in net.state_dict().items()}, output / f"{name}.safetensors")
    made = SimpleNamespace(output=output, locator=output, reader=output, derived=None)
    readings, shapes = (f(made, output / "basis.safetensors") for f in (readings_folder, shapes_folder))
    readings.mkdir()
    shapes.mkdir()
    for path in painted_readings.iterdir():
        (readings / path.name).write_bytes(path.read_bytes())
    np.savez(shapes_path(shapes, 0), **vars(_drawn(heads)))
    return output


@lru_cache(maxsize=2)
def _drawn(heads: int) -> Shapes:
    return draw_shapes(0, tiny_basis(), heads=heads)
