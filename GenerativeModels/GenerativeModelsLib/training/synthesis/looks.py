"""Images of two domains, with their regions where these are known, to train translation on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.evaluation.data.hc18 import Hc18Case, training_pictures
from GenerativeModelsLib.evaluation.data.test_heads import SIZE
from GenerativeModelsLib.evaluation.skull.domain import head_like
from GenerativeModelsLib.process.parallel import Progress, parallel_map
from GenerativeModelsLib.segmentation.image_of import NEAR_MM, corners_apart_mm
from GenerativeModelsLib.segmentation.maps import CODES
from GenerativeModelsLib.segmentation.uncertainty.crops import Pieces
from GenerativeModelsLib.skull.ultrasound.simulate import simulate_plane
from GenerativeModelsLib.synthesis.images.field import Field, middle_of_volume
from GenerativeModelsLib.synthesis.images.read import read_labels
from GenerativeModelsLib.synthesis.translate.domains import ULTRASOUND
from GenerativeModelsLib.synthesis.translate.read import read_cine
from GenerativeModelsLib.synthesis.translate.translator import Scale, at_scale, greys_of
from GenerativeModelsLib.training.skull.bank import PICTURE_SIZE
from GenerativeModelsLib.training.synthesis.translation_config import TranslationTrainingConfig

__all__ = ["UNKNOWN", "Look", "Looks", "cut_regions", "head_regions", "looks_of", "regions_of"]

UNKNOWN = 255
"""Region of a pixel whose region is not known."""
HEAD_REGIONS = 3
"""Outside, border and inside of a head."""
BORDER = 2.0
"""Half width of the border in pixels at the networks' scale."""
CANVAS = 1.3
"""Rows and columns of an image that are kept, in those of the square: room to turn and shift it."""
SIMULATION = 20261123
"""First number of the seeds of the simulated planes."""


@dataclass(frozen=True, eq=False)
class Look:
    """Squares of the images of one domain, wider than those of a training by `CANVAS`.

    Attributes
    ----------
    seen : (N, rows, rows) float32 from -1 to 1.
    regions : (N, rows, rows) uint8, `UNKNOWN` where a region is not known.
    """

    seen: np.ndarray
    regions: np.ndarray

    def __len__(self) -> int:
        return len(self.seen)

    def part(self, which: np.ndarray) -> Look:
        """Some of the squares."""
        return Look(self.seen[which], self.regions[which])

    @classmethod
    def joined(cls, parts: Sequence[Look]) -> Look:
        return cls(*(np.concatenate([getattr(part, name) for part in parts]) for name in ("seen", "regions")))


class Looks(NamedTuple):
    """Both domains, by what their squares are for; no examination or file is in both parts."""

    training: tuple[Look, Look]
    validation: tuple[Look, Look]


def regions_of(config: TranslationTrainingConfig) -> int:
    """Number of regions."""
    return HEAD_REGIONS if config.data.modality == ULTRASOUND else 1 + max(CODES.values())


def looks_of(config: TranslationTrainingConfig, progress: Progress | None = None) -> Looks:
    """The squares of a config; the simulated ones are drawn anew.

    Raises
    ------
    InputError
        The data are missing, of a single image, or cannot be read.
    """
    data = config.data
    if data.kind == "heads":
        real = training_pictures(data.hc18)
        names = [case.examination for case in real]
        sizes = [case.hc_mm for case in real]
        draw = partial(_simulated, config, sizes)
        made = parallel_map(draw, range(data.simulated), data.workers, progress=progress)
        both = (made, range(data.simulated)), ([_pictured(config, case) for case in real], names)
    else:
        both = tuple(_of_folder(config, folder) for folder in (data.first, data.second))
    parts = [_split(config, *each) for each in both]
    return Looks(*zip(*parts))


