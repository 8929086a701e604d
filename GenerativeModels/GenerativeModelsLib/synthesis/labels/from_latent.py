"""Label maps of hearts of the latent space: drawn, in between, or moved to a target."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from GenerativeModelsLib.errors import InputError, named
from GenerativeModelsLib.heart.shape.ray_batch import RayBatch
from GenerativeModelsLib.heart.shape.ventricle import DENSITY_G_PER_ML
from GenerativeModelsLib.synthesis.labels.accept import Judged, Tally
from GenerativeModelsLib.synthesis.labels.grid import Placed
from GenerativeModelsLib.synthesis.labels.labelling import Labelling
from GenerativeModelsLib.synthesis.labels.made import MadeHeart, SyntheticLabels
from GenerativeModelsLib.synthesis.labels.request import LabelsRequest
from GenerativeModelsLib.synthesis.labels.subject import read_subject
from GenerativeModelsLib.synthesis.labels.targets import to_target
from GenerativeModelsLib.synthesis.labels.ways import Way, between, to_class

if TYPE_CHECKING:
    from GenerativeModelsLib.heart.infer.model import HeartModel
    from GenerativeModelsLib.synthesis.labels.subject import Subject

__all__ = ["drawn_hearts", "hearts_of_way", "maps_of_way"]

RIGHT_DRAWS = 12
"""Right ventricles that are tried for the hearts of a way, all of which keep the first one that breaks no rule."""
DRAWS_EACH = 10
"""Draws for every heart that is wanted, beyond which the class is given up."""
OTHER_CLASS = "other_class"
"""Stands among the broken rules of a draw that the model places in the other class."""
Progress = Callable[[str, float], None]


def drawn_hearts(request: LabelsRequest, model: HeartModel, progress: Progress) -> SyntheticLabels:
    """Label maps of hearts drawn from a class; those that break a rule are drawn again.

    So are those that the model itself, given the drawn heart, places in the other class: the top level is drawn from
    the class, and the lower levels may undo it.

    Raises
    ------
    InputError
        The grid cannot be used, or too few draws keep to the rules.
    """
    labelling = Labelling.of(request)
    shapes, wholes, tally, attempt = [], [], Tally(), 0
    found: list[tuple[Judged, dict[str, Any]]] = []
    while len(wholes) < request.count:
        if attempt >= DRAWS_EACH * request.count:
            raise InputError(
                f"{named('n')} is {request.count}, and of {attempt} draws {len(wholes)} keep to all rules of the "
                f"check and to their class: ask for fewer, or for finer {named('pixel_size_mm')}."
            )
        progress(f"drawing heart {len(wholes) + 1} of {request.count}", len(wholes) / request.count)
        rays = model.sample(request.condition, 1, _draw_seed(request.seed, attempt))
        probability = float(model.place(rays).hcm_probability[0])
        if (probability >= 0.5) != (request.condition == "hcm"):
            tally.count(Judged((), (OTHER_CLASS,)))
            attempt += 1
            continue
        whole = labelling.whole(rays, [request.seed, attempt])
        placed = labelling.placed([whole])
        judgement = labelling.judged(whole, placed, labelling.labels(whole, placed))
        if tally.count(judgement):
            shapes.append(rays)
            wholes.append(whole)
            found.append((judgement, {"draw": attempt, "hcm_probability": round(probability, 4)}))
        attempt += 1
    # Grids of several hearts have more background than those of one, and the same voxels of the heart.
    placed = labelling.placed(wholes)
    hearts = [
        labelling.made(whole, labelling.labels(whole, placed), judgement, {**about, **_shape(rays, 0)})
        for whole, rays, (judgement, about) in zip(wholes, shapes, found)
    ]
    return _result(request, tuple(hearts), placed, tally, {"condition": request.condition})


def hearts_of_way(request: LabelsRequest, model: HeartModel, progress: Progress) -> SyntheticLabels:
    """Label maps along a way between two hearts, or of one to a target, with one form of right ventricle.

    Raises
    ------
    InputError
        A heart, the target or the grid cannot be used, or a heart of the way breaks rules with every right ventricle.
    """
    labelling = Labelling.of(request)
    progress("finding the way", 0.0)
    way, subjects, about = _way(request, model)
    tally = Tally()
    for attempt in range(RIGHT_DRAWS):
        progress(f"checking the hearts of the way, right ventricle {attempt + 1}", attempt / RIGHT_DRAWS)
        made, placed = maps_of_way(labelling, way, attempt)
        kept = [tally.count(found) for _, found in made]
        if all(kept):
            warnings = tuple(warning for subject in subjects for warning in subject.warnings)
            about |= {"subjects": [subject.files for subject in subjects]}
            hearts = tuple(heart for heart, _ in made)
            return replace(_result(request, hearts, placed, tally, about), warnings=warnings)
    rules = ", ".join(name for name, _ in tally.criteria.most_common(3))
    raise InputError(
        f"{named(request.way)} leads over hearts that break rules of the check ({rules}) with each of {RIGHT_DRAWS} "
        f"right ventricles: give another {named('seed')}, a finer {named('pixel_size_mm')}, or other hearts."
    )


def maps_of_way(labelling: Labelling, way: Way, attempt: int) -> tuple[list[tuple[MadeHeart, Judged]], Placed]:
    """The label maps of the hearts of a way on one grid with what the check says of each, broken rules or not.

    Parameters
    ----------
    attempt
        Number of the form of right ventricle that all of them have.
    """
    wholes = [labelling.whole(way.hearts[[k]], [labelling.request.seed, attempt]) for k in range(len(way.z_top))]
    placed = labelling.placed(wholes)
    made = []
    for number, whole in enumerate(wholes):
        frames = labelling.labels(whole, placed)
        found = labelling.judged(whole, placed, frames)
        made.append((labelling.made(whole, frames, found, _entry(way, number)), found))
    return made, placed


def _way(request: LabelsRequest, model: HeartModel) -> tuple[Way, list[Subject], dict[str, Any]]:
    if request.way == "between":
        first, last = (read_subject(path, "between", request.labels, model) for path in request.between)
        names = [first.name, last.name]
        return between(model, first.levels, last.levels, request.count), [first, last], {"between": names}
    subject = read_subject(request.source, "from", request.labels, model)
    target = request.target
    if target.value is None:
        way = to_class(model, subject, target.name, request.count)
    else:
        way = to_target(model, subject, target, request.count)
    return way, [subject], {"from": subject.name, "towards": str(target)}


def _entry(way: Way, number: int) -> dict[str, Any]:
    entry = {"z_top": way.z_top[number].tolist(), **_shape(way.hearts, number)}
    return entry if way.reached is None else {"reached": float(way.reached[number]), **entry}


def _shape(hearts: RayBatch, number: int) -> dict[str, Any]:
    """Volumes of the surfaces, which the voxels approximate."""
    (edv, esv), wall = hearts.cavity_ml[number], hearts.myocardium_ml[number]
    return {
        "shape": {
            "edv_ml": float(edv),
            "esv_ml": float(esv),
            "ef_percent": float(100 * (1 - esv / edv)),
            "myocardial_mass_g": float(DENSITY_G_PER_ML * wall[0]),
            "thickest_wall_mm": float(hearts.thickest_mm[number, 0]),
        }
    }


def _draw_seed(seed: int, attempt: int) -> int:
    return int(np.random.SeedSequence([seed, attempt]).generate_state(1)[0])


def _result(
    request: LabelsRequest, hearts: tuple[MadeHeart, ...], placed: Placed, tally: Tally, source: dict[str, Any]
) -> SyntheticLabels:
    short_axis = placed.grid.across(placed.frame.axes[2]) is not None
    about = {"placed_by": placed.by, "checked_on": "its own slices" if short_axis else "a short-axis stack"}
    return SyntheticLabels(hearts, placed.grid, tally, {"way": request.way, **source}, about)
