"""The check of a segmentation in two lines of Slicer's Python console.

    from GenerativeModelsScene import check_segmentation
    print([found.text for found in check_segmentation(slicer.util.getNode("Heart cycle")).found])

The scene then contains the tables that the module makes, and the slice views are arranged as after Check.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from GenerativeModelsLib.segmentation.anatomy import SEGMENTATION
from GenerativeModelsScene.console import computed_case, scene_of
from GenerativeModelsScene.segmentation.inputs import check_key, check_request, check_title

if TYPE_CHECKING:
    from GenerativeModelsLib.segmentation.case.read import CheckedCase
    from GenerativeModelsLib.segmentation.request import SegmentationRequest
    from GenerativeModelsScene.segmentation.case_nodes import CheckNodes

__all__ = ["check_segmentation"]

MODULE = "Cardiac Segmentation Repair"


def check_segmentation(
    labels,
    *,
    view: str = "short-axis",
    structures: Mapping[str, Any] | None = None,
    frame_interval_ms: float | None = None,
    identity: Mapping[str, str | None] | None = None,
    scene=None,
    progress: Callable[[str, float], None] | None = None,
) -> CheckNodes:
    """Check the labels of a node and show what is found in its scene; returns when it is done.

    The same node again updates the nodes it made before.

    Parameters
    ----------
    labels
        Segmentation, label map, or sequence of either.
    view, structures, frame_interval_ms, identity
        As in `check_request`.
    scene, progress
        As in `reconstruct_skull`.

    Raises
    ------
    InputError
        The node, an option, the installation or the memory will not do; nothing is changed in the scene.
    """
    scene = scene_of(scene, "the label maps")
    # Before the run: afterwards the node may be gone.
    key, title = ("", "") if labels is None else (check_key(labels), check_title(labels))

    def request_in(workspace: Path) -> SegmentationRequest:
        return check_request(
            labels,
            view=view,
            structures=structures,
            frame_interval_ms=frame_interval_ms,
            workspace=workspace,
            title=title,
            identity=identity,
        )

    def show(case: CheckedCase) -> CheckNodes:
        from GenerativeModelsScene.segmentation.show import show_check
        from GenerativeModelsScene.segmentation.views import look_at_check

        nodes = show_check(scene, case.folder, key=key, title=title)
        for _ in look_at_check(scene, nodes, labels):
            pass
        return nodes

    return computed_case(SEGMENTATION, request_in, show, module=MODULE, progress=progress)[0]
