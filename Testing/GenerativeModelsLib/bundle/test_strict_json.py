from __future__ import annotations

import json

import pytest

from GenerativeModelsLib.bundle.strict_json import DEEPEST, strict_json


def test_json_is_read() -> None:
    value = {"a": [1, -2.5e3, None, True, "µm"], "b": {"a": 2**64 - 1}}
    assert strict_json(json.dumps(value).encode()) == value
    assert strict_json(json.dumps(value, ensure_ascii=False).encode()) == value


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "Expecting value"),
        (b'{"a": 1,}', "line 1"),
        (b"\xff\xfe\x00{", "byte 0 is not UTF-8"),
        ("{}".encode("utf-16"), "not UTF-8"),
        (b'\xef\xbb\xbf{"a": 1}', "BOM"),
        (b'{"a": 1, "b": 2, "a": 3}', "'a' twice"),
        (b'[{"x": {"a": 1, "a": 1}}]', "'a' twice"),
        (b"[NaN]", "NaN"),
        (b"[-Infinity]", "-Infinity"),
        (b"[1e999]", "1e999 is out of range"),
        (b"[" + b"9" * 5000 + b"]", "whole number of 5000 digits"),
        (b"9" * 21, "whole number of 21 digits"),
        (b"[" * (DEEPEST + 1) + b"]" * (DEEPEST + 1), f"more than {DEEPEST} levels"),
        (b'{"a": "\\ud800"}', "an unpaired surrogate"),
        (b'{"\\udfff": 1}', "an unpaired surrogate"),
        (b"[" * 200_000, f"more than {DEEPEST} levels"),
        (b'{"a":' * 200_000, f"more than {DEEPEST} levels"),
    ],
)
def test_what_could_be_read_in_two_ways_or_not_at_all_is_refused(content: bytes, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        strict_json(content)


def test_a_character_of_two_escapes_is_read() -> None:
    assert strict_json(b'"\\ud83d\\ude00"') == "\U0001f600"


def test_the_deepest_that_is_allowed_is_read() -> None:
    assert strict_json(b"[" * DEEPEST + b"]" * DEEPEST)
