"""A table node in a panel, for reading: narrow columns, and as high as its rows."""

from __future__ import annotations

from typing import Any

import qt

__all__ = ["prepare_table", "show_table"]

LEAST_SECTION = 20
"""Smallest width of a column in pixels. Slicer sets 60 with every table node, which cuts off the last columns."""
ROW_HEIGHT = 24
FONT_SHARE = 0.92


def prepare_table(view: Any) -> None:
    """Set up a qMRMLTableView: no row numbers, fitted columns and rows, a smaller font."""
    view.verticalHeader().setVisible(False)
    view.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
    view.verticalHeader().setMinimumSectionSize(ROW_HEIGHT - 2)
    view.verticalHeader().setSectionResizeMode(qt.QHeaderView.ResizeToContents)
    view.horizontalHeader().setSectionResizeMode(qt.QHeaderView.ResizeToContents)
    view.horizontalHeader().connect("sectionResized(int,int,int)", lambda *_: _fit_height(view))
    font = view.font
    if font.pointSizeF() > 0:  # not set in pixels
        font.setPointSizeF(FONT_SHARE * font.pointSizeF())
        view.setFont(font)


def show_table(view: Any, node: Any) -> None:
    """Show a table node, or none, in a view of `prepare_table`.

    The first column takes the width that the others leave, and wraps its text.
    """
    view.setMRMLTableNode(node)
    if node is None:
        return
    header = view.horizontalHeader()
    header.setMinimumSectionSize(LEAST_SECTION)
    header.setStretchLastSection(False)
    view.resizeColumnsToContents()
    header.setSectionResizeMode(0, qt.QHeaderView.Stretch)  # after it, which would narrow a stretched column
    _fit_height(view)


def _fit_height(view: Any) -> None:
    """Set the height of the view to that of its rows, so that the panel scrolls and the table does not."""
    view.resizeRowsToContents()
    rows = sum(view.rowHeight(row) for row in range(view.model().rowCount()))
    view.setFixedHeight(max(view.horizontalHeader().height, ROW_HEIGHT) + rows + 2)
