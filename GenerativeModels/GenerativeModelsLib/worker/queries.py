"""Open queries of a worker."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

__all__ = ["OpenQueries", "Query"]


@dataclass(frozen=True)
class Query:
    """A query as it is sent.

    Attributes
    ----------
    number
        Number by which its answer is identified.
    key
        Only one query of a key is sent at a time.
    message
        Message for the child.
    """

    number: int
    key: str
    message: dict[str, Any]


class OpenQueries:
    """The sent query of each key, and the newest one that waits for it."""

    def __init__(self) -> None:
        self._sent: dict[str, Query] = {}
        self._waiting: dict[str, Query] = {}
        self._count = 0

    def __bool__(self) -> bool:
        return bool(self._sent)

    def new(self, place: str, name: str, content: dict[str, Any]) -> Query:
        """A query with a number of its own, of the anatomy whose record is at `place`."""
        self._count += 1
        message = {"query": self._count, "place": place, "name": name, **content}
        return Query(self._count, f"{place} {name}", message)

    def admit(self, query: Query) -> bool:
        """Whether to send the query now; otherwise it waits, and replaces one that waited before."""
        if query.key in self._sent:
            self._waiting[query.key] = query
            return False
        self._sent[query.key] = query
        return True

    def answered(self, number: int) -> Query | None:
        """Close a query; returns the waiting one to send now, if any."""
        key = next((query.key for query in self._sent.values() if query.number == number), None)
        if key is None:
            return None
        del self._sent[key]
        waiting = self._waiting.pop(key, None)
        if waiting is not None:
            self._sent[key] = waiting
        return waiting

    def close_all(self) -> list[Query]:
        """Close all queries; returns the newest of each key."""
        newest = {**self._sent, **self._waiting}
        self._sent, self._waiting = {}, {}
        return list(newest.values())
