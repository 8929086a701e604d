"""Queries that a worker has not answered yet, with the functions that receive their answers."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, NamedTuple

from slicer.i18n import tr as _

from GenerativeModelsLib.errors import InputError
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
            sentence = _failure_of(query, event.values)
            if sentence is None:
                return
        else:
            sentence = event.sentence
            logging.error("Query %s: %s", query.name, getattr(event, "details", "") or sentence)
        if query.failed is not None:
            query.failed(sentence)

    def clear(self) -> None:
        """Forget all queries."""
        self._queries = {}


def _failure_of(query: _Query, values: Any) -> str | None:
    """Give the answer to its receiver; returns why it could not be used, None if it could."""
    try:
        query.answered(values)
    except InputError as error:
        return str(error)
    except Exception as error:  # no error in the user's scene may lose the events that follow
        logging.exception("The answer to query %s could not be shown", query.name)
        return _("The answer could not be shown ({error}): see the error log.").format(error=error)
    return None
