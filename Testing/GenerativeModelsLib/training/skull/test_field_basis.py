"""The low-rank basis of the population."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from GenerativeModelsLib.skull.population.heads import sample_heads
from GenerativeModelsLib.skull.shape.field import unit_field
from GenerativeModelsLib.training.skull import field_basis
from GenerativeModelsLib.training.skull.field_basis import load_basis, mirror_matrix, write_basis
from Testing.helpers.tiny_models import RANK, tiny_basis


@pytest.fixture(scope="module")
def heads() -> list:
    return list(sample_heads(4, 99))


def field_of(head, mirrored: bool = False) -> torch.Tensor:
    shape = head.shape.mirrored() if mirrored else head.shape
    return torch.from_numpy(unit_field(shape, head.hc_mm / (2 * np.pi)))[None]


def test_modes_are_orthonormal_under_a_weight_that_sums_to_one() -> None:
    basis = tiny_basis()
    assert basis.weight.sum() == pytest.approx(1, abs=1e-5) and basis.weight.min() > 0
    torch.testing.assert_close((basis.modes * basis.weight) @ basis.modes.T, torch.eye(RANK), rtol=1e-3, atol=1e-3)


def test_the_weight_lies_about_the_surface_of_the_mean_head() -> None:
    basis = tiny_basis()
    near = basis.mean.abs() < 0.1
    assert basis.weight[near].sum() > 0.6 > 0.3 > near.float().mean()


def test_new_heads_are_described_better_than_by_the_mean(heads: list) -> None:
    basis = tiny_basis()
    for head in heads:
        field = field_of(head)
        left = field.flatten() - basis(basis.project(field)).flatten()
        without = field.flatten() - basis.mean
        assert (basis.weight * left**2).sum() < 0.6 * (basis.weight * without**2).sum()


def test_the_mirror_matrix_takes_a_head_to_its_reflection(heads: list) -> None:
    basis = tiny_basis()
    mirror = mirror_matrix(basis)
    torch.testing.assert_close(mirror @ mirror, torch.eye(RANK), rtol=0, atol=0.05)
    for head in heads:
        c, reflected = basis.project(field_of(head)), basis.project(field_of(head, mirrored=True))
        torch.testing.assert_close(c @ mirror.T, reflected, rtol=0, atol=4e-3)


def test_a_symmetric_head_is_its_own_reflection() -> None:
    basis = tiny_basis()
    coefficients = torch.zeros(1, RANK)
    field = basis(coefficients)
    assert (field - field.flip(-1)).abs().max() < 1e-4


def test_what_is_written_is_read_and_not_fitted_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fitted = []
    monkeypatch.setattr(field_basis, "fit_basis", lambda rank: fitted.append(rank) or tiny_basis())
    path = write_basis(tmp_path / "deep" / "basis.safetensors", RANK)
    assert write_basis(path, RANK) == path and fitted == [RANK]
    read = load_basis(path)
    for name, value in tiny_basis().state_dict().items():
        torch.testing.assert_close(read.state_dict()[name], value, rtol=0, atol=0)
