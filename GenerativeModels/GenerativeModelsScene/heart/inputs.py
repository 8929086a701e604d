"""What a heart analysis takes out of a scene, for modules and scripts: checked, found and written."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.heart.anatomy import HEART
from GenerativeModelsLib.heart.labels.phase_names import PHASE_WORDS
from GenerativeModelsLib.heart.request import HeartRequest
from GenerativeModelsScene.heart.cine_nodes import CavityCurve, cavity_curve
from GenerativeModelsScene.heart.request import chosen_structures, given_inputs, heart_request
from GenerativeModelsScene.labels.inputs import require_labels
from GenerativeModelsScene.labels.structures import LabelStructures, structures_of
from GenerativeModelsScene.nodes.titles import title_without

__all__ = [
    "CavityCurve",
    "LabelStructures",
    "cavity_curve",
    "heart_key",
    "heart_request",
    "heart_title",
    "selection_problem",
    "structures_of",
]


def heart_key(node) -> str:
    """Key of the case of a node at end diastole, or of a cine: running twice updates it and makes no second one."""
    return node.GetID()


def heart_title(node) -> str:
    """Title of the case of that node: its name without the words of end diastole."""
    return title_without(node.GetName() or "", PHASE_WORDS["ed"], "Heart")


def selection_problem(
    ed=None, es=None, cine=None, structures: Mapping[str, Any] | None = None, **options: Any
) -> str | None:
    """The one sentence why these nodes and options cannot be analysed, in the words of a window; None if they can.

    Compares no voxels, so that it may be asked at each change of the scene: segments that overlap and hearts that
    lie apart are found by `heart_request`.

    Parameters
    ----------
    ed, es, cine, structures
        As in `heart_request`.
    options
        Further fields of `HeartRequest`, such as `height_cm`.
    """
    try:
        nodes = given_inputs(ed, es, cine)
        HeartRequest(**{name: Path(name) for name in nodes}, **options)
        chosen_of = chosen_structures(nodes, structures)
        for name, node in nodes.items():
            require_labels(node, chosen_of[name], name)
    except InputError as problem:
        return HEART.in_window_words(problem)
    return None
