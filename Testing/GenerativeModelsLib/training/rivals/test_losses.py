"""Losses of the voxel models on closed forms."""

from __future__ import annotations

import pytest
import torch

from GenerativeModelsLib.training.skull.augmentation import Batch
from Testing.helpers.tiny_models import RANK, tiny_basis

pytest.importorskip("lightning")

from GenerativeModelsLib.training.rivals.losses import real_loss, size_loss, voxel_loss
from GenerativeModelsLib.training.skull.config import REAL_TERMS
from GenerativeModelsLib.training.skull.module import MEAN_PATH_SIGMA, real_terms


def test_the_cross_entropy_is_half_a_mean_squared_error_at_the_surface() -> None:
    truth = tiny_basis()(torch.zeros(2, RANK))
    assert float(voxel_loss(truth, truth)) == pytest.approx(0, abs=1e-4)
    moved = truth + torch.tensor([1.0, -1.0])[:, None, None, None] * MEAN_PATH_SIGMA
    assert float(voxel_loss(moved, truth)) == pytest.approx(0.5, rel=0.02)
    far = torch.where(truth.abs() > 0.5, truth + 0.1 * truth.sign(), truth)
    assert float(voxel_loss(far, truth)) < 0.1  # 0.1 is 20 times the error above


def test_the_size_is_in_the_same_units() -> None:
    truth = torch.tensor([0.1, -0.2])
    assert float(size_loss(truth + MEAN_PATH_SIGMA, truth)) == pytest.approx(0.5, rel=1e-3)
    assert float(size_loss(truth, truth)) == 0


def test_real_pictures_have_the_terms_and_weights_of_hirec_cvae() -> None:
    generator = torch.Generator().manual_seed(0)
    borders = torch.zeros(5, 3, 3, 64)
    borders[:, :, 0] = 1 + 0.05 * torch.randn(5, 3, 64, generator=generator)
    borders[:, :, 1] = -4.0
    rest = (torch.ones(5, 3, dtype=torch.bool), torch.zeros(5, 3, 3), torch.zeros(5, 3, 2, 3))
    batch = Batch(borders, *rest, 0.02 * torch.ones(5), torch.zeros(5, RANK), real=2)
    x, scale = 0.1 * torch.randn(2, RANK + 1, generator=generator), torch.full((RANK + 1,), 0.03)
    terms = real_terms(tiny_basis(), scale, batch, x, torch.zeros(2, 6))
    assert set(terms) == {"border", "size", "mean_prior"} and all(term > 0 for term in terms.values())
    expected = sum(REAL_TERMS[name] * term for name, term in terms.items())
    assert float(real_loss(tiny_basis(), scale, batch, x)) == pytest.approx(float(expected))
