"""Views of an analysed heart: from its septum and front, the apex down, and its outline in the slice views."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import slicer

from GenerativeModelsScene.heart.show import HeartNodes
from GenerativeModelsScene.nodes.case import hide_other_cases
from GenerativeModelsScene.nodes.geometry import parent_to_world
from GenerativeModelsScene.nodes.models import LPS_TO_RAS
from GenerativeModelsScene.nodes.store import nodes_of_class
from GenerativeModelsScene.nodes.views import arrange_four_up, look_from, set_section, sphere_about

__all__ = ["look_at_heart"]

LOOK_FROM = (0.75, 0.6, 0.28)
"""Direction to the camera in the heart frame: to the septum (+x), the anterior wall (+y) and the base (+z)."""
BASE = (0.0, 0.0, 1.0)


def look_at_heart(scene: slicer.vtkMRMLScene, nodes: HeartNodes) -> Iterator[str]:
    """Show the heart alone in the four-up layout, in steps. Views that the scene does not have are left out.

    The slice views keep their directions and show the middle of the heart.
    """
    hide_other_cases(scene, nodes.key)
    arrange_four_up(scene)
    yield "Arranging the views"
    models = [model for model in nodes.case.models.values() if model.GetScene() == scene]
    if not models:
        return
    centre, radius = sphere_about(models)
    for view in nodes_of_class(scene, "vtkMRMLSliceNode"):
        set_section(view, centre, radius)
        yield "Showing the slices"
    to_world = _heart_to_world(nodes, models[0])
    look_from(scene, centre, radius, to_world @ LOOK_FROM, to_world @ BASE)
    yield "Showing the heart"


def _heart_to_world(nodes: HeartNodes, model: slicer.vtkMRMLModelNode) -> np.ndarray:
    """(3, 3) directions of the heart frame -> RAS world; of LPS where the result was deleted."""
    to_lps = np.eye(4) if nodes.to_patient is None else nodes.to_patient
    return (parent_to_world(model, model.GetName()) @ LPS_TO_RAS @ to_lps)[:3, :3]
