"""Checks of the values of queries on the latent space; each raises `InputError` with the name and the remedy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from numbers import Integral
from typing import TYPE_CHECKING, Any

import numpy as np

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.heart.anatomy import CLASSES, PHASES

if TYPE_CHECKING:
    from GenerativeModelsLib.heart.infer.model import HeartModel

__all__ = ["condition", "levels", "point", "present", "shifts", "shown", "steps"]

MOST_STEPS = 100


def point(model: HeartModel, z_top: Any) -> np.ndarray:
    """(d_L,) of a point of the top level."""
    found = _numbers(z_top, model.levels[-1])
    if found is None:
        raise InputError(f"z_top is {z_top}: give {model.levels[-1]} finite numbers.")
    return found


def levels(model: HeartModel, around: Any) -> list[np.ndarray]:
    """(1, d_l) of each level of a heart, finest first."""
    sizes = model.levels
    right = isinstance(around, Sequence) and len(around) == len(sizes)
    found = [_numbers(values, size) for values, size in zip(around, sizes)] if right else [None]
    if any(values is None for values in found):
        wanted = ", ".join(map(str, sizes))
        raise InputError(
            f"around is no heart of this model: give {len(sizes)} lists of {wanted} finite numbers, as latent.z of a "
            "result of the model."
        )
    return [values[None] for values in found]


def shifts(model: HeartModel, moved: Any) -> list[np.ndarray] | None:
    """(d_l,) shift of each lower level, finest first; None without shifts."""
    if isinstance(moved, (str, Mapping)) or not isinstance(moved, Sequence):
        raise InputError(f"moved is {moved}: give a list of shifts, each with level, dimension and sd.")
    lower = model.levels[:-1]
    found = [np.zeros(size) for size in lower]
    for shift in moved:
        if not isinstance(shift, Mapping) or set(shift) != {"level", "dimension", "sd"}:
            raise InputError(f"moved holds {shift}: give level, dimension and sd of each shift.")
        level, dimension = shift["level"], shift["dimension"]
        if not _whole(level, 1, len(lower)):
            raise InputError(f"moved names level {level}: give 1 to {len(lower)}; z_top moves the top level.")
        if not _whole(dimension, 0, lower[level - 1] - 1):
            raise InputError(f"moved names dimension {dimension} of level {level}: give 0 to {lower[level - 1] - 1}.")
        sd = _numbers([shift["sd"]], 1)
        if sd is None:
            raise InputError(f"moved shifts by {shift['sd']} standard deviations: give a finite number.")
        found[level - 1][dimension] += sd[0] * model.spread[level - 1][dimension]
    return found if moved else None


def present(phases: Any) -> np.ndarray:
    """(1, PHASES) bool of the phases that a heart was placed from."""
    named = [] if isinstance(phases, str) or not isinstance(phases, Sequence) else list(phases)
    if "ed" not in named or not all(name in tuple(PHASES) for name in named):
        raise InputError(f"phases is {phases}: give the phases that the heart was placed from, [ed] or [ed, es].")
    return np.array([[name in named for name in PHASES]])


def shown(phase: Any) -> tuple[str, ...]:
    """The phases with surfaces."""
    if phase is None:
        return tuple(PHASES)
    if phase not in tuple(PHASES):
        raise InputError(f"phase is {phase}: give {' or '.join(PHASES)}, or None for both.")
    return (phase,)


def condition(name: Any, field: str) -> str:
    """The name of a class."""
    if name not in CLASSES:
        raise InputError(f"{field} is {name}: give {' or '.join(CLASSES)}.")
    return name


def steps(count: Any) -> int:
    """A number of steps."""
    if not _whole(count, 1, MOST_STEPS):
        raise InputError(f"steps is {count}: give a number from 1 to {MOST_STEPS}.")
    return int(count)


def _whole(value: Any, low: int, high: int) -> bool:
    return isinstance(value, Integral) and not isinstance(value, bool) and low <= value <= high


def _numbers(values: Any, count: int) -> np.ndarray | None:
    """(count,) float64; None if the values are others, or not finite as the network's float32."""
    try:
        found = np.asarray(values, float)
    except (TypeError, ValueError):
        return None
    with np.errstate(over="ignore"):
        return found if found.shape == (count,) and np.isfinite(found.astype(np.float32)).all() else None
