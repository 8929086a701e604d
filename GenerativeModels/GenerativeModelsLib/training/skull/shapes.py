"""Heads without pictures: true outlines in three planes, to which errors of real readings are added in training.

An outline takes a fraction of the time of a picture, so that the skull models see many times more heads than the border
reader sees pictures.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from GenerativeModelsLib.process.parallel import Progress, parallel_map
from GenerativeModelsLib.skull.infer.prior import head_coefficients
from GenerativeModelsLib.skull.population.heads import VARIANTS, sample_head
from GenerativeModelsLib.skull.ultrasound.section_outlines import section_outlines
from GenerativeModelsLib.training.shared.whole_file import whole_file
from GenerativeModelsLib.training.skull.field_basis import load_basis

HEADS_PER_FILE = 500
SEED = 20261122


@dataclass(frozen=True)
class Shapes:
    """Heads with exact outlines. Lengths are divided by s, the size of the true axial outline.

    Attributes
    ----------
    truth : (n, 3, A) radius of the outline in each plane, canonical rays.
    poses, log_size, head_size_mm, coefficients, variant, weeks : as in `readings.Readings`.
    """

    truth: np.ndarray
    poses: np.ndarray
    log_size: np.ndarray
    head_size_mm: np.ndarray
    coefficients: np.ndarray
    variant: np.ndarray
    weeks: np.ndarray

    def __len__(self) -> int:
        return len(self.log_size)

    @staticmethod
    def load(paths: list[Path]) -> Shapes:
        """Heads of the files, in their order."""
        parts = []
        for path in paths:
            with np.load(path) as z:
                parts.append({k: z[k] for k in Shapes.__dataclass_fields__})
        return Shapes(**{k: np.concatenate([p[k] for p in parts]) for k in Shapes.__dataclass_fields__})


def draw_shapes(seed: int, basis, heads: int = HEADS_PER_FILE) -> Shapes:
    """Heads of one file, determined by its seed."""
    rng = np.random.default_rng([SEED, seed])
    rows: dict[str, list] = {name: [] for name in Shapes.__dataclass_fields__}
    for _ in range(heads):
        head = sample_head(rng)
        size = head.hc_mm / (2 * np.pi)
        truth, poses, s = section_outlines(head, rng)
        values = [truth, poses, np.log(size / s), size, head_coefficients(basis, head)]
        values += [VARIANTS.index(head.variant), head.gestational_age_weeks]
        for name, value in zip(rows, values, strict=True):
            rows[name].append(value)
    types = {"variant": np.int16}
    return Shapes(**{k: np.asarray(v, types.get(k, np.float32)) for k, v in rows.items()})


def shapes_path(folder: Path, seed: int) -> Path:
    return Path(folder) / f"shapes-{seed:06d}.npz"


def write_shapes(folder: Path, basis: Path, seed: int) -> Path:
    """Draw and write the heads of a seed unless their file exists; returns its path."""
    path = shapes_path(folder, seed)
    if not path.exists():
        with whole_file(path) as part:
            np.savez(part, **vars(draw_shapes(seed, load_basis(basis))))
    return path


def fill_shapes(
    folder: Path, basis: Path, seeds: range, workers: int = 1, progress: Progress | None = None
) -> list[Path]:
    """Write the files of all `seeds` and return them in order; the training starts when they are complete."""
    Path(folder).mkdir(parents=True, exist_ok=True)
    work = partial(write_shapes, Path(folder), Path(basis))
    parallel_map(work, seeds, workers, threads=1, progress=progress)
    return [shapes_path(folder, seed) for seed in seeds]
