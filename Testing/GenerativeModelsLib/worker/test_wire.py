"""What goes over the line arrives as it was."""

from __future__ import annotations

import os
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from GenerativeModelsLib.anatomy.request import CaseRequest
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.heart.request import HeartRequest
from GenerativeModelsLib.image_files.given import GivenImage
from GenerativeModelsLib.skull.corrections import EllipsePx, KnownLength
from GenerativeModelsLib.skull.request import SkullRequest
from GenerativeModelsLib.worker.wire import (
    from_line,
    packed,
    request_from_message,
    request_to_message,
    to_line,
    unpacked,
)

SHARED = {
    "output": Path("out"),
    "model": Path("bundle"),
    "device": "cuda:1",
    "seed": 2**63 - 1,
    "overwrite": True,
    "title": "Case 1",
    "case_id": "Fötus 1",
    "examination_date": "2026-03-31",
    "operator": "Åsa Öberg",
    "institution": "St Thomas'",
    "language": "de",
    "export": "fhir,stl",
    "identity_from_dicom": True,
    "dicom_patient": "new",
}
CORRECTIONS = {
    "axial_facing": "flip",
    "axial_ellipse": EllipsePx(400 / 3, 300.25, 180.5, 140.1, -12.3),
    "axial_mask": (((0.0, 0.0), (1 / 3, 0.0), (0.0, 20.5)), ((5.0, 5.0), (9.5, 5.0), (9.5, 8.0), (5.0, 8.0))),
    "axial_length": KnownLength(10.0, 20.5, 110 / 3, 220.0, 50.1),
    "sagittal_facing": "left",
    "sagittal_ellipse": EllipsePx(1.5, 2.5, 30.1, 25.2, 90.0),
    "sagittal_mask": (((1.0, 1.0), (9.0, 1.0), (9.0, 9.0)),),
    "sagittal_length": KnownLength(0.0, 0.0, 0.0, 100.7, 33.3),
    "coronal_facing": "up",
    "coronal_ellipse": EllipsePx(3.5, 4.5, 40.1, 35.2, 45.0),
    "coronal_mask": (((3.0, 3.0), (14.0, 3.0), (14.0, 4.5)),),
    "coronal_length": KnownLength(0.0, 0.0, 80.2, 0.0, 20.9),
}
FULL = {
    SkullRequest: {
        "axial": Path("a ☃.png"),
        "sagittal": Path("s.png"),
        "coronal": Path("c.png"),
        "axial_spacing_mm": (0.1, 0.2),
        "sagittal_spacing_mm": (1 / 3, 0.3),
        "coronal_spacing_mm": (0.2, 0.3),
        "pixel_spacing_mm": (0.5, 0.6),
        "samples": 7,
        "gestational_age_weeks": 20 + 1 / 7,
        "chart": "who",
        "sex": "female",
        "axial_frame": 3,
        "sagittal_frame": 0,
        "coronal_frame": 11,
        "frame": 5,
        "mask_text": True,
        "imagine": True,
        **CORRECTIONS,
        "shown_names": {"axial": "Ä node\nof two lines"},
        **SHARED,
    },
    HeartRequest: {
        "ed": Path("ed ☃.nrrd"),
        "es": Path("es.nrrd"),
        "labels": "lv=1,myo=2",
        "septum": "dir:1,0,0",
        "sex": "female",
        "height_cm": 171.5,
        "weight_kg": 70.1,
        "force": True,
        "realign": True,
        **SHARED,
    },
}


CINE = {"cine": Path("/film.nrrd"), "ed_frame": 2, "es_frame": 9}
"""Fields that stand in place of others."""


def there_and_back(request: CaseRequest) -> CaseRequest:
    return request_from_message(type(request), from_line(to_line(request_to_message(request))))


