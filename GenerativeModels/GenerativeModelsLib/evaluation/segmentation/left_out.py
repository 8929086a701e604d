"""Frames left out of a cycle and rebuilt from the others: by signed distances, or by the codes of a label network.

The repair takes signed distances and a smoothing spline. Painchaud et al. smooth the codes of a network, each number as
a discrete snake; a spline of the same stiffness is compared as well.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from GenerativeModelsLib.evaluation.scores.label_maps import label_dice
from GenerativeModelsLib.segmentation.label_model import LabelModel
from GenerativeModelsLib.segmentation.population.label_sequence import LabelSequence
from GenerativeModelsLib.segmentation.repair.distances import labels_of, signed_distances
from GenerativeModelsLib.segmentation.repair.signals import KEPT_HZ, spline_weights

__all__ = ["WAYS", "left_out_dice", "rebuilt", "smooth_signal"]

WAYS = ("signed distances, spline", "codes, spline", "codes, snake")
MOST_STEPS = 10_000
STILL = 1e-7
"""Largest change in a step, of the range of the values, from which the snake rests."""


def left_out_dice(model: LabelModel, cycles: Sequence[LabelSequence]) -> dict[str, dict[str, np.ndarray]]:
    """Mean Dice of each heart, (hearts,), by way and structure, of every frame left out once and rebuilt.

    The cycles are whole heartbeats on the grid of the model, with all structures labelled.
    """
    hearts: dict[str, list[LabelSequence]] = {}
    for cycle in cycles:
        hearts.setdefault(cycle.subject, []).append(cycle)
    found: dict[str, dict[str, list[float]]] = {way: {} for way in WAYS}
    for sequences in hearts.values():
        codes = [model.encode(sequence.values, sequence.known) for sequence in sequences]
        for way in WAYS:
            scores = [
                label_dice(rebuilt(way, model, sequence, own), sequence.values)
                for sequence, own in zip(sequences, codes, strict=True)
            ]
            for name in scores[0]:
                every = np.concatenate([score[name] for score in scores])
                if np.isfinite(every).any():
                    found[way].setdefault(name, []).append(float(np.nanmean(every)))
    return {way: {name: np.array(values) for name, values in rows.items()} for way, rows in found.items()}


def rebuilt(way: str, model: LabelModel, cycle: LabelSequence, codes: np.ndarray) -> np.ndarray:
    """(frames, rows, columns) maps of a cycle with codes (frames, d), each made from all other frames.

    Raises
    ------
    ValueError
        There is no such way.
    """
    frames, dt = len(cycle.values), cycle.frame_s or 1.0
    if way not in WAYS:
        raise ValueError(f"way is {way!r}, expected one of {', '.join(WAYS)}")
    if way == "signed distances, spline":
        distances = [signed_distances(values, cycle.pixel_mm) for values in cycle.values]

        def from_distances(frame: int) -> np.ndarray:
            others, weights = _others(frame, frames, dt)
            return labels_of(
                {
                    name: np.tensordot(weights, np.stack([distances[t][name] for t in others]), 1)
                    for name in distances[0]
                }
            )

        return np.stack([from_distances(frame) for frame in range(frames)])
    made = np.empty_like(codes)
    for frame in range(frames):
        others, weights = _others(frame, frames, dt)
        made[frame] = weights @ codes[others]
        if way == "codes, snake":
            signal = codes.copy()
            signal[frame] = 0.5 * (codes[frame - 1] + codes[(frame + 1) % frames])
            made[frame] = smooth_signal(signal, 1 / (dt * 2 * np.pi * KEPT_HZ) ** 4, periodic=True)[frame]
    return model.decode(made)


def _others(frame: int, frames: int, dt: float) -> tuple[np.ndarray, np.ndarray]:
    """The other frames of three beats in a row, and the weights by which they give the frame of the second."""
    times = np.delete(np.arange(-frames, 2 * frames), [frame, frames + frame, 2 * frames + frame])
    return times % frames, spline_weights((times - frame) * dt, np.zeros(1), dt)[0]


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
