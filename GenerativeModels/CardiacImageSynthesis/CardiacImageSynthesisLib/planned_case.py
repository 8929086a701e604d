"""A case of the module: its request from the chosen nodes, and its result in the scene."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from GenerativeModelsDesktop import planned_case
from GenerativeModelsDesktop.model_choice import chosen_model
from GenerativeModelsScene.synthesis.inputs import synthesis_key, synthesis_request, synthesis_title
from GenerativeModelsScene.synthesis.show import show_images
from GenerativeModelsScene.synthesis.views import look_at_image

__all__ = ["FOLDER_PREFIX", "SynthesisCase", "plan_case"]

FOLDER_PREFIX = "cardiac-images-"
"""First part of the names of all temporary folders of the module."""


@dataclass(frozen=True)
class SynthesisCase(planned_case.PlannedCase):
    """A case of the module."""

    def show(self, folder: Path) -> Iterator[str]:
        """Load the finished case folder into the scene in short steps."""
        yield "Reading the images"
        nodes = show_images(self.scene, folder, key=self.key, title=self.title)
        yield "Showing the images"
        yield from look_at_image(self.scene, nodes, self.scene.GetNodeByID(self.key))


def plan_case(scene: Any, labels: Any, style: Any, *, model_folder: str, **options: Any) -> SynthesisCase:
    """Write labels and style of the chosen nodes to files for the worker.

    Parameters
    ----------
    model_folder
        A bundle's folder, empty = the shipped ones.
    options
        Of `synthesis_request`.

    Raises
    ------
    InputError
        A node or a value cannot be used; no file is left behind.
    """
    model = chosen_model(model_folder)
    title, key = (synthesis_title(labels), synthesis_key(labels)) if labels is not None else ("", "")
    with planned_case.case_workspace(FOLDER_PREFIX) as workspace:
        request = synthesis_request(labels, style, workspace=workspace, title=title, model=model, **options)
    return SynthesisCase(scene, request, key, title, workspace)
