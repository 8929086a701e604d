"""Tables that appear whole and hold no formulas."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import pytest

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.output.table_file import write_table


def read(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_texts_are_read_back_and_formulas_are_texts(tmp_path: Path) -> None:
    write_table(tmp_path / "t.csv", ("a", "b"), [{"a": 'x,"y"\nß', "b": "=1+1"}, {"a": -1.5}])
    assert read(tmp_path / "t.csv") == [{"a": 'x,"y"\nß', "b": "'=1+1"}, {"a": "-1.5", "b": ""}]


def test_a_failed_write_leaves_the_older_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_table(tmp_path / "t.csv", ("a",), [{"a": 1}])

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(InputError, match="No space left"):
        write_table(tmp_path / "t.csv", ("a",), [{"a": 2}])
    assert read(tmp_path / "t.csv") == [{"a": "1"}] and [p.name for p in tmp_path.iterdir()] == ["t.csv"]
