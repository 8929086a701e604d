"""Apices beyond the slices of a stack: completed by the model from what the slices show."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from GenerativeModelsLib.errors import Caution
from GenerativeModelsLib.geometry.surfaces import Surface
from GenerativeModelsLib.heart.infer import code as heart_code
from GenerativeModelsLib.heart.infer.code import PHASE_NAMES, PHASE_WORDS
from GenerativeModelsLib.heart.measure.rays import Observed
from GenerativeModelsLib.heart.shape.ray_batch import RayBatch
from GenerativeModelsLib.heart.shape.segments import SEGMENTS
from GenerativeModelsLib.heart.shape.surfaces import in_patient
from GenerativeModelsLib.heart.shape.ventricle import AZIMUTHS, ROWS, Ventricle
from GenerativeModelsLib.language import said

if TYPE_CHECKING:
    from GenerativeModelsLib.heart.infer.model import HeartModel
    from GenerativeModelsLib.heart.measure.load import LoadedHeart, LoadedPhase

__all__ = ["apex_cautions", "completed", "completed_shapes", "measured_part"]

FADE_ROWS = 2.0
"""Rows over which the difference between the labels and the model fades out below the last row that was seen."""
LEAST_SEEN = 0.5
"""Smallest share of a segment's area within the slices with which it has a wall thickness."""


def completed(loaded: LoadedHeart, model: HeartModel) -> LoadedHeart:
    """The heart with the model's apex in the phases whose stack ends before it; unchanged if there are none."""
    phases = [loaded.phases.get(name) for name in PHASE_NAMES]
    if all(phase is None or phase.apex is None for phase in phases):
        return loaded
    hearts = RayBatch.of_phases([[None if phase is None else phase.ventricle for phase in phases]])
    known = np.stack([_within(phase) for phase in phases])[None]
    found = completed_shapes(model, hearts, known)
    changed = {
        name: replace(phase, observed=Observed(found.ventricle(0, number), phase.observed.seen & known[0, number, 1]))
        for number, (name, phase) in enumerate(zip(PHASE_NAMES, phases))
        if phase is not None and phase.apex is not None
    }
    return replace(loaded, phases={**loaded.phases, **changed})


def completed_shapes(model: HeartModel, hearts: RayBatch, known: np.ndarray) -> RayBatch:
    """Hearts (N, PHASES) with the numbers that are not `known` from the model's reconstruction.

    The difference between labels and model at the last known row of an azimuth fades out below it.

    Parameters
    ----------
    known
        (N, PHASES, 2, ROWS, AZIMUTHS) bool, of the endocardium and of the wall along each ray.
    """
    rebuilt = model.reconstruct(model.place(hearts))
    own, others = (np.stack([some.endo_mm, some.epi_mm - some.endo_mm], axis=2) for some in (hearts, rebuilt))
    last = ROWS - 1 - known[..., ::-1, :].argmax(axis=-2)[..., None, :]
    below = np.arange(ROWS)[:, None] - last
    offset = np.take_along_axis(own - others, last, axis=-2) * np.exp(-np.maximum(below, 0) / FADE_ROWS)
    radii = np.where(known, own, np.maximum(others + np.where(below > 0, offset, 0), heart_code.LEAST_MM))
    radii[..., -1, :] = radii[..., -1, :].mean(axis=-1, keepdims=True)
    endo, wall = np.moveaxis(radii, 2, 0)
    return RayBatch(hearts.reach_mm, endo, endo + wall, hearts.present)


def measured_part(surface: Surface, phase: LoadedPhase) -> Surface:
    """A mesh of `heart_surface` without wall thickness beyond the slices and in segments that they hardly show."""
    if phase.apex is None:
        return surface
    within = ~phase.apex.beyond(in_patient(surface, phase.frame).points)
    segments, areas = surface.point_data["aha_segment"], surface.vertex_areas
    for segment in range(1, SEGMENTS + 1):
        here = segments == segment
        if areas[here & within].sum() < LEAST_SEEN * areas[here].sum():
            within[here] = False
    thickness = np.where(within, surface.point_data["wall_thickness_mm"], np.nan)
    return replace(surface, point_data={**surface.point_data, "wall_thickness_mm": thickness})


def apex_cautions(loaded: LoadedHeart) -> list[Caution]:
    """A warning on the phases whose stack ends before the apex."""
    found = {name: phase for name, phase in loaded.phases.items() if phase.apex is not None}
    if not found:
        return []
    ends = " and ".join(
        said(
            "{called} after an estimated {share:.0f} % of the cavity's length",
            called=f"{PHASE_WORDS[name]} {phase.label_map.name}",
            share=100 * phase.apex.depth_mm / phase.apex.length_mm,
        )
        for name, phase in found.items()
    )
    sentence = (
        said(
            "The slices end before the apex, at {ends_list}: volumes, ejection fraction and mass are those of the "
            "slices, so the volumes and the mass are lower bounds; the apex is the model's, and no wall thickness is "
            "given beyond the slices, where hypertrophy would be missed.",
            ends_list=ends,
        )
        if loaded.es is not None
        else said(
            "The slices end before the apex, at {ends_list}: volumes and mass are those of the slices, so the volumes "
            "and the mass are lower bounds; the apex is the model's, and no wall thickness is given beyond the slices, "
            "where hypertrophy would be missed.",
            ends_list=ends,
        )
    )
    return [Caution(sentence, "apex")]


def _within(phase: LoadedPhase | None) -> np.ndarray:
    """(2, ROWS, AZIMUTHS) bool, whether the endocardium and the wall along each ray lie within the slices."""
    if phase is None or phase.apex is None:
        return np.ones((2, ROWS, AZIMUTHS), bool)
    ventricle: Ventricle = phase.ventricle
    endo, epi = (~phase.apex.beyond(phase.frame.to_lps(ventricle.points(name))) for name in ("endo", "epi"))
    return np.stack([endo, endo & epi])
