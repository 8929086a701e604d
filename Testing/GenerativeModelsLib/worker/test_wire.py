import os
from dataclasses import fields
from pathlib import Path

import pytest

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.skull.request import SkullRequest
from GenerativeModelsLib.worker.wire import from_line, request_from_message, request_to_message, to_line

FULL = {
    "axial": Path("a ☃.png"),
    "output": Path("out"),
    "sagittal": Path("s.png"),
    "coronal": Path("c.png"),
    "axial_spacing_mm": (0.1, 0.2),
    "sagittal_spacing_mm": (1 / 3, 0.3),
    "coronal_spacing_mm": (0.2, 0.3),
    "pixel_spacing_mm": (0.5, 0.6),
    "model": Path("bundle"),
    "samples": 7,
    "device": "cuda:1",
    "seed": 2**63 - 1,
    "gestational_age_weeks": 20 + 1 / 7,
    "overwrite": True,
    "labels": {"axial": "Ä node\nof two lines"},
    "title": "Case 1",
}


def there_and_back(request: SkullRequest) -> SkullRequest:
    return request_from_message(from_line(to_line(request_to_message(request))))


def test_every_field_of_a_request_arrives_to_the_bit() -> None:
    assert set(FULL) == {entry.name for entry in fields(SkullRequest)}, "a new field: give it a value here"
    request = SkullRequest(**FULL)
    paths = {name: Path(value).absolute() for name, value in FULL.items() if isinstance(value, Path)}
    assert there_and_back(request) == SkullRequest(**(FULL | paths))


def test_what_was_left_out_stays_left_out() -> None:
    arrived = there_and_back(SkullRequest(axial=Path("/a.png"), output=Path("/out")))
    assert arrived.model is None and arrived.sagittal is None and dict(arrived.labels) == {}
    assert list(arrived.planes()) == ["axial"]


@pytest.mark.skipif(os.name == "nt", reason="names there are text")
def test_a_file_name_that_is_no_utf8_survives() -> None:
    path = Path(os.fsdecode(b"/\xff\xfe.png"))
    assert os.fsencode(there_and_back(SkullRequest(axial=path, output=Path("/out"))).axial) == b"/\xff\xfe.png"


def test_a_line_is_ascii_and_one_line() -> None:
    line = to_line({"label": "☃\n"})
    assert line.isascii() and line.endswith(b"\n") and line.count(b"\n") == 1


@pytest.mark.parametrize("line", [b"a library says hello\n", b"[1, 2]\n", b"\xff\xff\n", b"\n", b'{"half"\n', b"12\n"])
def test_what_is_no_message_is_passed_over(line: bytes) -> None:
    assert from_line(line) is None


def test_a_request_that_is_none_is_refused_as_ever() -> None:
    values = request_to_message(SkullRequest(axial=Path("/a.png"), output=Path("/out")))
    with pytest.raises(InputError, match="--samples is -1"):
        request_from_message(values | {"samples": -1})
