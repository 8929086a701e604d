"""Fields as a mean and a few modes."""

from __future__ import annotations

import pytest
import torch

from GenerativeModelsLib.models.low_rank_field import LowRankField

SIZE, RANK = 5, 3


@pytest.fixture
def weight() -> torch.Tensor:
    w = torch.rand(SIZE, SIZE, SIZE, generator=torch.Generator().manual_seed(1)) + 0.1
    return w / w.sum()


@pytest.fixture
def fields() -> torch.Tensor:
    """Twelve fields of rank three about a mean that is not zero."""
    g = torch.Generator().manual_seed(2)
    modes, mean = torch.randn(RANK, SIZE**3, generator=g), torch.randn(SIZE**3, generator=g)
    return (mean + torch.randn(12, RANK, generator=g) @ modes).view(12, SIZE, SIZE, SIZE)


@pytest.fixture
def fitted(fields: torch.Tensor, weight: torch.Tensor) -> tuple[LowRankField, torch.Tensor]:
    basis = LowRankField(RANK, SIZE)
    return basis, basis.fit(fields, weight)


def test_fields_of_that_rank_are_reproduced(fitted, fields) -> None:
    basis, coefficients = fitted
    torch.testing.assert_close(basis(coefficients), fields, rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(basis.project(fields), coefficients, rtol=1e-4, atol=1e-4)


def test_projecting_an_expansion_gives_the_coefficients_back(fitted) -> None:
    basis, _ = fitted
    coefficients = torch.randn(7, RANK, generator=torch.Generator().manual_seed(3))
    torch.testing.assert_close(basis.project(basis(coefficients)), coefficients, rtol=1e-4, atol=1e-4)


def test_distances_of_coefficients_are_weighted_distances_of_fields(fitted, fields, weight) -> None:
    """The reason for the weight: the loss on coefficients is a loss on the field near the surface."""
    _, c = fitted
    for i, j in ((0, 1), (3, 8)):
        expected = (weight * (fields[i] - fields[j]) ** 2).sum()
        torch.testing.assert_close((c[i] - c[j]).square().sum(), expected, rtol=1e-3, atol=1e-4)


def test_modes_are_orthonormal_under_the_weight_and_sorted_by_variance(fitted, weight) -> None:
    basis, coefficients = fitted
    gram = (basis.modes * weight.flatten()) @ basis.modes.T
    torch.testing.assert_close(gram, torch.eye(RANK), rtol=1e-4, atol=1e-4)
    variance = coefficients.var(0)
    assert (variance.diff() <= 0).all()


def test_of_richer_fields_the_leading_part_is_kept(weight) -> None:
    """No other three modes have a smaller weighted error than the principal ones."""
    g = torch.Generator().manual_seed(4)
    fields = torch.randn(9, SIZE, SIZE, SIZE, generator=g)
    basis = LowRankField(RANK, SIZE)
    left = fields - basis(basis.fit(fields, weight))
    centred = (fields - fields.mean(0)).flatten(1) * weight.flatten().sqrt()
    total = torch.linalg.svdvals(centred)[RANK:].square().sum()
    torch.testing.assert_close((weight * left**2).sum(), total, rtol=1e-3, atol=1e-5)


def test_the_zero_vector_is_the_mean(fitted, fields) -> None:
    basis, _ = fitted
    torch.testing.assert_close(basis(torch.zeros(1, RANK))[0], fields.mean(0), rtol=1e-5, atol=1e-5)


def test_rigid_directions_are_the_motions_that_the_modes_can_tell() -> None:
    """Modes that contain a plane's x-gradient: a shift along x is a direction, an offset is not."""
    size, half = 6, 1.0
    axis = torch.linspace(-half, half, size)
    z, y, x = torch.meshgrid(axis, axis, axis, indexing="ij")
    basis = LowRankField(8, size)
    basis.mean.copy_((x**2 + 2 * y**2 + 3 * z**2).flatten())
    basis.weight.fill_(1 / size**3)
    fields = [2 * x, 4 * y, 6 * z, 2 * y * z, 4 * x * z, 2 * x * y, torch.ones_like(x), x**2 - (x**2).mean()]
    basis.modes.copy_(torch.stack([f.flatten() / f.square().mean().sqrt() for f in fields]))
    found = basis.rigid_directions(half)
    torch.testing.assert_close(found @ found.T, torch.eye(6), rtol=0, atol=1e-5)
    # one-sided differences at the border of the grid are not exact
    onto = found.T @ found
    assert onto[:, 6:].abs().max() < 0.05
    torch.testing.assert_close(onto[:6, :6], torch.eye(6), rtol=0, atol=0.05)
