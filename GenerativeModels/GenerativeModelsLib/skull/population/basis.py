"""The shape basis: harmonics of unit heads derived from openly licensed templates, stored in `shape_basis.json`.

Written by `tools/shape_basis.py`, which documents the derivation; the file contains sources and licences.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.skull.shape.harmonics import synthesise

BASIS_FILE = Path(__file__).with_name("shape_basis.json")
FORMAT = "fetal head shape basis 2"
COEFFICIENTS = ("mean", "newborn", "late", "early", "sagittal", "metopic", "left_coronal", "base_tight")
"""Fields of the basis: the mean, and differences from it (for the synostoses, from normal growth)."""


@dataclass(frozen=True)
class ShapeBasis:
    """Unit heads as tables (POLAR, AZIMUTH) of log-radius.

    Attributes
    ----------
    mean
        Left-right symmetric mean of newborn and late fetal heads.
    newborn, late, early
        Directions: newborn minus late fetal head; one late head minus the other; early minus mean head.
    sagittal, metopic, left_coronal
        Effect of a prematurely closed suture, normalised for cephalic index and height.
    base_tight
        Change of the log-radius of heads, not of unit heads, when the base is closed by a smaller ball.
    height_ratio, share_above
        Mean of height / OFD and of the share of the height above the axial plane over the closed templates.
    provenance
        Sources, licences, and the use of each template.
    """

    mean: np.ndarray
    newborn: np.ndarray
    late: np.ndarray
    early: np.ndarray
    sagittal: np.ndarray
    metopic: np.ndarray
    left_coronal: np.ndarray
    base_tight: np.ndarray
    height_ratio: float
    share_above: float
    provenance: dict


def read_shape_basis(path: str | Path) -> ShapeBasis:
    """Basis from a JSON file.

    Raises
    ------
    InputError
        The file is missing, is not a shape basis, or lacks a field.
    """
    path = Path(path)
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(
            f"{path} is not a readable shape basis ({error}); create it with tools/shape_basis.py."
        ) from None
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise InputError(f"{path} is not a file of format '{FORMAT}'; create it with tools/shape_basis.py.")
    try:
        return basis_of(content)
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"{path} lacks a valid field ({error}); create it with tools/shape_basis.py.") from None


def basis_of(content: dict) -> ShapeBasis:
    """Basis from the content of its file."""
    tables = {name: synthesise(np.asarray(content["coefficients"][name], float)) for name in COEFFICIENTS}
    numbers = {name: float(content[name]) for name in ("height_ratio", "share_above")}
    return ShapeBasis(**tables, **numbers, provenance=content["provenance"])


@lru_cache(maxsize=1)
def shape_basis() -> ShapeBasis:
    """The basis that ships with the package."""
    return read_shape_basis(BASIS_FILE)
