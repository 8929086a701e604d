"""Base of the panel of a module whose cases a model computes: device and model folder besides."""

from __future__ import annotations

from typing import Any

import qt
import slicer
from slicer.i18n import tr as _

from GenerativeModelsDesktop.case_panel import CasePanel, PanelTexts
from GenerativeModelsDesktop.model_choice import model_title
from GenerativeModelsDesktop.style import NOTE, WARNING, breakable
from GenerativeModelsLib.errors import InputError

__all__ = ["ModelPanel"]


class ModelPanel(CasePanel):
    """As `CasePanel`; its parameter node also has the fields `seed`, `device` and `modelFolder`."""

    def __init__(self, ui: Any, anatomy: Any, folder_prefix: str, texts: PanelTexts):
        super().__init__(ui, anatomy, folder_prefix, texts)
        self._model_problem: str | None = None
        ui.modelBrowseButton.connect("clicked()", self._browse_model)

    def refresh(self) -> None:
        """Show the values of the parameter node, and enable Apply if they are valid."""
        if self.parameters is not None:
            self._show_model()
        super().refresh()

    def device_found(self, text: str) -> None:
        """Show the device that the worker found."""
        self._ui.deviceFoundLabel.text = text

    def _problem(self) -> str | None:
        return super()._problem() or self._model_problem

    def _show_model(self) -> None:
        try:
            text, self._model_problem = model_title(self.parameters.modelFolder, self._anatomy.name), None
        except InputError as error:
            text = self._model_problem = str(error)
        self._ui.modelFoundLabel.setStyleSheet(WARNING if self._model_problem else NOTE)
        self._ui.modelFoundLabel.text = breakable(text)

    def _browse_model(self) -> None:
        folder = qt.QFileDialog.getExistingDirectory(slicer.util.mainWindow(), _("Folder of a model bundle"))
        if folder:
            self._ui.modelFolderEdit.text = folder
