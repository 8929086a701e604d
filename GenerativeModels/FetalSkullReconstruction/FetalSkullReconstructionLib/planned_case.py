"""A case of the skull module: its request from the chosen nodes, and its result in the scene."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import slicer

from GenerativeModelsDesktop import planned_case
from GenerativeModelsDesktop.model_choice import chosen_model
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.skull.case.read import read_case
from GenerativeModelsScene.skull.case_nodes import case_title
from GenerativeModelsScene.skull.planes import PlaneInput, plane_from_node
from GenerativeModelsScene.skull.request import case_request
from GenerativeModelsScene.skull.show import (
    case_key,
    has_axial_position,
    set_on_axial_image,
    set_planes_visible,
    show_alone,
    show_case_steps,
)
from GenerativeModelsScene.skull.views import look_at_case

__all__ = ["FOLDER_PREFIX", "SkullCase", "plan_case"]

FOLDER_PREFIX = "fetal-skull-"
"""First part of the names of all temporary folders of the module."""


@dataclass(frozen=True)
class SkullCase(planned_case.PlannedCase):
    """A case of the module.

    Attributes
    ----------
    planes
        The images by plane name.
    on_axial_image, planes_in_3d
        Whether the skull is placed on the axial image, and whether the images are shown in the 3D view.
    """

    planes: Mapping[str, PlaneInput]
    on_axial_image: bool
    planes_in_3d: bool

    def show(self, folder: Path) -> Iterator[str]:
        """Load the finished case folder into the scene in short steps."""
        case = read_case(folder)
        yield "Reading the result"
        nodes = yield from show_case_steps(self.scene, case, inputs=self.planes, key=self.key, title=self.title)
        if has_axial_position(nodes):
            set_on_axial_image(nodes, self.on_axial_image)
        set_planes_visible(nodes, self.planes_in_3d)
        show_alone(self.scene, nodes)
        yield "Placing the skull"
        yield from look_at_case(self.scene, nodes)


def plan_case(
    scene: slicer.vtkMRMLScene,
    nodes: Mapping[str, slicer.vtkMRMLVolumeNode | None],
    *,
    gestational_age_weeks: float,
    samples: int,
    seed: int,
    device: str,
    model_folder: str,
    on_axial_image: bool,
    planes_in_3d: bool,
) -> SkullCase:
    """Write the pixels of the chosen nodes to files for the worker.

    Parameters
    ----------
    nodes
        Volume by plane name; None if none is chosen.
    gestational_age_weeks
        Decimal weeks, 0 = not given.
    model_folder
        A bundle's folder, empty = the bundled one.

    Raises
    ------
    InputError
        A node or a value cannot be used; no file is left behind.
    """
    if nodes["axial"] is None:
        raise InputError("The axial plane is missing: choose the image in which the head circumference is measured.")
    model = chosen_model(model_folder)
    planes = {name: plane_from_node(node, name) for name, node in nodes.items() if node is not None}
    title = case_title(nodes["axial"])
    with planned_case.case_workspace(FOLDER_PREFIX) as workspace:
        request = case_request(
            planes,
            workspace,
            gestational_age_weeks=gestational_age_weeks or None,
            samples=samples,
            seed=seed,
            device=device,
            model=model,
            title=title,
        )
    return SkullCase(scene, request, case_key(nodes["axial"]), title, workspace, planes, on_axial_image, planes_in_3d)
