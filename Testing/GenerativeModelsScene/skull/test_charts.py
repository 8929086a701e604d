"""The case among the percentiles of the growth charts."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import pytest
import slicer
from vtk.util.numpy_support import vtk_to_numpy

from GenerativeModelsLib.skull.case.read import read_case
from GenerativeModelsLib.skull.growth import intergrowth
from GenerativeModelsScene.skull.charts import ordinal
from GenerativeModelsScene.skull.show import show_case
from Testing.helpers.finished_cases import a_finished_case

PERCENTILES = (3, 10, 50, 90, 97)
NAMES = ("3rd percentile", "10th percentile", "50th percentile", "90th percentile", "97th percentile")


def series_of(chart) -> list:
    return [chart.GetNthPlotSeriesNode(index) for index in range(chart.GetNumberOfPlotSeriesNodes())]


def line(series) -> np.ndarray:
    """(K, 2) weeks and mm that the plot draws."""
    table = series.GetTableNode().GetTable()
    columns = [table.GetColumnByName(name) for name in (series.GetXColumnName(), series.GetYColumnName())]
    return np.stack([vtk_to_numpy(column) for column in columns], axis=1)


@pytest.mark.parametrize("name", ["hc", "bpd", "ofd"])
def test_the_curves_are_the_growth_charts(shown, name) -> None:
    curves = series_of(shown.charts[name])[:5]
    for percentile, label, series in zip(PERCENTILES, NAMES, curves, strict=True):
        weeks, values = line(series).T
        assert series.GetName() == label
        assert weeks[0] == 20 and weeks[-1] == 34 and len(weeks) > 50
        expected = intergrowth.CURVES[name].value_mm(NormalDist().inv_cdf(percentile / 100), weeks)
        np.testing.assert_allclose(values, expected, rtol=1e-12)


def test_the_case_is_a_point_with_its_interval_at_its_age(shown) -> None:
    interval, value = series_of(shown.charts["hc"])[5:]
    np.testing.assert_array_equal(line(value), [[27.0, 260.125]] * 2)
    np.testing.assert_array_equal(line(interval), [[27.0, 256.5], [27.0, 263.5]])
    assert value.GetMarkerStyle() == slicer.vtkMRMLPlotSeriesNode.MarkerStyleCircle
    assert value.GetName() == "this head" and interval.GetName() == "90 % interval"


@pytest.mark.parametrize("weeks", [None, 12.0])
def test_without_a_usable_age_the_case_is_a_band_over_all_weeks(a_scene, tmp_path, weeks) -> None:
    case = read_case(a_finished_case(tmp_path / "case", weeks=weeks))
    chart = show_case(a_scene, case, key="case", title="Head").charts["bpd"]
    curve, (interval, value) = line(series_of(chart)[2]), series_of(chart)[5:]
    assert curve[0, 0] == 14 and curve[-1, 0] == 40
    assert set(line(value)[:, 0]) == {14.0, 40.0} and set(line(value)[:, 1]) == {70.25}
    corners = {tuple(corner) for corner in line(interval)}
    assert corners == {(14.0, 68.5), (40.0, 68.5), (40.0, 72.0), (14.0, 72.0)}
    assert value.GetMarkerStyle() == slicer.vtkMRMLPlotSeriesNode.MarkerStyleNone


def test_without_draws_the_interval_is_the_value(a_scene, tmp_path) -> None:
    case = read_case(a_finished_case(tmp_path / "case", draws=False))
    interval, value = series_of(show_case(a_scene, case, key="case", title="Head").charts["hc"])[5:]
    np.testing.assert_array_equal(line(interval), line(value))


def test_charts_say_what_they_show(shown) -> None:
    chart = shown.charts["hc"]
    assert chart.GetTitle() == "Head circumference (HC), INTERGROWTH-21st"
    assert (chart.GetXAxisTitle(), chart.GetYAxisTitle()) == ("weeks", "HC (mm)")
    assert set(shown.charts) == {"hc", "bpd", "ofd"}


@pytest.mark.parametrize("weeks", [27.0, None])
def test_the_legend_has_room_beside_the_curves(a_scene, tmp_path, weeks) -> None:
    case = read_case(a_finished_case(tmp_path / "case", weeks=weeks))
    chart = show_case(a_scene, case, key="case", title="Head").charts["hc"]
    first, last = line(series_of(chart)[0])[[0, -1], 0]
    low, high = chart.GetXAxisRange()
    assert not chart.GetXAxisRangeAuto()
    assert low == first and (high - last) / (high - low) == pytest.approx(0.4)


def test_curves_have_english_ordinals() -> None:
    assert [ordinal(number).split()[0] for number in (1, 2, 3, 11, 13, 22, 90)] == [
        *("1st", "2nd", "3rd", "11th", "13th", "22nd", "90th")
    ]


def test_a_second_run_draws_the_same_plots_anew(shown, a_scene, tmp_path) -> None:
    before = a_scene.GetNumberOfNodes()
    again = show_case(a_scene, read_case(a_finished_case(tmp_path / "c", weeks=30.5)), key="case", title="Head")
    assert again.charts == shown.charts and a_scene.GetNumberOfNodes() == before
    assert len(series_of(again.charts["ofd"])) == 7
    assert line(series_of(again.charts["ofd"])[6])[0, 0] == 30.5


def test_a_deleted_curve_comes_back(shown, a_scene, a_case) -> None:
    a_scene.RemoveNode(series_of(shown.charts["hc"])[2])
    assert len(series_of(shown.charts["hc"])) == 6
    again = show_case(a_scene, a_case, key="case", title="Head")
    assert [series.GetName() for series in series_of(again.charts["hc"])] == [
        *NAMES,
        "90 % interval",
        "this head",
    ]
