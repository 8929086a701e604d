"""The preview of an image, as a query that a worker answers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from GenerativeModelsLib.synthesis.images.overview import middle_slice
from GenerativeModelsLib.synthesis.images.read import LabelledVolume
from GenerativeModelsLib.synthesis.images.request import ImageSynthesisRequest
from GenerativeModelsLib.synthesis.images.run import generator, method_of, read_inputs

if TYPE_CHECKING:
    from GenerativeModelsLib.synthesis.images.learned import LearnedSynthesiser

__all__ = ["preview"]


def preview(
    model: LearnedSynthesiser | None,
    labels: Path,
    style: Path | None = None,
    style_labels: Path | None = None,
    method: str = "synthseg",
    label_values: str = "acdc",
    seed: int = 0,
    frame: int | None = None,
    at_lps: Sequence[float] | None = None,
) -> dict[str, Any]:
    """A slice of the first image of a request, drawn alone: in the style of the whole image, with other noise.

    Parameters
    ----------
    frame
        From 0; None = the first with labels.
    at_lps
        (3,) LPS mm of a place whose slice is drawn, if it has labels there; else the middle one of the labelled slices.
    others
        As in `ImageSynthesisRequest`.

    Returns
    -------
    `values` (rows, columns) float32; `codes` of the same shape, uint8, the labels as values of `maps.CODES` (255 for a
    label that is no structure); `frame` and `slice`; `to_lps` (4, 4), index (column, row, slice, 1) -> LPS mm;
    `warnings`.

    Raises
    ------
    InputError
        As `run.read_inputs` and `run.compute`.
    """
    request = ImageSynthesisRequest(
        labels=labels,
        style=style,
        style_labels=style_labels,
        method=method,
        label_values=label_values,
        seed=seed,
        model=None if model is None else Path(),
    )
    given = read_inputs(request)
    drawer = method_of(method, model)
    volume = given.volume
    warnings = [*volume.warnings, *drawer.require(volume)]
    place = _place(volume, frame, at_lps)
    drawn = drawer.draw(volume, given.style, generator(seed, 0), place[0] * volume.values.shape[1] + place[1])
    values, codes = (each[place] for each in (volume.values, volume.codes))
    return {
        "values": drawn.values[0, 0],
        "codes": np.where((values != 0) & (codes == 0), 255, codes).astype(np.uint8),
        "frame": place[0],
        "slice": place[1],
        "to_lps": volume.grid.slices_to_lps(),
        "warnings": [*warnings, *(each for each in drawn.warnings if each not in warnings)],
    }


def _place(volume: LabelledVolume, frame: int | None, at_lps: Sequence[float] | None) -> tuple[int, int]:
    """Frame and slice of the preview."""
    labelled = (volume.values != 0).any(axis=(2, 3))
    first, middle = divmod(middle_slice(volume), labelled.shape[1])
    shown = first if frame is None else min(max(int(frame), 0), len(labelled) - 1)
    if at_lps is not None:
        index = np.linalg.solve(volume.grid.slices_to_lps(), [*at_lps, 1.0])[2]
        slice_ = round(float(index))
        if 0 <= slice_ < labelled.shape[1] and labelled[shown, slice_]:
            return shown, slice_
    there = np.flatnonzero(labelled[shown])
    return shown, int(there[len(there) // 2]) if len(there) else middle
