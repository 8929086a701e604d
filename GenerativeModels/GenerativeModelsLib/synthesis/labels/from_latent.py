"""Label maps of hearts of the latent space: drawn, in between, or moved to a target."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from GenerativeModelsLib.errors import InputError, named
from GenerativeModelsLib.heart.population.cycle import ejected_share
from GenerativeModelsLib.heart.shape.ray_batch import RayBatch
from GenerativeModelsLib.heart.shape.ventricle import DENSITY_G_PER_ML
from GenerativeModelsLib.synthesis.labels.accept import Judged, Tally, judged
from GenerativeModelsLib.synthesis.labels.grid import Placed, grid_like, on_faces, rasterised, usual_stack
from GenerativeModelsLib.synthesis.labels.made import MadeHeart, SyntheticLabels
from GenerativeModelsLib.synthesis.labels.request import FRAMES, PIXEL_MM, SLICE_MM, VIEW_MM, LabelsRequest
from GenerativeModelsLib.synthesis.labels.scar_request import parse_segments
from GenerativeModelsLib.synthesis.labels.scars import scarred
from GenerativeModelsLib.synthesis.labels.subject import read_subject
from GenerativeModelsLib.synthesis.labels.targets import to_target
from GenerativeModelsLib.synthesis.labels.ways import Way, between, to_class
from GenerativeModelsLib.synthesis.labels.whole_heart import CYCLE_S, WholeHeart, whole_heart

if TYPE_CHECKING:
    from GenerativeModelsLib.heart.infer.model import HeartModel
    from GenerativeModelsLib.synthesis.labels.subject import Subject

__all__ = ["drawn_hearts", "hearts_of_way", "maps_of_way", "transmurality_of"]

RIGHT_DRAWS = 12
"""Right ventricles that are tried for the hearts of a way, all of which keep the first one that breaks no rule."""
DRAWS_EACH = 10
"""Draws for every heart that is wanted, beyond which the class is given up."""
LEAST_HELD = 0.9
"""Share of a ventricle's volume that a grid holds at least."""
Progress = Callable[[str, float], None]


def drawn_hearts(request: LabelsRequest, model: HeartModel, progress: Progress) -> SyntheticLabels:
    """Label maps of hearts drawn from a class; those that break a rule are drawn again.

    Raises
    ------
    InputError
        The grid cannot be used, or too few draws keep to the rules.
    """
    shapes, wholes, tally, attempt = [], [], Tally(), 0
    found: list[tuple[Judged, int]] = []
    while len(wholes) < request.count:
        if attempt >= DRAWS_EACH * request.count:
            raise InputError(
                f"{named('n')} is {request.count}, and of {attempt} draws {len(wholes)} keep to all rules of the "
                f"check: ask for fewer, or for finer {named('pixel_size_mm')}."
            )
        progress(f"drawing heart {len(wholes) + 1} of {request.count}", len(wholes) / request.count)
        rays = model.sample(request.condition, 1, _draw_seed(request.seed, attempt))
        whole = _whole(request, rays, [request.seed, attempt])
        placed = _placed(request, [whole])
        judgement = _judged(request, whole, placed, _labels(request, whole, placed))
        if tally.count(judgement):
            shapes.append(rays)
            wholes.append(whole)
            found.append((judgement, attempt))
        attempt += 1
    placed = _placed(request, wholes)
    # Drawn hearts are judged on the stack of their own, which all of them share but for its number of slices.
    hearts = [
        _made(request, whole, _labels(request, whole, placed), judgement, {"draw": number, **_shape(rays, 0)})
        for whole, rays, (judgement, number) in zip(wholes, shapes, found)
    ]
    return _result(request, tuple(hearts), placed, tally, {"condition": request.condition})


def hearts_of_way(request: LabelsRequest, model: HeartModel, progress: Progress) -> SyntheticLabels:
    """Label maps along a way between two hearts, or of one to a target, with one form of right ventricle.

    Raises
    ------
    InputError
        A heart, the target or the grid cannot be used, or a heart of the way breaks rules with every right ventricle.
    """
    progress("finding the way", 0.0)
    way, subjects, about = _way(request, model)
    tally = Tally()
    for attempt in range(RIGHT_DRAWS):
        progress(f"checking the hearts of the way, right ventricle {attempt + 1}", attempt / RIGHT_DRAWS)
        made, placed = maps_of_way(request, way, attempt)
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


