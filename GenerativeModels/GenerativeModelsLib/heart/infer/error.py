"""Error of a reconstructed heart, in mm or in the weighting of a bundle's ranks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, get_args

import numpy as np

from GenerativeModelsLib.heart.infer.code import PHASE_OF_CODE, PHASES, REACH_WEIGHT, presence_rows

__all__ = ["ERROR_WEIGHTING", "ErrorWeighting", "error_weighting", "reconstruction_error"]

ErrorWeighting = Literal["mm", "code"]
"""Weighting of the reaches of a code in the error: in mm as each radius, or times `REACH_WEIGHT` as in the code."""
ERROR_WEIGHTING = "error_weighting"
"""Key of a manifest's `in_distribution`. Bundles without it were ranked with "code"."""


def error_weighting(settings: Mapping[str, Any]) -> ErrorWeighting:
    """Weighting of the error that the ranks in a manifest's `in_distribution` were fitted with; ValueError if unknown.

    Ranks and the error compared with them need the same weighting, so it belongs to the bundle.
    """
    found = settings.get(ERROR_WEIGHTING, "code")
    if found not in get_args(ErrorWeighting):
        raise ValueError(f"{ERROR_WEIGHTING} is {found!r}, expected {' or '.join(get_args(ErrorWeighting))}")
    return found


def reconstruction_error(
    code: np.ndarray, rebuilt: np.ndarray, present: np.ndarray, weighting: ErrorWeighting = "mm"
) -> np.ndarray:
    """Root mean squared difference (N,) of codes (N, CODE_SIZE) over the numbers of the phases present.

    The numbers are the endocardial radii, the wall along each ray, and the reach.

    Parameters
    ----------
    code, rebuilt
        (N, CODE_SIZE) of `heart.infer.code`.
    present
        (N, PHASES) bool; the numbers of an absent phase are left out.
    weighting
        With "mm" the result is in mm.
    """
    difference = (rebuilt - code).astype(float)
    if weighting == "mm":
        difference[:, -PHASES:] /= REACH_WEIGHT
    error = np.empty(len(difference))
    for pattern, rows in presence_rows(present):
        error[rows] = np.sqrt((difference[rows][:, pattern[PHASE_OF_CODE]] ** 2).mean(axis=1))
    return error
