"""Smooth distances of label maps."""

from __future__ import annotations

import numpy as np
import pytest

from GenerativeModelsLib.heart.labels.label_map import LabelMap
from GenerativeModelsLib.heart.measure.distance import label_distance
from GenerativeModelsLib.heart.measure.frame import HeartFrame, find_frame
from Testing.helpers.heart_phantoms import ACDC, bullet, short_axis, voxelised


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


def shells(values: np.ndarray, to_lps: np.ndarray, radius_mm: np.ndarray) -> LabelMap:
    """Cavity where `radius_mm` is below 20 mm, wall up to 30 mm."""
    values[radius_mm < 30] = ACDC.myo
    values[radius_mm < 20] = ACDC.lv
    return LabelMap(values, ACDC, to_lps, "shells")


def centred_grid(spacing_mm: tuple[float, float, float], half_mm: float) -> tuple[np.ndarray, np.ndarray]:
    """Affine (4, 4) and points (k, j, i, 3) of a grid along the axes of LPS with its middle at the origin."""
    step = np.array(spacing_mm)
    count = 2 * np.ceil(half_mm / step).astype(int) + 1
    to_lps = np.diag([*step, 1.0])
    to_lps[:3, 3] = -step * (count // 2)
    index = np.stack(np.meshgrid(*(np.arange(n) for n in count[::-1]), indexing="ij")[::-1], axis=-1)
    return to_lps, index * step + to_lps[:3, 3]


@pytest.mark.parametrize("spacing_mm", [(0.8, 2.4, 2.4), (2.4, 0.8, 2.4), (2.4, 2.4, 0.8), (0.8, 1.4, 1.4)])
def test_distances_of_spheres_are_the_same_along_every_axis_whatever_the_spacing(
    spacing_mm: tuple[float, float, float],
) -> None:
    to_lps, points = centred_grid(spacing_mm, 36.0)
    radius = np.linalg.norm(points, axis=-1)
    label_map = shells(np.zeros(radius.shape, np.int32), to_lps, radius)
    assert label_map.slice_column is None, "the 3D distance is meant"
    far_above = HeartFrame(np.array([0.0, 0.0, 80.0]), np.eye(3), "given")
    found = label_distance(label_map, far_above)
    for axis in np.eye(3):
        for side in (-1, 1):
            along = np.linspace(14.0, 34.0, 21)
            places = side * along[:, None] * axis
            np.testing.assert_allclose(found.sample("endo", places), along - 20, atol=0.5 * max(spacing_mm))
            np.testing.assert_allclose(found.sample("epi", places), along - 30, atol=0.5 * max(spacing_mm))


@pytest.mark.parametrize("spacing_mm", [(0.8, 2.4, 8.0), (2.4, 0.8, 8.0)])
def test_distances_of_a_stack_of_discs_are_the_same_along_rows_and_columns(
    spacing_mm: tuple[float, float, float],
) -> None:
    to_lps, points = centred_grid(spacing_mm, 40.0)
    radius = np.linalg.norm(points[..., :2], axis=-1)
    label_map = shells(np.zeros(radius.shape, np.int32), to_lps, radius)
    assert label_map.slice_column == 2
    found = label_distance(label_map, HeartFrame(np.array([0.0, 0.0, 36.0]), np.eye(3), "given"))
    along = np.linspace(14.0, 34.0, 21)
    for axis in np.eye(3)[:2]:
        for side in (-1, 1):
            places = side * along[:, None] * axis
            np.testing.assert_allclose(found.sample("endo", places), along - 20, atol=0.5 * max(spacing_mm[:2]))
            np.testing.assert_allclose(found.sample("epi", places), along - 30, atol=0.5 * max(spacing_mm[:2]))
