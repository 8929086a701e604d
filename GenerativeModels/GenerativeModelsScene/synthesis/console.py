"""Synthetic images in two lines of Slicer's Python console.

    from GenerativeModelsScene import synthesise_images
    nodes = synthesise_images(slicer.util.getNode("Heart labels"), style=slicer.util.getNode("Cine"), n=3, seed=1)

The scene then contains the volumes that the module makes, and the slice views are arranged as after Draw.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from GenerativeModelsLib.synthesis.images.anatomy import IMAGES
from GenerativeModelsScene.console import computed_case, scene_of
from GenerativeModelsScene.synthesis.inputs import synthesis_key, synthesis_request, synthesis_title

if TYPE_CHECKING:
    from GenerativeModelsLib.synthesis.images.read_case import SynthesisedCase
    from GenerativeModelsLib.synthesis.images.request import ImageSynthesisRequest
    from GenerativeModelsScene.synthesis.case_nodes import SynthesisNodes

__all__ = ["synthesise_images"]

MODULE = "Cardiac Image Synthesis"


def synthesise_images(
    labels,
    style=None,
    *,
    method: str = "synthseg",
    n: int = 1,
    seed: int = 0,
    structures: Mapping[str, Any] | None = None,
    model: str | Path | None = None,
    device: str = "auto",
    identity: Mapping[str, str | None] | None = None,
    scene=None,
    progress: Callable[[str, float], None] | None = None,
) -> SynthesisNodes:
    """Draw synthetic images of the labels of a node and show them in its scene; returns when it is done.

    The same node again updates the nodes it made before.

    Parameters
    ----------
    labels
        Segmentation, label map, or sequence of either.
    style
        Scalar volume of cine MR whose grey values are taken; None = a style is drawn.
    method, n, seed, model, device
        As in `ImageSynthesisRequest`.
    structures, identity
        As in `synthesis_request`.
    scene, progress
        As in `reconstruct_skull`.

    Raises
    ------
    InputError
        A node, an option, the installation or the memory will not do; nothing is changed in the scene.
    """
    scene = scene_of(scene, "the label maps")
    # Before the run: afterwards the node may be gone.
    key, title = ("", "") if labels is None else (synthesis_key(labels), synthesis_title(labels))

    def request_in(workspace: Path) -> ImageSynthesisRequest:
        return synthesis_request(
            labels,
            style,
            structures=structures,
            workspace=workspace,
            title=title,
            identity=identity,
            method=method,
            n=n,
            seed=seed,
            model=None if model is None else Path(model),
            device=device,
        )

    def show(case: SynthesisedCase) -> SynthesisNodes:
        from GenerativeModelsScene.synthesis.show import show_images
        from GenerativeModelsScene.synthesis.views import look_at_image

        nodes = show_images(scene, case.folder, key=key, title=title)
        for _ in look_at_image(scene, nodes, labels):
            pass
        return nodes

    return computed_case(IMAGES, request_in, show, module=MODULE, progress=progress)[0]
