"""The finished case in the panel of the heart module: verdict, measurements, segments and display switches."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import qt
import slicer
from slicer.i18n import tr as _

from CardiacShapeExplorerLib.choices import Colouring, Phase, Surfaces
from CardiacShapeExplorerLib.explore_panel import ExplorePanel
from CardiacShapeExplorerLib.planned_case import FOLDER_PREFIX
from GenerativeModelsDesktop.case_results import CaseResults
from GenerativeModelsDesktop.message_box import MessageBox
from GenerativeModelsDesktop.style import html_list
from GenerativeModelsDesktop.switches import ColourRangeRow
from GenerativeModelsDesktop.table_view import prepare_table, show_table
from GenerativeModelsLib.anatomy.verdict import score_text, verdict_text
from GenerativeModelsLib.heart.anatomy import HEART
from GenerativeModelsScene.heart.cavity_plot import show_cavity_curve
from GenerativeModelsScene.heart.save import save_heart
from GenerativeModelsScene.heart.show import (
    HeartNodes,
    bullseye_png,
    colour_by,
    find_heart,
    set_patient_visible,
    set_thickness_range,
    show_surfaces,
    thickness_range,
)
from GenerativeModelsScene.heart.views import look_at_heart
from GenerativeModelsScene.nodes.export import export_model

__all__ = ["ResultsPanel"]

BULLSEYE_WIDTH = 380


class ResultsPanel(CaseResults):
    """Results of the heart module; a case on show is also that of the exploration."""

    def __init__(self, ui: Any, message: MessageBox, explore: ExplorePanel):
        super().__init__(ui, HEART, FOLDER_PREFIX, message)
        self._explore = explore
        self.charts = explore.charts  # one layout to go back to
        for name in ("phaseComboBox", "surfacesComboBox", "colouringComboBox"):
            getattr(ui, name).connect("currentIndexChanged(int)", self._show_surfaces)
        self._range = ColourRangeRow(
            ui.colourRangeComboBox,
            ui.thicknessRangeWidget,
            self._ends,
            lambda low, high: self.to_case(set_thickness_range, low, high),
        )
        prepare_table(ui.measurementsTable)
        prepare_table(ui.segmentsTable)

    def find(self, key: str) -> HeartNodes | None:
        """The nodes of the case of that key; None without a case."""
        return find_heart(slicer.mrmlScene, key)

    def text_nodes(self, nodes: HeartNodes) -> Any:
        """What has the result and the report of a case."""
        return nodes.case

    def forget(self) -> None:
        """Show nothing, and end the exploration."""
        super().forget()
        self._explore.forget()

    def fill(self, nodes: HeartNodes | None, result: dict[str, Any]) -> None:
        """Show the values of a case; None while there is none."""
        show_table(self._ui.measurementsTable, nodes.table if nodes else None)
        show_table(self._ui.segmentsTable, nodes.segments if nodes else None)
        self._explore.follow(nodes, result)
        if nodes is None:
            return
        judged = result["in_distribution"]
        verdict = _("Input: {verdict}").format(verdict=verdict_text(judged))
        self._ui.verdictLabel.text = html_list([*HEART.notes(result), verdict])
        self._ui.verdictLabel.toolTip = score_text(judged)
        both = result["wall_thickness_mm"]["es"] is not None
        self._ui.phaseComboBox.enabled = both
        if not both:
            self._ui.phaseComboBox.currentIndex = 0
        picture, png = qt.QPixmap(), bullseye_png(nodes)
        if png is not None:
            picture.loadFromData(png)
            self._ui.bullseyeLabel.setPixmap(picture.scaledToWidth(BULLSEYE_WIDTH, qt.Qt.SmoothTransformation))
        self._ui.bullseyeLabel.setVisible(png is not None)
        self._show_surfaces()
        self._range.refresh()

    def arrange(self, nodes: HeartNodes) -> Iterator[str]:
        """Show the case alone, and arrange the views for it."""
        yield from look_at_heart(slicer.mrmlScene, nodes)
        self._show_surfaces()

    def save_files(self, nodes: HeartNodes, folder: Path) -> Path:
        """Write the files of the case as the command line does."""
        return save_heart(slicer.mrmlScene, nodes, folder)

    def export_file(self, nodes: HeartNodes, path: Path) -> None:
        """Write the surface on show; the suffix of the path is its format."""
        end = "_reconstruction.vtp" if self._choice(Surfaces) is Surfaces.MODEL else ".vtp"
        export_model(nodes.case.models.get(f"{self._choice(Phase).value}{end}"), path)

    def show_curve(self, key: str, title: str, curve: Any, ed: int, es: int) -> None:
        """Plot the volume of a cavity over a heart cycle, with the two frames that are analysed."""
        self.charts.show(show_cavity_curve(slicer.mrmlScene, curve, key=key, title=title, ed=ed, es=es))

    def _choice(self, kind: type) -> Any:
        boxes = {Phase: "phase", Surfaces: "surfaces", Colouring: "colouring"}
        return list(kind)[max(getattr(self._ui, f"{boxes[kind]}ComboBox").currentIndex, 0)]

    def _show_surfaces(self) -> None:
        self.to_case(self._show_surfaces_of)

    def _show_surfaces_of(self, nodes: HeartNodes) -> None:
        show_surfaces(nodes, self._choice(Surfaces).value, self._choice(Phase).value)
        colour_by(nodes, self._choice(Colouring).value)
        if self._explore.exploration.on_show:  # the heart would lie in the explored shape; it is shown after it
            set_patient_visible(nodes, False)

    def _ends(self, choice: str) -> tuple[float, float] | None:
        nodes = self.nodes
        return thickness_range(nodes, choice) if nodes is not None and nodes.models else None
