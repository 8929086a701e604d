"""Warnings that scale or age cannot be right."""

from __future__ import annotations

from math import pi

import pytest

from GenerativeModelsLib.errors import SCALE
from GenerativeModelsLib.skull.growth.cautions import Measured, age_cautions, proportion_cautions
from GenerativeModelsLib.skull.growth.registry import CHARTS

CHART = CHARTS["intergrowth"]


def head(weeks: float, scale: float = 1.0, z: float = 0.0, sd: float = 0.02) -> dict[str, Measured]:
    """A head of an age with all diameters at one z-score, in a picture of a wrong scale."""
    sizes = {name: scale * float(curve.value_mm(z, weeks)) for name, curve in CHART.curves.items()}
    return {name: Measured(value, sd * value) for name, value in sizes.items()}


def index_of(sizes: dict[str, Measured]) -> Measured:
    return Measured(100 * sizes["bpd"].value / sizes["ofd"].value, 2.0)


def volume_of(sizes: dict[str, Measured], filling: float = 0.86) -> Measured:
    value = filling * pi / 6 * (sizes["bpd"].value * sizes["ofd"].value) ** 1.5 / 1000
    return Measured(value, 0.04 * value)


def proportions(sizes: dict[str, Measured], **other) -> list[str]:
    return proportion_cautions(CHART, sizes, index_of(sizes), other.get("volume", volume_of(sizes)))


@pytest.mark.parametrize("weeks", [18.0, 24.0, 30.0, 36.0])
@pytest.mark.parametrize("scale", [1.3, 1 / 1.3])
def test_a_spacing_wrong_by_30_per_cent_is_said_at_any_age(weeks: float, scale: float) -> None:
    (found,) = age_cautions(CHART, head(weeks, scale), weeks)
    assert found.kind == SCALE and "check the pixel spacing or the age" in found
    assert found.startswith("HC (z ") and f"{weeks:g} weeks + 0 days on the INTERGROWTH-21st chart" in found


@pytest.mark.parametrize("weeks", [15.0, 24.0, 36.0, 40.0])
@pytest.mark.parametrize("z", [-2.0, 0.0, 2.0])
def test_a_head_of_its_age_is_not_warned_of(weeks: float, z: float) -> None:
    assert age_cautions(CHART, head(weeks, z=z), weeks) == []


@pytest.mark.parametrize(
    ("given", "weeks", "said"),
    [(12.0, 26.0, "at 14 weeks"), (42.0, 26.0, "at 40 weeks"), (12.0, 14.0, ""), (42.0, 40.0, "")],
)
def test_an_age_beyond_the_chart_is_judged_by_what_its_nearest_age_rules_out(given, weeks, said) -> None:
    found = age_cautions(CHART, head(weeks), given)
    assert len(found) == bool(said)
    if said:
        assert f"{said})" in found[0] and f"given age of {given:g} weeks + 0 days" in found[0]


def test_only_what_does_not_fit_is_named() -> None:
    sizes = head(24.0, z=-2.6) | {"bpd": Measured(float(CHART.curves["bpd"].value_mm(4.0, 24.0)), 0.5)}
    (found,) = age_cautions(CHART, sizes, 24.0)
    assert found.startswith("BPD (z +4.0) does not fit")


def test_the_uncertainty_of_the_measurement_counts() -> None:
    """z 3.5 of a head circumference known to its own spread is no more than 2.5 of heads and measurement together."""
    value, spread = (float(v) for v in (CHART.curves["hc"].value_mm(3.5, 28.0), CHART.curves["hc"].sd(28.0)))
    others = {name: head(28.0)[name] for name in ("bpd", "ofd")}
    assert age_cautions(CHART, {"hc": Measured(value, spread), **others}, 28.0) == []
    assert len(age_cautions(CHART, {"hc": Measured(value, 1.0), **others}, 28.0)) == 1


def test_a_head_larger_than_at_any_age_is_said_without_an_age() -> None:
    (found,) = age_cautions(CHART, head(36.0, 1.3), None)
    assert found.kind == SCALE and "fits no age of the INTERGROWTH-21st chart" in found
    assert "at 40 weeks): check the pixel spacing." in found


def test_a_wrong_scale_that_fits_another_age_passes_without_an_age() -> None:
    assert age_cautions(CHART, head(24.0, 1.3), None) == []
    assert age_cautions(CHART, head(14.0, 0.8), None) == []


def test_diameters_that_disagree_about_the_age() -> None:
    sizes = head(26.0)
    sizes |= {"ofd": Measured(1.3 * sizes["ofd"].value, 1.0)}
    (found,) = proportions(sizes)
    assert found.kind == SCALE and found.startswith("BPD fits 26 weeks + 0 days and OFD ")
    assert "further apart than their 90 % intervals allow" in found and "of rows and of columns" in found


def test_a_cephalic_index_that_no_head_has_is_said_on_a_chart_without_ofd() -> None:
    sizes = head(26.0)
    sizes |= {"bpd": Measured(0.8 * sizes["bpd"].value, 1.0)}
    index = Measured(100 * sizes["bpd"].value / sizes["ofd"].value, 1.0)
    (found,) = proportion_cautions(CHARTS["hadlock"], head(26.0), index, volume_of(head(26.0)))
    assert "The cephalic index of 64 % is one that heads of no age have" in found and "unusually long" in found


@pytest.mark.parametrize("filling", [0.6, 1.2])
def test_a_volume_that_does_not_go_with_the_diameters(filling: float) -> None:
    sizes = head(30.0)
    (found,) = proportions(sizes, volume=volume_of(sizes, filling))
    assert found.kind == SCALE and "head volume" in found and "every plane" in found


@pytest.mark.parametrize("weeks", [18.0, 24.0, 32.0, 39.0])
def test_an_ordinary_head_has_ordinary_proportions_at_any_scale(weeks: float) -> None:
    for scale in (0.8, 1.0, 1.25):
        assert proportions(head(weeks, scale)) == []


def test_unknown_uncertainties_count_as_none() -> None:
    sizes = {name: Measured(measured.value) for name, measured in head(30.0, 1.3).items()}
    assert len(age_cautions(CHART, sizes, 30.0)) == 1
