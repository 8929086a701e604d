"""The request of a check: what is refused before a file is opened."""

from __future__ import annotations

from pathlib import Path

import pytest

from GenerativeModelsLib.anatomy.fields import fields_of, option_of
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.segmentation.request import SegmentationRequest

FILE = Path("maps.nii.gz")


@pytest.mark.parametrize(
    ("values", "field", "words"),
    [
        ({"view": "axial"}, "view", "view is 'axial': give short-axis or apical"),
        ({"labels": "lv=3"}, "labels", "lv and myo are needed once, rv and la may be given"),
        ({"labels": "lv=1,myo=1"}, "labels", "the values must differ"),
        ({"labels": "sunny"}, "labels", "a preset \\(acdc, ukbb, camus\\)"),
        ({"frame_interval_ms": 0.0}, "frame_interval_ms", "is 0: give milliseconds"),
        ({"frame_interval_ms": 900.0}, "frame_interval_ms", "3 to 250"),
    ],
)
def test_what_cannot_be_used_is_refused_by_name(values: dict, field: str, words: str) -> None:
    with pytest.raises(InputError, match=words) as caught:
        SegmentationRequest(FILE, **values)
    assert caught.value.field == field


def test_the_file_is_an_argument_and_nothing_asks_for_a_model() -> None:
    about = {field.name: about for field, about in fields_of(SegmentationRequest)}
    assert about["file"].argument and not {"model", "device", "seed"} & set(about)
    assert option_of("frame_interval_ms") == "--frame-interval"
    assert SegmentationRequest(FILE).shown_title == "maps"
