"""Spacing of a picture from a length that the user knows in it."""

from __future__ import annotations

from math import hypot

from GenerativeModelsLib.errors import InputError, named
from GenerativeModelsLib.skull.corrections import KnownLength
from GenerativeModelsLib.skull.planes.stored import StoredPlane

__all__ = ["spacing_by_length"]

AGREEMENT = 0.03
"""Relative difference of a known length from the same length by the spacing above which the two contradict."""


def spacing_by_length(
    length: KnownLength, stored: StoredPlane, given: tuple[float, float] | None, name: str, label: str
) -> tuple[float, float]:
    """(row, column) spacing in mm of the *file* by a known length; rows and columns are equally far apart.

    Parameters
    ----------
    length
        In pixels of the file.
    given
        (row, column) spacing in mm that the caller has given for the file, which overrides the file's own.
    name, label
        Of the plane, and of its image in messages.

    Raises
    ------
    InputError
        A point lies outside the picture, or the length contradicts the spacing that is given or the file's own.
    """
    field = named(f"{name}_length")
    rows, columns = (side * stored.reduction for side in stored.values.shape[:2])
    if not all(-0.5 <= x <= columns - 0.5 and -0.5 <= y <= rows - 0.5 for x, y in (length[:2], length[2:4])):
        raise InputError(f"{field} has a point outside the {columns} x {rows} pixels of {label}.")
    known = given or stored.spacing_mm
    if known:
        row, column = known
        by_spacing = hypot((length.x1 - length.x0) * column, (length.y1 - length.y0) * row)
        if abs(by_spacing / length.mm - 1) > AGREEMENT:
            whose = "given" if given else "of the file"
            raise InputError(
                f"{field} says {length.mm:g} mm, and the spacing {whose}, {known[0]:.4g} x {known[1]:.4g} mm, makes "
                f"{by_spacing:.1f} mm of the same length in {label}: leave out the wrong one, or give the true spacing "
                f"by {named(f'{name}_spacing_mm')}."
            )
    return length.spacing_mm, length.spacing_mm
