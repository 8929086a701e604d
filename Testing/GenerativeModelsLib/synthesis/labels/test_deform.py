import numpy as np
import pytest

from GenerativeModelsLib.synthesis.labels.deform import (
    displaced,
    displacement,
    held_at_base,
    walls_changed,
    without_slivers,
)
from GenerativeModelsLib.synthesis.labels.grid import VoxelGrid
from GenerativeModelsLib.synthesis.labels.whole_heart import LABELS
from Testing.helpers.synthetic_hearts import tube, tube_grid


def test_displacements_have_their_size_and_smoothness_in_mm_along_every_axis():
    rng = np.random.default_rng(0)
    grid = VoxelGrid((100, 100, 30), np.diag([1.5, 1.5, 6.0, 1.0]))
    fields = np.stack([displacement(grid, 3.0, 30.0, rng) for _ in range(8)])
    assert fields.std(axis=(0, 1, 2, 3)) == pytest.approx([3.0] * 3, rel=0.12)
    slopes = [np.diff(fields, axis=axis).std() / step for axis, step in ((3, 1.5), (2, 1.5), (1, 6.0))]
    assert slopes == pytest.approx([slopes[0]] * 3, rel=0.2)


def test_no_displacement_changes_nothing():
    grid = tube_grid()
    values = tube(grid)
    assert np.array_equal(displaced(values, grid, np.zeros((*values.shape, 3))), values)


@pytest.mark.parametrize(("axis", "shift_mm"), [(0, 3.0), (1, -4.5), (2, 8.0)])
def test_an_even_displacement_shifts_by_its_millimetres(axis, shift_mm):
    grid = tube_grid()
    values = tube(grid)
    field = np.zeros((*values.shape, 3))
    field[..., axis] = shift_mm
    voxels = round(shift_mm / grid.spacing_mm[axis])
    inner = (slice(2, -2),) * 3
    assert np.array_equal(displaced(values, grid, field)[inner], np.roll(values, -voxels, axis=2 - axis)[inner])


def test_a_displacement_that_folds_space_is_refused():
    grid = tube_grid()
    values = tube(grid)
    x = np.arange(80) * 1.5
    field = np.zeros((*values.shape, 3))
    field[..., 0] = -2 * (x - x.mean())
    assert displaced(values, grid, field) is None


@pytest.mark.parametrize("way", [1, -1])
def test_the_base_is_not_moved_across_the_slices(way):
    grid = tube_grid()
    values = tube(grid)[::way]
    held = held_at_base(np.ones((*values.shape, 3)), values == LABELS["lv"], grid, 2, way)
    along = held[::way, 0, 0, 2]
    assert (along[-2:] == 0).all() and along[1] == 1.0 and 0 < along[-3] < along[-4] <= 1
    assert (held[..., :2] == 1).all()


@pytest.mark.parametrize("change_mm", [-3.0, -1.0, 1.0, 3.0])
def test_a_wall_changes_by_its_millimetres_on_both_sides(change_mm):
    grid = VoxelGrid((100, 100, 3), np.diag([1.2, 1.2, 8.0, 1.0]))
    place = (np.arange(100) - 49.5) * 1.2
    flat = np.hypot(place[None], place[:, None])
    ring = np.select([flat < 22, flat < 31], [LABELS["lv"], LABELS["myo"]], 0).astype(np.uint8)
    changed = walls_changed(np.stack([0 * ring, ring, 0 * ring]), grid, 2, change_mm)
    assert not changed[[0, 2]].any()
    radii = [np.sqrt(mask.sum() * 1.44 / np.pi) for mask in (changed[1] == LABELS["lv"], changed[1] > 0)]
    assert radii == pytest.approx([22 - change_mm / 2, 31 + change_mm / 2], abs=0.25)


def test_what_a_thinner_wall_leaves_is_right_ventricle_where_that_lies():
    grid = tube_grid()
    values = tube(grid)
    thin = walls_changed(values, grid, 2, -3.0)
    freed = (values == LABELS["myo"]) & (thin != LABELS["myo"])
    assert {LABELS["rv"], LABELS["lv"], 0} == set(np.unique(thin[freed]).tolist())
    right = np.argwhere(freed & (thin == LABELS["rv"]))[:, 2]
    lost = np.argwhere(freed & (thin == 0))[:, 2]
    assert right.mean() > lost.mean() + 5


def test_slivers_of_the_right_ventricle_are_taken_away_and_the_rest_stays():
    grid = tube_grid()
    values = tube(grid)
    spotted = values.copy()
    spotted[5, 2:4, 2:4] = LABELS["rv"]
    assert np.array_equal(without_slivers(spotted, grid, 2), values)
