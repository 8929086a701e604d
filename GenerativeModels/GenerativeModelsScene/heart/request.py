"""Label maps of a scene as the request that the command line makes of files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import slicer

from GenerativeModelsLib.errors import InputError, named
from GenerativeModelsLib.heart.anatomy import PHASES
from GenerativeModelsLib.heart.request import HeartRequest
from GenerativeModelsLib.language import DEFAULT
from GenerativeModelsScene.labels.files import file_stem, write_label_images
from GenerativeModelsScene.labels.images import LabelImage
from GenerativeModelsScene.labels.inputs import labelled_images
from GenerativeModelsScene.labels.structures import (
    USUAL_VALUES,
    called,
    chosen_in,
    is_sequence,
    structures_of,
)

__all__ = ["INPUTS", "chosen_structures", "given_inputs", "heart_request"]

INPUTS = ("ed", "es", "cine")
"""The fields of the request that are nodes."""


def heart_request(
    scene: slicer.vtkMRMLScene | None,
    *,
    ed: slicer.vtkMRMLNode | None = None,
    es: slicer.vtkMRMLNode | None = None,
    cine: slicer.vtkMRMLSequenceNode | None = None,
    structures: Mapping[str, Any] | None = None,
    ed_frame: int | None = None,
    es_frame: int | None = None,
    height_cm: float | None = None,
    weight_kg: float | None = None,
    sex: str | None = None,
    septum: str | None = None,
    force: bool = False,
    realign: bool = False,
    model: Path | str | None = None,
    device: str = "auto",
    seed: int = 0,
    workspace: Path,
    title: str | None = None,
    identity: Mapping[str, str | None] | None = None,
    language: str = DEFAULT,
) -> HeartRequest:
    """Write the label maps into `workspace` and ask for their heart in `workspace`/case.

    Each becomes a NRRD file named after its node, of the values 3 (cavity), 2 (myocardium) and 1 (right ventricle), in
    the world of the scene. The command line given these files, or the files that the nodes were loaded from, finds the
    same numbers. The nodes may change or go afterwards.

    Parameters
    ----------
    scene
        Of the nodes; None = any.
    ed, es
        Segmentations or label maps at end diastole and end systole; without `es` what needs it is left out.
    cine
        Sequence of segmentations or label maps instead.
    structures
        "lv", "myo" and "rv" -> the ID or name of a segment, or the value in a label map; or such a mapping for each of
        "ed", "es" and "cine". None = by name, terminology and value, as `structures_of` finds them.
    ed_frame, es_frame, height_cm, weight_kg, sex, septum, force, realign, model, device, seed, title, language
        As `HeartRequest`. `force` also allows hearts that lie apart.
    identity
        `case_id`, `examination_date`, `operator`, `institution`; what is missing is left empty.

    Raises
    ------
    InputError
        A node or a value cannot be used, or the two hearts do not lie in one place; nothing is written.
    """
    nodes = given_inputs(ed, es, cine, scene)
    workspace = Path(workspace)
    files = {name: workspace / name / f"{file_stem(node, name)}.nrrd" for name, node in nodes.items()}
    request = HeartRequest(
        **files,
        output=workspace / "case",
        ed_frame=ed_frame,
        es_frame=es_frame,
        height_cm=height_cm,
        weight_kg=weight_kg,
        sex=sex,
        septum=septum,
        force=force,
        realign=realign,
        model=None if model is None else Path(model),
        device=device,
        seed=seed,
        title=title,
        language=language,
        **(identity or {}),
    )
    chosen = chosen_structures(nodes, structures)
    images = {name: labelled_images(node, chosen[name], name) for name, node in nodes.items()}
    if not force:
        _require_one_place(nodes, images)
    for name, path in files.items():
        write_label_images(path, images[name])
    return request


def given_inputs(ed, es, cine, scene: slicer.vtkMRMLScene | None = None) -> dict[str, slicer.vtkMRMLNode]:
    """The nodes that are given, by field.

    Raises
    ------
    InputError
        A node is in another scene or given twice, or a sequence where a phase is due, or the other way round.
    """
    nodes = {name: node for name, node in zip(INPUTS, (ed, es, cine)) if node is not None}
    for name, node in nodes.items():
        if not hasattr(node, "GetScene"):
            raise InputError(f"{named(name)} is a {type(node).__name__}: give a node of the scene.")
        start = called(node, name)
        if scene is not None and node.GetScene() is not None and node.GetScene() is not scene:
            raise InputError(f"{start} is in another scene: give that one as scene.")
        if is_sequence(node) and name != "cine":
            raise InputError(f"{start} is a sequence: choose it as {named('cine')}.")
        if not is_sequence(node) and name == "cine":
            raise InputError(f"{start} is one label map and no sequence: choose it as {named('ed')}.")
    if ed is not None and ed is es:
        raise InputError(
            f"'{ed.GetName()}' is chosen as {named('ed')} and as {named('es')}: each phase is a label map of its own; "
            f"leave {named('es')} out when there is none."
        )
    return nodes


def chosen_structures(
    nodes: Mapping[str, slicer.vtkMRMLNode], structures: Mapping[str, Any] | None
) -> dict[str, dict[str, str]]:
    """By input, structure -> ID of its segment or value as text; `structures` as in `heart_request`.

    IDs of segments differ between segmentations: one that an input lacks is looked up by its name in the first input.

    Raises
    ------
    InputError
        As `chosen_in`; or `structures` has a key that is neither an input nor a structure.
    """
    by_input = structures is not None and set(structures) <= set(INPUTS)
    if structures is not None and not by_input and (strange := set(structures) - set(USUAL_VALUES)):
        raise InputError(f"There is no structure '{min(strange)}': give {', '.join(USUAL_VALUES)}.")
    first: dict[str, str] = {}
    found = {}
    for name, node in nodes.items():
        held = structures_of(node, name)
        wanted = structures.get(name) if by_input else structures
        if wanted is not None and not by_input:
            known = {id for id, _ in held.choices}
            wanted = {
                key: value if str(value) in known else first.get(str(value), value) for key, value in wanted.items()
            }
        found[name] = chosen_in(held, called(node, name), wanted)
        first = first or dict(held.choices)
    return found


def _require_one_place(nodes: Mapping[str, slicer.vtkMRMLNode], images: Mapping[str, Sequence[LabelImage]]) -> None:
    """Raise InputError when the hearts of the two phases have no part of space in common."""
    if not {"ed", "es"} <= set(images):
        return
    (low, high), (es_low, es_high) = (images[phase][0].bounds() for phase in PHASES)
    gap = np.maximum(np.maximum(low - es_high, es_low - high), 0)
    if gap.any():
        raise InputError(
            f"{called(nodes['ed'], 'ed')} and {called(nodes['es'], 'es')} lie {np.linalg.norm(gap):.0f} mm apart, in "
            f"different frames: put both under the same transform, give both of one patient, or give {named('force')}."
        )
