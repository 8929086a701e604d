"""Error of a reconstructed heart, in mm for readers and as a bundle's ranks were fitted with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, get_args

import numpy as np

from GenerativeModelsLib.heart.infer.code import PHASE_OF_CODE, REACH_WEIGHT

__all__ = ["ERROR_WEIGHTING", "ErrorWeighting", "error_weighting", "reconstruction_error"]

ErrorWeighting = Literal["mm", "code"]
"""How the two reaches of a code count in the error: in mm like each radius, or times `REACH_WEIGHT` as in the code."""
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
    code: np.ndarray, rebuilt: np.ndarray, es_present: bool, weighting: ErrorWeighting = "mm"
) -> np.ndarray:
    """Root mean squared difference (N,) of codes (N, CODE_SIZE) over the numbers of the phases seen.

    The numbers are the endocardial radii, the wall along each ray, and the reach.
    """
    difference = (rebuilt - code).astype(float)
    if weighting == "mm":
        difference[:, -2:] /= REACH_WEIGHT
    used = np.ones(code.shape[1], bool) if es_present else PHASE_OF_CODE == 0
    return np.sqrt((difference[:, used] ** 2).mean(axis=1))
