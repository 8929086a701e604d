"""A case of the skull module: its request from the chosen nodes, and its result in the scene."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import slicer

from GenerativeModelsDesktop import planned_case
from GenerativeModelsDesktop.model_choice import chosen_model
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.language import DEFAULT
from GenerativeModelsLib.skull.case.read import read_case
from GenerativeModelsScene.skull.case_nodes import case_title
from GenerativeModelsScene.skull.corrections import remember_ellipse
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
    images
        The nodes of the images by plane name.
    on_axial_image, planes_in_3d
        Whether the skull is placed on the axial image, and whether the images are shown in the 3D view.
    """

    planes: Mapping[str, PlaneInput]
    images: Mapping[str, slicer.vtkMRMLVolumeNode]
    on_axial_image: bool
    planes_in_3d: bool

    def show(self, folder: Path) -> Iterator[str]:
        """Load the finished case folder into the scene in short steps."""
        case = read_case(folder)
        yield "Reading the result"
        for name, image in self.images.items():
            if image.GetScene() is self.scene:  # the user may have deleted it
                remember_ellipse(image, case.result["planes"][name])
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
    sex: str | None,
    chart: str,
    samples: int,
    seed: int,
    device: str,
    model_folder: str,
    on_axial_image: bool,
    planes_in_3d: bool,
    identity: Mapping[str, str | None] | None = None,
    language: str = DEFAULT,
    mask_text: bool = False,
    imagine: bool = False,
) -> SkullCase:
    """Write the pixels of the chosen nodes to files for the worker.

    Parameters
    ----------
    nodes
        Volume by plane name; None if none is chosen.
    gestational_age_weeks
        Decimal weeks, 0 = not given.
    sex
        Of the fetus, "male" or "female"; None = not given.
    chart
        Name of the growth chart.
    model_folder
        A bundle's folder, empty = the bundled one.
    identity
        Case ID, examination date, operator and institution, see `case_request`.
    language
        Of the report.
    mask_text
        Whether text that is burnt into the pictures is blanked.
    imagine
        Whether pictures of the planes that are not given are simulated.

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
            sex=sex,
            chart=chart,
            samples=samples,
            seed=seed,
            device=device,
            model=model,
            title=title,
            identity=identity,
            language=language,
            mask_text=mask_text,
            imagine=imagine,
        )
    images, key = {name: nodes[name] for name in planes}, case_key(nodes["axial"])
    return SkullCase(scene, request, key, title, workspace, planes, images, on_axial_image, planes_in_3d)
