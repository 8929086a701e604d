"""The finished cases of a session."""

from __future__ import annotations

import shutil
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from trame_server.utils.typed_state import TypedState

from GenerativeModelsLib.anatomy.record import Anatomy
from GenerativeModelsWeb.parts.files import exports_of
from GenerativeModelsWeb.parts.state import Navigation

__all__ = ["MOST_CASES", "CaseList", "Finished"]

MOST_CASES = 20
"""Kept; a further one takes the place of the oldest."""


@dataclass(frozen=True, eq=False)
class Finished:
    """A finished case.

    Attributes
    ----------
    number
        From 1, in the order in which the cases were finished.
    anatomy, title
        Name of its anatomy; its own name.
    folder
        Of its files.
    made_from
        What the page asked for.
    headers
        Headers of the DICOM files whose patient and study its exports belong to, by input.
    record
        Of the anatomy by which it was computed, which may be another one of the same pages; None = that of `anatomy`.
    """

    number: int
    anatomy: str
    title: str
    folder: Path
    made_from: Hashable
    headers: Mapping[str, Any] = field(default_factory=dict)
    record: Anatomy | None = None


class CaseList:
    """The finished cases, and their list on the page.

    Parameters
    ----------
    navigation
        Where the list is shown.
    """

    def __init__(self, navigation: TypedState[Navigation]) -> None:
        self._navigation = navigation
        self._cases: dict[int, Finished] = {}
        self._count = 0

    def add(
        self,
        anatomy: str,
        kind: str,
        title: str,
        folder: Path,
        made_from: Hashable,
        headline: str,
        headers: Mapping[str, Any] | None = None,
        record: Anatomy | None = None,
    ) -> Finished:
        """Add a case; `kind` and `headline` are the words beside its title."""
        self._count += 1
        case = Finished(self._count, anatomy, title, folder, made_from, headers or {}, record)
        self._cases[case.number] = case
        entry: dict[str, Any] = {"number": case.number, "anatomy": anatomy, "kind": kind, "title": title}
        entry |= {"time": datetime.now().strftime("%H:%M"), "headline": headline}
        listed = [entry, *self._navigation.data.cases]
        for old in listed[MOST_CASES:]:
            gone = self._cases.pop(old["number"]).folder
            for folder in (gone, exports_of(gone)):
                shutil.rmtree(folder, ignore_errors=True)
        self._navigation.data.cases = listed[:MOST_CASES]
        return case

    def get(self, number: int) -> Finished | None:
        """The case of that number; None when it is gone."""
        return self._cases.get(int(number))
