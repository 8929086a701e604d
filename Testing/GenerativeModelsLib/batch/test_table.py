from collections import Counter
from pathlib import Path

import pytest

from GenerativeModelsLib.batch.table import check_case_name, read_case_table
from GenerativeModelsLib.errors import InputError


def test_rows_come_with_every_column(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("b,a\n 1 ,2\n\n3\n")
    rows = read_case_table(tmp_path / "t.csv", ("a", "b", "c"), ("a",))
    assert rows == [{"a": "2", "b": "1", "c": ""}, {"a": "", "b": "3", "c": ""}]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("b\n1\n", "has no column 'a': its columns are a, b"),
        ("a,d\n1,2\n", "an unknown column 'd'"),
        ("a,a\n1,2\n", "'a' twice"),
        ("a;b\n1;2\n", "separated by semicolons"),
        ("a,b\n", "a header and no rows"),
        ("a,b\n1,2,3\n", "Row 1 .* has 3 cells"),
    ],
)
def test_a_bad_table_is_named(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "t.csv").write_text(text)
    with pytest.raises(InputError, match=said):
        read_case_table(tmp_path / "t.csv", ("a", "b"), ("a",))


def test_case_names_are_folders_and_unique() -> None:
    check_case_name("p-1", Counter(["p-1"]))
    with pytest.raises(InputError, match="stands in 2 rows"):
        check_case_name("P1", Counter(["p1", "p1"]))
    with pytest.raises(InputError, match="cannot name a folder"):
        check_case_name("a/b", Counter(["a/b"]))
