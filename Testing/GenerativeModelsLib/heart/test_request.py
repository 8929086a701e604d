from pathlib import Path

import pytest

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.heart.request import HeartRequest

ED, ES, OUT = Path("ed.nii.gz"), Path("es.nii.gz"), Path("out")


def test_defaults_are_those_of_the_contract() -> None:
    request = HeartRequest(ED, OUT)
    assert (request.es, request.labels, request.septum, request.sex, request.model) == (None, "acdc", None, None, None)
    assert (request.device, request.seed, request.overwrite) == ("auto", 0, False)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"es": ED}, "--ed and --es name the same file ed.nii.gz"),
        ({"labels": "lv=3"}, "--labels is 'lv=3'"),
        ({"septum": "left"}, "--septum is 'left'"),
        ({"sex": "unknown"}, "--sex is 'unknown': give male or female"),
        ({"device": "tpu"}, "--device is 'tpu'"),
        ({"seed": -1}, "--seed is -1"),
    ],
)
def test_what_cannot_be_used_is_named(options: dict, words: str) -> None:
    with pytest.raises(InputError, match=words):
        HeartRequest(ED, OUT, **options)