def head_regions(outline_px: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """(rows, columns) uint8 of an outline (K, 2) in (column, row) pixels: 0 outside, 1 border, 2 inside."""
    from scipy.ndimage import distance_transform_edt
    from skimage.draw import polygon2mask

    inside = polygon2mask(shape, outline_px[:, ::-1])
    if not inside.any():
        return np.zeros(shape, np.uint8)
    off = np.where(inside, distance_transform_edt(inside) - 0.5, distance_transform_edt(~inside) - 0.5)
    return np.where(off <= BORDER, 1, 2 * inside).astype(np.uint8)


def cut_regions(regions: np.ndarray, place: Field | Pieces) -> np.ndarray:
    """Squares of regions (N, rows, columns), uint8; `UNKNOWN` beyond their border, where the cut itself puts 0."""
    return (UNKNOWN - place.cut(UNKNOWN - regions.astype(np.int16), "nearest").numpy()).astype(np.uint8)


def _split(config: TranslationTrainingConfig, looks: Sequence[Look], names: Sequence) -> tuple[Look, Look]:
    """Squares that train and that validate; images of one name stay together."""
    order = np.random.default_rng([config.seed, 5]).permutation(sorted(set(names))).tolist()
    if len(order) < 2:
        raise InputError("A domain has a single image: some train and others validate.")
    count = min(max(1, round(config.data.validation_share * len(order))), len(order) - 1)
    kept = set(order[:count])
    parts = [[look for look, name in zip(looks, names) if (name in kept) == held] for held in (False, True)]
    return tuple(Look.joined(part) for part in parts)


def _about_head(
    config: TranslationTrainingConfig, pixels: np.ndarray, outline_mm: np.ndarray, spacing_mm: tuple[float, float]
) -> Look:
    """The square about a head whose outline (K, 2) is given in mm of its picture."""
    seen = greys_of(ULTRASOUND, pixels).seen(pixels)
    shape = Scale(rows=config.rows).size(pixels.shape)
    # centres of pixels: (x + 1/2) / n in the picture as at the networks' scale
    outline = (outline_mm / np.array(spacing_mm[::-1]) + 0.5) * (np.array(shape) / pixels.shape)[::-1] - 0.5
    middle = 0.5 * (outline.min(0) + outline.max(0))
    field = Field(middle[::-1], shape, np.ones(2), _canvas(config), 1.0)
    regions = head_regions(outline, shape)
    seen = at_scale(seen[None], shape).numpy()
    return Look(field.cut(seen).numpy(), cut_regions(regions[None], field))


def _simulated(config: TranslationTrainingConfig, sizes: Sequence[float], number: int) -> Look:
    """A simulated axial plane of a head of the size of a real one; in one of the sizes of pictures in use."""
    rng = np.random.default_rng([SIMULATION, config.seed, number])
    head = head_like(sizes[rng.integers(len(sizes))], rng)
    plane = simulate_plane(head, "axial", rng, size=(PICTURE_SIZE, SIZE)[number % 2])
    return _about_head(config, plane.image, plane.outline_mm, plane.spacing_mm)


def _pictured(config: TranslationTrainingConfig, case: Hc18Case) -> Look:
    return _about_head(config, case.pixels(), case.ellipse.points(180), (case.spacing_mm, case.spacing_mm))


def _of_folder(config: TranslationTrainingConfig, folder: Path) -> tuple[list[Look], list[str]]:
    files = sorted(path for path in (folder / "images").glob("*") if path.is_file() and path.name[0] != ".")
    if not files:
        raise InputError(f"{folder} has no images in a folder images: put images/NAME into it.")
    return [_of_file(config, path) for path in files], [path.name for path in files]


def _of_file(config: TranslationTrainingConfig, path: Path) -> Look:
    """The slices of an image, with the labels that lie beside it, about the heart or else about their middle."""
    labels = path.parent.parent / "labels" / path.name
    try:
        image = read_cine(path)
        maps = read_labels(labels, "labels", config.data.label_values) if labels.is_file() else None
    except InputError as error:
        raise InputError(error.in_words(str)) from error
    seen = greys_of(config.data.modality, image.values).seen(image.values)
    codes = np.full(seen.shape, UNKNOWN, np.uint8)
    if maps is not None:
        if corners_apart_mm(maps.grid, image.grid) > NEAR_MM:
            raise InputError(f"{labels} does not lie on the grid of {path}: resample it.")
        drawn = (maps.flat > 0).any(axis=(1, 2))
        codes[drawn] = maps.flat[drawn]
    at = middle_of_volume((codes > 0) & (codes < UNKNOWN))
    field = Field(at, seen.shape[1:], image.pixel_mm, _canvas(config), config.grid_mm)
    return Look(field.cut(seen).numpy(), cut_regions(codes, field))


def _canvas(config: TranslationTrainingConfig) -> int:
    return 2 * round(CANVAS * config.grid / 2)
