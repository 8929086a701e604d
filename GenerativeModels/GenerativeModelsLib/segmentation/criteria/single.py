"""The criteria of one map, of which neither other slices nor other frames are known."""

from __future__ import annotations

import numpy as np

from GenerativeModelsLib.segmentation.criteria.apical import APICAL
from GenerativeModelsLib.segmentation.criteria.short_axis import SHORT_AXIS
from GenerativeModelsLib.segmentation.plane import Plane

__all__ = ["broken_criteria"]


def broken_criteria(values: np.ndarray, pixel_mm: np.ndarray, view: str, role: str | None = None) -> list[str]:
    """Names of the criteria of a view that a map breaks; ["empty"] for one without a left ventricle.

    Parameters
    ----------
    values
        (rows, columns) values of `maps.CODES`.
    pixel_mm
        (2,) distance of neighbouring rows and columns.
    view
        "short-axis" or "apical".
    role
        Of the slice, see `roles`; None: "alone", whose limits are those of the middle, the strictest ones.
    """
    if not np.isin(values, (1, 2)).any():
        return ["empty"]
    plane = Plane(values, pixel_mm, role or "alone")
    found = []
    for criterion in APICAL if view == "apical" else SHORT_AXIS:
        judged = criterion.judged(plane)
        if judged is not None and criterion.broken(judged[0].value, judged[1]):
            found.append(criterion.name)
    return found
