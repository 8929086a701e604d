"""Queries on the latent space that a worker answers: the map of its top level, and shapes of points of it.

An answer with shapes (`shape_at`, `class_mean`, ...) has `surfaces`, by phase "ed" and "es" `points` (N, 3) float32 in
mm of the heart frame, `triangles` (M, 3) int32, the same for all shapes and phases, and the point arrays of
`heart_surface` as float32, from `quick_surface`; `z_top`; `hcm_probability`; `edv_ml`, `esv_ml`, `ef_percent`;
`thickest_mm`, the thickest wall at end diastole (`RayBatch.thickest_mm`, which the map's `walls` predict);
`within_population`, whether the point is in the region of the training population.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from GenerativeModelsLib.heart.anatomy import CLASSES, PHASES
from GenerativeModelsLib.heart.case import query_values as given
from GenerativeModelsLib.heart.shape.ray_batch import RayBatch
from GenerativeModelsLib.heart.shape.surfaces import quick_surface
from GenerativeModelsLib.heart.shape.ventricle import Ventricle

if TYPE_CHECKING:
    from GenerativeModelsLib.heart.infer.model import HeartModel

__all__ = ["class_mean", "difference", "latent_map", "shape_at", "walk"]

BOTH = tuple(PHASES)


def latent_map(model: HeartModel, z_top: Sequence[float] | None = None, phases: Sequence[str] = BOTH) -> dict[str, Any]:
    """The map of the first two dimensions of the top level, wide enough for the point `z_top` too.

    `phases` as in `shape_at`.

    Returns
    -------
    `levels`, sizes of all levels, finest first; `spread`, by level the standard deviation of each dimension over the
    population; `x`, `y` [low, high] of the plot; `classes`, by "healthy" and "hcm" `points` (K, 2), `mean` [x, y] and
    `contours`, by share of the class' hearts inside ("0.5", "0.9"); `walls`, by mm ("9", ...) lines of equal thickest
    wall at end diastole; `border` of the region of the training population; `even`, where the probability is 0.5. Lines
    are lists of (N, 2) float32, cut off at the edges of the plot; closed ones end with their first point.

    Raises
    ------
    InputError
        A value cannot be used.
    """
    from GenerativeModelsLib.heart.infer import latent_map as maps

    own = None if z_top is None else given.point(model, z_top)[None]
    found = maps.latent_map(model, own, given.present(phases))
    return {
        "levels": list(model.levels),
        "spread": [spread.tolist() for spread in model.spread],
        "x": [float(end) for end in found.x],
        "y": [float(end) for end in found.y],
        "classes": {
            name: {
                "points": one.points.astype(np.float32),
                "mean": one.mean.tolist(),
                "contours": {f"{share:g}": _lines(lines) for share, lines in one.contours.items()},
            }
            for name, one in found.classes.items()
        },
        "walls": {str(mm): _lines(lines) for mm, lines in found.walls.items()},
        "border": _lines(found.border),
        "even": _lines(found.even),
    }


def shape_at(
    model: HeartModel,
    z_top: Sequence[float],
    around: Sequence[Sequence[float]] | None = None,
    moved: Sequence[Mapping[str, Any]] = (),
    phases: Sequence[str] = BOTH,
    phase: str | None = None,
) -> dict[str, Any]:
    """The heart at a point of the top level.

    Parameters
    ----------
    z_top
        (d_L,) point of the top level.
    around
        Level means of a heart, finest first (`latent.z` of its result): the lower levels keep their distances from the
        priors' means, in prior standard deviations. None = the priors' means.
    moved
        Shifts of lower levels: mappings of `level` (1 = finest), `dimension` (from 0) and `sd`, in standard deviations
        of the population.
    phases
        Phases that the heart was placed from, as the keys of `inputs` of its result; the calibration of the
        probability depends on them.
    phase
        The only phase with surfaces in the answer, "ed" or "es"; None = both.

    Raises
    ------
    InputError
        A value cannot be used, or there is no heart at the point.
    """
    from GenerativeModelsLib.heart.infer.detail import codes_around, own_detail, whole_hearts

    z, present = given.point(model, z_top)[None], given.present(phases)
    detail = None if around is None else own_detail(model, given.levels(model, around))
    shown, shifts = given.shown(phase), given.shifts(model, moved)
    return _answers(model, z, whole_hearts(codes_around(model, z, detail, shifts)), present, shown)[0]


def walk(
    model: HeartModel,
    around: Sequence[Sequence[float]],
    towards: str,
    steps: int = 20,
    phases: Sequence[str] = BOTH,
    phase: str | None = None,
) -> dict[str, Any]:
    """The walk from a heart towards a class, as `infer.walk.walk`: `shapes`, the start first, and `at_border`.

    Parameters
    ----------
    towards
        "healthy" or "hcm".
    steps
        Largest number of steps, 1 to 100.
    around, phases, phase
        As in `shape_at`.

    Raises
    ------
    InputError
        A value cannot be used, or there is no heart at the start.
    """
    from GenerativeModelsLib.heart.infer.walk import walk_from

    levels, present, shown = given.levels(model, around), given.present(phases), given.shown(phase)
    found = walk_from(model, levels, present, given.condition(towards, "towards"), given.steps(steps))
    return {"shapes": _answers(model, found.z_top, found.hearts, present, shown), "at_border": found.at_border}


def class_mean(model: HeartModel, condition: str, phase: str | None = None) -> dict[str, Any]:
    """The mean shape of a class, "healthy" or "hcm", at the mean of its points; `phase` as in `shape_at`.

    Raises
    ------
    InputError
        A value cannot be used.
    """
    name, shown = given.condition(condition, "condition"), given.shown(phase)
    z = model.typical.density.mean(CLASSES.index(name))[None]
    return _answers(model, z, model.cluster_mean(name), given.present(BOTH), shown)[0]


def difference(model: HeartModel, phase: str | None = None) -> dict[str, Any]:
    """`class_mean` of "hcm" with the point array `wall_difference_mm`, its wall minus that of "healthy".

    Raises
    ------
    InputError
        A value cannot be used.
    """
    answer, healthy = class_mean(model, "hcm", phase), class_mean(model, "healthy", phase)
    for name, surface in answer["surfaces"].items():
        surface["wall_difference_mm"] = surface["wall_thickness_mm"] - healthy["surfaces"][name]["wall_thickness_mm"]
    return answer


def _answers(
    model: HeartModel, z_top: np.ndarray, hearts: RayBatch, present: np.ndarray, shown: Sequence[str]
) -> list[dict[str, Any]]:
    """Answers of points (N, d_L) and their hearts (N, PHASES); `present` (1, PHASES) phases they were placed from."""
    probability, density = model.probability(z_top, present), model.typical.density
    within = density.log_density(z_top) >= density.limit
    thickest = hearts.thickest_mm[:, BOTH.index("ed")]
    answers = []
    for number, z in enumerate(z_top):
        ventricles = {name: hearts.ventricle(number, index) for index, name in enumerate(BOTH)}
        edv, esv = (ventricles[name].cavity_ml for name in ("ed", "es"))
        answers.append(
            {
                "surfaces": {name: _arrays(ventricles[name]) for name in shown},
                "z_top": z.tolist(),
                "hcm_probability": float(probability[number]),
                "edv_ml": edv,
                "esv_ml": esv,
                "ef_percent": 100 * (1 - esv / edv),
                "thickest_mm": float(thickest[number]),
                "within_population": bool(within[number]),
            }
        )
    return answers


def _arrays(ventricle: Ventricle) -> dict[str, np.ndarray]:
    surface = quick_surface(ventricle)
    return {
        "points": surface.points.astype(np.float32),
        "triangles": surface.triangles.astype(np.int32),
        **{name: np.asarray(values, np.float32) for name, values in surface.point_data.items()},
    }


def _lines(lines: Sequence[np.ndarray]) -> list[np.ndarray]:
    return [line.astype(np.float32) for line in lines]
