"""Stacks of real patients as the input of image synthesis, and synthetic stacks as training data."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from GenerativeModelsLib.evaluation.segmentation.sunnybrook_images import ImagedCase
from GenerativeModelsLib.segmentation.maps import CODES, FileGrid
from GenerativeModelsLib.synthesis.images.read import LabelledVolume, StyleImage
from GenerativeModelsLib.synthesis.images.synthesiser import Drawn, ImageSynthesiser
from GenerativeModelsLib.synthesis.labels.accept import judged
from GenerativeModelsLib.synthesis.labels.deform import displaced, displacement, held_at_base, walls_changed
from GenerativeModelsLib.synthesis.labels.grid import VoxelGrid
from GenerativeModelsLib.synthesis.labels.request import DISPLACEMENT_MM, SMOOTHNESS_MM
from GenerativeModelsLib.synthesis.labels.whole_heart import LABELS

__all__ = ["deformed", "drawn_case", "labelled_volume", "style_image"]

WALL_MM = 1.5
"""Largest change of the wall of a deformed map."""
ATTEMPTS = 10
"""Deformations that are tried before the map stays as it is."""
ACROSS, BASE_FIRST = 2, -1
"""Slices lie across the axis k, the basal one first."""


def labelled_volume(case: ImagedCase, codes: np.ndarray | None = None) -> LabelledVolume:
    """The label map of a stack, or another one (slices, rows, columns) of `maps.CODES` on its grid."""
    codes = case.truth.values if codes is None else codes[None]
    values = codes.astype(np.int32)
    grid = FileGrid(values, case.truth.to_lps, None, case.patient)
    there = {name: code for name, code in CODES.items() if (codes == code).any()}
    return LabelledVolume(values, codes.astype(np.uint8), case.truth.pixel_mm, grid, there, case.patient)


def style_image(case: ImagedCase, *, on_grid: bool) -> StyleImage:
    """The images of a stack as a style, with its own label map; `on_grid`: its surroundings are drawn too."""
    values = case.images.astype(np.float32)
    return StyleImage(values, case.truth.pixel_mm, case.patient, on_grid, labelled_volume(case))


def drawn_case(
    method: ImageSynthesiser, case: ImagedCase, codes: np.ndarray, style: StyleImage, rng: np.random.Generator
) -> tuple[ImagedCase, Drawn]:
    """A synthetic stack of label maps (slices, rows, columns) on the grid of a stack, whose labels are all known."""
    drawn = method.draw(labelled_volume(case, codes), style, rng)
    images = np.clip(np.rint(drawn.values), 0, 255).astype(np.uint8)
    known = {name: np.ones((1, len(codes)), bool) for name in case.known}
    truth = replace(case.truth, values=codes[None].astype(np.uint8))
    return ImagedCase(case.patient, "synthetic", images, truth, known), drawn


def deformed(case: ImagedCase, rng: np.random.Generator) -> np.ndarray:
    """(slices, rows, columns) of `maps.CODES`: the label map of a stack, smoothly displaced, with another wall.

    As `synthesise labels --deform`, each checked; after `ATTEMPTS` maps that break a rule the map stays as it is.
    """
    codes = case.truth.values[0]
    values = np.zeros(codes.shape, np.uint8)
    for name in ("lv", "myo"):
        values[codes == CODES[name]] = LABELS[name]
    grid = VoxelGrid(codes.shape[::-1], case.truth.to_lps)
    for _ in range(ATTEMPTS):
        field = displacement(grid, DISPLACEMENT_MM, SMOOTHNESS_MM, rng)
        changed = walls_changed(values, grid, ACROSS, float(rng.uniform(-WALL_MM, WALL_MM)))
        held = held_at_base(field, changed == LABELS["lv"], grid, ACROSS, BASE_FIRST)
        moved = displaced(changed, grid, held)
        if moved is not None and not judged(moved[None], grid, ACROSS).broken:
            found = np.zeros_like(codes)
            for name in ("lv", "myo"):
                found[moved == LABELS[name]] = CODES[name]
            return found
    return codes.copy()
