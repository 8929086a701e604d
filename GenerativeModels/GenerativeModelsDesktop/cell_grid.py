"""A table of small coloured cells in a panel, each with a mark, that leads to what a cell stands for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import qt

__all__ = ["CellGrid", "CellLook"]

WIDTHS = 13, 20
"""Narrowest and widest cell in pixels; many columns scroll."""
ROOM = 340
"""Pixels for all columns, in a panel of ordinary width."""
CELL_HEIGHT = 15
BORDER, SCROLL_BAR = 4, 16
"""Pixels beside the rows."""
EVERY = 5
"""Distance of the columns whose number is written."""
HERE = "\u25be"
"""Sign above the column on show."""
_STYLE = (
    "QTableWidget {{ selection-background-color: {colour}; selection-color: black; }}"
    "QTableWidget::item:selected {{ border: 2px solid #0d47a1; }}"
    "QHeaderView::section {{ padding: 0px; font-size: 8pt; }}"
)
"""Style of the table; the cell on show keeps its colour and gets a frame."""


@dataclass(frozen=True)
class CellLook:
    """Colour "#rrggbb" of a cell, and the mark in it, so that it is read without colours too."""

    colour: str
    mark: str = ""


class CellGrid:
    """Rows and columns of cells; the one on show is framed, and its column has a sign above it.

    Parameters
    ----------
    view
        QTableWidget of the .ui file.
    looks
        State of a cell -> its look.
    chosen
        Called with row and column when the user goes to a cell, by mouse or keyboard.
    """

    def __init__(self, view: qt.QTableWidget, looks: Mapping[str, CellLook], chosen: Callable[[int, int], None]):
        self._view = view
        self._looks = dict(looks)
        self._chosen = chosen
        self._column = -1
        self._states: list[list[str]] = []
        view.setStyleSheet(_STYLE.format(colour="white"))
        view.setSelectionMode(qt.QAbstractItemView.SingleSelection)
        view.setEditTriggers(qt.QAbstractItemView.NoEditTriggers)
        view.setHorizontalScrollMode(qt.QAbstractItemView.ScrollPerPixel)
        for header in (view.horizontalHeader(), view.verticalHeader()):
            header.setMinimumSectionSize(WIDTHS[0])
            header.setSectionResizeMode(qt.QHeaderView.Fixed)
        view.horizontalHeader().setFixedHeight(CELL_HEIGHT)
        view.verticalHeader().setDefaultSectionSize(CELL_HEIGHT)
        view.connect("cellClicked(int,int)", self._chosen)
        view.connect("currentCellChanged(int,int,int,int)", lambda row, column, *before: self._went(row, column))

    def show(self, rows: Mapping[str, Sequence[tuple[str, str]]]) -> None:
        """Show cells, (state, words) each, by the name of their row; all rows have as many."""
        view = self._view
        view.blockSignals(True)
        view.clear()
        view.setRowCount(len(rows))
        view.setColumnCount(max(map(len, rows.values()), default=0))
        view.setVerticalHeaderLabels(list(rows))
        narrowest, widest = WIDTHS
        width = max(narrowest, min(widest, ROOM // max(view.columnCount, 1)))
        view.horizontalHeader().setDefaultSectionSize(width)
        self._states = [[state for state, words in cells] for cells in rows.values()]
        for number, cells in enumerate(rows.values()):
            for column, (state, words) in enumerate(cells):
                look = self._looks[state]
                item = qt.QTableWidgetItem(look.mark)
                item.setBackground(qt.QBrush(qt.QColor(look.colour)))
                item.setTextAlignment(qt.Qt.AlignCenter)
                item.setToolTip(words)
                view.setItem(number, column, item)
        self._column = -1
        self._name_columns()
        bar = SCROLL_BAR if width * view.columnCount > ROOM else 0
        view.setFixedHeight(CELL_HEIGHT * (len(rows) + 1) + BORDER + bar)
        view.blockSignals(False)

    def mark(self, row: int, column: int) -> None:
        """Frame a cell, and name its column; outside the grid nothing is framed."""
        view = self._view
        view.blockSignals(True)
        inside = 0 <= row < view.rowCount and 0 <= column < view.columnCount
        if inside:
            view.setStyleSheet(_STYLE.format(colour=self._looks[self._states[row][column]].colour))
        view.setCurrentCell(row if inside else -1, column if inside else -1)
        self._column = column
        self._name_columns()
        view.blockSignals(False)

    def _name_columns(self) -> None:
        count = self._view.columnCount
        names = [HERE if n == self._column else str(n) if n % EVERY == 0 else "" for n in range(count)]
        self._view.setHorizontalHeaderLabels(names)

    def _went(self, row: int, column: int) -> None:
        if row >= 0 and column >= 0:
            self._chosen(row, column)
