"""Test cases of the comparison: borders as the shipped reader finds them, and what is known of the head.

The pictures are read once; all methods then see the same borders.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path

import numpy as np

from GenerativeModelsLib.benchmarks.rivals.inputs import FOLDS, Inputs
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.evaluation.data.hc18 import Hc18Case, large_heads, read_hc18, split_hc18
from GenerativeModelsLib.evaluation.data.real_heads import evaluation_templates, load_fetal_template
from GenerativeModelsLib.evaluation.data.test_heads import SUBSETS, TEST_SET, imaged
from GenerativeModelsLib.evaluation.kept import kept
from GenerativeModelsLib.models.predictor import PLANES
from GenerativeModelsLib.process.parallel import Progress, parallel_map
from GenerativeModelsLib.skull.infer.find_heads import find_heads
from GenerativeModelsLib.skull.infer.model import SkullModel, load_skull_model
from GenerativeModelsLib.skull.locate.canonical import CHANNELS, PROFILE
from GenerativeModelsLib.skull.locate.facing import conditions
from GenerativeModelsLib.skull.planes.image import PlaneImage, plane_from_array
from GenerativeModelsLib.training.skull.bank import VERSION, Shard, shard_path

__all__ = ["COMPARED", "Cases", "hc18_cases", "simulated_cases", "template_cases"]

COMPARED = ("three planes", "axial + sagittal", "axial")
"""Subsets of planes, those of the papers."""


@dataclass(frozen=True, eq=False)
class Cases:
    """Cases of one kind.

    Attributes
    ----------
    names : (N,) of the cases; those of one head begin alike, up to the last "-".
    subsets : names of the subsets of planes, S of them.
    borders : (N, S, 3, C, A) float32.
    present : (N, S, 3) bool.
    size_mm : (N, S) size s measured in the axial picture; NaN where no head was found.
    refused : (N, S) the reason why no head was found, else "".
    log_radius : (N, 65, 128) true heads; (N, 0, 0) where the shape is not known.
    hc_mm : (N,) true circumference.
    fold : (N,) the fold that leaves the case out of its training; -1: all do.
    """

    names: np.ndarray
    subsets: np.ndarray
    borders: np.ndarray
    present: np.ndarray
    size_mm: np.ndarray
    refused: np.ndarray
    log_radius: np.ndarray
    hc_mm: np.ndarray
    fold: np.ndarray

    def __len__(self) -> int:
        return len(self.names)


@dataclass(frozen=True)
class _Pictures:
    """Pictures of one head, or where they are found."""

    name: str
    images: Mapping[str, PlaneImage]
    hc_mm: float
    log_radius: np.ndarray
    fold: int = -1


@lru_cache(maxsize=1)
def _model(bundle: str) -> SkullModel:
    import torch

    torch.set_num_threads(1)
    return load_skull_model(Path(bundle))


def simulated_cases(inputs: Inputs, bundle: Path, per_fold: int, progress: Progress | None = None) -> Cases:
    """`per_fold` cases of the left-out shards of every fold."""
    jobs = []
    for fold in range(FOLDS):
        shards = inputs.bank(fold).left_out_seeds
        jobs += [(fold, shards[n % len(shards)], n // len(shards)) for n in range(per_fold)]
    settings = {"bank": VERSION, "jobs": jobs, "bundle": _checksum(bundle)}

    def make() -> dict[str, np.ndarray]:
        work = partial(_simulated, str(inputs.folder / "bank"))
        return _read(bundle, work, jobs, COMPARED, inputs.workers, progress)

    return Cases(**kept(inputs.folder / "cases", "simulated", settings, make))


def template_cases(inputs: Inputs, bundle: Path, data: Path, repeats: int, progress: Progress | None = None) -> Cases:
    """Real heads outside the shape basis, each imaged `repeats` times by the simulator."""
    paths = evaluation_templates(data)
    jobs = [(path, repeat) for path in paths for repeat in range(repeats)]
    settings = {"heads": [path.name for path in paths], "repeats": repeats, "bundle": _checksum(bundle)}

    def make() -> dict[str, np.ndarray]:
        return _read(bundle, _template, jobs, COMPARED, inputs.workers, progress)

    return Cases(**kept(inputs.folder / "cases", "templates", settings, make))


def hc18_cases(inputs: Inputs, bundle: Path, progress: Progress | None = None) -> Cases:
    """The real axial pictures of large heads of the test part, with annotated circumference; no training saw them."""
    pictures = large_heads(split_hc18(read_hc18(inputs.hc18)).test)
    settings = {"pictures": [_picture_name(case) for case in pictures], "bundle": _checksum(bundle)}

    def make() -> dict[str, np.ndarray]:
        return _read(bundle, _picture, pictures, ("axial",), inputs.workers, progress)

    return Cases(**kept(inputs.folder / "cases", "hc18", settings, make))


def _simulated(bank: str, job: tuple[int, int, int]) -> _Pictures:
    fold, seed, index = job
    shard = Shard.load(shard_path(Path(bank), seed))
    images = {
        plane: plane_from_array(shard.images[index, k], tuple(map(float, shard.spacing[index, k])), plane)
        for k, plane in enumerate(PLANES)
    }
    return _Pictures(f"{seed}.{index}-0", images, float(shard.hc_mm[index]), shard.log_radius[index], fold)


def _template(job: tuple[Path, int]) -> _Pictures:
    path, repeat = job
    head = load_fetal_template(path)
    rng = np.random.default_rng([TEST_SET, int(10 * head.gestational_age_weeks), repeat])
    name = f"{path.name.removesuffix('_mask.nii.gz')}-{repeat}"
    return _Pictures(name, imaged(head.shape, rng), head.hc_mm, head.shape.log_radius)


def _picture(case: Hc18Case) -> _Pictures:
    image = plane_from_array(case.pixels(), (case.spacing_mm, case.spacing_mm), "axial")
    return _Pictures(_picture_name(case), {"axial": image}, case.hc_mm, np.zeros((0, 0)))


def _picture_name(case: Hc18Case) -> str:
    """Of its examination, then of the picture: `010_HC` and `010_2HC` are of one head."""
    return f"{case.examination}-{case.path.stem}"


def _read(
    bundle: Path, pictures, jobs: Sequence, subsets: Sequence[str], workers: int, progress: Progress | None
) -> dict[str, np.ndarray]:
    work = partial(_one, str(bundle), pictures, tuple(subsets))
    found = parallel_map(work, jobs, workers, threads=1, progress=progress)
    return {
        name: np.asarray(subsets) if name == "subsets" else np.stack([row[name] for row in found])
        for name in Cases.__dataclass_fields__
    }


def _one(bundle: str, pictures, subsets: Sequence[str], job: object) -> dict[str, np.ndarray]:
    case = pictures(job)
    borders = np.zeros((len(subsets), len(PLANES), len(CHANNELS), PROFILE), np.float32)
    present = np.zeros((len(subsets), len(PLANES)), bool)
    size, refused = np.full(len(subsets), np.nan), [""] * len(subsets)
    model = _model(bundle)
    for k, subset in enumerate(subsets):
        try:
            heads = find_heads(model, {name: case.images[name] for name in SUBSETS[subset]}, {})
        except InputError as error:
            refused[k] = str(error)
            continue
        y = conditions([{name: plane.upright.plane for name, plane in heads.items()}], model.device)
        borders[k], present[k] = y.borders[0].cpu().numpy(), y.present[0].cpu().numpy()
        size[k] = heads["axial"].upright.finding.radius_mm
    return {
        "names": np.asarray(case.name),
        "borders": borders,
        "present": present,
        "size_mm": size,
        "refused": np.asarray(refused, dtype="U300"),
        "log_radius": np.asarray(case.log_radius, np.float32),
        "hc_mm": np.asarray(case.hc_mm),
        "fold": np.asarray(case.fold),
    }


def _checksum(bundle: Path) -> str:
    from GenerativeModelsLib.bundle.bundle import read_bundle
    from GenerativeModelsLib.skull.infer.model import KIND

    return read_bundle(bundle, KIND).checksum
