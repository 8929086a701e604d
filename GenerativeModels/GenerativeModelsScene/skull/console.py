"""The skull in five lines of Slicer's Python console.

    from GenerativeModelsScene import reconstruct_skull, set_spacing
    axial = slicer.util.getNode("axial")
    set_spacing(axial, (0.22346, 0.22346))  # row, column in mm: a PNG carries none
    skull = reconstruct_skull(axial, gestational_age_weeks=27)
    print(skull.biometry["hc_mm"], skull.uncertainty_mm)

The scene then contains the skull, coloured by its uncertainty, and all other nodes that the module makes. The views are
arranged as after Apply.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from GenerativeModelsLib.anatomy.entries import parse_age
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.skull.anatomy import SKULL
from GenerativeModelsLib.skull.growth.registry import DEFAULT_CHART
from GenerativeModelsScene.console import computed_case, scene_of
from GenerativeModelsScene.skull.planes import plane_from_node, selection_problem
from GenerativeModelsScene.skull.request import case_request

if TYPE_CHECKING:
    from GenerativeModelsLib.skull.case.read import SkullCase
    from GenerativeModelsLib.skull.request import SkullRequest
    from GenerativeModelsScene.skull.case_nodes import SkullNodes

__all__ = ["SkullResult", "reconstruct_skull"]


@dataclass(frozen=True, eq=False)
class SkullResult:
    """A reconstructed skull: what shows it in the scene, and its numbers.

    Attributes
    ----------
    nodes
        The nodes in the scene.
    case
        Mesh, placed planes, volumes and `result` (the content of result.json). Its files last as long as it does.
    """

    nodes: SkullNodes
    case: SkullCase

    @property
    def biometry(self) -> dict[str, dict[str, Any]]:
        """By measure such as "hc_mm": `value`, `sd`, `interval90`, `z_score`, `percentile`; unknown ones are None."""
        return self.case.biometry

    @property
    def uncertainty_mm(self) -> dict[str, float | None]:
        """`mean`, `median`, `p95` and `max` over the surface in mm; None without draws."""
        return self.case.result["uncertainty_mm"]

    @property
    def warnings(self) -> list[str]:
        """Sentences about this case that its user should read."""
        return self.case.warnings


def reconstruct_skull(
    axial,
    sagittal=None,
    coronal=None,
    *,
    gestational_age_weeks: float | str | None = None,
    sex: str | None = None,
    chart: str = DEFAULT_CHART,
    samples: int = 100,
    seed: int = 0,
    device: str = "auto",
    model: Path | str | None = None,
    identity: Mapping[str, str | None] | None = None,
    mask_text: bool = False,
    imagine: bool = False,
    scene=None,
    progress: Callable[[str, float], None] | None = None,
) -> SkullResult:
    """Reconstruct the skull from image nodes and show it in their scene; returns when it is done.

    The same images again update the nodes they made before.

    Parameters
    ----------
    axial, sagittal, coronal
        One-slice volume nodes; see `plane_from_node`, and `cut_volume` for planes of a 3D volume. Corrections that
        `corrections.set_correction` keeps with them are made.
    gestational_age_weeks
        Decimal weeks or "27+3", for percentiles; None = none. Another age or chart computes nothing but these.
    sex
        Of the fetus, "male" or "female", or "M", "F"; kept with the result.
    chart
        Growth chart: "intergrowth", "who", "hadlock", "nichd-white" or another of `growth.registry.CHARTS`.
    samples
        Draws from the conditional prior; 0 = the mean only, without uncertainty.
    seed
        Same images, same seed, same device: same skull to the bit, here and on the command line.
    device
        "auto", "cpu", "cuda", "cuda:N" or "mps".
    model
        Folder of a model bundle; None = the one that comes along.
    identity
        `case_id`, `examination_date` (YYYY-MM-DD), `operator`, `institution`; what is missing is left empty.
    mask_text
        Whether text that is burnt into the pictures is blanked.
    imagine
        Whether pictures of the planes that are not given are simulated from the reconstruction.
    scene
        vtkMRMLScene of the nodes; None = slicer.mrmlScene.
    progress
        Is told what is being done and the share of it that is through, 0 to 1.

    Raises
    ------
    InputError
        A node, an option, the installation or the memory will not do; nothing is changed in the scene.
    """
    scene = scene_of(scene, "the images")
    if isinstance(gestational_age_weeks, str):
        gestational_age_weeks = parse_age(gestational_age_weeks)
    chosen = {"axial": axial, "sagittal": sagittal, "coronal": coronal}
    if problem := selection_problem(chosen):
        raise InputError(problem)
    planes = {name: plane_from_node(node, name) for name, node in chosen.items() if node is not None}
    for name, node in chosen.items():
        if node is not None and node.GetScene() is not scene:
            raise InputError(f"The {name} image '{node.GetName()}' is in another scene: give that one as scene.")
    # Before the run: afterwards the node may be gone.
    from GenerativeModelsScene.skull.case_nodes import AGE_ATTRIBUTE, case_key, case_title

    key, title = case_key(axial), case_title(axial)

    def request_in(workspace: Path) -> SkullRequest:
        return case_request(
            planes,
            workspace,
            gestational_age_weeks=gestational_age_weeks,
            sex=sex,
            chart=chart,
            samples=samples,
            seed=seed,
            device=device,
            model=model,
            title=title,
            identity=identity,
            mask_text=mask_text,
            imagine=imagine,
        )

    def show(case: SkullCase) -> SkullNodes:
        from GenerativeModelsScene.skull.show import show_alone, show_case
        from GenerativeModelsScene.skull.views import look_at_case

        nodes = show_case(scene, case, inputs=planes, key=key, title=title)
        show_alone(scene, nodes)
        for _ in look_at_case(scene, nodes):
            pass
        if axial.GetScene() is scene and gestational_age_weeks:
            axial.SetAttribute(AGE_ATTRIBUTE, f"{gestational_age_weeks:g}")
        return nodes

    nodes, case = computed_case(SKULL, request_in, show, module="Fetal Skull Reconstruction", progress=progress)
    return SkullResult(nodes, case)