@pytest.mark.parametrize("kind", FULL)
def test_every_field_of_a_request_arrives_to_the_bit(kind: type[CaseRequest]) -> None:
    given = FULL[kind]
    known = [entry for entry in fields(kind) if entry.name not in CINE]
    assert set(given) == {entry.name for entry in known}, "a new field: give it a value here"
    assert all(entry.default != given[entry.name] for entry in known), "a value that is no default"
    paths = {name: value.absolute() for name, value in given.items() if isinstance(value, Path)}
    arrived = there_and_back(kind(**given))
    assert arrived == kind(**(given | paths))
    for name in CORRECTIONS.keys() & given:
        assert type(getattr(arrived, name)) is type(given[name])


def test_a_cine_arrives() -> None:
    assert there_and_back(HeartRequest(**CINE)) == HeartRequest(**CINE)


def test_what_was_left_out_stays_left_out() -> None:
    arrived = there_and_back(SkullRequest(axial=Path("/a.png"), output=Path("/out")))
    assert arrived.model is None and arrived.sagittal is None and dict(arrived.shown_names) == {}
    assert list(arrived.planes()) == ["axial"]
    assert there_and_back(HeartRequest(Path("/a.nii"), output=Path("/out"))).es is None


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
    with pytest.raises(InputError, match="samples is -1") as caught:
        request_from_message(SkullRequest, values | {"samples": -1})
    assert caught.value.field == "samples"


@pytest.mark.parametrize("value", [{1}, b"bytes", object(), GivenImage(np.eye(2), "x"), np.array(["text"])])
def test_what_has_no_way_over_the_line_is_named(value: object) -> None:
    with pytest.raises(TypeError, match=rf"A {type(value).__name__} cannot be sent to a worker"):
        packed({"deep": [value]})


KINDS = st.sampled_from(["?", "u1", "<i2", ">i4", "<i8", "<f4", ">f8", "<u8"])
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(),
    st.text(st.characters(exclude_characters="\0/", exclude_categories=["Cs"]), min_size=1).map(Path),
    arrays.arrays(KINDS, arrays.array_shapes(min_dims=0, min_side=0)),
    KINDS.flatmap(lambda kind: arrays.arrays(kind, (3, 4))).map(lambda array: array.T[::2]),
)
NAMES = st.text().filter(lambda name: not name.startswith("$"))
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(st.lists(inner), st.lists(inner).map(tuple), st.dictionaries(NAMES, inner)),
    max_leaves=8,
)


@given(VALUES)
def test_nested_values_arrive_as_they_were(value: Any) -> None:
    message = from_line(to_line({"values": packed(value)}))
    assert same(unpacked(message["values"]), value)


@given(KINDS.flatmap(lambda kind: arrays.arrays(kind, ())))
def test_a_number_of_numpy_arrives_as_a_number(array: np.ndarray) -> None:
    arrived = unpacked(from_line(to_line({"value": packed(array[()])}))["value"])
    assert same(arrived, array[()].item()) and not isinstance(arrived, np.ndarray)


def test_an_array_that_arrived_can_be_written_to() -> None:
    arrived = unpacked(packed(np.arange(3)))
    arrived[0] = 5
    assert arrived.tolist() == [5, 1, 2]


def same(found: Any, sent: Any) -> bool:
    """Equal, types and bits included; paths have become absolute, byte orders the usual one."""
    if isinstance(sent, Path):
        return found == sent.absolute()
    if isinstance(sent, np.ndarray):
        little = sent.dtype.newbyteorder("<")
        return found.shape == sent.shape and found.dtype == little and found.tobytes() == sent.astype(little).tobytes()
    if isinstance(sent, (list, tuple)):
        return type(found) is type(sent) and len(found) == len(sent) and all(map(same, found, sent))
    if isinstance(sent, dict):
        return list(found) == list(sent) and all(same(found[name], sent[name]) for name in sent)
    if isinstance(sent, float):
        return type(found) is float and (found == sent or (found != found and sent != sent))
    return type(found) is type(sent) and found == sent
