"""A case of the module: its request from the chosen node, and its result in the scene."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from GenerativeModelsDesktop import planned_case
from GenerativeModelsLib.segmentation.repair.anatomy import REPAIR
from GenerativeModelsLib.segmentation.repair.request import RepairRequest
from GenerativeModelsScene.segmentation.inputs import check_key, check_request, check_title
from GenerativeModelsScene.segmentation.repair import show_repair
from GenerativeModelsScene.segmentation.show import show_check
from GenerativeModelsScene.segmentation.views import look_at_check

__all__ = ["FOLDER_PREFIX", "CheckCase", "RepairCase", "plan_case"]

FOLDER_PREFIX = "cardiac-segmentation-"
"""First part of the names of all temporary folders of the module."""


@dataclass(frozen=True)
class CheckCase(planned_case.PlannedCase):
    """A case of the module."""

    def show(self, folder: Path) -> Iterator[str]:
        """Load the finished case folder into the scene in short steps."""
        yield "Reading the result"
        nodes = show_check(self.scene, folder, key=self.key, title=self.title)
        yield "Showing the check"
        yield from look_at_check(self.scene, nodes, self.scene.GetNodeByID(self.key))


@dataclass(frozen=True)
class RepairCase(planned_case.PlannedCase):
    """A repair; its result is a check too."""

    anatomy = REPAIR.name

    def show(self, folder: Path) -> Iterator[str]:
        """Load the finished case folder into the scene in short steps."""
        yield "Reading the result"
        yield from show_repair(self.scene, folder, key=self.key, title=self.title)


def plan_case(
    scene: Any, node: Any, *, repair: Mapping[str, Any] | None = None, **options: Any
) -> planned_case.PlannedCase:
    """Write the labels of the chosen node to a file for the worker.

    Parameters
    ----------
    repair
        Options of a repair, such as `most_change`; None = a check.
    options
        Of `check_request`.

    Raises
    ------
    InputError
        The node or a value cannot be used; no file is left behind.
    """
    title, key = (check_title(node), check_key(node)) if node is not None else ("", "")
    with planned_case.case_workspace(FOLDER_PREFIX) as workspace:
        if repair is None:
            request = check_request(node, workspace=workspace, title=title, **options)
            return CheckCase(scene, request, key, title, workspace)
        request = check_request(node, workspace=workspace, title=title, kind=RepairRequest, **options, **repair)
    return RepairCase(scene, request, key, title, workspace)
