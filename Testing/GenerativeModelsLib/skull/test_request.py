import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.image_files.given import GivenImage
from GenerativeModelsLib.skull.request import PLANES, PlaneSource, SkullRequest, parse_age, parse_spacing


def request(**changes: Any) -> SkullRequest:
    return SkullRequest(**({"axial": Path("a.png"), "output": Path("out")} | changes))


def test_planes_come_in_the_order_of_refinement_and_absent_ones_are_left_out() -> None:
    asked = request(coronal=Path("c.png"), sagittal=Path("s.png"), coronal_spacing_mm=(0.1, 0.2))
    assert tuple(asked.planes()) == PLANES
    assert asked.planes()["coronal"] == PlaneSource(Path("c.png"), (0.1, 0.2))
    assert tuple(request(coronal=Path("c.png")).planes()) == ("axial", "coronal")


def test_the_general_spacing_yields_to_the_file_and_the_planes_own_does_not() -> None:
    asked = request(pixel_spacing_mm=(0.3, 0.4), axial_spacing_mm=(0.1, 0.2), sagittal=Path("s.dcm"))
    assert asked.planes()["axial"] == PlaneSource(Path("a.png"), (0.1, 0.2))
    assert asked.planes()["sagittal"] == PlaneSource(Path("s.dcm"), (0.3, 0.4), yields_to_file=True)


def test_shown_names_stand_in_for_paths() -> None:
    asked = request(sagittal=Path("s.png"), shown_names={"sagittal": "Node 2", "coronal": "absent"})
    assert asked.planes()["axial"].shown_as is None
    assert asked.planes()["sagittal"] == PlaneSource(Path("s.png"), shown_as="Node 2")
    assert hash(asked) == hash(request(sagittal=Path("s.png")))


def test_the_report_is_called_by_its_folder_or_else_by_its_image() -> None:
    assert request(output=Path("deep/case 7")).shown_title == "case 7"
    assert request(output=None, axial=Path("deep/head 3.png")).shown_title == "head 3"
    assert request(output=None, axial=GivenImage(np.eye(2), "given as axial (array)")).shown_title != ""
    assert request(title="Mine").shown_title == "Mine"


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"samples": -1}, "samples", "^samples is -1"),
        ({"samples": 10_001}, "samples", "^samples is 10001.*10000"),
        ({"seed": -1}, "seed", "^seed is -1"),
        ({"device": "gpu"}, "device", "^device is 'gpu'"),
        ({"gestational_age_weeks": 13.9}, "gestational_age_weeks", "^gestational_age_weeks is 13.9.*14 to 40"),
        ({"gestational_age_weeks": 40.1}, "gestational_age_weeks", "^gestational_age_weeks is 40.1"),
        ({"gestational_age_weeks": math.nan}, "gestational_age_weeks", "^gestational_age_weeks is nan"),
        ({"sagittal": Path("a.png")}, "sagittal", "^sagittal and axial name the same file"),
        ({"shown_names": {"axail": "Node"}}, None, "shown_names has the key 'axail': expected axial, sagittal, cor"),
    ],
)
def test_what_cannot_be_used_is_refused_by_name(changes: dict[str, Any], field: str | None, words: str) -> None:
    with pytest.raises(InputError, match=words) as caught:
        request(**changes)
    assert caught.value.field == field


def test_one_image_in_memory_for_two_planes_is_refused_and_two_of_the_same_pixels_are_not() -> None:
    one, other = (GivenImage(np.eye(40), "given as axial (array)", (0.3, 0.3)) for _ in range(2))
    assert len(request(axial=one, sagittal=other).planes()) == 2
    with pytest.raises(InputError, match=r"^coronal and axial name the same file given as axial"):
        request(axial=one, coronal=one)


@pytest.mark.parametrize(
    ("text", "weeks"), [("28.4", 28.4), ("27+0", 27.0), ("27+3", 27 + 3 / 7), (" 16+6 ", 16 + 6 / 7)]
)
def test_an_age_is_read_in_weeks_or_in_weeks_and_days(text: str, weeks: float) -> None:
    assert parse_age(text) == pytest.approx(weeks, abs=1e-12)


@pytest.mark.parametrize("text", ["27+7", "27+", "27 weeks", "27+3+1", "", "27,5"])
def test_an_age_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(InputError, match=r"^gestational_age_weeks is") as caught:
        parse_age(text)
    assert caught.value.field == "gestational_age_weeks"


@pytest.mark.parametrize(
    ("text", "expected"),
    [("0.3", (0.3, 0.3)), ("0.3,0.25", (0.3, 0.25)), (" 3e-1 , .25 ", (0.3, 0.25)), ("1", (1.0, 1.0))],
)
def test_a_spacing_is_one_number_or_two(text: str, expected: tuple[float, float]) -> None:
    assert parse_spacing(text) == expected


@pytest.mark.parametrize("text", ["", ",", "0.3,", "0.3,0.2,0.1", "0", "-0.3", "0.3,0", "nan", "inf", "0.3mm", "0,3"])
def test_a_spacing_that_is_none_is_refused(text: str) -> None:
    words = r"axial_spacing_mm is .*: expected MM or ROW,COL, positive numbers in mil"
    with pytest.raises(InputError, match=words) as caught:
        parse_spacing(text, "axial_spacing_mm")
    assert caught.value.field == "axial_spacing_mm"


@given(row=st.floats(1e-6, 1e6), column=st.floats(1e-6, 1e6))
def test_any_spacing_is_read_back(row: float, column: float) -> None:
    assert parse_spacing(f"{row!r},{column!r}") == (row, column)
    assert parse_spacing(f"{row!r}") == (row, row)


@given(st.text(max_size=12))
def test_any_text_gives_positive_numbers_or_a_refusal(text: str) -> None:
    try:
        spacing = parse_spacing(text)
    except InputError:
        return
    assert all(math.isfinite(side) and side > 0 for side in spacing)
