"""The left ventricle in five lines of Slicer's Python console.

    from GenerativeModelsScene import analyse_heart, explore_heart
    heart = analyse_heart(slicer.util.getNode("ED"), slicer.util.getNode("ES"), height_cm=172, weight_kg=70)
    print(heart.result["ef_percent"], heart.result["thickest_segment"])
    explorer = explore_heart(heart)
    print(explorer.walk("healthy")["shapes"][-1]["hcm_probability"])

The scene then contains the heart, coloured by the thickness of its wall, all other nodes that the module makes, and
the walk, which Slicer's sequence tool bar plays. The views are arranged as after Apply.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from GenerativeModelsLib.heart.anatomy import HEART
from GenerativeModelsScene.console import computed_case, scene_of
from GenerativeModelsScene.heart.explore import MODULE, HeartExplorer
from GenerativeModelsScene.heart.inputs import heart_key, heart_request, heart_title
from GenerativeModelsScene.heart.request import given_inputs

if TYPE_CHECKING:
    from GenerativeModelsLib.heart.case.read import HeartCase
    from GenerativeModelsLib.heart.request import HeartRequest
    from GenerativeModelsScene.heart.case_nodes import HeartNodes

__all__ = ["HeartResult", "analyse_heart", "explore_heart"]


@dataclass(frozen=True, eq=False)
class HeartResult:
    """An analysed heart: what shows it in the scene, and its numbers.

    Attributes
    ----------
    nodes
        The nodes in the scene.
    case
        Surfaces and `result`. Its files last as long as it does.
    """

    nodes: HeartNodes
    case: HeartCase

    @property
    def result(self) -> dict[str, Any]:
        """The content of result.json: `edv_ml`, `ef_percent`, `wall_thickness_mm`, `hcm_probability`, ..."""
        return self.case.result

    @property
    def warnings(self) -> list[str]:
        """Sentences about this case that its user should read."""
        return self.case.warnings


def analyse_heart(
    ed=None,
    es=None,
    *,
    cine=None,
    structures: Mapping[str, Any] | None = None,
    ed_frame: int | None = None,
    es_frame: int | None = None,
    height_cm: float | None = None,
    weight_kg: float | None = None,
    sex: str | None = None,
    septum: str | None = None,
    force: bool = False,
    realign: bool = False,
    seed: int = 0,
    device: str = "auto",
    model: Path | str | None = None,
    identity: Mapping[str, str | None] | None = None,
    scene=None,
    progress: Callable[[str, float], None] | None = None,
) -> HeartResult:
    """Analyse the left ventricle in nodes of label maps and show it in their scene; returns when it is done.

    The same nodes again update the nodes they made before.

    Parameters
    ----------
    ed, es, cine, structures
        As in `heart_request`.
    ed_frame, es_frame
        Frames of the cine, from 0; None = those of the largest and the smallest cavity.
    height_cm, weight_kg, sex
        Of the patient, for values per body surface and reference ranges.
    septum
        A point on the septum "x,y,z" or a direction towards it "dir:x,y,z", LPS mm; None = from the right ventricle.
    force
        Whether phases that look like two patients, or lie apart, are analysed.
    realign
        Whether slices of a stack are moved in their plane where breath holds shifted them, before measuring.
    seed, device, model, identity, scene, progress
        As in `reconstruct_skull`.

    Raises
    ------
    InputError
        A node, an option, the installation or the memory will not do; nothing is changed in the scene.
    """
    scene = scene_of(scene, "the label maps")
    given_inputs(ed, es, cine, scene)
    # Before the run: afterwards the node may be gone.
    first = ed if cine is None else cine
    key, title = ("", "") if first is None else (heart_key(first), heart_title(first))

    def request_in(workspace: Path) -> HeartRequest:
        return heart_request(
            scene,
            ed=ed,
            es=es,
            cine=cine,
            structures=structures,
            ed_frame=ed_frame,
            es_frame=es_frame,
            height_cm=height_cm,
            weight_kg=weight_kg,
            sex=sex,
            septum=septum,
            force=force,
            realign=realign,
            model=model,
            device=device,
            seed=seed,
            workspace=workspace,
            title=title,
            identity=identity,
        )

    def show(case: HeartCase) -> HeartNodes:
        from GenerativeModelsScene.heart.show import show_heart
        from GenerativeModelsScene.heart.views import look_at_heart

        nodes = show_heart(scene, case.folder, key=key, title=title)
        for _ in look_at_heart(scene, nodes):
            pass
        return nodes

    return HeartResult(*computed_case(HEART, request_in, show, module=MODULE, progress=progress))


def explore_heart(
    heart: HeartResult | HeartNodes | None = None,
    *,
    scene=None,
    model: Path | str | None = None,
    device: str = "auto",
) -> HeartExplorer:
    """Explore the shapes of the latent space, from an analysed heart or from the means of the model.

    Parameters
    ----------
    heart
        What `analyse_heart` returned, or the nodes of a heart in a scene (`find_heart`); None = no patient.
    scene
        vtkMRMLScene to show the shapes in; None = slicer.mrmlScene.
    model, device
        As in `analyse_heart`; the bundle should be the one that analysed the heart.

    Raises
    ------
    InputError
        The bundle, the device or the installation will not do, or the heart has lost its result.
    """
    nodes = heart.nodes if isinstance(heart, HeartResult) else heart
    return HeartExplorer(scene_of(scene, "the hearts"), nodes, model=model, device=device)
