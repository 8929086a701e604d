"""The grid of coloured cells, on a stand-in for a QTableWidget."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import pytest


class Anything:
    """Accepts every call."""

    def __getattr__(self, name: str):
        return lambda *values: None


class Item:
    """A QTableWidgetItem."""

    def __init__(self, text: str) -> None:
        self.text, self.tip, self.colour = text, "", ""

    def setBackground(self, colour: str) -> None:
        self.colour = colour

    def setToolTip(self, tip: str) -> None:
        self.tip = tip

    def setTextAlignment(self, alignment: object) -> None: ...


class Table(Anything):
    """A QTableWidget that emits its signals as Qt does: none while they are blocked."""

    rowCount = columnCount = 0

    def __init__(self) -> None:
        self.items: dict[tuple[int, int], Item] = {}
        self.slots, self.blocked, self.current = {}, False, (-1, -1)
        self.across, self.down, self.style, self.height = [], [], "", 0
        self.header = Anything()

    def horizontalHeader(self) -> Anything:
        return self.header

    verticalHeader = horizontalHeader

    def connect(self, signal: str, slot) -> None:
        self.slots[signal.split("(")[0]] = slot

    def blockSignals(self, on: bool) -> None:
        self.blocked = on

    def clear(self) -> None:
        self.items.clear()

    def setRowCount(self, count: int) -> None:
        self.rowCount = count

    def setColumnCount(self, count: int) -> None:
        self.columnCount = count

    def setItem(self, row: int, column: int, item: Item) -> None:
        self.items[row, column] = item

    def setHorizontalHeaderLabels(self, names: list[str]) -> None:
        self.across = names

    def setVerticalHeaderLabels(self, names: list[str]) -> None:
        self.down = names

    def setStyleSheet(self, style: str) -> None:
        self.style = style

    def setFixedHeight(self, height: int) -> None:
        self.height = height

    def setCurrentCell(self, row: int, column: int) -> None:
        before, self.current = self.current, (row, column)
        if not self.blocked and before != self.current:
            self.slots["currentCellChanged"](row, column, *before)


@pytest.fixture
def grid(desktop, monkeypatch: pytest.MonkeyPatch):
    """A grid of two rows and seven columns, its table, and the cells that were chosen."""
    same = lambda value: value  # noqa: E731
    kinds = {"QTableWidgetItem": Item, "QBrush": same, "QColor": same, "QTableWidget": Table}
    choices = SimpleNamespace(SingleSelection=1, NoEditTriggers=0, ScrollPerPixel=1)
    header, align = SimpleNamespace(Fixed=2), SimpleNamespace(AlignCenter=4)
    kinds |= {"QAbstractItemView": choices, "QHeaderView": header, "Qt": align}
    monkeypatch.setitem(sys.modules, "qt", SimpleNamespace(**kinds))
    module, table, chosen = desktop("cell_grid"), Table(), []
    looks = {"bad": module.CellLook("#ff0000", "x"), "good": module.CellLook("#eeeeee")}
    made = module.CellGrid(table, looks, lambda row, column: chosen.append((row, column)))
    cells = [("bad" if column == 4 else "good", f"cell {column}") for column in range(7)]
    made.show({"all": cells, "3": cells})
    return made, table, chosen


def test_cells_have_colour_mark_and_words(grid) -> None:
    _made, table, _chosen = grid
    assert (table.rowCount, table.columnCount, table.down) == (2, 7, ["all", "3"])
    bad, good = table.items[1, 4], table.items[1, 0]
    assert (bad.text, bad.colour, bad.tip) == ("x", "#ff0000", "cell 4") and (good.text, good.colour) == ("", "#eeeeee")
    assert table.across == ["0", "", "", "", "", "5", ""]


def test_the_cell_on_show_is_framed_in_its_own_colour_and_calls_nobody(grid) -> None:
    made, table, chosen = grid
    made.mark(1, 4)
    assert table.current == (1, 4) and "selection-background-color: #ff0000" in table.style
    assert table.across[4] == "\u25be" and chosen == []
    made.mark(-1, 5)
    assert table.current == (-1, -1) and table.across[4:6] == ["", "\u25be"] and chosen == []
    made.mark(0, 99)
    assert table.current == (-1, -1)


def test_mouse_and_keyboard_choose_a_cell(grid) -> None:
    _made, table, chosen = grid
    table.setCurrentCell(1, 2)
    table.slots["cellClicked"](0, 3)
    assert chosen == [(1, 2), (0, 3)]
    table.setCurrentCell(-1, -1)
    assert len(chosen) == 2


def test_a_grid_is_as_high_as_its_rows_and_can_be_empty(grid) -> None:
    made, table, _chosen = grid
    high = table.height
    made.show({"all": [("good", "")] * 99})
    assert table.height == high - 15 + 16, "a row less, and a scroll bar"
    made.show({})
    assert (table.rowCount, table.columnCount, table.items) == (0, 0, {})
    made.mark(0, 0)
    assert table.current == (-1, -1)
