"""A bank of codes whose maps are valid, and the valid code nearest to a given one.

After Painchaud et al., IEEE TMI 2020: an implausible map is repaired by moving its code to the nearest code whose map
passes all criteria.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from GenerativeModelsLib.segmentation.codes.rejection import RejectionSampler

__all__ = ["BISECTIONS", "CodeBank", "Decoder", "NearestCode", "fill_bank", "nearest_valid"]

BISECTIONS = 10
"""Halvings of the line to a code: its place is then known to a thousandth of the line."""
_BATCH = 64


class Decoder(Protocol):
    """What turns codes into label maps."""

    def decode(self, codes: np.ndarray) -> np.ndarray:
        """(N, rows, columns) values of `maps.CODES` of codes (N, d)."""


@dataclass(frozen=True, eq=False)
class CodeBank:
    """Codes whose maps are valid.

    Attributes
    ----------
    codes
        (N, d).
    tried
        Number of random codes that were decoded for it.
    passed
        Number of them whose map was valid, at least N.
    acceptance
        Share of the sampler's proposals that it kept.
    beyond
        Number of proposals beyond the sampler's bound, see `rejection.Draws`.
    """

    codes: np.ndarray
    tried: int
    passed: int
    acceptance: float
    beyond: int

    @property
    def rate(self) -> float:
        """Share of the random codes whose map was valid."""
        return self.passed / max(self.tried, 1)


@dataclass(frozen=True, eq=False)
class NearestCode:
    """A valid code near another one.

    Attributes
    ----------
    code
        (d,), whose map is valid.
    share
        Where it lies on the line from the nearest code of the bank (0) to the other code (1).
    bank_index
        Number of that code of the bank, from 0.
    """

    code: np.ndarray
    share: float
    bank_index: int


def fill_bank(
    model: Decoder,
    sampler: RejectionSampler,
    is_valid: Callable[[np.ndarray], bool],
    number: int,
    rng: np.random.Generator,
    *,
    most_tried: int | None = None,
    progress: Callable[[int, int], object] = lambda done, total: None,
) -> CodeBank:
    """Random codes whose decoded map is valid.

    Parameters
    ----------
    model
        Decodes the codes.
    sampler
        Draws them.
    is_valid
        Map (rows, columns) -> whether it passes all criteria, see `criteria.single`.
    number
        Number of codes wanted.
    most_tried
        Number of random codes after which the bank is left as it is, with fewer codes; 20 a code wanted if None.
    progress
        Takes the numbers of codes found and wanted.
    """
    limit = 20 * number if most_tried is None else most_tried
    found: list[np.ndarray] = []
    tried = passed = proposed = kept = beyond = 0
    while passed < number and tried < limit:
        draws = sampler.draw(min(_BATCH, limit - tried), rng)
        valid = np.array([is_valid(values) for values in model.decode(draws.codes)], bool)
        found.append(draws.codes[valid])
        tried, passed = tried + len(valid), passed + int(valid.sum())
        proposed, kept, beyond = proposed + draws.proposed, kept + draws.kept, beyond + draws.beyond
        progress(min(passed, number), number)
    codes = np.concatenate(found)[:number] if found else np.empty((0, 0))
    return CodeBank(codes, tried, passed, kept / max(proposed, 1), beyond)


def nearest_valid(
    code: np.ndarray,
    bank: np.ndarray,
    model: Decoder,
    is_valid: Callable[[np.ndarray], bool],
    *,
    scale: np.ndarray | None = None,
) -> NearestCode:
    """The valid code on the line from the nearest code of the bank to `code`, as near to `code` as bisection finds it.

    `code` itself where its map is valid. Where the valid codes of the line are not one piece, the code found lies at
    the end of one of the pieces, not always of the last.

    Parameters
    ----------
    code
        (d,) of the map to repair.
    bank
        (N, d) codes that were valid when the bank was filled.
    model
        Decodes the codes.
    is_valid
        Map (rows, columns) -> whether it passes all criteria. It may be stricter here than for the bank: the nearest
        code of the bank that passes it is the beginning of the line.
    scale
        (d,) unit of each dimension for the distance, such as the standard deviations of the codes; None: 1.

    Raises
    ------
    LookupError
        No code of the bank is valid here.
    """
    code = np.asarray(code, float)

    def passes(z: np.ndarray) -> bool:
        return bool(is_valid(model.decode(z[None])[0]))

    distance = np.linalg.norm((bank - code) / (1.0 if scale is None else scale), axis=1)
    order = np.argsort(distance, kind="stable")
    if len(order) and passes(code):
        return NearestCode(code, 1.0, int(order[0]))
    start = next((int(index) for index in order if passes(bank[index])), None)
    if start is None:
        raise LookupError(f"none of the {len(bank)} codes of the bank is valid")
    valid, invalid = 0.0, 1.0
    for _ in range(BISECTIONS):
        middle = 0.5 * (valid + invalid)
        if passes(bank[start] + middle * (code - bank[start])):
            valid = middle
        else:
            invalid = middle
    return NearestCode(bank[start] + valid * (code - bank[start]), valid, start)
