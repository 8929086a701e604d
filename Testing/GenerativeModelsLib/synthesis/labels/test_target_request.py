import pytest
from hypothesis import given
from hypothesis import strategies as st

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.synthesis.labels.target_request import QUANTITIES, Target, parse_target


@given(st.sampled_from(sorted(QUANTITIES)), st.floats(0.1, 900).map(lambda value: round(value, 3)))
def test_a_target_is_read_as_it_is_written(name, value):
    assert parse_target(f" {name.upper()}={value}") == Target(name, value)
    assert parse_target(str(Target(name, float(f"{value:g}")))).name == name


def test_a_class_is_a_target():
    assert parse_target("HCM") == Target("hcm") and str(Target("hcm")) == "hcm"


@pytest.mark.parametrize("text", ["size=5", "ef", "ef=", "ef=-3", "ef=nan", "hcm=3", ""])
def test_other_targets_are_refused(text):
    with pytest.raises(InputError, match="give"):
        parse_target(text)
