"""Queries that a worker has not answered yet, with the functions that receive their answers."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, NamedTuple

from GenerativeModelsLib.worker import Answered, Failed, Refused

__all__ = ["PendingQueries"]


class _Query(NamedTuple):
    name: str
    answered: Callable[[Any], None]
    failed: Callable[[str], None] | None


class PendingQueries:
    """The pending queries by number; numbers increase. An answer closes all older queries of the same name."""

    def __init__(self) -> None:
        self._queries: dict[int, _Query] = {}

    def __bool__(self) -> bool:
        return bool(self._queries)

    def add(
        self, number: int, name: str, answered: Callable[[Any], None], failed: Callable[[str], None] | None
    ) -> None:
        """Add a query that was sent."""
        self._queries[number] = _Query(name, answered, failed)

    def take(self, event: Answered | Refused | Failed) -> None:
        """Call the function for the event; does nothing for an unknown query."""
        query = self._queries.get(event.query)
        if query is None:
            return
        self._queries = {
            number: other for number, other in self._queries.items() if other.name != query.name or number > event.query
        }
        if isinstance(event, Answered):
            query.answered(event.values)
            return
        logging.error("Query %s: %s", query.name, getattr(event, "details", "") or event.sentence)
        if query.failed is not None:
            query.failed(event.sentence)

    def clear(self) -> None:
        """Forget all queries."""
        self._queries = {}
