"""Preselection: nodes that belong together by their names, never those of two patients."""

from __future__ import annotations

from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as st

WORDS = {"left": r"(?<![a-z])left(?![a-z])", "right": r"(?<![a-z])right(?![a-z])"}


def named(*names: str) -> list[SimpleNamespace]:
    return [SimpleNamespace(GetName=lambda name=name: name, name=name) for name in names]


def names(found: dict) -> dict[str, str]:
    return {role: node.name for role, node in found.items()}


def test_newest_pair_of_one_patient(desktop) -> None:
    matching = desktop("preselection").matching_nodes
    nodes = named("case 7 left", "case 7 right", "Case 8 Left", "Case 8 Right", "notes")
    assert names(matching(nodes, WORDS, "left")) == {"left": "Case 8 Left", "right": "Case 8 Right"}


def test_other_names_only_when_there_is_one_of_each(desktop) -> None:
    matching = desktop("preselection").matching_nodes
    assert names(matching(named("a left", "b right"), WORDS, "left")) == {"left": "a left", "right": "b right"}
    assert names(matching(named("a left", "b right", "c right"), WORDS, "left")) == {"left": "a left"}


def test_without_the_required_role(desktop) -> None:
    matching = desktop("preselection").matching_nodes
    assert names(matching(named("a right", "anything"), WORDS, "left")) == {"left": "anything"}
    assert matching(named("a right"), WORDS, "left") == {}
    assert matching([], WORDS, "left") == {}


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(("left", "right"))), max_size=8))
def test_two_patients_are_never_mixed_where_names_tell(entries: list[tuple[str, str]]) -> None:
    from GenerativeModelsDesktop.preselection import matching_nodes

    found = names(matching_nodes(named(*(f"{who} {side}" for who, side in entries)), WORDS, "left"))
    if len(found) == 2 and entries.count((found["right"][0], "left")):
        assert found["left"][0] == found["right"][0]
