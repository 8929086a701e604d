"""Error of true heads in a basis."""

from __future__ import annotations

import numpy as np

from GenerativeModelsLib.benchmarks.rivals.representation import Floor, floors_table, representation_floor
from GenerativeModelsLib.skull.population.heads import sample_heads
from GenerativeModelsLib.skull.shape.field import unit_field
from GenerativeModelsLib.training.skull.field_basis import basis_of_fields, fit_basis


def test_heads_that_span_the_basis_have_the_error_of_the_grid_alone() -> None:
    """Seven modes hold eight heads exactly; the surface between the points of 32^3 is then off by a tenth of a mm."""
    import torch

    heads = list(sample_heads(8, 4, weeks=(24.0, 28.0)))
    fields = np.stack([unit_field(head.shape, head.hc_mm / (2 * np.pi)) for head in heads])
    basis, _ = basis_of_fields(torch.from_numpy(fields), 7)
    exact = representation_floor([head.shape for head in heads[:3]], basis)
    fewer = representation_floor([head.shape for head in heads[:3]], basis_of_fields(torch.from_numpy(fields), 2)[0])
    assert exact.mean_mm < 0.15 < fewer.mean_mm
    assert (exact.grid, exact.rank, fewer.rank) == (32, 7, 2)
    assert exact.dice > 0.99


def test_a_coarser_grid_loses_more() -> None:
    heads = [head.shape for head in sample_heads(2, 5, weeks=(24.0, 28.0))]
    coarse, fine = (representation_floor(heads, fit_basis(12, heads=20, size=size)) for size in (10, 20))
    assert coarse.mean_mm > fine.mean_mm and (coarse.grid, fine.grid) == (10, 20)


def test_the_table_has_a_row_for_each_basis() -> None:
    table = floors_table([Floor(16, 64, 0.5, 3.0, 0.98), Floor(32, 64, 0.1, 1.0, 0.995)])
    assert [row[:3] for row in table.rows] == [["16^3", "64", "0.500"], ["32^3", "64", "0.100"]]
