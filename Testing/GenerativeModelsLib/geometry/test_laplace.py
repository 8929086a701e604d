"""The potential in a wall against closed forms."""

import numpy as np
import pytest

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.evaluation.wall.phantoms import cylinders, half_ellipsoids, spheres
from GenerativeModelsLib.geometry import laplace
from GenerativeModelsLib.geometry.laplace import CAVITY, CLOSED, ITERATIONS, OUTSIDE, WALL, solve_potential
from Testing.helpers.shapes import rigid

SHIFTED, TILTED = rigid(translation=(0.3, 0.71, -0.4)), rigid((25, -17, 40), (0.3, 0.71, -0.4))


def solved(phantom, spacing):
    """The potential, and the positions of its voxels in the phantom's frame."""
    grid = phantom.grid(spacing)
    found = solve_potential(*phantom.fields(grid), grid.spacing_zyx)
    points = grid.points().reshape(-1, 3)[found.voxels]
    return found, (points - phantom.pose[:3, 3]) @ phantom.pose[:3, :3]


@pytest.mark.parametrize("spacing", [1.0, 2.0, (1.0, 1.0, 2.0)])
def test_sphere_shell(spacing):
    found, points = solved(spheres(20, 30).moved(SHIFTED), spacing)
    rho = np.linalg.norm(points, axis=1)
    error = found.values - (1 / 20 - 1 / rho) / (1 / 20 - 1 / 30)
    assert np.abs(error).max() < 0.003
    assert found.iterations < 40


@pytest.mark.parametrize("pose", [SHIFTED, TILTED])
def test_cylinder_shell_between_two_cuts(pose):
    found, points = solved(cylinders(20, 30, 30).moved(pose), 1.0)
    rho = np.hypot(points[:, 0], points[:, 1])
    inside = np.abs(points[:, 2]) < 15
    error = (found.values - np.log(rho / 20) / np.log(30 / 20))[inside]
    assert np.abs(error).max() < 0.006


@pytest.mark.parametrize("pose", [SHIFTED, TILTED])
def test_no_flux_through_a_cut_across_the_voxels(pose):
    """Prolate shell cut at its equator: u rises with ln tanh(xi / 2), also next to the cut."""
    short, long, wall = 14.0, 38.0, 12.0
    found, points = solved(half_ellipsoids(short, long, wall).moved(pose), 1.0)
    c = np.sqrt(long**2 - short**2)
    r = np.hypot(points[:, 0], points[:, 1])
    xi = np.arccosh((np.hypot(r, points[:, 2] + c) + np.hypot(r, points[:, 2] - c)) / (2 * c))
    first, last, here = (np.log(np.tanh(v / 2)) for v in (np.arcsinh(short / c), np.arcsinh((short + wall) / c), xi))
    error = found.values - (here - first) / (last - first)
    below, beside = points[:, 2] < -2, (points[:, 2] > -2) & (points[:, 2] < 0)
    assert np.abs(error[below]).max() < 0.006
    assert np.abs(error[beside]).max() < 0.006


def test_error_falls_with_the_square_of_the_spacing():
    errors = []
    for spacing in (3.0, 1.5):
        found, points = solved(spheres(20, 32).moved(SHIFTED), spacing)
        rho = np.linalg.norm(points, axis=1)
        errors.append(np.sqrt(np.mean((found.values - (1 / 20 - 1 / rho) / (1 / 20 - 1 / 32)) ** 2)))
    assert errors[0] / errors[1] > 3


def test_gradient_points_outward_and_has_its_size():
    found, points = solved(spheres(20, 30).moved(SHIFTED), 1.0)
    rho = np.linalg.norm(points, axis=1)
    outward = points[:, ::-1] / rho[:, None]  # the gradient is along z, y, x
    along = (found.gradient * outward).sum(axis=1)
    exact = 1 / rho**2 / (1 / 20 - 1 / 30)
    assert np.median(np.abs(along / exact - 1)) < 0.003
    across = np.linalg.norm(found.gradient - along[:, None] * outward, axis=1)
    assert np.sqrt(np.mean((across / exact) ** 2)) < 0.02


