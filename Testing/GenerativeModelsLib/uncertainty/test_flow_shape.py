"""Tests of the architectures of normalising flows."""

from __future__ import annotations

import pytest
import torch

from GenerativeModelsLib.uncertainty.flow_shape import FlowShape, bounded_affine


def test_one_transform_scales_by_no_more_than_its_bound() -> None:
    log_scale = torch.tensor([-100.0, -0.01, 0.0, 0.01, 100.0], dtype=float)
    found = bounded_affine(torch.full((5,), 2.0, dtype=float), log_scale)
    y = found(torch.ones(5, dtype=float))
    torch.testing.assert_close(y, 2 + torch.tensor([-3, -0.01, 0, 0.01, 3], dtype=float).exp(), rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("kind", ["maf", "realnvp"])
def test_the_formula_of_the_scale_is_our_own(kind: str) -> None:
    """zuko's own changed between versions, which would change every stored density."""
    torch.manual_seed(0)
    net = FlowShape(kind, 3, 2, (8,)).network()
    assert all(transform.univariate is bounded_affine for transform in net.transform.transforms)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"kind": "glow"}, "kind of flow is 'glow'"),
        ({"features": 1}, "features is 1"),
        ({"transforms": 10**6}, "transforms is 1000000"),
        ({"transforms": True}, "transforms is True"),
        ({"hidden": (8, 0)}, "hidden is 0"),
        ({"hidden": ()}, "0 hidden layers"),
    ],
)
def test_an_architecture_out_of_bounds_is_refused(wrong: dict, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        FlowShape(**({"kind": "maf", "features": 2, "transforms": 2, "hidden": (8,)} | wrong))
