"""How near the grey values of a synthetic image are to those of its style image."""

from __future__ import annotations

import numpy as np

from GenerativeModelsLib.segmentation.maps import CODES
from GenerativeModelsLib.synthesis.images.read import LabelledVolume, StyleImage
from GenerativeModelsLib.synthesis.images.synthesiser import Drawn
from GenerativeModelsLib.synthesis.images.tone import Tone

__all__ = ["histogram_distance", "histogram_distances"]


def histogram_distance(values: np.ndarray, other: np.ndarray, tone: Tone) -> float:
    """Wasserstein-1 distance of two sets of grey values, in units of `tone.high - tone.low`.

    It is the area between their cumulative histograms: two equal histograms that lie d apart have the distance d.
    """
    from scipy.stats import wasserstein_distance

    return float(wasserstein_distance(np.ravel(values), np.ravel(other)) / (tone.high - tone.low))


def histogram_distances(
    drawn: Drawn, volume: LabelledVolume, style: StyleImage | None
) -> dict[str, float | dict[str, float]] | None:
    """`overall`, of what was drawn, and `by_label`, of structures that both label maps have; None without a style."""
    if style is None:
        return None
    tone = Tone.of(style.values)
    flat = drawn.values.reshape(-1, *drawn.values.shape[2:])
    reference = style.flat[:, drawn.inside] if style.on_grid else style.flat
    found: dict[str, float] = {}
    if style.labels is not None:
        for structure in volume.named:
            mine, theirs = (each.flat == CODES[structure] for each in (volume, style.labels))
            if mine.any() and theirs.any():
                found[structure] = round(histogram_distance(flat[mine], style.flat[theirs], tone), 4)
    return {"overall": round(histogram_distance(flat[:, drawn.inside], reference, tone), 4), "by_label": found}