def test_voxels_are_told_apart():
    phantom = cylinders(20, 30, 30)
    grid = phantom.grid(1.0)
    endo, epi, base = phantom.fields(grid)
    kind = solve_potential(endo, epi, base, grid.spacing_zyx).kind[1:-1, 1:-1, 1:-1]
    endo, epi, base = (values[1:-1, 1:-1, 1:-1] for values in (endo, epi, base))
    assert (kind[endo <= 0] == CAVITY).all()
    assert (kind[(epi >= 0) & (endo > 0)] == OUTSIDE).all()
    wall = (endo > 0) & (epi < 0)
    assert (kind[wall & (base < 0)] == WALL).all()
    assert (kind[wall & (base > 1)] == CLOSED).all()


def test_a_lid_along_the_cut_is_noticed_and_closed():
    phantom = half_ellipsoids(20, 45, 10).moved(TILTED)
    grid = phantom.grid(2.0)
    endo, epi, base = phantom.fields(grid)
    lid = np.maximum(epi, base)
    assert not solve_potential(endo, epi, base, grid.spacing_zyx).lidded
    assert not solve_potential(endo, lid, None, grid.spacing_zyx).lidded
    found = solve_potential(np.maximum(endo, base), lid, base, grid.spacing_zyx)
    assert found.lidded
    assert (found.kind[base >= 0] == CLOSED).all()


def test_wall_that_leaves_the_grid_is_closed_there():
    phantom = cylinders(20, 30, 60)
    grid = phantom.grid(1.5)
    endo, epi, _ = (values if values is None else values[10:-10] for values in phantom.fields(grid))
    found = solve_potential(endo, epi, None, grid.spacing_zyx)
    assert found.iterations < ITERATIONS
    points = grid.points()[10:-10].reshape(-1, 3)[found.voxels]
    rho = np.hypot(points[:, 0], points[:, 1])
    assert np.abs(found.values - np.log(rho / 20) / np.log(1.5)).max() < 0.005


def test_a_pocket_without_a_surface_does_no_harm():
    """A wall voxel behind the cut's edge with only closed neighbours keeps its start value."""
    phantom = spheres(20, 30)
    grid = phantom.grid(2.0)
    endo, epi, _ = phantom.fields(grid)
    cut = np.full(endo.shape, -10.0)
    place = tuple(np.argwhere((endo > 4) & (epi < -4))[0])
    around = tuple(slice(i - 1, i + 2) for i in place)
    cut[around] = 40.0
    cut[place] = -40.0
    found = solve_potential(endo, epi, cut, grid.spacing_zyx)
    assert np.isfinite(found.values).all()
    assert found.values.min() >= 0 and found.values.max() <= 1


@pytest.mark.parametrize("limit", [0, 1, 5])
def test_a_solve_that_does_not_converge_is_refused(monkeypatch, limit):
    monkeypatch.setattr(laplace, "ITERATIONS", limit)
    with pytest.raises(InputError, match=rf"did not converge: after {limit} iterations the residual is .*1e-05"):
        solved(spheres(20, 30).moved(TILTED), 2.0)


def test_a_solve_that_converges_with_its_last_iteration_is_kept(monkeypatch):
    phantom = spheres(20, 30).moved(TILTED)
    needed, _ = solved(phantom, 2.0)
    monkeypatch.setattr(laplace, "ITERATIONS", needed.iterations)
    again, _ = solved(phantom, 2.0)
    assert again.iterations == needed.iterations
    np.testing.assert_array_equal(again.values, needed.values)


def test_the_solution_is_that_of_a_direct_solver(monkeypatch):
    """Comparison with scipy's LU decomposition of the same sparse system."""
    from scipy.sparse import csr_matrix, eye_array
    from scipy.sparse.linalg import spsolve

    systems = []
    own = laplace._solve
    monkeypatch.setattr(laplace, "_solve", lambda *system: systems.append(system) or own(*system))
    phantom = half_ellipsoids(8, 35, 16).moved(TILTED)
    grid = phantom.grid(4.0)
    found = solve_potential(*phantom.fields(grid), grid.spacing_zyx, tolerance=1e-12)
    ((columns, weights, right, _, _),) = systems
    count = len(right)
    rows = np.repeat(np.arange(count), 6)
    matrix = eye_array(count) + csr_matrix((weights.ravel(), (rows, columns.ravel())), (count, count))
    np.testing.assert_allclose(found.values, spsolve(matrix.tocsc(), right), atol=1e-8)


def test_the_range_is_that_of_the_boundaries():
    found, _ = solved(half_ellipsoids(8, 35, 16).moved(TILTED), 2.0)
    assert found.values.min() > 0 and found.values.max() < 1
