"""The head in a picture: its border by the shipped skull model, or a sentence that there is none."""

from __future__ import annotations

import numpy as np

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.skull.infer.find_heads import locate_all
from GenerativeModelsLib.skull.infer.model import SkullModel
from GenerativeModelsLib.skull.infer.typicality import border_vector
from GenerativeModelsLib.skull.locate.border import Border
from GenerativeModelsLib.skull.locate.facing import upright_planes
from GenerativeModelsLib.skull.locate.locator import HeadFinding
from GenerativeModelsLib.skull.planes.image import PlaneImage, plane_from_array

__all__ = ["NOMINAL_MM", "border_in", "require_head"]

PLANE = "axial"
NOMINAL_MM = 150.0
"""Height that a picture without a spacing is taken to have, while its head is looked for."""


def border_in(model: SkullModel, pixels: np.ndarray, spacing_mm: tuple[float, float] | None) -> Border:
    """The border of the head in an axial picture (rows, columns); in nominal mm where no spacing is known.

    Raises
    ------
    InputError
        There is no head in it, or the spacing is implausible.
    """
    return _found(model, _image(pixels, spacing_mm)).border


def require_head(model: SkullModel, pixels: np.ndarray, spacing_mm: tuple[float, float] | None, called: str) -> Border:
    """As `border_in`, of a picture that the model finds usual; messages call it `called`.

    Raises
    ------
    InputError
        As `border_in`, or the border is unlike that of a head in ultrasound, as it is in images of other modalities.
    """
    image = _image(pixels, spacing_mm)
    try:
        finding = _found(model, image)
    except InputError as error:
        raise InputError(f"{called} shows no fetal head: give an axial picture of ultrasound.") from error
    (plane,) = upright_planes(model.facing, {PLANE: image}, {PLANE: finding}, finding.radius_mm, model.device).values()
    measures = {
        f"{PLANE} picture": model.typical.surprise(f"{PLANE} picture", border_vector(plane.plane.border, PLANE)),
        f"{PLANE} head": 1 - finding.presence * finding.agreement,
    }
    if model.typical.judge(measures, {}).verdict == "outside":
        raise InputError(f"{called} is unlike ultrasound of a fetal head: give an axial picture of one.")
    return finding.border


def _image(pixels: np.ndarray, spacing_mm: tuple[float, float] | None) -> PlaneImage:
    return plane_from_array(pixels, spacing_mm or (NOMINAL_MM / len(pixels),) * 2, PLANE)


def _found(model: SkullModel, image: PlaneImage) -> HeadFinding:
    return locate_all(model, {PLANE: image})[PLANE]
