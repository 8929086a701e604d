"""Grids: positions and interpolation."""

import numpy as np
import pytest

from GenerativeModelsLib.geometry.grids import Grid

GRID = Grid((-3.0, 10.0, 7.5), (0.5, 0.8, 2.0), (5, 7, 9))


def linear(points: np.ndarray) -> np.ndarray:
    return 3 + points @ np.array([0.7, -1.1, 0.3])


def test_points_follow_array_order_and_spacing():
    points = GRID.points()
    assert points.shape == (5, 7, 9, 3)
    np.testing.assert_allclose(points[2, 3, 4], (-3 + 4 * 0.5, 10 + 3 * 0.8, 7.5 + 2 * 2.0))
    np.testing.assert_allclose(GRID.indices(points[2, 3, 4]), (2, 3, 4))
    np.testing.assert_allclose(GRID.axis_mm(2), points[:, 0, 0, 2])
    assert GRID.voxel_mm3 == pytest.approx(0.8)


def test_sampling_a_linear_field_is_exact(rng):
    points = rng.uniform((-3, 10, 7.5), (1, 14.8, 15.5), (50, 3))
    np.testing.assert_allclose(GRID.sample(linear(GRID.points()), points), linear(points), atol=1e-12)


def test_sampling_outside_clamps_or_gives_the_asked_value():
    field = linear(GRID.points())
    assert GRID.sample(field, np.array([-9.0, 10.0, 7.5])) == pytest.approx(field[0, 0, 0])
    values = GRID.sample(field, np.array([[-9.0, 10.0, 7.5], [1.0, 14.8, 15.5]]), outside=-1.0)
    np.testing.assert_allclose(values, (-1.0, field[-1, -1, -1]))


def test_refinement_reproduces_cubics_and_keeps_the_samples(rng):
    def cubic(p):
        x, y, z = np.moveaxis(p, -1, 0)
        return x**3 - 2 * x * y**2 + z**3 / 9 + x * y * z

    field = cubic(GRID.points())
    fine, grid = GRID.refine(field, 3)
    assert fine.shape == grid.shape_zyx == (13, 19, 25)
    np.testing.assert_allclose(fine, cubic(grid.points()), rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(fine[::3, ::3, ::3], field, rtol=1e-9)


def test_refinement_takes_a_stack_of_fields():
    stack = np.stack([linear(GRID.points()), -linear(GRID.points())]).astype(np.float32)
    fine, grid = GRID.refine(stack, 2)
    assert fine.dtype == np.float32
    np.testing.assert_allclose(fine[1], -linear(grid.points()), rtol=1e-4)


def test_image_carries_the_placement():
    image = GRID.to_image(np.zeros(GRID.shape_zyx, np.uint8))
    assert image.GetSize() == (9, 7, 5)
    np.testing.assert_allclose(image.TransformIndexToPhysicalPoint((4, 3, 2)), GRID.points()[2, 3, 4])


def test_centred_cube_ends_at_its_half_extent():
    points = Grid.centred(60.0, 32).points()
    np.testing.assert_allclose((points.min(), points.max()), (-60, 60))


def test_grid_around_points_holds_them_with_margin(rng):
    cloud = rng.normal(size=(20, 3)) * 30
    points = Grid.around(cloud, 1.5, 4.0).points().reshape(-1, 3)
    assert (points.min(axis=0) <= cloud.min(axis=0) - 4 + 1e-9).all()
    assert (points.max(axis=0) >= cloud.max(axis=0) + 4 - 1e-9).all()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (((0, 0), (1, 1, 1), (2, 2, 2)), "origin_mm has 2 values"),
        (((0, 0, 0), (1, 0, 1), (2, 2, 2)), "spacing_mm is .* positive"),
        (((0, 0, 0), (1, 1, 1), (2, 0, 2)), "shape_zyx is"),
    ],
)
def test_wrong_arguments_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        Grid(*arguments)


def test_an_array_of_another_shape_is_refused():
    with pytest.raises(ValueError, match=r"shape \(2, 2, 2\), the grid \(5, 7, 9\)"):
        GRID.to_image(np.zeros((2, 2, 2)))


def test_refining_three_voxels_is_refused():
    with pytest.raises(ValueError, match="at least 4"):
        Grid((0, 0, 0), (1, 1, 1), (3, 5, 5)).refine(np.zeros((3, 5, 5)), 2)
