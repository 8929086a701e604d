import pytest

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.heart.shape.segments import SEGMENTS
from GenerativeModelsLib.synthesis.labels import scar_request
from GenerativeModelsLib.synthesis.labels.scar_request import TERRITORIES, parse_segments


def test_the_territories_part_the_wall():
    assert sorted(sum(TERRITORIES.values(), ())) == list(range(1, SEGMENTS + 1))
    assert scar_request.SEGMENTS == SEGMENTS


def test_segments_and_territories_join():
    assert parse_segments(" RCA, 16,3") == (3, 4, 9, 10, 15, 16)


@pytest.mark.parametrize("text", ["", "0", "18", "1,,2", "lv", "1-3", "²"])
def test_other_texts_are_refused(text):
    with pytest.raises(InputError, match="give segments from 1 to 17, or LAD, RCA, LCX"):
        parse_segments(text)
