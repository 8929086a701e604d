"""Benchmark results as Markdown and JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Table:
    """A table of text with a title, and `notes` below it."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    notes: Sequence[str] = ()

    def markdown(self) -> str:
        lines = [f"### {self.title}", "", "| " + " | ".join(self.columns) + " |", "|" + "---|" * len(self.columns)]
        lines += ["| " + " | ".join(row) + " |" for row in self.rows]
        return "\n".join([*lines, "", *(f"{note}  " for note in self.notes), ""])


@dataclass(frozen=True)
class Report:
    """The tables of a benchmark, and the same figures for JSON."""

    tables: Sequence[Table]
    figures: dict[str, Any] = field(default_factory=dict)


def publish(name: str, report: Report, output: Path | None, *, as_json: bool = False) -> None:
    """Print a report as Markdown or JSON; if a folder is given, write `<name>.md` and `<name>.json` into it."""
    text = "\n".join(table.markdown() for table in report.tables)
    figures = json.dumps(report.figures, indent=1, default=float)
    print(figures if as_json else text)
    if output is not None:
        Path(output).mkdir(parents=True, exist_ok=True)
        (Path(output) / f"{name}.md").write_text(text, encoding="utf-8")
        (Path(output) / f"{name}.json").write_text(figures + "\n", encoding="utf-8")
