import math
from pathlib import Path

import pytest

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.skull.request import PLANES, PlaneFile, SkullRequest, parse_age


def request(**changes: object) -> SkullRequest:
    values: dict[str, object] = {"axial": Path("a.png"), "output": Path("out")}
    return SkullRequest(**(values | changes))


def test_planes_come_in_the_order_of_refinement_and_absent_ones_are_left_out() -> None:
    asked = request(coronal=Path("c.png"), sagittal=Path("s.png"), coronal_spacing_mm=(0.1, 0.2))
    assert tuple(asked.planes()) == PLANES
    assert asked.planes()["coronal"] == PlaneFile(Path("c.png"), (0.1, 0.2))
    assert tuple(request(coronal=Path("c.png")).planes()) == ("axial", "coronal")


def test_the_general_spacing_yields_to_the_file_and_the_planes_own_does_not() -> None:
    asked = request(pixel_spacing_mm=(0.3, 0.4), axial_spacing_mm=(0.1, 0.2), sagittal=Path("s.dcm"))
    assert asked.planes()["axial"] == PlaneFile(Path("a.png"), (0.1, 0.2))
    assert asked.planes()["sagittal"] == PlaneFile(Path("s.dcm"), (0.3, 0.4), yields_to_file=True)


def test_labels_stand_in_for_paths() -> None:
    asked = request(sagittal=Path("s.png"), labels={"sagittal": "Node 2", "coronal": "absent"})
    assert asked.planes()["axial"].label is None
    assert asked.planes()["sagittal"] == PlaneFile(Path("s.png"), label="Node 2")
    assert hash(asked) == hash(request(sagittal=Path("s.png")))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"samples": -1}, "--samples is -1"),
        ({"samples": 10_001}, "--samples is 10001.*10000"),
        ({"seed": -1}, "--seed is -1"),
        ({"seed": 2**63}, "--seed"),
        ({"device": "gpu"}, "--device is 'gpu'.*cuda:N"),
        ({"device": "cuda:"}, "--device"),
        ({"device": "cpu "}, "--device"),
        ({"gestational_age_weeks": 13.9}, "--gestational-age is 13.9.*14 to 40"),
        ({"gestational_age_weeks": 40.1}, "--gestational-age"),
        ({"gestational_age_weeks": math.nan}, "--gestational-age is nan"),
        ({"sagittal": Path("a.png")}, "--sagittal and --axial name the same file"),
        ({"labels": {"axail": "Node"}}, "labels has the key 'axail': expected axial, sagittal, coronal"),
    ],
)
def test_what_cannot_be_used_is_refused_by_name(changes: dict[str, object], words: str) -> None:
    with pytest.raises(InputError, match=words):
        request(**changes)


@pytest.mark.parametrize("device", ["auto", "cpu", "cuda", "cuda:0", "cuda:11", "mps"])
def test_every_device_of_the_contract_is_taken(device: str) -> None:
    assert request(device=device).device == device


@pytest.mark.parametrize(
    ("text", "weeks"), [("28.4", 28.4), ("27+0", 27.0), ("27+3", 27 + 3 / 7), (" 16+6 ", 16 + 6 / 7)]
)
def test_an_age_is_read_in_weeks_or_in_weeks_and_days(text: str, weeks: float) -> None:
    assert parse_age(text) == pytest.approx(weeks, abs=1e-12)


@pytest.mark.parametrize("text", ["27+7", "27+", "27 weeks", "27+3+1", "", "27,5"])
def test_an_age_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="--gestational-age is"):
        parse_age(text)
