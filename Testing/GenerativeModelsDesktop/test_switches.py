"""The switch of the range of the colours."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace


class Range:
    """A ctkRangeWidget."""

    minimumValue, maximumValue = 0.0, 1.0

    def connect(self, signal: str, slot: Callable[[], None]) -> None:
        assert signal == "valuesChanged(double,double)"
        self.changed = slot

    def setValues(self, low: float, high: float) -> None:
        self.minimumValue, self.maximumValue = low, high
        self.changed()


def a_row(desktop, ends):
    switches = desktop("switches")
    box = SimpleNamespace(currentIndex=0)
    box.connect = lambda signal, slot: setattr(box, "changed", slot)
    found, widget = [], Range()
    row = switches.ColourRangeRow(box, widget, ends, lambda low, high: found.append((low, high)))
    return row, box, widget, found


def test_the_range_follows_the_choice(desktop) -> None:
    _, box, _, found = a_row(desktop, {"fit": (1.0, 2.0), "compare": (0.0, 4.0)}.get)
    box.changed()
    assert found[-1] == (1.0, 2.0)
    box.currentIndex = 1
    box.changed()
    assert found[-1] == (0.0, 4.0)


def test_a_range_by_hand_counts_unless_its_ends_are_equal(desktop) -> None:
    _, _, widget, found = a_row(desktop, lambda choice: (1.0, 2.0))
    widget.setValues(0.5, 3.0)
    widget.setValues(2.0, 2.0)
    assert found == [(0.5, 3.0)]


def test_without_a_case_nothing_changes(desktop) -> None:
    row, _, widget, found = a_row(desktop, lambda choice: None)
    row.refresh()
    assert found == [] and widget.maximumValue == 1.0


def test_words_of_the_switch(desktop) -> None:
    assert [choice.label() for choice in desktop("switches").ColourRange] == ["Fit to case", "Compare"]