def maps_of_way(request: LabelsRequest, way: Way, attempt: int) -> tuple[list[tuple[MadeHeart, Judged]], Placed]:
    """The label maps of the hearts of a way on one grid with what the check says of each, broken rules or not.

    Parameters
    ----------
    attempt
        Number of the form of right ventricle that all of them have.
    """
    wholes = [_whole(request, way.hearts[[k]], [request.seed, attempt]) for k in range(len(way.z_top))]
    placed = _placed(request, wholes)
    made = []
    for number, whole in enumerate(wholes):
        frames = _labels(request, whole, placed)
        found = _judged(request, whole, placed, frames)
        made.append((_made(request, whole, frames, found, _entry(way, number)), found))
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


def _whole(request: LabelsRequest, rays: RayBatch, seed: list[int]) -> WholeHeart:
    frames = request.frames or FRAMES
    ejected = {"ed": np.array([0.0, 1.0]), "ed-es": np.array([0.0, 1.0])}.get(
        request.phases, ejected_share(np.arange(frames) / frames)
    )
    return whole_heart(rays[0], ejected, seed, atrium=request.atrium)


def _placed(request: LabelsRequest, wholes: list[WholeHeart]) -> Placed:
    if request.like is not None:
        return grid_like(request.like, request.labels, wholes)
    lengths = request.slice_distance_mm or SLICE_MM, request.pixel_size_mm or PIXEL_MM
    return usual_stack(wholes, *lengths, request.field_of_view_mm or VIEW_MM)


def _frames(request: LabelsRequest, whole: WholeHeart, placed: Placed) -> list:
    """The heart frame of every moment: on the faces of slices, but for the frames of a cycle, which follow its base."""
    descent = whole.left.descent_mm
    if request.phases != "cycle":
        return [on_faces(placed, float(way)) for way in descent]
    first = on_faces(placed)
    return [replace(first, origin_lps=first.origin_lps - way * first.axes[2]) for way in descent]


def _labels(request: LabelsRequest, whole: WholeHeart, placed: Placed) -> np.ndarray:
    """(moments, k, j, i) labels of a heart, with its scar."""
    made = []
    for moment, frame in enumerate(_frames(request, whole, placed)):
        if request.phases == "ed" and moment:
            break
        values = rasterised(whole, moment, placed.grid, frame)
        if moment == 0:
            _require_held(request, whole, placed, values)
        if request.scar is not None:
            length = -float(whole.left.endo[moment, -1, 0, 2])
            segments = parse_segments(request.scar)
            values = scarred(values, placed.grid, frame, length, segments, transmurality_of(request))
        made.append(values)
    return np.stack(made)


def transmurality_of(request: LabelsRequest) -> float:
    """Share of the wall that a scar takes."""
    return 0.5 if request.transmurality is None else request.transmurality


def _require_held(request: LabelsRequest, whole: WholeHeart, placed: Placed, values: np.ndarray) -> None:
    held = float(np.isin(values, (2, 3)).sum()) * placed.grid.voxel_ml
    own = float(whole.left.left.cavity_ml[0] + whole.left.left.myocardium_ml[0])
    if held < LEAST_HELD * own:
        raise InputError(
            f"{named('like')} {request.like.name} holds {held:.0f} of the {own:.0f} ml of a left ventricle: give a "
            "grid that holds the whole heart."
        )


def _judged(request: LabelsRequest, whole: WholeHeart, placed: Placed, frames: np.ndarray) -> Judged:
    """The check on the grid itself where its planes are short-axis slices, and else on a usual stack."""
    axis = placed.grid.across(placed.frame.axes[2])
    frame_s = CYCLE_S / whole.frames if request.phases == "cycle" else None
    if axis is not None:
        return judged(frames, placed.grid, axis, frame_s)
    stack = usual_stack([whole], SLICE_MM, PIXEL_MM, VIEW_MM)
    return judged(_labels(request, whole, stack), stack.grid, 2, frame_s)


def _made(
    request: LabelsRequest, whole: WholeHeart, frames: np.ndarray, found: Judged, about: dict[str, Any]
) -> MadeHeart:
    if request.phases == "ed":
        return MadeHeart(frames[0], None, None, None, found.applied, about)
    late = int(np.argmax(whole.left.ejected))
    cycle = frames if request.phases == "cycle" else None
    return MadeHeart(frames[0], frames[late], cycle, CYCLE_S / whole.frames, found.applied, about)


def _result(
    request: LabelsRequest, hearts: tuple[MadeHeart, ...], placed: Placed, tally: Tally, source: dict[str, Any]
) -> SyntheticLabels:
    short_axis = placed.grid.across(placed.frame.axes[2]) is not None
    about = {"placed_by": placed.by, "checked_on": "its own slices" if short_axis else "a short-axis stack"}
    return SyntheticLabels(hearts, placed.grid, tally, {"way": request.way, **source}, about)
