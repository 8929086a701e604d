"""Curves over time made smooth by a spline, which also has values in frames that are left out."""

from __future__ import annotations

import numpy as np

__all__ = ["KEPT_HZ", "spline_weights"]

KEPT_HZ = 6.0
"""Frequency that the spline halves: the sixth harmonic of a heart at 60 beats a minute; slower motion is kept."""
LEAST_FOR_SPLINE = 5
"""Smallest number of values for a smoothing spline; of fewer, lines between them are taken."""


def spline_weights(known_s: np.ndarray, wanted_s: np.ndarray, frame_s: float) -> np.ndarray:
    """Weights by which values at known times give those of their smoothing spline at wanted times.

    The spline f minimises sum (y - f)^2 + lam * integral f''^2 with lam = 1 / (dt (2 pi KEPT_HZ)^4), by which a wave of
    `KEPT_HZ` is halved (`scipy.interpolate.make_smoothing_spline`). It is linear in y, so that weights of the times
    alone do for every signal; a cycle that goes on is known at more times. Beyond the known times it keeps the value at
    their end.

    Parameters
    ----------
    known_s, wanted_s
        (n,) rising times, and (m,) times, in seconds.
    frame_s
        Interval dt between frames in seconds.

    Returns
    -------
    (m, n), whose rows sum to 1.
    """
    known_s, wanted_s = np.asarray(known_s, float), np.asarray(wanted_s, float)
    each = np.eye(len(known_s))
    at = np.clip(wanted_s, known_s[0], known_s[-1])
    if len(known_s) < LEAST_FOR_SPLINE:
        return np.stack([np.interp(at, known_s, column) for column in each], axis=1)
    from scipy.interpolate import make_smoothing_spline

    stiffness = 1 / (frame_s * (2 * np.pi * KEPT_HZ) ** 4)
    return np.stack([make_smoothing_spline(known_s, column, lam=stiffness)(at) for column in each], axis=1)
