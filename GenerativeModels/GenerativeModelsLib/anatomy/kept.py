"""Computed cases that are kept, so that a change that needs no computation has none."""

from __future__ import annotations

from collections import OrderedDict
from typing import Generic, Protocol, TypeVar

from GenerativeModelsLib.anatomy.fields import judged_fields
from GenerativeModelsLib.anatomy.record import Anatomy
from GenerativeModelsLib.output.fingerprint import Fingerprint

__all__ = ["KeptCases"]

MOST = 2
"""Cases kept; a skull takes some tens of megabytes."""
_OF_THE_PAGE = frozenset({"title"})
"""Fields of every request that only the report shows."""


class KeptCase(Protocol):
    """What is used of a case, `run.Case`."""

    anatomy: Anatomy
    fingerprint: Fingerprint


AnyCase = TypeVar("AnyCase", bound=KeptCase)


class KeptCases(Generic[AnyCase]):
    """The last computed cases of anatomies that have fields which need no computation (`Field.recomputes`)."""

    def __init__(self) -> None:
        self._cases: OrderedDict[tuple[str, str], AnyCase] = OrderedDict()

    def find(self, anatomy: Anatomy, fingerprint: Fingerprint) -> AnyCase | None:
        """A case that differs from the one with this fingerprint in such fields at most; None without one."""
        key = _key(anatomy, fingerprint)
        if key in self._cases:
            self._cases.move_to_end(key)
        return self._cases.get(key)

    def add(self, case: AnyCase) -> None:
        """Keep a case; the one not used for longest is dropped."""
        if judged_fields(case.anatomy.request):
            self._cases[_key(case.anatomy, case.fingerprint)] = case
            while len(self._cases) > MOST:
                self._cases.popitem(last=False)


def _key(anatomy: Anatomy, fingerprint: Fingerprint) -> tuple[str, str]:
    return anatomy.name, fingerprint.without(judged_fields(anatomy.request) | _OF_THE_PAGE).digest
