"""The target that a heart is moved to, as users name it."""

from __future__ import annotations

import math
from dataclasses import dataclass

from GenerativeModelsLib.errors import InputError, named
from GenerativeModelsLib.heart.anatomy import CLASSES

__all__ = ["QUANTITIES", "Target", "parse_target"]

QUANTITIES = {"ef": "%", "edv": "ml", "esv": "ml", "mass": "g", "wall": "mm"}
"""Quantities of a target with their units: `ef` of the left ventricle, its volumes, the mass of its myocardium at end
diastole, and its thickest wall at end diastole (`RayBatch.thickest_mm`)."""


@dataclass(frozen=True)
class Target:
    """Where a heart is moved to: a class of `CLASSES` without a value, or a key of `QUANTITIES` and its value."""

    name: str
    value: float | None = None

    def __str__(self) -> str:
        return self.name if self.value is None else f"{self.name}={self.value:g}"


def parse_target(text: str, field: str = "towards") -> Target:
    """The target in a text such as "ef=45", "mass=180", "wall=14" or "hcm".

    Raises
    ------
    InputError
        The text names no target.
    """
    name, equals, value = text.strip().lower().partition("=")
    wanted = f"give {', '.join(f'{key}=VALUE' for key in QUANTITIES)}, {' or '.join(CLASSES)}"
    if not equals and name in CLASSES:
        return Target(name)
    if name not in QUANTITIES:
        raise InputError(f"{named(field)} is '{text}', which is no target: {wanted}.")
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if not math.isfinite(number) or number <= 0:
        raise InputError(f"{named(field)} is '{text}': give a positive number of {QUANTITIES[name]}, as in {name}=45.")
    return Target(name, number)
