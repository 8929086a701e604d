from pathlib import Path

import numpy as np
import pytest

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
        ({"labels": "lv=3"}, "labels", "labels is 'lv=3'"),
        ({"septum": "left"}, "septum", "septum is 'left'"),
        ({"sex": "unknown"}, "sex", "sex is 'unknown': give male or female"),
        ({"device": "tpu"}, "device", "device is 'tpu'"),
        ({"seed": -1}, "seed", "seed is -1"),
    ],
)
def test_what_cannot_be_used_is_named(options: dict, field: str, words: str) -> None:
    with pytest.raises(InputError, match=words) as caught:
        HeartRequest(ED, output=OUT, **options)
    assert caught.value.field == field


def test_the_report_is_called_by_its_folder_or_else_by_its_label_map() -> None:
    assert HeartRequest(ED, output=Path("deep/case 7")).shown_title == "case 7"
    assert HeartRequest(Path("deep/heart 3.nrrd")).shown_title == "heart 3"
    assert HeartRequest(GivenImage(np.zeros((2, 2, 2)), "given as ed (array)")).shown_title != ""
    assert HeartRequest(ED, title="Mine").shown_title == "Mine"
