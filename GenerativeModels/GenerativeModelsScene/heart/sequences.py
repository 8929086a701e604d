"""The walk through the latent space and the cardiac cycle as sequences of coloured surfaces."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import slicer

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.geometry.surfaces import Surface
from GenerativeModelsLib.heart.anatomy import PHASES
from GenerativeModelsScene.heart.colours import FOLDERS, SCALARS, drop_unused_colours, thickness_colours, thickness_ends
from GenerativeModelsScene.heart.latent_shape import surface_of
from GenerativeModelsScene.nodes.colours import colour_model, show_legend
from GenerativeModelsScene.nodes.hierarchy import add_to_folder
from GenerativeModelsScene.nodes.sequences import drop_sequence, show_item, show_model_sequence
from GenerativeModelsScene.nodes.store import NodeStore

__all__ = ["cycle_surfaces", "remove_cycle", "remove_walk", "show_cycle", "show_frame", "show_walk"]

WALK_STEPS_PER_SECOND = 5.0
CYCLE_SECONDS = 1.0
"""A heart beat at rest."""


def show_walk(
    scene: slicer.vtkMRMLScene,
    shapes: Sequence[dict[str, Any]],
    *,
    key: str,
    title: str,
    phase: str = "ed",
    to_patient: np.ndarray | None = None,
) -> int:
    """Show the shapes of a walk at one phase as a sequence, at the first one; returns their number.

    A walk of the same key is replaced.

    Parameters
    ----------
    shapes
        `shapes` of the query `walk`.
    to_patient
        (4, 4) heart frame -> LPS mm of the patient; None = the heart frame.

    Raises
    ------
    InputError
        There is no shape.
    """
    if not shapes:
        raise InputError("The walk has no shapes: choose another class or start.")
    surfaces = [surface_of(shape["surfaces"][phase], to_patient) for shape in shapes]
    name, values = f"{title} walk, {PHASES[phase].lower()}", [str(number) for number in range(len(surfaces))]
    return _show(scene, key, title, "walk", name, surfaces, ("step", ""), values, WALK_STEPS_PER_SECOND)


def show_cycle(
    scene: slicer.vtkMRMLScene,
    surfaces: Mapping[str, Surface | Mapping[str, np.ndarray]],
    *,
    key: str,
    title: str,
    to_patient: np.ndarray | None = None,
    frames: int = 20,
) -> int:
    """Show the way from end diastole to end systole and back as a sequence, at its start; returns the number of frames.

    A cycle of the same key is replaced.

    Parameters
    ----------
    surfaces
        "ed" and "es" with one topology: surfaces in LPS mm, or `surfaces` of an answer with shapes.
    to_patient
        (4, 4) heart frame -> LPS mm of the patient, for those of an answer.
    frames
        Of the cycle, the first at end diastole.

    Raises
    ------
    InputError
        A phase is missing, or the surfaces do not fit together.
    """
    given = {phase: one if isinstance(one, Surface) else surface_of(one, to_patient) for phase, one in surfaces.items()}
    between = list(cycle_surfaces(given, frames))
    values = [f"{100 * number / frames:g}" for number in range(frames)]
    name, rate = f"{title} cardiac cycle", frames / CYCLE_SECONDS
    return _show(scene, key, title, "cycle", name, between, ("cycle", "%"), values, rate)


def cycle_surfaces(surfaces: Mapping[str, Surface], frames: int) -> Iterator[Surface]:
    """The surfaces of a cycle: points and wall thickness between the two phases, as a cosine over time.

    Raises
    ------
    InputError
        See `show_cycle`.
    """
    if absent := [words.lower() for phase, words in PHASES.items() if surfaces.get(phase) is None]:
        raise InputError(f"The heart has no surface at {' and '.join(absent)}: the cycle needs both phases.")
    ed, es = surfaces["ed"], surfaces["es"]
    if not np.array_equal(ed.triangles, es.triangles):
        raise InputError("The surfaces of the two phases have different triangles: analyse the heart again.")
    for number in range(frames):
        share = (1 - np.cos(2 * np.pi * number / frames)) / 2
        data = dict(ed.point_data)
        for name in SCALARS.values():
            if name in ed.point_data and name in es.point_data:
                data[name] = (1 - share) * ed.point_data[name] + share * es.point_data[name]
        yield Surface((1 - share) * ed.points + share * es.points, ed.triangles, data)


def show_frame(scene: slicer.vtkMRMLScene, key: str, kind: str, index: int) -> None:
    """Show a step of the "walk" or a frame of the "cycle", counted from 0; beyond the ends the nearest one.

    Raises
    ------
    InputError
        There is none of that key, or part of it was deleted.
    """
    store = NodeStore(scene, key)
    browser = store.get(f"{kind}.browser")
    if browser is None or not browser.GetNumberOfItems() or store.get(f"{kind}.model") is None:
        raise InputError(f"The scene holds no {kind} of this heart: show it again.")
    show_item(browser, index)


def remove_walk(scene: slicer.vtkMRMLScene, key: str) -> None:
    """Remove the walk of that key from the scene."""
    _remove(scene, key, "walk")


def remove_cycle(scene: slicer.vtkMRMLScene, key: str) -> None:
    """Remove the cycle of that key from the scene."""
    _remove(scene, key, "cycle")


def _show(
    scene: slicer.vtkMRMLScene,
    key: str,
    title: str,
    role: str,
    name: str,
    surfaces: Sequence[Surface],
    index: tuple[str, str],
    values: Sequence[str],
    rate: float,
) -> int:
    store = NodeStore(scene, key)
    ends = thickness_ends(store)
    browser, model, made = show_model_sequence(
        store, role, name, surfaces, index=index, values=values, frames_per_second=rate
    )
    colour_model(model, thickness_colours(store, title), SCALARS["thickness"], ends, made=made)
    show_legend(store, model, f"{name} legend", "Wall thickness (mm)", role=f"{role}.legend")
    add_to_folder(store, title, FOLDERS)
    return browser.GetNumberOfItems()


def _remove(scene: slicer.vtkMRMLScene, key: str, role: str) -> None:
    store = NodeStore(scene, key)
    drop_sequence(store, role)
    store.drop(f"{role}.legend")
    drop_unused_colours(store)
