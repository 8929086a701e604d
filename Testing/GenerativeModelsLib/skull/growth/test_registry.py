"""Which charts there are, and what is said of one that is not or does not reach an age."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.skull.growth.registry import AGES, CHARTS, DEFAULT_CHART, WEEKS, chart_of
from GenerativeModelsLib.skull.population import sizes
from GenerativeModelsLib.skull.request import SkullRequest


def test_every_chart_has_head_circumference_and_biparietal_diameter() -> None:
    assert {name: sorted(chart.curves) for name, chart in CHARTS.items()} == {
        name: ["bpd", "hc", "ofd"] if name == "intergrowth" else ["bpd", "hc"] for name in CHARTS
    }
    assert DEFAULT_CHART in CHARTS and WEEKS == (14.0, 42.0)


def test_nichd_alone_is_no_chart() -> None:
    with pytest.raises(InputError, match="nichd-white, nichd-black, nichd-hispanic, nichd-asian"):
        chart_of("nichd")
    with pytest.raises(InputError, match="chart is 'unknown': give one of intergrowth, who, hadlock"):
        chart_of("unknown")


@pytest.mark.parametrize("weeks", [10.9, 42.1, float("nan"), -20.0])
def test_an_age_that_no_head_of_the_population_has_is_refused(weeks: float) -> None:
    with pytest.raises(InputError, match=r"^gestational_age_weeks is .*: give decimal weeks from 11 to 42"):
        SkullRequest(axial=Path("a.png"), gestational_age_weeks=weeks)


@pytest.mark.parametrize("chart", CHARTS)
@pytest.mark.parametrize("weeks", AGES)
def test_an_age_beyond_its_chart_is_no_reason_to_refuse_a_case(chart: str, weeks: float) -> None:
    assert SkullRequest(axial=Path("a.png"), gestational_age_weeks=weeks, chart=chart).gestational_age_weeks == weeks


def test_the_ages_are_those_of_the_population() -> None:
    assert AGES == sizes.WEEKS


def test_the_registry_needs_the_standard_library_alone() -> None:
    code = (
        "import sys, GenerativeModelsLib.skull.growth.registry, GenerativeModelsLib.skull.growth.words\n"
        "assert not {'numpy', 'scipy'} & set(sys.modules), 'heavy'"
    )
    assert subprocess.run([sys.executable, "-c", code], timeout=60).returncode == 0
