"""The finished images in the panel: which is on show, and how near each is to its style."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import slicer
from slicer.i18n import tr as _

from CardiacImageSynthesisLib.planned_case import FOLDER_PREFIX
from GenerativeModelsDesktop.case_results import CaseResults
from GenerativeModelsDesktop.message_box import MessageBox
from GenerativeModelsDesktop.table_view import prepare_table, show_table
from GenerativeModelsLib.synthesis.images.anatomy import IMAGES
from GenerativeModelsScene.synthesis.case_nodes import SynthesisNodes, find_images
from GenerativeModelsScene.synthesis.save import save_images
from GenerativeModelsScene.synthesis.views import look_at_image

__all__ = ["ResultsPanel"]


class ResultsPanel(CaseResults):
    """Results of the module."""

    def __init__(self, ui: Any, message: MessageBox):
        super().__init__(ui, IMAGES, FOLDER_PREFIX, message)
        self._numbers: list[int] = []
        ui.imageComboBox.connect("activated(int)", self._look_at)
        prepare_table(ui.measurementsTable)

    def find(self, key: str) -> SynthesisNodes | None:
        """The nodes of the case of that key; None without a case."""
        return find_images(slicer.mrmlScene, key)

    def fill(self, nodes: SynthesisNodes | None, result: dict[str, Any]) -> None:
        """Show the values of a case; None while there is none."""
        box, ui = self._ui.imageComboBox, self._ui
        images = {} if nodes is None else nodes.images
        box.clear()
        self._numbers = list(images)
        box.addItems([node.GetName() for node in images.values()])
        show_table(ui.measurementsTable, nodes.table if nodes else None)
        ui.measurementsTable.setVisible(bool(nodes and result.get("style")))
        if nodes is not None:
            count = len(result["images"])
            words = _("1 synthetic image") if count == 1 else _("{n} synthetic images").format(n=count)
            method, seed, labels = result["method"], result["seed"], result["labels"]["file"]
            ui.verdictLabel.text = _("{images} of {labels}: {method}, seed {seed}. They show nobody.").format(
                images=words, labels=labels, method=method, seed=seed
            )

    def arrange(self, nodes: SynthesisNodes) -> Iterator[str]:
        """Show the case alone, and arrange the views for it."""
        yield from look_at_image(slicer.mrmlScene, nodes, slicer.mrmlScene.GetNodeByID(nodes.key))

    def save_files(self, nodes: SynthesisNodes, folder: Path) -> Path:
        """Write the files of the case as the command line does."""
        return save_images(slicer.mrmlScene, nodes, folder)

    def _look_at(self, index: int) -> None:
        nodes = self.nodes
        if nodes is not None and 0 <= index < len(self._numbers):
            labels = slicer.mrmlScene.GetNodeByID(nodes.key)
            for _step in look_at_image(slicer.mrmlScene, nodes, labels, self._numbers[index]):
                pass
