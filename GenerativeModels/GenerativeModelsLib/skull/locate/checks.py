"""Errors and warnings for the locator's result on a plane and for the size of the head."""

from __future__ import annotations

import numpy as np

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.skull.locate.locator import HeadFinding
from GenerativeModelsLib.skull.planes.image import PlaneImage
from GenerativeModelsLib.skull.shape.biometry import Biometry

MIN_PRESENCE = 0.3
"""Probability of a fetal head below which the plane is rejected."""
LOW_PRESENCE = 0.7
"""Probability of a fetal head below which there is a warning."""
MIN_MASK_AGREEMENT = 0.93
"""Dice of the head mask and its ellipse below which there is a warning."""
WHOLE = 0.97
"""Share of the outline inside the picture below which there is a warning."""
GUESSED = 0.8
"""Probability of the head's orientation below which there is a warning."""
HC_RANGE_MM = (115.0, 365.0)
"""HC at 16 weeks minus, and at 38 weeks plus, about 2.5 chart standard deviations."""


def _called(name: str, image: PlaneImage) -> str:
    return f"The {name} plane {image.shown_name}".rstrip()


def refuse_without_head(finding: HeadFinding | None, name: str, image: PlaneImage) -> HeadFinding:
    """The finding; raises InputError if the locator finds no fetal head or the head is too small."""
    called = _called(name, image)
    if finding is None or finding.presence < MIN_PRESENCE:
        raise InputError(
            f"{called} shows no fetal head that the locator can find: give an ultrasound image of the standard plane.",
            field=name,
        )
    across = 2 * finding.ellipse.semi_minor / max(image.spacing_mm)
    if across < 40:
        raise InputError(
            f"{called} shows a head only {across:.0f} pixels across, too small to measure: "
            "give a picture in which it fills at least a quarter of the width.",
            field=name,
        )
    return finding


def finding_warnings(finding: HeadFinding, image: PlaneImage, facing_certainty: float) -> list[str]:
    """Warnings about an uncertain head, outline or orientation, and about a head that is cut off."""
    called, found = _called(finding.plane, image), []
    if finding.presence < LOW_PRESENCE:
        found.append(
            f"{called}: the locator is not sure that a fetal head is shown (probability {finding.presence:.2f})."
        )
    if finding.agreement < MIN_MASK_AGREEMENT:
        found.append(f"{called}: the head's outline is uncertain; check the outline drawn over the image.")
    share = share_inside(finding, image)
    if share < WHOLE:
        found.append(f"{called}: about {100 * (1 - share):.0f} % of the head's outline lies outside the image.")
    if facing_certainty < GUESSED:
        found.append(f"{called}: which way the head faces could not be determined from the image with confidence.")
    return found


def share_inside(finding: HeadFinding, image: PlaneImage) -> float:
    """Share of the located ellipse's outline that lies inside the picture."""
    uv = finding.ellipse.points(180)
    column, row = uv[:, 0] / image.spacing_mm[1], uv[:, 1] / image.spacing_mm[0]
    rows, columns = image.pixels.shape
    return float(np.mean((row >= 0) & (row <= rows - 1) & (column >= 0) & (column <= columns - 1)))


def size_warnings(value: Biometry) -> list[str]:
    """A warning if the head's size lies outside the range of the training population (16 to 38 weeks)."""
    low, high = HC_RANGE_MM
    if low <= value.hc_mm <= high:
        return []
    return [
        f"The head circumference of {value.hc_mm:.0f} mm lies outside the {low:.0f} to {high:.0f} mm that the model "
        "was trained on (16 to 38 weeks): check the pixel spacing."
    ]
