from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from GenerativeModelsWeb.server.page_words import without_folders


@pytest.mark.parametrize(
    ("sentence", "shown"),
    [
        ("/srv/models/x/model.json is no bundle.", "model.json is no bundle."),
        ("Cannot write '/srv/a b/case 1' now.", "Cannot write 'case 1' now."),
        ('The folder "/srv/a b/" is full.', 'The folder "a b" is full.'),
        ("“/srv/a b/c” and ‘/d/e’ and «/f g/h»", "“c” and ‘e’ and «h»"),
        ("read (/tmp/x.png), then /tmp/y.png.", "read (x.png), then y.png."),
        ("[Errno 2] No such file or directory: '/a/b'", "[Errno 2] No such file or directory: 'b'"),
        ("No such file: 'C:\\\\Users\\\\Anna Maria\\\\z.nii'", "No such file: 'z.nii'"),
        (r"C:\Users\Anna Maria\x.png is not D:\b.", "x.png is not b."),
        ("C:/Program Files/Models/x is bad", "x is bad"),
        (r"open \\server\share\a b\c.txt now", "open c.txt now"),
        (r"\\?\C:\a\b", "b"),
        ("/Users/a/Library/Application Support/x.json is bad", "x.json is bad"),
        ("file:///tmp/a/b.nii is gone", "b.nii is gone"),
        ("PosixPath('/tmp/a'), b'/tmp/x'", "PosixPath('a'), b'x'"),
        ("path=/tmp/a:/tmp/b", "path=b"),
        ("the user's '/home/o'brien/x' isn't there", "the user's 'x' isn't there"),
        ("~/models/x and ~anna/y", "x and y"),
        ("error in /tmp/x: bad", "error in x: bad"),
        ("wrote /tmp/x and 1/2 of it at 3 mm/s", "wrote x and 1/2 of it at 3 mm/s"),
        ("nothing in C:\\", "nothing in the folder"),
        ("/tmp/GenerativeModels-session-a_b1/cases/.generative-models-0f12 is full", "the output folder is full"),
        ("'/tmp/.generative-models-0f12' is full", "the output folder is full"),
        ("in .generative-models-0f12 here", "in the output folder here"),
        ("in cases/.generative-models-0f12/skull.vtp here", "in skull.vtp here"),
    ],
)
def test_folders_are_left_out(sentence: str, shown: str) -> None:
    assert without_folders(sentence) == shown


@pytest.mark.parametrize(
    "sentence",
    [
        "The spacing is 0.2 mm/s, 1/2, a/b and n/a, and/or 5 %/week or 3 °/s, 3 mm²/s; 12 / 5.",
        "See https://slicer.org/a/b?c=/d and http://localhost:8765/session/ab/.",
        "download/mesh, ./here and ../there are relative.",
        "The axial spacing is “0.2”: type millimetres per pixel, such as 0.22.",
        "It's the user's 'file.png' (and \"another\"); ratio 3:4, 10:30 on 01/02/2026.",
        "",
        "// and / alone",
    ],
)
def test_other_words_stay_as_they_are(sentence: str) -> None:
    assert without_folders(sentence) == sentence


PART = st.text("abcdefghijklmnopqrstuvwxyzABCXYZ0123456789_-äé頭", min_size=1, max_size=9)
SPACED = st.lists(PART, min_size=1, max_size=3).map(" ".join)
WORD = st.sampled_from(
    ["the", "plane", "a/b", "1/2", "mm/s", "and/or", "0.2", "3 %", "https://a.org/b/c", "user's", "(x)", "27+3", "n/a:"]
)
PROSE = st.lists(WORD, max_size=6).map(" ".join)
ROOTS = st.sampled_from(
    [("/", "/"), ("C:\\", "\\"), ("d:/", "/"), ("\\\\host\\", "\\"), ("C:\\\\", "\\\\"), ("file:///", "/")]
)
QUOTES = st.sampled_from(["''", '""', "“”", "‘’", "«»"])


@given(PROSE)
def test_a_sentence_without_a_path_is_unchanged(sentence: str) -> None:
    assert without_folders(sentence) == sentence


@given(PROSE, ROOTS, st.lists(PART, min_size=1, max_size=5), st.sampled_from(["", ".", ":", ")", ", x"]), PROSE)
def test_of_a_path_only_the_last_part_survives(
    before: str, root: tuple[str, str], parts: list[str], end: str, after: str
) -> None:
    shown = without_folders(f"{before} {root[0]}{root[1].join(parts)}{end} or {after}")
    assert shown == f"{before} {parts[-1]}{end} or {after}"


@given(PROSE, ROOTS, st.lists(SPACED, min_size=1, max_size=5), QUOTES, PROSE)
def test_of_a_quoted_path_with_spaces_only_the_last_part_survives(
    before: str, root: tuple[str, str], parts: list[str], quotes: str, after: str
) -> None:
    shown = without_folders(f"{before} {quotes[0]}{root[0]}{root[1].join(parts)}{quotes[1]} {after}")
    assert shown == f"{before} {quotes[0]}{parts[-1]}{quotes[1]} {after}"
