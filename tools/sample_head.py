"""The sample case of the demo, the tests and Slicer's Sample Data: generated, never taken from a patient."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
from PIL import Image

from GenerativeModelsLib.evaluation.data.test_heads import head_surface
from GenerativeModelsLib.geometry.surface_files import write_vtp
from GenerativeModelsLib.skull.planes.burnt_text import find_text, without_text
from GenerativeModelsLib.skull.population.heads import sample_head
from GenerativeModelsLib.skull.ultrasound.simulate import PLANES, SimulatedPlane, simulate_plane

SEED = 26
WEEKS = 27.0
SIZE = (432, 640)


def write_sample(folder: Path, seed: int = SEED) -> None:
    """Write axial.png, sagittal.png, coronal.png, sample.json and truth.vtp (the head that was imaged, LPS mm)."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng([74, seed])
    head = sample_head(rng, weeks=WEEKS, variant="typical")
    spacing = {}
    for name in PLANES:
        plane = whole_plane(head.shape, name, rng)
        # A sample should not warn of text, so the letters of the simulator are blanked.
        pixels = without_text(plane.image, find_text(plane.image))
        Image.fromarray(pixels).save(folder / f"{name}.png", optimize=True)
        spacing[name] = [round(float(s), 5) for s in plane.spacing_mm]
    write_vtp(head_surface(head.shape, 4), folder / "truth.vtp")
    about = {
        "gestational_age_weeks": WEEKS,
        "spacing_mm": spacing,
        "note": "Simulated: no patient. python -m tools.sample_head",
        "seed": seed,
    }
    (folder / "sample.json").write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8")


def whole_plane(shape, name: str, rng: np.random.Generator) -> SimulatedPlane:
    """A picture that shows the whole head, neither very dark nor very small; the best of fifty when none does."""

    def quality(plane: SimulatedPlane) -> float:
        lit = plane.image[plane.mask].mean() / 255
        share = plane.mask.mean()
        return plane.visible - abs(lit - 0.22) - abs(share - 0.35)

    return max((simulate_plane(shape, name, rng, size=SIZE) for _ in range(50)), key=quality)


def main() -> None:
    parser = argparse.ArgumentParser(description="Write the sample case into a folder.")
    parser.add_argument("folder", type=Path, nargs="?", default=Path("Resources/SampleData/fetal_head"))
    parser.add_argument("--seed", type=int, default=SEED)
    options = parser.parse_args()
    write_sample(options.folder, options.seed)


if __name__ == "__main__":
    main()
