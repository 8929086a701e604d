"""Exploration of the latent space in the panel: sliders, plot, mean shapes, walks and playing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import contextmanager
from typing import Any

import qt
import slicer
from slicer.i18n import tr as _

from CardiacShapeExplorerLib.choices import Phase
from GenerativeModelsDesktop.chart_view import ChartView
from GenerativeModelsDesktop.message_box import MessageBox
from GenerativeModelsDesktop.model_choice import chosen_model
from GenerativeModelsDesktop.style import html_list
from GenerativeModelsDesktop.worker_run import WorkerRun
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.heart.case.shape_words import shape_sentences
from GenerativeModelsScene.heart.exploration import Exploration

__all__ = ["ExplorePanel"]

PLAY_MS = 120
TOWARDS = {"hcm": _("towards hypertrophic"), "healthy": _("towards healthy")}


class ExplorePanel:
    """Moves a point of the latent space and shows its heart.

    Parameters
    ----------
    ui
        The panel's widgets.
    run
        Run whose worker answers the queries.
    message
        Box for failures.

    Attributes
    ----------
    exploration
        What is explored, and shown.
    """

    def __init__(self, ui: Any, run: WorkerRun, message: MessageBox):
        self._ui, self._run, self._message = ui, run, message
        self._quiet = False
        self._device, self._model_folder = "auto", ""
        self._map_asked = False
        self.charts = ChartView()
        self.exploration = Exploration(slicer.mrmlScene, self._ask, self.refresh)
        self._timer = qt.QTimer()
        self._timer.setInterval(PLAY_MS)
        self._timer.connect("timeout()", self._next_frame)
        for text in TOWARDS.values():
            ui.towardsComboBox.addItem(text)
        for index, slider in enumerate((ui.firstSlider, ui.secondSlider)):
            slider.connect("valueChanged(double)", lambda value, index=index: self._point_slid(index, value))
        ui.levelComboBox.connect("currentIndexChanged(int)", self._level_chosen)
        ui.dimensionSpinBox.connect("valueChanged(int)", self._dimension_chosen)
        ui.shiftSlider.connect("valueChanged(double)", self._shifted)
        ui.phaseComboBox.connect("currentIndexChanged(int)", self._phase_chosen)
        ui.frameSlider.connect("valueChanged(double)", self._frame_slid)
        ui.playButton.connect("toggled(bool)", self._play_toggled)
        ui.exploreCollapsibleButton.connect("contentsCollapsed(bool)", self._opened)
        buttons = {
            "plot": self.show_plot,
            "healthy": lambda: self.exploration.show_mean("healthy"),
            "hcm": lambda: self.exploration.show_mean("hcm"),
            "difference": lambda: self.exploration.show_difference(),
            "walk": self.walk,
            "cycle": self.play_heartbeat,
            "back": self.back,
        }
        for name, action in buttons.items():
            getattr(ui, f"{name}Button").connect("clicked()", action)
        self.refresh()

    def follow(self, nodes: Any, result: Mapping[str, Any]) -> None:
        """Explore from this case; None = from the middle of the population."""
        self._timer.stop()
        self.exploration.follow(nodes, result)
        if self.exploration.latent_map is None:
            self._map_asked = False
        self.refresh()

    def use(self, device: str, model_folder: str) -> None:
        """Compute on this device with this model; another model begins a new exploration."""
        self._device = device
        if model_folder != self._model_folder:
            self._model_folder, self._map_asked = model_folder, False
            self.exploration.begin_anew()

    def forget(self) -> None:
        """Leave everything, as when the scene closes."""
        self._map_asked = False
        self.exploration.forget()

    def know_map(self) -> None:
        """Ask for the map, which the sliders need, once, if the section is open and the map is not known."""
        if self._ui.exploreCollapsibleButton.collapsed or self._map_asked or self.exploration.latent_map is not None:
            return
        self._map_asked = True
        self.exploration.open_plot()

    def show_plot(self) -> None:
        """Show the plot of the latent space beside the 3D view; its point can be dragged."""
        self.exploration.open_plot(self._show_chart)

    def walk(self) -> None:
        """Show the walk towards the chosen class, to be played."""
        self.exploration.walk(list(TOWARDS)[max(self._ui.towardsComboBox.currentIndex, 0)])

    def play_heartbeat(self) -> None:
        """Show the heartbeat of the explored shape, to be played."""
        self._with_point(self.exploration.show_heartbeat)

    def back(self) -> None:
        """Show the analysed heart again, and the views as before the plot."""
        self.exploration.back()
        self.charts.back()

    def pause(self) -> None:
        """Stop playing."""
        self._timer.stop()
        self._ui.playButton.checked = False

    def close(self) -> None:
        """Stop playing, and stop watching the plot."""
        self._timer.stop()
        self.exploration.close()

    def refresh(self) -> None:
        """Show the explored point and the numbers of its heart."""
        ui, found = self._ui, self.exploration
        known = found.latent_map is not None
        with self._silent():
            for slider, axis, index in ((ui.firstSlider, "x", 0), (ui.secondSlider, "y", 1)):
                slider.enabled = known
                if known:
                    slider.minimum, slider.maximum = found.latent_map[axis]
                    slider.value = found.z[index]
            if known and ui.levelComboBox.count != len(found.latent_map["levels"]) - 1:
                ui.levelComboBox.clear()
                for level in range(len(found.latent_map["levels"]) - 1, 0, -1):
                    ui.levelComboBox.addItem(_("Level {level}").format(level=level))
            for widget in (ui.levelComboBox, ui.dimensionSpinBox, ui.shiftSlider):
                widget.enabled = known
            if known:
                ui.dimensionSpinBox.maximum = found.latent_map["levels"][self._level - 1]
                ui.shiftSlider.value = found.moved.get((self._level, ui.dimensionSpinBox.value - 1), 0.0)
            ui.playFrame.setVisible(found.frames > 0)
            if found.frames:
                ui.frameSlider.maximum = found.frames - 1
                ui.frameSlider.value = found.frame
        if not found.frames:
            self.pause()
        ui.walkButton.enabled = found.around is not None
        ui.walkButton.toolTip = (
            _("Shapes step by step towards that class.")
            if found.around is not None
            else _("Analyse the heart again: an earlier version has not stored where the walk starts.")
            if found.own is not None
            else _("Analyse a heart first: it is the start.")
        )
        ui.backButton.enabled = found.answer is not None or found.on_show
        ui.readoutLabel.text = "" if found.answer is None else html_list(shape_sentences(found.answer))

    @property
    def _level(self) -> int:
        """The chosen level, 1 = finest."""
        return max(self._ui.levelComboBox.count - max(self._ui.levelComboBox.currentIndex, 0), 1)

    def _ask(self, name: str, values: Mapping[str, Any], answered: Callable[[dict[str, Any]], None]) -> None:
        try:
            model = chosen_model(self._model_folder)
            self._run.ask(name, values, answered, self._message.fail, model=model, device=self._device)
        except InputError as error:
            self._message.fail(str(error))

    def _opened(self, collapsed: bool) -> None:
        self._map_asked = False
        self.know_map()

    def _with_point(self, action: Callable[[], None]) -> None:
        """Call the action once the explored point is known."""
        if self.exploration.z is None:
            self.exploration.open_plot(lambda plot: action())
        else:
            action()

    def _show_chart(self, plot: Any) -> None:
        self.charts.show(plot.chart)
        self.charts.let_points_move()

    def _point_slid(self, index: int, value: float) -> None:
        if not self._quiet:
            point = list(self.exploration.z[:2])  # the other slider ends where the map does, the point need not
            point[index] = value
            self.exploration.move_to(point)

    def _level_chosen(self) -> None:
        if not self._quiet:
            self.refresh()

    _dimension_chosen = _level_chosen

    def _shifted(self) -> None:
        if not self._quiet:
            self.exploration.shift(self._level, self._ui.dimensionSpinBox.value - 1, self._ui.shiftSlider.value)

    def _phase_chosen(self) -> None:
        self.exploration.phase = list(Phase)[max(self._ui.phaseComboBox.currentIndex, 0)].value

    def _frame_slid(self) -> None:
        if not self._quiet:
            self.exploration.show_frame(round(self._ui.frameSlider.value))

    def _play_toggled(self, on: bool) -> None:
        self._ui.playButton.text = _("Pause") if on else _("Play")
        if on:
            self._timer.start()
        else:
            self._timer.stop()

    def _next_frame(self) -> None:
        found = self.exploration
        found.show_frame((found.frame + 1) % max(found.frames, 1))

    @contextmanager
    def _silent(self):
        """Change widgets without moving the point."""
        before, self._quiet = self._quiet, True
        try:
            yield
        finally:
            self._quiet = before
