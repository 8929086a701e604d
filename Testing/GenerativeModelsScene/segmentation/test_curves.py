"""Curves of a check as plots."""

from __future__ import annotations

import numpy as np
import pytest

from GenerativeModelsScene.nodes.charts import numbers_of
from GenerativeModelsScene.nodes.store import NodeStore
from GenerativeModelsScene.segmentation.curves import curve_names, mark_frame, show_curve
from Testing.helpers.faulty_beat import HOLE


def test_the_curve_the_faulty_frames_and_the_frame_on_show(a_scene, nodes) -> None:
    names = curve_names(nodes)
    assert names["lv_ml"] == "Cavity (ml)"
    chart = show_curve(a_scene, nodes, "lv_ml", 2)
    series = [chart.GetNthPlotSeriesNode(number) for number in range(3)]
    table = series[0].GetTableNode()
    assert numbers_of(table, "Cavity (ml)") == pytest.approx(nodes.curves["lv_ml"])
    faulty = np.isfinite(numbers_of(table, "with a fault"))
    assert list(np.flatnonzero(faulty)) == [HOLE[0]]
    assert series[2].GetName() == f"frame 2: {nodes.curves['lv_ml'][2]:.1f}"
    assert list(numbers_of(series[2].GetTableNode(), "frame")) == [2, 2]


def test_the_mark_moves_and_the_nodes_stay_the_same(a_scene, nodes) -> None:
    mark_frame(a_scene, nodes, "lv_ml", 1)
    assert NodeStore(a_scene, nodes.key).get("curve.mark") is None, "nothing before the plot"
    chart = show_curve(a_scene, nodes, "lv_ml", 0)
    count = a_scene.GetNumberOfNodes()
    mark_frame(a_scene, nodes, "lv_ml", 3)
    assert list(numbers_of(chart.GetNthPlotSeriesNode(2).GetTableNode(), "frame")) == [3, 3]
    assert show_curve(a_scene, nodes, "myo_ml", 3) is chart and a_scene.GetNumberOfNodes() == count
    assert chart.GetYAxisTitle() == "Myocardium (ml)"
