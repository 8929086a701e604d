"""Statistics of draws against closed forms: balls, whose distances are linear in their radius."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from GenerativeModelsLib.models.low_rank_field import LowRankField
from GenerativeModelsLib.skull.infer import draws as module
from GenerativeModelsLib.skull.infer.draws import field_statistics
from GenerativeModelsLib.skull.shape.field import GRID_SIZE, HALF_EXTENT, unit_points
from GenerativeModelsLib.skull.shape.star_surface import ellipsoid
from Testing.helpers.tiny_models import tiny_basis, tiny_skull

SIZE_MM = 40.0


@pytest.fixture(scope="module")
def ball() -> LowRankField:
    """Fields |x| - 1 + c, with one coefficient c."""
    basis = LowRankField(1, GRID_SIZE)
    basis.mean.copy_(torch.from_numpy(np.linalg.norm(unit_points(), axis=-1).ravel() - 1))
    basis.modes.fill_(1.0)
    return basis


@pytest.fixture(scope="module")
def movable() -> LowRankField:
    """An ellipsoid; modes 0 to 5 are its small rigid motions, mode 6 is a constant offset."""
    points = torch.from_numpy(unit_points()).reshape(-1, 3)
    field = torch.from_numpy(ellipsoid(0.85, 1.15, 0.95).implicit(points.numpy())).clamp(-0.6, 0.6)
    weight = (-0.5 * (field / 0.1) ** 2).exp()
    weight = weight / weight.sum()
    cube = field.view((GRID_SIZE,) * 3)
    gradient = torch.stack(torch.gradient(cube, spacing=2 * HALF_EXTENT / (GRID_SIZE - 1))[::-1], -1).reshape(-1, 3)
    moves = torch.cat([gradient, torch.linalg.cross(points, gradient)], 1) * weight.sqrt()[:, None]
    modes = torch.linalg.qr(moves)[0].T / weight.sqrt()
    basis = LowRankField(7, GRID_SIZE)
    basis.mean.copy_(field)
    basis.weight.copy_(weight)
    basis.modes.copy_(torch.cat([modes, torch.ones_like(modes[:1])]))
    return basis


def columns(coefficient, log_size) -> torch.Tensor:
    return torch.tensor(np.stack(np.broadcast_arrays(coefficient, log_size), axis=1), dtype=torch.float32)


def test_offsets_of_the_field_have_their_own_mean_and_sd(movable: LowRankField, rng: np.random.Generator) -> None:
    c = rng.normal(0.02, 0.05, 40)
    draws = torch.zeros(40, 8)
    draws[:, 6] = torch.from_numpy(c)
    found = field_statistics(movable, draws, SIZE_MM, spread=True)
    expected = SIZE_MM * (movable.mean.view(found.mean_mm.shape).numpy() + c.mean())
    np.testing.assert_allclose(found.mean_mm, expected, atol=1e-3)
    np.testing.assert_allclose(found.sd_mm, SIZE_MM * c.std(ddof=1), rtol=1e-2)


def test_where_a_draw_lies_is_no_uncertainty_of_its_shape(movable: LowRankField, rng: np.random.Generator) -> None:
    """The head frame is defined by the head: draws that differ only by a rigid motion have zero SD."""
    draws = torch.zeros(30, 8)
    draws[:, :6] = torch.from_numpy(rng.normal(0, 0.05, (30, 6)))
    still = field_statistics(movable, draws, SIZE_MM, spread=True)
    assert still.sd_mm.max() < 0.02
    assert np.ptp([b.hc_mm for b in still.biometry]) > 0.05  # which changes the section by the axial plane
    c = rng.normal(0, 0.05, 30)
    draws[:, 6] = torch.from_numpy(c)
    both = field_statistics(movable, draws, SIZE_MM, spread=True)
    np.testing.assert_allclose(both.sd_mm, SIZE_MM * c.std(ddof=1), rtol=2e-2)


def test_an_offset_seen_on_every_draw_of_a_ball_is_measured(ball: LowRankField, rng: np.random.Generator) -> None:
    c = rng.normal(0.02, 0.05, 12)
    found = field_statistics(ball, columns(c, 0.0), SIZE_MM, spread=True)
    np.testing.assert_allclose(
        found.mean_mm, np.linalg.norm(found.grid.points(), axis=-1) - SIZE_MM * (1 - c.mean()), atol=1e-3
    )
    np.testing.assert_allclose([b.hc_mm for b in found.biometry], 2 * np.pi * SIZE_MM * (1 - c), rtol=3e-3)


def test_sizes_are_radii_in_mm_on_one_common_grid(ball: LowRankField, rng: np.random.Generator) -> None:
    """For |x| - r_i the mean distance is |x| - mean r, independent of each draw's own grid."""
    log_size = rng.normal(0.1, 0.04, 30)
    radii = SIZE_MM * np.exp(log_size)
    found = field_statistics(ball, columns(0.0, log_size), SIZE_MM, spread=True)
    assert found.grid.origin_mm[0] == pytest.approx(-HALF_EXTENT * SIZE_MM * np.exp(log_size.mean()))
    distance = np.linalg.norm(found.grid.points(), axis=-1)
    near = np.abs(distance - radii.mean()) < 8
    np.testing.assert_allclose(found.mean_mm[near], distance[near] - radii.mean(), atol=0.15)
    np.testing.assert_allclose(found.sd_mm[near], radii.std(ddof=1), rtol=0.05)
    np.testing.assert_allclose([b.hc_mm for b in found.biometry], 2 * np.pi * radii, rtol=3e-3)


