"""A plot chart beside the 3D view, and the way back to the layout before it."""

from __future__ import annotations

from typing import Any

import slicer

__all__ = ["ChartView"]


class ChartView:
    """Shows charts in the layout that has 3D view, plot and slice views, and returns to the former layout."""

    def __init__(self) -> None:
        self._before: int | None = None

    @property
    def shown(self) -> bool:
        """Whether the layout with the plot is on the screen."""
        layout = _layout()
        return layout is not None and layout.GetViewArrangement() == _with_plot()

    def show(self, chart: Any) -> None:
        """Show a vtkMRMLPlotChartNode; Slicer's own choice of layout would replace the 3D view."""
        layout = _layout()
        if layout is not None and not self.shown:
            self._before = layout.GetViewArrangement()
            layout.SetViewArrangement(_with_plot())
        slicer.modules.plots.logic().ShowChartInLayout(chart)

    def let_points_move(self) -> None:
        """Let the mouse move the points of charts in plot views, which changes their tables."""
        for view in slicer.util.getNodesByClass("vtkMRMLPlotViewNode"):
            view.SetInteractionMode(slicer.vtkMRMLPlotViewNode.InteractionModeMovePoints)

    def back(self) -> None:
        """Return to the layout before the chart; does nothing if another layout was chosen since."""
        layout = _layout()
        if layout is not None and self.shown:
            layout.SetViewArrangement(
                slicer.vtkMRMLLayoutNode.SlicerLayoutFourUpView if self._before is None else self._before
            )


def _layout() -> Any:
    return slicer.mrmlScene.GetFirstNodeByClass("vtkMRMLLayoutNode")


def _with_plot() -> int:
    return slicer.vtkMRMLLayoutNode.SlicerLayoutConventionalPlotView
