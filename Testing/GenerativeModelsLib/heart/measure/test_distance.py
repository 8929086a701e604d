"""Smooth distances of label maps."""

from __future__ import annotations

import numpy as np

from GenerativeModelsLib.heart.labels.label_map import LabelMap
from GenerativeModelsLib.heart.measure.distance import label_distance
from GenerativeModelsLib.heart.measure.frame import HeartFrame, find_frame
from Testing.helpers.heart_phantoms import bullet, short_axis, voxelised


def below_the_apex(label_map: LabelMap, frame: HeartFrame, length_mm: float) -> np.ndarray:
    """Distance of the cavity along the long axis from 15 to 50 mm below its apex."""
    depth = length_mm + np.arange(15.0, 50.0, 0.5)
    points = frame.to_lps(np.stack([0 * depth, 0 * depth, -depth], axis=1))
    return label_distance(label_map, frame).sample("endo", points)


def test_a_last_slice_of_one_cavity_voxel_does_not_open_the_heart_below_its_apex() -> None:
    heart = bullet()
    stack = voxelised(heart, spacing_mm=(1.5, 1.5, 8.0), grid_axes=short_axis())
    frame = find_frame(stack, None, "ed")
    cavity = np.argwhere(stack.mask("lv"))
    last = cavity[:, 0].min()
    _, row, column = np.round(cavity[cavity[:, 0] == last].mean(axis=0)).astype(int)
    values = stack.values.copy()
    values[last][values[last] == stack.labels.lv] = stack.labels.myo
    values[last, row, column] = stack.labels.lv
    thinned = LabelMap(values, stack.labels, stack.to_lps, stack.name)
    for label_map in (stack, thinned):
        assert (below_the_apex(label_map, frame, heart.cavity_length_mm) > 0).all()
