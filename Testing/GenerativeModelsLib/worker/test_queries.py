"""Which queries are sent, which wait and which are given up; compared with a plain model of it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from GenerativeModelsLib.worker.queries import OpenQueries, Query

STEPS = st.lists(st.tuples(st.sampled_from(["ask", "answer", "close"]), st.sampled_from(["a", "b", "c"])), max_size=40)


class Child:
    """Answers what it is sent, in that order."""

    def __init__(self) -> None:
        self.inbox: list[Query] = []
        self.sent: list[Query] = []

    def take(self, query: Query) -> None:
        self.inbox.append(query)
        self.sent.append(query)


@given(STEPS)
def test_one_query_of_a_name_is_under_way_and_the_newest_is_never_lost(steps: list[tuple[str, str]]) -> None:
    queries, child = OpenQueries(), Child()
    newest: dict[str, int] = {}
    for act, name in steps:
        if act == "ask":
            query = queries.new("place", name, {"values": {}})
            newest[name] = query.number
            if queries.admit(query):
                child.take(query)
        elif act == "answer" and child.inbox:
            due = queries.answered(child.inbox.pop(0).number)
            if due is not None:
                child.take(due)
        elif act == "close":
            still_open = {q.key: q.number for q in queries.close_all()}
            answered = {q.key for q in child.sent if q.number == newest.get(q.message["name"]) and q not in child.inbox}
            assert still_open == {f"place {n}": number for n, number in newest.items() if f"place {n}" not in answered}
            newest, child = {}, Child()
        under_way = [query.message["name"] for query in child.inbox]
        assert len(under_way) == len(set(under_way)), "two of one name"
        assert bool(queries) == bool(child.inbox)
    while child.inbox:
        due = queries.answered(child.inbox.pop(0).number)
        if due is not None:
            child.take(due)
    assert not queries
    last_sent = {query.message["name"]: query.number for query in child.sent}
    assert last_sent == newest, "the newest of every name was sent, and after it none"


def test_numbers_differ_and_the_message_says_what_is_asked() -> None:
    queries = OpenQueries()
    first, second = (queries.new("place", name, {"values": {"x": 1}, "device": "cpu"}) for name in ("a", "b"))
    assert (first.number, second.number) == (1, 2) and first.key != second.key
    assert second.message == {"query": 2, "place": "place", "name": "b", "values": {"x": 1}, "device": "cpu"}


def test_queries_of_two_anatomies_do_not_wait_for_each_other() -> None:
    queries = OpenQueries()
    assert queries.admit(queries.new("one", "shape_at", {})) and queries.admit(queries.new("other", "shape_at", {}))
    assert not queries.admit(queries.new("one", "shape_at", {}))


def test_an_answer_to_a_query_that_is_closed_changes_nothing() -> None:
    queries = OpenQueries()
    query = queries.new("place", "a", {})
    queries.admit(query)
    assert queries.close_all() == [query] and not queries
    again = queries.new("place", "a", {})
    assert queries.admit(again)
    assert queries.answered(query.number) is None and bool(queries)