@settings(max_examples=10, deadline=None)
@given(st.floats(0.3, 3.0))
def test_magnifying_the_picture_magnifies_every_length(k: float) -> None:
    d = _tiny_draws(12)
    one, other = (field_statistics(tiny_basis(), d, size, spread=True) for size in (SIZE_MM, k * SIZE_MM))
    np.testing.assert_allclose(other.mean_mm, k * one.mean_mm, rtol=1e-4, atol=1e-4 * k)
    np.testing.assert_allclose(other.sd_mm, k * one.sd_mm, rtol=2e-3, atol=1e-3 * k)
    np.testing.assert_allclose(other.grid.spacing_mm, k * np.array(one.grid.spacing_mm), rtol=1e-6)
    for a, b in zip(one.biometry, other.biometry):
        assert b.hc_mm == pytest.approx(k * a.hc_mm, rel=1e-4)
        assert b.head_volume_ml == pytest.approx(k**3 * a.head_volume_ml, rel=1e-3)
        assert b.cephalic_index_percent == pytest.approx(a.cephalic_index_percent, rel=1e-4)


def test_draws_that_do_not_differ_have_no_spread() -> None:
    found = field_statistics(tiny_basis(), _tiny_draws(1).expand(15, -1), SIZE_MM, spread=True)
    assert found.sd_mm.max() < 1e-3
    assert np.ptp([b.hc_mm for b in found.biometry]) < 1e-3


def test_mean_and_spread_are_those_of_the_distances() -> None:
    d, basis = _tiny_draws(25), tiny_basis()
    d[:, -1] = 0  # one size: no resampling
    found = field_statistics(basis, d, SIZE_MM, spread=True)
    rigid = basis.rigid_directions(HALF_EXTENT)
    shapes = d[:, :-1] - (d[:, :-1] - d[:, :-1].mean(0)) @ rigid.T @ rigid
    fields = SIZE_MM * basis(shapes).numpy()
    np.testing.assert_allclose(found.mean_mm, SIZE_MM * basis(d[:, :-1]).numpy().mean(0), atol=1e-3)
    np.testing.assert_allclose(found.sd_mm, fields.std(0, ddof=1), atol=3e-3)


def test_how_many_are_decoded_at_once_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    d = _tiny_draws(11)
    whole = field_statistics(tiny_basis(), d, SIZE_MM, spread=True)
    monkeypatch.setattr(module, "CHUNK", 4)
    parts = field_statistics(tiny_basis(), d, SIZE_MM, spread=True)
    np.testing.assert_allclose(parts.mean_mm, whole.mean_mm, atol=1e-4)
    np.testing.assert_allclose(parts.sd_mm, whole.sd_mm, atol=1e-3)
    assert len(parts.biometry) == len(whole.biometry) == 11


def test_a_single_mean_has_neither_spread_nor_draws() -> None:
    found = field_statistics(tiny_basis(), _tiny_draws(1), SIZE_MM, spread=False)
    assert found.sd_mm is None and found.biometry == []


def test_a_draw_without_an_axial_outline_is_not_measured(ball: LowRankField) -> None:
    found = field_statistics(ball, columns([0.0, 5.0, 0.0], 0.0), SIZE_MM, spread=True)
    assert len(found.biometry) == 2


def _tiny_draws(count: int) -> torch.Tensor:
    noise = torch.randn(count, len(tiny_skull().x_scale), generator=torch.Generator().manual_seed(count))
    return noise * tiny_skull().x_scale
