"""Curves over time made smooth: a smoothing spline, and the discrete snake of Painchaud et al. (2022).

Both weigh closeness to the values against bending. The spline is a curve between the frames too, so that it says what
lies in a frame that is left out; the snake has values at the frames alone.
"""

from __future__ import annotations

import numpy as np

__all__ = ["KEPT_HZ", "smooth_signal", "spline_weights"]

KEPT_HZ = 6.0
"""Frequency that the spline halves: the sixth harmonic of a heart at 60 beats a minute; slower motion is kept."""
LEAST_FOR_SPLINE = 5
"""Smallest number of values for a smoothing spline; of fewer, lines between them are taken."""
MOST_STEPS = 10_000
STILL = 1e-7
"""Largest change in a step, of the range of the values, from which the snake rests."""


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


def smooth_signal(values: np.ndarray, weight: float, periodic: bool = False) -> np.ndarray:
    """The discrete snake: x minimises sum (x_t - y_t)^2 + weight * sum (x_(t-1) - 2 x_t + x_(t+1))^2.

    Gradient steps, as in Painchaud et al., Echocardiography segmentation with enforced temporal consistency, IEEE TMI
    2022 (at most 10 000 there too; weight 50 there, for signals scaled to their range). The step here is the largest
    that is sure to descend, 1 / (1 + 16 weight) of the gradient's half.

    Parameters
    ----------
    values
        (frames,) or (frames, signals).
    weight
        Of the bending; frames dt apart and a spline of stiffness lam correspond to lam / dt^3.
    periodic
        Whether the last frame is followed by the first.

    Returns
    -------
    Smoothed values of the same shape.
    """
    signal = np.asarray(values, float)
    count = len(signal)
    if count < 3 or weight == 0:
        return signal.copy()
    bend = -2 * np.eye(count) + np.eye(count, k=1) + np.eye(count, k=-1)
    if periodic:
        bend[0, -1] = bend[-1, 0] = 1.0
    else:
        bend = bend[1:-1]
    pull = bend.T @ bend * weight
    still = STILL * float(np.ptp(signal))
    found = signal.copy()
    for _ in range(MOST_STEPS):
        step = ((signal - found) - pull @ found) / (1 + 16 * weight)
        found += step
        if np.abs(step).max() <= still:
            break
    return found
