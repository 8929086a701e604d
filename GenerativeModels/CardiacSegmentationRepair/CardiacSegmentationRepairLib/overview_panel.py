"""The overview of frames and slices and the list of violations in the panel; both lead to their place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from slicer.i18n import tr as _

from GenerativeModelsDesktop.cell_grid import CellGrid, CellLook
from GenerativeModelsDesktop.style import NOTE
from GenerativeModelsLib.segmentation.case.read import FoundViolation
from GenerativeModelsLib.segmentation.overview import overview
from GenerativeModelsScene.segmentation.case_nodes import CheckNodes
from GenerativeModelsScene.segmentation.maps import nearest_slice

__all__ = ["MOST_LISTED", "OverviewPanel"]

LOOKS = {
    "fault": CellLook("#e05a52", "×"),
    "shift": CellLook("#e3c27a", "~"),
    "fine": CellLook("#c9d8e4"),
    "empty": CellLook("#f6f8f9"),
}
MOST_LISTED = 400
"""Violations in the list; the table in the scene has them all."""
WHOLE = "W"
"""Name of the row of the faults of whole frames; the slices follow by their numbers."""


class OverviewPanel:
    """Grid, list and the buttons that go through it.

    Parameters
    ----------
    ui
        The panel's widgets.
    go
        Called with frame, slice and the violation that was chosen, None for a slice of the grid.
    """

    def __init__(self, ui: Any, go: Callable[[int, int, FoundViolation | None], None]):
        self._ui = ui
        self._go = go
        self._nodes: CheckNodes | None = None
        self._rows: list[str] = []
        self.grid = CellGrid(ui.overviewTable, LOOKS, self._cell_chosen)
        ui.legendLabel.text = _(
            "× breaks a rule, ~ shifted against its neighbours, white: not labelled. Row W: the frame as a whole."
        )
        ui.legendLabel.setStyleSheet(NOTE)
        ui.violationsList.connect("itemClicked(QListWidgetItem*)", lambda item: self.jump(ui.violationsList.row(item)))
        ui.violationsList.connect(
            "itemActivated(QListWidgetItem*)", lambda item: self.jump(ui.violationsList.row(item))
        )
        ui.previousButton.connect("clicked()", lambda: self.step(-1))
        ui.nextButton.connect("clicked()", lambda: self.step(1))

    @property
    def violations(self) -> list[FoundViolation]:
        """Those in the list."""
        return [] if self._nodes is None else self._nodes.found[:MOST_LISTED]

    def fill(self, nodes: CheckNodes | None) -> None:
        """Show a check; None clears grid and list."""
        self._nodes = nodes
        ui, violations = self._ui, self.violations
        ui.violationsList.clear()
        rows = {} if nodes is None else _rows(nodes)
        self._rows = list(rows)
        self.grid.show(rows)
        if nodes is None:
            return
        texts = [f"{_place(found)}: {found.text}" for found in violations]
        if (more := len(nodes.found) - len(violations)) > 0:
            texts.append(_("{n} more are in the table of the scene.").format(n=more))
        ui.violationsList.addItems(texts)
        for widget in (ui.violationsList, ui.previousButton, ui.nextButton):
            widget.setVisible(bool(violations))

    def start(self) -> int:
        """Number of the first fault in the list; -1 without one."""
        return next((number for number, found in enumerate(self.violations) if not found.acquisition), -1)

    def jump(self, number: int) -> None:
        """Go to a violation of the list."""
        if not 0 <= number < len(self.violations):
            return
        found = self.violations[number]
        self._ui.violationsList.setCurrentRow(number)
        slice_ = nearest_slice(self._nodes.grid, found.where) if found.slice is None else found.slice
        self._go(found.frame, slice_, found)

    def step(self, by: int) -> None:
        """Go to the next violation (1) or the one before (-1), past the ends to the other end."""
        count, row = len(self.violations), self._ui.violationsList.currentRow
        if count:
            self.jump((row + by) % count if row >= 0 else (0 if by > 0 else count - 1))

    def mark(self, frame: int, slice_: int | None) -> None:
        """Mark the cell on show."""
        self.grid.mark(self._rows.index(str(slice_)) if str(slice_) in self._rows else -1, frame)
        if slice_ is None:
            text = _("Frame {frame}")
        else:
            text = _("Frame {frame}, slice {slice}")
        self._ui.placeLabel.text = text.format(frame=frame, slice=slice_)

    def _cell_chosen(self, row: int, frame: int) -> None:
        """Go to a cell, and to its first violation where it has one."""
        slice_ = None if self._rows[row] == WHOLE else int(self._rows[row])
        fits = (n for n, found in enumerate(self.violations) if (found.frame, found.slice) == (frame, slice_))
        number = next(fits, None)
        if number is not None:
            self.jump(number)
            return
        self._ui.violationsList.setCurrentRow(-1)
        if slice_ is not None:
            self._go(frame, slice_, None)


def _rows(nodes: CheckNodes) -> dict[str, list[tuple[str, str]]]:
    """(state, words) of the cells by row: whole frames, then slices, without those beyond the heart."""
    whole: list[list[str]] = [[] for _frame in range(nodes.result["frames"])]
    for found in nodes.found:
        if found.slice is None:
            whole[found.frame].append(found.text)
    rows = {
        WHOLE: [
            ("fault", f"{_('frame')} {frame}: {' '.join(texts)}") if texts else ("fine", f"{_('frame')} {frame}")
            for frame, texts in enumerate(whole)
        ]
    }
    slices = overview(nodes.result["roles"], nodes.found)
    there = [number for number, cells in enumerate(slices) if any(cell.state != "empty" for cell in cells)]
    for number in range(there[0], there[-1] + 1) if there else ():
        cells = slices[number]
        rows[str(number)] = [(cell.state, cell.words) for cell in cells]
    return rows


def _place(found: FoundViolation) -> str:
    if found.slice is None:
        return _("Frame {frame}").format(frame=found.frame)
    return _("Frame {frame}, slice {slice}").format(frame=found.frame, slice=found.slice)
