"""The prior of heads of a skull training."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from GenerativeModelsLib.skull.infer.model import HEADS
from GenerativeModelsLib.skull.infer.prior import head_vectors
from GenerativeModelsLib.training.skull import prior as module

HEADS_DRAWN = SimpleNamespace(
    coefficients=np.random.default_rng(0).standard_normal((400, 3)),
    head_size_mm=np.linspace(20, 50, 400),
    weeks=np.linspace(15, 40, 400),
)


def test_heads_without_pictures_are_fitted_to_or_those_with_where_there_are_no_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    config, asked = SimpleNamespace(output=Path("run"), seed=1), []
    few = SimpleNamespace(**{name: values[:5] for name, values in vars(HEADS_DRAWN).items()})
    monkeypatch.setattr(module, "drawn_shapes", lambda config, basis: asked.append(basis) or HEADS_DRAWN)
    monkeypatch.setattr(module, "bank_readings", lambda config, basis: (few, None))
    np.testing.assert_array_equal(module.training_heads(config), head_vectors(*vars(HEADS_DRAWN).values()))
    assert asked == [Path("run") / "basis.safetensors"]
    monkeypatch.setattr(module, "drawn_shapes", lambda config, basis: None)
    assert len(module.training_heads(config)) == 5


def test_too_few_heads_make_no_prior(monkeypatch: pytest.MonkeyPatch) -> None:
    config = SimpleNamespace(output=Path("run"), seed=1)
    monkeypatch.setattr(module, "drawn_shapes", lambda config, basis: HEADS_DRAWN)
    monkeypatch.setattr(module, "FlowPrior", SimpleNamespace(fit=lambda rows, **options: (len(rows), options)))
    assert module.head_priors(config) == {}
    monkeypatch.setattr(module, "LEAST_HEADS", 400)
    assert module.head_priors(config) == {HEADS: (400, {"kind": "maf", "seed": 1})}
