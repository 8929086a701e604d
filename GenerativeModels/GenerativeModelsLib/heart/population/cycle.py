"""The volume of the left ventricle over the cycle, and its shape at every moment of it."""

from __future__ import annotations

import numpy as np

from GenerativeModelsLib.heart.shape.ray_batch import RayBatch

__all__ = ["SYSTOLE", "ejected_share", "moments"]

SYSTOLE = 7 / 20
"""Share of the cycle until end systole, at a heart rate of 70 a minute (Weissler et al., Circulation 1968: electrical
systole of 0.38 s, less the 0.08 s before ejection; by cine MR 0.30 to 0.33 s of 0.86 s)."""


def ejected_share(time: np.ndarray, systole: float = SYSTOLE) -> np.ndarray:
    """Share (N,) of the stroke volume that is ejected at times (N,) of the cycle, 0 to 1.

    Ejection until the share `systole` of the cycle, early filling, a slow middle, and the filling by the atrium.
    """

    def rise(start: float, end: float, at: np.ndarray) -> np.ndarray:
        return (1 - np.cos(np.pi * np.clip((at - start) / (end - start), 0, 1))) / 2

    diastole = (time - systole) / (1 - systole)
    filled = 0.68 * rise(0.03, 0.42, diastole) + 0.07 * rise(0.3, 0.8, diastole) + 0.25 * rise(0.68, 1.02, diastole)
    return rise(0, systole, time) - filled


def moments(heart: RayBatch, ejected: np.ndarray) -> RayBatch:
    """(N,) shapes of a heart (2,) at moments when shares (N,) of its stroke volume are ejected.

    Radii are interpolated between end diastole and end systole, so that volumes are met to 0.1 ml.
    """
    shares = np.linspace(0, 1, 17)
    volume = _between(heart, shares).cavity_ml
    emptied = (volume[0] - volume) / (volume[0] - volume[-1])
    return _between(heart, np.interp(ejected, emptied, shares))


def _between(heart: RayBatch, shares: np.ndarray) -> RayBatch:
    def mixed(values: np.ndarray) -> np.ndarray:
        share = shares.reshape(-1, *(1,) * (values.ndim - 1))
        return (1 - share) * values[0] + share * values[1]

    return RayBatch(*(mixed(getattr(heart, name)) for name in RayBatch.FIELDS))
