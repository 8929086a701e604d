from pathlib import Path

import numpy as np
import pytest

from GenerativeModelsLib.anatomy.fields import fields_of, option_of
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.heart.request import HeartRequest
from GenerativeModelsLib.image_files.given import GivenImage

ED, ES, OUT = Path("ed.nii.gz"), Path("es.nii.gz"), Path("out")


def test_defaults_are_those_of_the_contract() -> None:
    request = HeartRequest(ED, output=OUT)
    assert (request.es, request.labels, request.septum, request.sex, request.model) == (None, "acdc", None, None, None)
    assert (request.device, request.seed, request.overwrite) == ("auto", 0, False)
    assert HeartRequest(ED).output is None


@pytest.mark.parametrize(
    ("options", "field", "words"),
    [
        ({"es": ED}, "ed", "ed and es name the same file ed.nii.gz"),
        ({"ed": None}, "ed", "ed is missing: give the label map at end diastole, or a film of label maps as cine"),
        ({"ed": None, "es": ES}, "ed", "ed is missing beside es: end diastole is always needed"),
        ({"cine": ES}, "cine", "cine and ed are given: give a cine, or ed and es"),
        ({"ed": None, "es": ED, "cine": ES}, "cine", "cine and es are given"),
        ({"ed_frame": 0}, "ed_frame", "ed_frame needs a cine"),
        ({"es_frame": 3}, "es_frame", "es_frame needs a cine"),
        ({"height_cm": 170.0}, "weight_kg", "weight_kg is missing beside height_cm: give both, or neither"),
        ({"weight_kg": 70.0}, "height_cm", "height_cm is missing beside weight_kg"),
        ({"height_cm": 3.0, "weight_kg": 70.0}, "height_cm", "height_cm is 3 cm: give it in cm, from 50 to 250"),
        ({"height_cm": 251.0, "weight_kg": 70.0}, "height_cm", "height_cm is 251 cm"),
        ({"height_cm": 170.0, "weight_kg": 1.9}, "weight_kg", "weight_kg is 1.9 kg: give it in kg, from 2 to 300"),
        ({"height_cm": 170.0, "weight_kg": 700.0}, "weight_kg", "weight_kg is 700 kg"),
        ({"height_cm": float("nan"), "weight_kg": 70.0}, "height_cm", "height_cm is nan cm"),
        ({"labels": "lv=3"}, "labels", "labels is 'lv=3'"),
        ({"septum": "left"}, "septum", "septum is 'left'"),
        ({"sex": "unknown"}, "sex", "sex is 'unknown': give male or female"),
        ({"device": "tpu"}, "device", "device is 'tpu'"),
        ({"seed": -1}, "seed", "seed is -1"),
    ],
)
def test_what_cannot_be_used_is_named(options: dict, field: str, words: str) -> None:
    with pytest.raises(InputError, match=words) as caught:
        HeartRequest(**{"ed": ED, "output": OUT} | options)
    assert caught.value.field == field


def test_the_report_is_called_by_its_folder_or_else_by_its_label_map() -> None:
    assert HeartRequest(ED, output=Path("deep/case 7")).shown_title == "case 7"
    assert HeartRequest(Path("deep/heart 3.nrrd")).shown_title == "heart 3"
    assert HeartRequest(GivenImage(np.zeros((2, 2, 2)), "given as ed (array)")).shown_title != ""
    assert HeartRequest(ED, title="Mine").shown_title == "Mine"
    assert HeartRequest(cine=Path("film 2.nrrd")).shown_title == "film 2"


def test_height_and_weight_are_numbers() -> None:
    parse = next(about.parse for field, about in fields_of(HeartRequest) if field.name == "height_cm")
    assert parse("171.5", "height_cm") == 171.5 and option_of("height_cm") == "--height"
    assert option_of("weight_kg") == "--weight"
    with pytest.raises(InputError, match=r"^height_cm is 'tall': give a number"):
        parse("tall", "height_cm")


@pytest.mark.parametrize("text", ["-1", "2.5", "x", "", "²", "99999999"])
def test_frames_are_whole_numbers_from_0(text: str) -> None:
    parse = next(about.parse for field, about in fields_of(HeartRequest) if field.name == "ed_frame")
    assert parse("12", "ed_frame") == 12
    with pytest.raises(InputError, match=f"^ed_frame is '{text}': give the number of a frame"):
        parse(text, "ed_frame")
