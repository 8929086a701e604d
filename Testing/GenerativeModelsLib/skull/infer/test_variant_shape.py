"""Which shape variant a head is said to resemble."""

from __future__ import annotations

import numpy as np
import pytest

from GenerativeModelsLib.skull.infer.variant_shape import (
    RESEMBLES,
    WORDS,
    resemblance,
    resemblance_cell,
    resemblance_shares,
    said_to_resemble,
    variant_ranks,
)
from GenerativeModelsLib.skull.population.heads import VARIANTS
from GenerativeModelsLib.skull.population.variants import USUAL
from GenerativeModelsLib.uncertainty.discriminant import FisherDiscriminant


def test_the_variants_that_are_judged_are_of_the_population_and_not_usual() -> None:
    assert set(WORDS) <= set(VARIANTS) - set(USUAL) and set(USUAL) <= set(VARIANTS)


def test_ranks_are_those_of_each_discriminant() -> None:
    one, other = (FisherDiscriminant(w, np.linspace(0, 1, 101)) for w in np.eye(2))
    ranks = variant_ranks({"lemon": one, "scaphocephaly": other}, np.array([0.25, 0.75]))
    assert ranks == {"lemon": pytest.approx(0.25, abs=0.02), "scaphocephaly": pytest.approx(0.75, abs=0.02)}


@pytest.mark.parametrize(
    ("ranks", "said"),
    [
        ({}, None),
        ({"lemon": RESEMBLES - 0.001, "trigonocephaly": 0.1}, None),
        ({"lemon": RESEMBLES, "trigonocephaly": 0.1}, "lemon"),
        ({"lemon": 0.96, "trigonocephaly": 0.97}, "trigonocephaly"),
    ],
)
def test_the_variant_with_the_largest_rank_is_named(ranks: dict[str, float], said: str | None) -> None:
    assert said_to_resemble(ranks) == said
    reasons = resemblance(ranks)
    assert len(reasons) == (said is not None)
    if said:
        assert WORDS[said] in reasons[0]


def test_shares_are_of_all_heads() -> None:
    rows = [{"lemon": 0.99}, {"lemon": 0.5}, {"lemon": 0.96, "scaphocephaly": 0.97}, {}]
    assert resemblance_shares(rows) == {"lemon": 0.25, "trigonocephaly": 0.0, "scaphocephaly": 0.25}
    assert resemblance_cell(rows) == "25 / 0 / 25" and resemblance_cell([]) == "0 / 0 / 0"
