"""The mapping of labels, on stand-ins for combo boxes."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from GenerativeModelsLib.errors import InputError

TITLES = {"lv": "Cavity", "myo": "Wall"}
FOUND = SimpleNamespace(
    choices=(("1", "one"), ("2", "two")), chosen={"lv": "2", "myo": None}, how={"lv": "value", "myo": None}
)


class Box:
    """A QComboBox."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        self.entries, self.currentIndex = [], -1

    def addItem(self, text: str, data: str) -> None:
        self.entries.append((text, data))
        self.currentIndex = max(self.currentIndex, 0)

    def findData(self, data: str) -> int:
        return next((n for n, entry in enumerate(self.entries) if entry[1] == data), -1)

    @property
    def currentData(self) -> str:
        return self.entries[self.currentIndex][1]

    def connect(self, signal: str, slot) -> None:
        assert signal == "activated(int)"
        self.activated = slot

    def choose(self, index: int) -> None:
        self.currentIndex = index
        self.activated(index)


@pytest.fixture
def row(desktop, widget):
    label, boxes, changes = widget(), [Box(), Box()], []
    made = desktop("label_row").LabelRow(boxes, label, lambda error: f"window: {error}", lambda: changes.append(1))
    return SimpleNamespace(row=made, label=label, boxes=boxes, changes=changes)


def test_what_was_found_is_shown_with_how(row) -> None:
    row.row.follow("node", TITLES, lambda: FOUND, "by value, as usual")
    assert [entry[0] for entry in row.boxes[0].entries] == ["Cavity: none", "Cavity: one", "Cavity: two"]
    assert [box.currentIndex for box in row.boxes] == [2, 0]
    assert row.label.text == "found by value, as usual" and row.row.structures is None


def test_a_choice_is_kept_until_another_node_or_other_titles(row) -> None:
    row.row.follow("node", TITLES, lambda: FOUND, "")
    row.boxes[1].choose(1)
    row.row.follow("node", TITLES, lambda: FOUND, "")
    assert row.changes == [1] and row.row.structures == {"lv": "2", "myo": "1"} and row.label.text == "as chosen"
    row.row.follow(
        "node",
        {"la": "Atrium", "myo": "Wall"},
        lambda: SimpleNamespace(
            choices=FOUND.choices, chosen={"la": "1", "myo": None}, how={"la": "name", "myo": None}
        ),
        "",
    )
    assert row.row.structures is None and row.boxes[0].entries[1][0] == "Atrium: one"
    row.boxes[0].choose(0)
    row.row.follow("another", TITLES, lambda: FOUND, "")
    assert row.row.structures is None


def test_a_node_that_will_not_do_is_a_sentence_and_no_node_none(row) -> None:
    def fail():
        raise InputError("it is an image.")

    row.row.follow("node", TITLES, fail, "")
    assert row.label.text == "window: it is an image." and not row.boxes[0].enabled
    row.row.follow(None, TITLES, fail, "")
    assert row.label.text == "" and not row.label.visible
