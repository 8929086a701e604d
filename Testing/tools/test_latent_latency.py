"""The benchmark of a moved latent point moves a point and draws its shape."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("slicer", reason="the Slicer core (pip install slicer-core) is not here")

from tools.latent_latency import DesktopLogic, points, report


def test_each_move_draws_the_shape_of_its_point_on_the_same_nodes() -> None:
    desktop = DesktopLogic()
    try:
        assert desktop.move(0.0, 0.0) > 0
        nodes = desktop.scene.GetNumberOfNodes()
        first = np.array(desktop.scene.GetFirstNodeByClass("vtkMRMLModelNode").GetPolyData().GetPoint(100))
        desktop.move(1.0, -1.0)
        second = np.array(desktop.scene.GetFirstNodeByClass("vtkMRMLModelNode").GetPolyData().GetPoint(100))
        assert desktop.exploration.answer["z_top"] == pytest.approx([1.0, -1.0])
        assert desktop.scene.GetNumberOfNodes() == nodes and np.abs(second - first).max() > 0.1
    finally:
        desktop.close()


def test_figures_are_those_of_the_moves(capsys: pytest.CaptureFixture) -> None:
    report("somewhere", [0.1, 0.2, 0.3], 0.1)
    assert "median 200 ms, 90th percentile 280 ms over 3 moves (2.00 and 2.80" in capsys.readouterr().out


def test_points_are_all_different() -> None:
    assert len(np.unique(np.round(points(30), 3), axis=0)) == 30
