"""Low-rank basis of the population's signed distances."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file

from GenerativeModelsLib.models.low_rank_field import LowRankField
from GenerativeModelsLib.skull.population.heads import sample_heads
from GenerativeModelsLib.skull.shape.field import GRID_SIZE, unit_field

BAND = 0.08
"""Standard deviation, in head sizes, of the Gaussian weight of the distances about the surface."""


def fit_basis(rank: int, heads: int = 1200, seed: int = 31, size: int = GRID_SIZE) -> LowRankField:
    """Principal components of the fields, on `size`^3 points, of `heads` sampled heads and of their mirror images."""
    fields = np.stack([unit_field(h.shape, h.hc_mm / (2 * np.pi), size) for h in sample_heads(heads, seed)])
    fields = torch.from_numpy(np.concatenate([fields, fields[..., ::-1]]))
    return basis_of_fields(fields, rank)[0]


def basis_of_fields(fields: torch.Tensor, rank: int) -> tuple[LowRankField, torch.Tensor]:
    """Principal components of `fields` (N, G, G, G), weighted about the surface, and the coefficients (N, K)."""
    weight = (-0.5 * (fields / BAND) ** 2).exp().mean(0)
    weight = weight + 1e-3 * weight.max()
    basis = LowRankField(rank, fields.shape[-1])
    return basis, basis.fit(fields, weight / weight.sum())


def mirror_matrix(basis: LowRankField) -> torch.Tensor:
    """(K, K) map from the coefficients of a field to those of its reflection x -> -x."""
    modes = basis.modes.view(-1, basis.size, basis.size, basis.size).flip(-1).flatten(1)
    return (basis.modes * basis.weight) @ modes.T


def write_basis(path: Path, rank: int) -> Path:
    """Fit the basis and write it, unless the file exists; returns its path."""
    if not Path(path).exists():
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        save_file({k: v.contiguous() for k, v in fit_basis(rank).state_dict().items()}, path)
    return Path(path)


def load_basis(path: Path) -> LowRankField:
    tensors = load_file(path)
    basis = LowRankField(tensors["modes"].shape[0], GRID_SIZE)
    basis.load_state_dict(tensors)
    return basis.eval()
