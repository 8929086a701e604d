"""Errors and warnings after localisation."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.skull.locate.checks import (
    HC_RANGE_MM,
    finding_warnings,
    refuse_without_head,
    share_inside,
    size_warnings,
)
from GenerativeModelsLib.skull.locate.locator import HeadFinding
from GenerativeModelsLib.skull.locate.window import whole_picture
from GenerativeModelsLib.skull.planes.image import PlaneImage
from GenerativeModelsLib.skull.shape.biometry import Biometry
from GenerativeModelsLib.skull.shape.ellipse import Ellipse

IMAGE = PlaneImage(np.zeros((200, 300), np.float32), (0.5, 0.5), "argument")


def finding(**fields) -> HeadFinding:
    given = {
        "plane": "axial",
        "window": whole_picture((200, 300), (0.5, 0.5)),
        "mask": np.zeros((4, 4)),
        "ellipse": Ellipse((75.0, 50.0), 45.0, 36.0, 0.2),
        "anterior": np.array([1.0, 0.0]),
        "superior": None,
        "presence": 0.99,
        "agreement": 0.98,
        "facing": 0.9,
    }
    return HeadFinding(**(given | fields))


def test_a_good_head_passes_without_a_word() -> None:
    found = finding()
    assert refuse_without_head(found, "axial", IMAGE) is found
    assert finding_warnings(found, IMAGE, 0.99) == []


@pytest.mark.parametrize("found", [None, finding(presence=0.1)], ids=["nothing", "improbable"])
def test_a_picture_without_a_head_is_refused_by_name(found: HeadFinding | None, tmp_path) -> None:
    with pytest.raises(InputError, match=r"The sagittal plane .*knee\.png shows no fetal head"):
        refuse_without_head(found, "sagittal", replace(IMAGE, file=tmp_path / "knee.png"))
    with pytest.raises(InputError, match=r"The sagittal plane Node 3 shows no fetal head"):
        refuse_without_head(found, "sagittal", replace(IMAGE, file=tmp_path / "knee.png", label="Node 3"))
    with pytest.raises(InputError, match=r"^The axial plane shows no fetal head") as caught:
        refuse_without_head(found, "axial", IMAGE)
    assert caught.value.field == "axial"


def test_a_head_of_few_pixels_is_refused_by_the_coarser_spacing() -> None:
    small = finding(ellipse=Ellipse((75.0, 50.0), 13.0, 11.0, 0.2))
    assert refuse_without_head(small, "axial", IMAGE) is small
    with pytest.raises(InputError, match="a head only 37 pixels across") as caught:
        refuse_without_head(small, "axial", replace(IMAGE, spacing_mm=(0.6, 0.5)))
    assert caught.value.field == "axial"


@pytest.mark.parametrize(
    ("fields", "certainty", "words"),
    [
        ({"presence": 0.5}, 0.99, r"not sure that a fetal head is shown \(probability 0\.50\)"),
        ({"agreement": 0.8}, 0.99, "outline is uncertain"),
        ({"ellipse": Ellipse((5.0, 50.0), 45.0, 36.0, 0.2)}, 0.99, r"about \d+ % of the head's outline lies outside"),
        ({}, 0.6, "which way the head faces"),
    ],
)
def test_each_doubt_has_its_sentence(fields: dict, certainty: float, words: str) -> None:
    (sentence,) = finding_warnings(finding(**fields), IMAGE, certainty)
    assert sentence.startswith("The axial plane")
    with pytest.raises(AssertionError, match=words):
        raise AssertionError(sentence)


def test_half_a_head_in_the_picture_is_half_its_outline() -> None:
    size, spacing = IMAGE.size, IMAGE.spacing_mm
    assert share_inside(finding().ellipse, spacing, size) == 1
    assert share_inside(Ellipse((0.0, 50.0), 30.0, 30.0, 0.0), spacing, size) == pytest.approx(0.5, abs=0.01)
    # 30 mm to each side of a picture of anisotropic pixels that is 40 mm high
    cut = share_inside(Ellipse((150.0, 19.75), 30.0, 30.0, 0.0), (0.5, 1.0), (80, 300))
    assert cut == pytest.approx(4 * np.arcsin(19.75 / 30) / (2 * np.pi), abs=0.02)


def test_a_head_of_impossible_size_points_at_the_pixel_spacing() -> None:
    def value(hc: float) -> Biometry:
        return Biometry(0.26 * hc, 0.35 * hc, hc, 80.0, 100.0)

    low, high = HC_RANGE_MM
    assert size_warnings(value(low)) == size_warnings(value(high)) == []
    for hc in (low - 1, high + 1):
        (sentence,) = size_warnings(value(hc))
        assert f"{hc:.0f} mm lies outside" in sentence and "pixel spacing" in sentence
