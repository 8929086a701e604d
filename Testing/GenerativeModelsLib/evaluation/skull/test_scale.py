"""Tests of the benchmark of the warnings on scale and age; its pictures themselves take minutes to reconstruct."""

import numpy as np
import pytest

from GenerativeModelsLib.evaluation.skull.scale import Measured, given_ages, report, warned_of
from GenerativeModelsLib.skull.growth.registry import CHARTS

CURVES = CHARTS["intergrowth"].curves


def biometry(weeks: float, scale: float = 1.0) -> dict:
    """Measures of an average head of that age, seen at `scale` times its size."""
    values = {name: scale * float(curve.value_mm(0.0, weeks)) for name, curve in CURVES.items()}
    bpd, ofd = values["bpd"], values["ofd"]
    values = {"hc_mm": values["hc"], "bpd_mm": bpd, "ofd_mm": ofd, "cephalic_index_percent": 100 * bpd / ofd}
    values["head_volume_ml"] = 0.860 * np.pi / 6 * (bpd * ofd) ** 1.5 / 1000
    return {key: {"value": value, "sd": 0.01 * value, "interval90": None} for key, value in values.items()}


def picture(weeks: float, scale: float) -> Measured:
    return Measured("a.png", float(CURVES["hc"].value_mm(0.0, weeks)), scale, biometry(weeks, scale))


def test_a_wrong_scale_is_warned_of_with_the_age_and_the_right_one_is_not():
    assert warned_of(picture(28, 1.3), 28)
    assert warned_of(picture(28, 1 / 1.3), 28)
    assert not warned_of(picture(28, 1.0), 28)
    assert not warned_of(picture(28, 1.3), None), "nothing but the age can tell a head that is larger in every way"


def test_a_refused_picture_is_not_warned_of():
    assert not warned_of(Measured("a.png", 250.0, 1.3), 28)


def test_ages_are_those_of_the_circumference_with_an_error_of_a_week():
    ages = given_ages([float(CURVES["hc"].value_mm(0.0, 26))] * 4000, np.random.default_rng(0))

    assert np.mean(ages) == pytest.approx(26, abs=0.1)
    assert np.std(ages) == pytest.approx(1, abs=0.05)


def test_ages_of_heads_beyond_the_chart_stay_on_it():
    ages = given_ages([60.0, 400.0], np.random.default_rng(0))

    assert 14 <= ages[0] <= 17
    assert 37 <= ages[1] <= 40


def test_the_report_counts_by_spacing():
    found = report([picture(w, s) for w in (24, 30) for s in (1.0, 1.3 if w == 24 else 1 / 1.3)])

    assert found.figures["right"]["pictures"] == found.figures["wrong"]["pictures"] == 2
    assert found.figures["wrong"]["warned_of"] == 2
    assert found.figures["right"]["warned_of"] == 0
    assert found.figures["wrong"]["warned_of_without_age"] == 0
    assert found.figures["wrong"]["rate_over_draws"] > 0.9
    assert [row[0] for row in found.tables[0].rows] == ["right", "times 1.3", "divided by 1.3", "wrong"]
