"""A case of the heart module: its request from the chosen nodes, and its result in the scene."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from GenerativeModelsDesktop import planned_case
from GenerativeModelsDesktop.model_choice import chosen_model
from GenerativeModelsScene.heart.inputs import heart_key, heart_request, heart_title
from GenerativeModelsScene.heart.show import show_heart
from GenerativeModelsScene.heart.views import look_at_heart

__all__ = ["FOLDER_PREFIX", "HeartCase", "plan_case"]

FOLDER_PREFIX = "cardiac-shape-"
"""First part of the names of all temporary folders of the module."""


@dataclass(frozen=True)
class HeartCase(planned_case.PlannedCase):
    """A case of the module."""

    def show(self, folder: Path) -> Iterator[str]:
        """Load the finished case folder into the scene in short steps."""
        yield "Reading the result"
        nodes = show_heart(self.scene, folder, key=self.key, title=self.title)
        yield "Showing the heart"
        yield from look_at_heart(self.scene, nodes)


def plan_case(scene: Any, nodes: Mapping[str, Any], *, model_folder: str, **options: Any) -> HeartCase:
    """Write the labels of the chosen nodes to files for the worker.

    Parameters
    ----------
    nodes
        "ed", "es" and "cine"; None where none is chosen.
    model_folder
        A bundle's folder, empty = the bundled one.
    options
        Of `heart_request`.

    Raises
    ------
    InputError
        A node or a value cannot be used; no file is left behind.
    """
    model = chosen_model(model_folder)
    node = nodes["cine"] or nodes["ed"]
    title, key = (heart_title(node), heart_key(node)) if node is not None else ("", "")
    with planned_case.case_workspace(FOLDER_PREFIX) as workspace:
        request = heart_request(scene, **nodes, model=model, workspace=workspace, title=title, **options)
    return HeartCase(scene, request, key, title, workspace)
