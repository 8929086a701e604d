"""A table in a panel, with stand-ins; no Slicer needed."""

from __future__ import annotations

from types import SimpleNamespace


class Header:
    """A header that writes each call into `calls`."""

    height = 20

    def __init__(self) -> None:
        self.calls: list[tuple] = []

    def __getattr__(self, name: str):
        return lambda *values: self.calls.append((name, *values))


class View:
    """A qMRMLTableView with two rows, which widens its columns with every table node."""

    def __init__(self) -> None:
        self.across, self.down, self.font = Header(), Header(), SimpleNamespace(pointSizeF=lambda: -1)
        self.horizontalHeader, self.verticalHeader = lambda: self.across, lambda: self.down
        self.model = lambda: SimpleNamespace(rowCount=lambda: 2)
        self.rowHeight = lambda row: 30

    def setMRMLTableNode(self, node: object) -> None:
        self.node = node
        self.across.setMinimumSectionSize(60)

    def setFixedHeight(self, height: int) -> None:
        self.height = height

    def resizeColumnsToContents(self) -> None:
        self.across.calls.append(("fitted",))

    def resizeRowsToContents(self) -> None: ...


def test_columns_stay_narrow_after_each_table(desktop) -> None:
    module, view = desktop("table_view"), View()
    module.prepare_table(view)
    for node in ("first", "second"):
        module.show_table(view, node)
        least = [call[1] for call in view.across.calls if call[0] == "setMinimumSectionSize"]
        assert least[-1] == 20 and view.node == node
    assert ("setSectionResizeMode", 0, "stretch") in view.across.calls
    assert view.across.calls[-1] != ("fitted",), "the first column is stretched last"
    assert view.height == 24 + 2 * 30 + 2
    module.show_table(view, None)
    assert view.node is None
