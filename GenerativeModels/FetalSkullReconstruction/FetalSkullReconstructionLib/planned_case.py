"""The chosen nodes and values -> a case ready to run, and its result -> the scene."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import slicer

from FetalSkullReconstructionLib.model_choice import chosen_model
from FetalSkullReconstructionLib.views import look_at_case
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.skull.case.read import read_case
from GenerativeModelsLib.skull.request import SkullRequest
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

__all__ = ["PlannedCase", "plan_case"]


@dataclass(frozen=True)
class PlannedCase:
    """A case whose pixels are taken: nodes may go or change, it can still be run and shown.

    Attributes
    ----------
    scene
        Where the result will be shown.
    planes
        The images by plane name.
    request
        What the worker is asked for; its files and its output lie in `workspace`.
    key, title
        By which the case's nodes are found again, and what its folder is called.
    on_axial_image, planes_in_3d
        Whether the skull is laid onto the axial image, and the images are shown in the 3D view.
    workspace
        Temporary folder of this case alone.
    """

    scene: slicer.vtkMRMLScene
    planes: Mapping[str, PlaneInput]
    request: SkullRequest
    key: str
    title: str
    on_axial_image: bool
    planes_in_3d: bool
    workspace: Path

    def show(self, folder: Path) -> Iterator[str]:
        """Bring the finished case folder into the scene, a short step at a time."""
        case = read_case(folder)
        yield "Reading the result"
        nodes = yield from show_case_steps(self.scene, case, inputs=self.planes, key=self.key, title=self.title)
        if has_axial_position(nodes):
            set_on_axial_image(nodes, self.on_axial_image)
        set_planes_visible(nodes, self.planes_in_3d)
        show_alone(self.scene, nodes)
        yield "Placing the skull"
        yield from look_at_case(self.scene, nodes)

    def discard_files(self) -> None:
        """Remove the temporary folder."""
        shutil.rmtree(self.workspace, ignore_errors=True)


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
) -> PlannedCase:
    """Take the pixels of the chosen nodes and write them where the worker finds them.

    Parameters
    ----------
    nodes
        Volume by plane name; None where none is chosen.
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
    title = f"Skull of {nodes['axial'].GetName()}"
    workspace = _new_workspace()
    try:
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
    except (OSError, RuntimeError) as error:  # SimpleITK says RuntimeError for a full disk
        shutil.rmtree(workspace, ignore_errors=True)
        raise _unwritable(workspace.parent, error) from error
    except InputError:
        shutil.rmtree(workspace, ignore_errors=True)
        raise
    return PlannedCase(scene, planes, request, case_key(nodes["axial"]), title, on_axial_image, planes_in_3d, workspace)


def _new_workspace() -> Path:
    try:
        return Path(tempfile.mkdtemp(prefix="fetal-skull-", dir=slicer.app.temporaryPath))
    except OSError as error:
        raise _unwritable(Path(slicer.app.temporaryPath), error) from error


def _unwritable(folder: Path, error: Exception) -> InputError:
    return InputError(
        f"The images cannot be written to the temporary folder {folder} ({str(error).strip().splitlines()[-1]}): "
        "free space there, or choose another one in Slicer's application settings."
    )
