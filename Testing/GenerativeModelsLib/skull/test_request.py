import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.image_files.given import GivenImage
from GenerativeModelsLib.skull.request import PLANES, PlaneSource, SkullRequest


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
        ({"gestational_age_weeks": 10.9}, "gestational_age_weeks", "^gestational_age_weeks is 10.9.*11 to 42"),
        ({"gestational_age_weeks": 42.1}, "gestational_age_weeks", "^gestational_age_weeks is 42.1"),
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
