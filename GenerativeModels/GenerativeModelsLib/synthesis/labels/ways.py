"""Ways through the latent space: between two hearts, and of one heart to a class."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from GenerativeModelsLib.errors import InputError, named
from GenerativeModelsLib.heart.infer.detail import codes_around, own_detail, whole_hearts
from GenerativeModelsLib.heart.infer.walk import walk_from
from GenerativeModelsLib.heart.shape.ray_batch import RayBatch

if TYPE_CHECKING:
    from GenerativeModelsLib.heart.infer.model import HeartModel
    from GenerativeModelsLib.synthesis.labels.subject import Subject

__all__ = ["Way", "between", "to_class", "with_volumes", "with_wall_kept"]

WALK_STEPS = 60
BISECTIONS = 50


@dataclass(frozen=True, eq=False)
class Way:
    """Hearts of a way.

    Attributes
    ----------
    hearts
        (N, PHASES) shapes, the start first.
    z_top
        (N, d_L) positions on the top level.
    reached
        (N,) values of the quantity that the way leads to; None for hearts in between.
    """

    hearts: RayBatch
    z_top: np.ndarray
    reached: np.ndarray | None = None


def between(model: HeartModel, first: Sequence[np.ndarray], last: Sequence[np.ndarray], steps: int) -> Way:
    """Hearts in between two, both ends included: z(t) = (1 - t) z(A) + t z(B) on every level of the latent space.

    The volumes of cavity and myocardium at both phases lie on the straight line between those of the ends, see
    `with_volumes`; the decoder alone would let them sway.

    Parameters
    ----------
    first, last
        Means of z_1 .. z_L of the ends, (1, d_l) each.
    """
    t = np.linspace(0, 1, steps)[:, None]
    levels = [(1 - t) * a + t * b for a, b in zip(first, last)]
    decoded = model.decode(1, levels[0], above=levels[1:])
    cavity, wall = ((1 - t) * volume[:1] + t * volume[-1:] for volume in (decoded.cavity_ml, decoded.myocardium_ml))
    return Way(with_volumes(decoded, cavity, wall), levels[-1])


def with_volumes(hearts: RayBatch, cavity_ml: np.ndarray, wall_ml: np.ndarray) -> RayBatch:
    """Hearts (N, T) with these volumes (N, T) of cavity and wall.

    The cavity is scaled evenly; then the wall is multiplied along its rays, by bisection to 1e-9 of its volume.
    """
    scale = np.cbrt(cavity_ml / hearts.cavity_ml)
    endo, reach = hearts.endo_mm * scale[..., None, None], hearts.reach_mm * scale
    width = (hearts.epi_mm - hearts.endo_mm) * scale[..., None, None]
    low, high = np.full(scale.shape, 0.05), np.full(scale.shape, 10.0)
    for _ in range(BISECTIONS):
        factor = 0.5 * (low + high)
        found = RayBatch(reach, endo, endo + factor[..., None, None] * width).myocardium_ml
        low, high = np.where(found < wall_ml, factor, low), np.where(found < wall_ml, high, factor)
    return replace(hearts, reach_mm=reach, endo_mm=endo, epi_mm=endo + (0.5 * (low + high))[..., None, None] * width)


def with_wall_kept(hearts: RayBatch) -> RayBatch:
    """Hearts (N, PHASES) whose walls at end systole have the same share of those at end diastole as the first one's.

    Myocardium is hardly compressible, and a heart that is moved far through the latent space forgets it.
    """
    wall = hearts.myocardium_ml
    kept = np.stack([wall[:, 0], wall[:, 0] * wall[0, 1] / wall[0, 0]], axis=1)
    return with_volumes(hearts, hearts.cavity_ml, kept)


def to_class(model: HeartModel, subject: Subject, towards: str, steps: int) -> Way:
    """A heart moved towards a class: the gradient walk (`heart.infer.walk`), at points evenly spaced along its path.

    Raises
    ------
    InputError
        The heart lies at the border of the population already.
    """
    walk = walk_from(model, subject.levels, subject.present, towards, WALK_STEPS)
    if len(walk.z_top) < 2:
        raise InputError(
            f"{named('towards')} {towards} leads out of the population, at whose border this heart lies: name another "
            "target."
        )
    run = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(walk.z_top, axis=0), axis=1))])
    places = np.linspace(0, run[-1], steps)
    z = np.stack([np.interp(places, run, values) for values in walk.z_top.T], axis=1)
    hearts = whole_hearts(codes_around(model, z, own_detail(model, subject.levels)))
    return Way(with_wall_kept(hearts), z, model.probability(z, subject.present))
