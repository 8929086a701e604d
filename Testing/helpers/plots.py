"""Plot nodes drawn by VTK as Slicer's plot view (qMRMLPlotView) does it, without a display."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import vtk

from GenerativeModelsScene.nodes.charts import LEGEND_FONT

PENS = {0: vtk.vtkPen.NO_PEN, 1: vtk.vtkPen.SOLID_LINE, 2: vtk.vtkPen.DASH_LINE, 4: vtk.vtkPen.DASH_DOT_LINE}
"""Line styles of the series node -> of VTK."""


class DrawnPlot:
    """A chart node in a view of its own, with the left button dragging points."""

    def __init__(self, chart, size: tuple[int, int] = (700, 500)) -> None:
        self.view = vtk.vtkContextView()
        self.view.GetRenderWindow().SetOffScreenRendering(1)
        self.view.GetRenderWindow().SetMultiSamples(0)
        self.view.GetRenderWindow().SetSize(*size)
        self.chart = vtk.vtkChartXY()
        self.view.GetScene().AddItem(self.chart)
        for index in range(chart.GetNumberOfPlotSeriesNodes()):
            self.chart.AddPlot(_plot(chart.GetNthPlotSeriesNode(index)))
        self.chart.SetTitle(chart.GetTitle())
        self.chart.SetShowLegend(chart.GetLegendVisibility())
        self.chart.GetLegend().SetLabelSize(LEGEND_FONT)
        ranges = ((chart.GetXAxisTitle(), chart.GetXAxisRangeAuto(), chart.GetXAxisRange()),)
        ranges += ((chart.GetYAxisTitle(), chart.GetYAxisRangeAuto(), chart.GetYAxisRange()),)
        for place, (title, automatic, ends) in zip((vtk.vtkAxis.BOTTOM, vtk.vtkAxis.LEFT), ranges, strict=True):
            axis = self.chart.GetAxis(place)
            axis.SetTitle(title)
            if not automatic:
                axis.SetBehavior(vtk.vtkAxis.FIXED)
                axis.SetUnscaledRange(*ends)
        self.chart.SetActionToButton(vtk.vtkChart.CLICK_AND_DRAG, vtk.vtkContextMouseEvent.LEFT_BUTTON)
        self.chart.SetClickActionToButton(vtk.vtkChart.SELECT, vtk.vtkContextMouseEvent.NO_BUTTON)
        self.chart.SetDragPointAlongX(chart.GetEnablePointMoveAlongX())
        self.chart.SetDragPointAlongY(chart.GetEnablePointMoveAlongY())
        self.view.Render()

    def drag(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        """Drag with the left button from one place of the plot to another, both in the units of its axes."""
        self.view.Render()  # after it, points are found where they are now
        interactor = self.view.GetInteractor()
        path = np.linspace(self._pixel(*start), self._pixel(*end), 6).round().astype(int)
        for number, (x, y) in enumerate(path.tolist()):
            interactor.SetEventInformation(x, y)
            interactor.InvokeEvent("MouseMoveEvent")
            if not number:
                interactor.InvokeEvent("LeftButtonPressEvent")
        interactor.InvokeEvent("LeftButtonReleaseEvent")

    def save(self, path: Path) -> None:
        """Write the view as PNG."""
        self.view.Render()
        image = vtk.vtkWindowToImageFilter()
        image.SetInput(self.view.GetRenderWindow())
        writer = vtk.vtkPNGWriter()
        writer.SetInputConnection(image.GetOutputPort())
        writer.SetFileName(str(path))
        writer.Write()

    def _pixel(self, x: float, y: float) -> tuple[float, float]:
        found = []
        for index, (place, value) in enumerate(((vtk.vtkAxis.BOTTOM, x), (vtk.vtkAxis.LEFT, y))):
            axis = self.chart.GetAxis(place)
            share = (value - axis.GetMinimum()) / (axis.GetMaximum() - axis.GetMinimum())
            low, high = axis.GetPoint1()[index], axis.GetPoint2()[index]
            found.append(low + share * (high - low))
        return found[0], found[1]


def _plot(series) -> vtk.vtkPlotLine:
    plot = vtk.vtkPlotLine()
    plot.SetWidth(series.GetLineWidth())
    plot.SetColorF(*series.GetColor())
    plot.SetOpacity(series.GetOpacity())
    plot.GetPen().SetOpacityF(series.GetOpacity())
    plot.GetPen().SetLineType(PENS[series.GetLineStyle()])
    plot.SetMarkerSize(series.GetMarkerSize())
    plot.SetMarkerStyle(series.GetMarkerStyle())
    plot.SetInputData(series.GetTableNode().GetTable(), series.GetXColumnName(), series.GetYColumnName())
    plot.SetLabel(series.GetName())
    return plot
