"""The cavity's volume over the frames of a cine."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from GenerativeModelsScene.heart.cavity_plot import show_cavity_curve
from GenerativeModelsScene.heart.show import find_heart
from GenerativeModelsScene.nodes.charts import numbers_of
from Testing.helpers.plots import DrawnPlot

CURVE = SimpleNamespace(
    frames=(0, 1, 2, 3), times=(0.0, 30.0, 60.0, 90.0), unit="ms", cavity_ml=(120.0, 80.0, 50.0, 100.0), ed=0, es=2
)


def series(chart) -> list:
    return [chart.GetNthPlotSeriesNode(index) for index in range(chart.GetNumberOfPlotSeriesNodes())]


def numbers(node) -> list[list[float]]:
    return [numbers_of(node.GetTableNode(), name).tolist() for name in (node.GetXColumnName(), node.GetYColumnName())]


def test_the_curve_and_its_two_frames(a_scene) -> None:
    chart = show_cavity_curve(a_scene, CURVE, key="cine", title="Cine")
    curve, ed, es = series(chart)
    assert numbers(curve) == [list(CURVE.times), list(CURVE.cavity_ml)]
    assert ed.GetName() == "end diastole, frame 1: 120 ml" and es.GetName() == "end systole, frame 3: 50 ml"
    assert [values[0] for values in numbers(es)] == [60.0, 50.0]
    assert (chart.GetXAxisTitle(), chart.GetYAxisTitle()) == ("time (ms)", "cavity (ml)")
    assert chart.GetYAxisRange() == pytest.approx((0, 132.0)) and chart.GetXAxisRange()[1] > 90.0


def test_frames_moved_by_hand_are_marked_in_place(a_scene) -> None:
    show_cavity_curve(a_scene, CURVE, key="cine", title="Cine")
    count = a_scene.GetNumberOfNodes()
    chart = show_cavity_curve(a_scene, CURVE, key="cine", title="Cine", ed=3, es=1)
    assert [node.GetName() for node in series(chart)[1:]] == [
        *("end diastole, frame 4: 100 ml", "end systole, frame 2: 80 ml")
    ]
    assert a_scene.GetNumberOfNodes() == count


def test_its_points_cannot_be_dragged(a_scene, capfd) -> None:
    chart = show_cavity_curve(a_scene, CURVE, key="cine", title="Cine")
    DrawnPlot(chart).drag((60.0, 50.0), (30.0, 90.0))
    assert numbers(series(chart)[0]) == [list(CURVE.times), list(CURVE.cavity_ml)]
    assert "ERR" not in capfd.readouterr().err


def test_a_curve_is_no_heart_yet_and_then_in_its_folder(a_scene, a_folder) -> None:
    from GenerativeModelsScene.heart.show import show_heart

    chart = show_cavity_curve(a_scene, CURVE, key="cine", title="Cine")
    assert find_heart(a_scene, "cine") is None
    assert show_heart(a_scene, a_folder, key="cine", title="Cine").cavity is chart
