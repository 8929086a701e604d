"""The label sequences that label networks are trained on, from all sources."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from GenerativeModelsLib.segmentation.population.acceptance import Tally, accepted
from GenerativeModelsLib.segmentation.population.apical import cut_apical, drawn_views
from GenerativeModelsLib.segmentation.population.ct_heart import warped_ct_hearts
from GenerativeModelsLib.segmentation.population.label_sequence import LabelSequence, known_codes, on_grid
from GenerativeModelsLib.segmentation.population.right_ventricle import right_ventricle
from GenerativeModelsLib.segmentation.population.short_axis import cut_short_axis, drawn_slices
from GenerativeModelsLib.segmentation.population.simulated_heart import simulated_hearts
from GenerativeModelsLib.segmentation.population.sunnybrook import sunnybrook_slices

__all__ = [
    "LabelSequence",
    "Tally",
    "known_codes",
    "on_grid",
    "simulated_cycles",
    "sunnybrook_slices",
    "warped_ct_hearts",
]


def simulated_cycles(
    view: str,
    hearts: int,
    seed: int,
    frames: int = 10,
    grid: int = 96,
    pixel_mm: float = 1.5,
    tally: Tally | None = None,
) -> Iterator[LabelSequence]:
    """The sequences of simulated hearts over the cycle that keep to all rules of the check.

    Of each heart five short-axis slices, from base to apex, or a four- and a two-chamber view. The subject is the
    heart's name; the same seed gives the same hearts in both views, and the same first ones for any number.

    Parameters
    ----------
    view
        "short-axis" or "apical".
    hearts
        Number of hearts.
    frames
        Moments of the cycle, end diastole first.
    grid, pixel_mm
        Number and size of the pixels of a side.
    tally
        Counts the sequences that broke a rule and were left out.

    Raises
    ------
    ValueError
        The view is not one of the two.
    """
    if view not in ("short-axis", "apical"):
        raise ValueError(f"view is {view!r}, expected short-axis or apical.")
    return accepted(_cut(view, hearts, seed, frames, grid, pixel_mm), tally)


def _cut(view: str, hearts: int, seed: int, frames: int, grid: int, pixel_mm: float) -> Iterator[LabelSequence]:
    for number, heart in enumerate(simulated_hearts(hearts, seed, frames)):
        rng = np.random.default_rng([seed, number])
        if view == "apical":
            for where in drawn_views(heart, rng, grid, pixel_mm):
                yield cut_apical(heart, where)
        else:
            right = right_ventricle(heart, rng)
            for where in drawn_slices(heart, right, rng, grid, pixel_mm):
                yield cut_short_axis(heart, right, where)
