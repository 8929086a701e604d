"""A chart beside the 3D view, with stand-ins; no Slicer needed."""

from __future__ import annotations

import sys
from types import SimpleNamespace

FOUR_UP, CONVENTIONAL, WITH_PLOT = 3, 2, 37


class Layout:
    """The layout node."""

    def __init__(self, arrangement: int) -> None:
        self.GetViewArrangement = lambda: self.arrangement
        self.SetViewArrangement(arrangement)

    def SetViewArrangement(self, arrangement: int) -> None:
        self.arrangement = arrangement


def test_the_3d_view_stays_and_the_layout_comes_back(desktop) -> None:
    module = desktop("chart_view")
    layout, shown = Layout(CONVENTIONAL), []
    slicer = sys.modules["slicer"]
    slicer.mrmlScene = SimpleNamespace(GetFirstNodeByClass=lambda kind: layout)
    slicer.vtkMRMLLayoutNode = SimpleNamespace(
        SlicerLayoutFourUpView=FOUR_UP, SlicerLayoutConventionalPlotView=WITH_PLOT
    )
    slicer.modules = SimpleNamespace(
        plots=SimpleNamespace(logic=lambda: SimpleNamespace(ShowChartInLayout=shown.append))
    )
    charts = module.ChartView()
    charts.back()
    assert layout.arrangement == CONVENTIONAL and not charts.shown
    for chart in ("first", "second"):
        charts.show(chart)
        assert layout.arrangement == WITH_PLOT and charts.shown
    assert shown == ["first", "second"]
    charts.back()
    assert layout.arrangement == CONVENTIONAL
    layout.SetViewArrangement(WITH_PLOT)
    module.ChartView().back()
    assert layout.arrangement == FOUR_UP
