"""Shape variants of the population that a reconstructed head resembles more than usual heads do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from GenerativeModelsLib.language import N_, said
from GenerativeModelsLib.uncertainty.discriminant import FisherDiscriminant

RESEMBLES = 0.95
"""Rank among usual heads from which a head is said to resemble a variant: for each variant, 5 % of usual heads do."""
WORDS = {
    "lemon": N_("a lemon (flattened frontal bones, as with open spina bifida before 24 weeks)"),
    "trigonocephaly": N_("trigonocephaly (a pointed forehead)"),
    "scaphocephaly": N_("scaphocephaly (long and narrow)"),
}
"""The variants that are judged, in words. The others are usual (long, round and moulded heads) or are hardly recognised
(skewed heads, bossed foreheads)."""


def variant_ranks(variants: Mapping[str, FisherDiscriminant], vector: np.ndarray) -> dict[str, float]:
    """By variant, the share of usual heads that resemble it less than the head with this shape vector (d,) does."""
    return {name: found.rank(vector) for name, found in variants.items()}


def said_to_resemble(ranks: Mapping[str, float]) -> str | None:
    """The variant with the largest rank; None if all are below `RESEMBLES`."""
    name = max(ranks, key=lambda n: ranks[n], default=None)
    return name if name is not None and ranks[name] >= RESEMBLES else None


def resemblance(ranks: Mapping[str, float]) -> list[str]:
    """The reason for the verdict that names the variant of `said_to_resemble`; empty if there is none."""
    name = said_to_resemble(ranks)
    return [] if name is None else [said("the head's shape resembles {variant}", variant=WORDS[name])]


def resemblance_shares(rows: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """By variant, the share of the heads with these ranks that are said to resemble it."""
    said = [said_to_resemble(ranks) for ranks in rows]
    return {name: said.count(name) / max(len(said), 1) for name in WORDS}


RESEMBLANCE_COLUMN = f"said to resemble {' / '.join(WORDS)}, %"
"""Title of a column of `resemblance_cell`."""


def resemblance_cell(rows: Sequence[Mapping[str, float]]) -> str:
    """The shares in per cent, as a cell of a table."""
    return " / ".join(f"{100 * share:.0f}" for share in resemblance_shares(rows).values())
