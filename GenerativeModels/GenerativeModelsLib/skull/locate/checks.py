"""Errors and warnings for the locator's result on a plane and for the size of the head."""

from __future__ import annotations

import numpy as np

from GenerativeModelsLib.errors import SCALE, Caution, InputError
from GenerativeModelsLib.language import S_, said
from GenerativeModelsLib.skull.corrections import PlaneCorrection
from GenerativeModelsLib.skull.locate.locator import HeadFinding
from GenerativeModelsLib.skull.planes.image import PlaneImage
from GenerativeModelsLib.skull.population.sizes import WEEKS, hc_limits
from GenerativeModelsLib.skull.shape.biometry import Biometry
from GenerativeModelsLib.skull.shape.ellipse import Ellipse

MIN_PRESENCE = 0.3
"""Probability of a fetal head below which the plane is rejected."""
LOW_PRESENCE = 0.7
"""Probability of a fetal head below which there is a warning."""
MIN_MASK_AGREEMENT = 0.93
"""Dice of the head mask and its ellipse below which there is a warning."""
NEAR_POINTS_PX = 50.0
"""Distance of the points of a known length below which there is a warning."""
WHOLE = 0.97
"""Share of the outline inside the picture below which there is a warning."""
UNCLEAR_BORDER = 0.04
"""Mean standard deviation of the border, in units of its radius, above which there is a warning."""
UNSEEN = 0.3
"""Mean visibility of the border along an ellipse given by the user below which there is a warning."""
GUESSED = 0.8
"""Probability of the head's orientation below which there is a warning."""
HC_RANGE_MM = (5.0 * np.floor(hc_limits()[0] / 5), 5.0 * np.ceil(hc_limits()[1] / 5))
"""Smallest and largest head of the training population, rounded outwards to 5 mm."""


_CALLED = {
    "axial": (S_("The axial plane"), S_("The axial plane {file}")),
    "sagittal": (S_("The sagittal plane"), S_("The sagittal plane {file}")),
    "coronal": (S_("The coronal plane"), S_("The coronal plane {file}")),
}
"""By plane, without and with a name of its file."""


def _called(name: str, image: PlaneImage) -> str:
    without, having = _CALLED[name]
    return said(having, file=image.shown_name) if image.shown_name else without


def refuse_without_head(
    finding: HeadFinding | None, name: str, image: PlaneImage, *, given: bool = False
) -> HeadFinding:
    """The finding; raises InputError if the locator finds no fetal head or the head is too small.

    With `given` the user has drawn the head, and what the locator finds does not count.
    """
    called = _called(name, image)
    if finding is None or (finding.presence < MIN_PRESENCE and not given):
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


def finding_warnings(
    finding: HeadFinding, image: PlaneImage, facing_certainty: float, *, given: bool = False
) -> list[str]:
    """Warnings about an uncertain head, outline or orientation, and about a head that is cut off.

    With `given` the user has drawn the head.
    """
    called, found = _called(finding.plane, image), []
    if given and finding.presence < MIN_PRESENCE:
        found.append(
            said("{called}: the program finds no fetal head there; the ellipse given was used.", called=called)
        )
    elif finding.presence < LOW_PRESENCE:
        found.append(
            said(
                "{called}: the locator is not sure that a fetal head is shown (probability {probability:.2f}).",
                called=called,
                probability=finding.presence,
            )
        )
    if finding.agreement < MIN_MASK_AGREEMENT and not given:
        found.append(
            said("{called}: the head's outline is uncertain; check the outline drawn over the image.", called=called)
        )
    if finding.border is not None and finding.border.sd.mean() > UNCLEAR_BORDER:
        found.append(
            said(
                "{called}: the border of the skull can hardly be seen; it is known to about {sd:.1f} mm on average.",
                called=called,
                sd=finding.border.sd_mm().mean(),
            )
        )
    share = share_inside(finding.ellipse, image.spacing_mm, image.pixels.shape)
    if share < WHOLE:
        found.append(
            said(
                "{called}: about {share:.0f} % of the head's outline lies outside the image.",
                called=called,
                share=100 * (1 - share),
            )
        )
    if facing_certainty < GUESSED:
        found.append(
            said(
                "{called}: which way the head faces could not be determined from the image with confidence.",
                called=called,
            )
        )
    return found


def correction_warnings(finding: HeadFinding, image: PlaneImage, correction: PlaneCorrection) -> list[str]:
    """Warnings about corrections that the picture hardly bears out."""
    called, found = _called(finding.plane, image), []
    if correction.ellipse is not None and finding.border.visible.mean() < UNSEEN:
        found.append(
            said(
                "{called}: hardly any echo of the skull is seen along the ellipse given, so the border is the "
                "ellipse, which is taken to be right to about {sd:.1f} mm.",
                called=called,
                sd=finding.border.sd_mm().mean(),
            )
        )
    length = correction.length
    if length is not None and length.pixels < NEAR_POINTS_PX:
        found.append(
            said(
                "{called}: the points of the known length are {pixels:.0f} pixels apart, so the spacing is known to "
                "about {error:.0f} % only.",
                called=called,
                pixels=length.pixels,
                error=100 / length.pixels,
            )
        )
    return found


def share_inside(ellipse: Ellipse, spacing_mm: tuple[float, float], size: tuple[int, int]) -> float:
    """Share of an ellipse's outline, in mm of a picture of (rows, columns) pixels, that lies inside the picture."""
    uv = ellipse.points(180)
    column, row = uv[:, 0] / spacing_mm[1], uv[:, 1] / spacing_mm[0]
    rows, columns = size
    return float(np.mean((row >= 0) & (row <= rows - 1) & (column >= 0) & (column <= columns - 1)))


def size_warnings(value: Biometry) -> list[str]:
    """A warning if the head's size lies outside the range of the training population (`sizes.WEEKS`)."""
    low, high = HC_RANGE_MM
    if low <= value.hc_mm <= high:
        return []
    return [
        Caution(
            said(
                "The head circumference of {hc:.0f} mm lies outside the {low:.0f} to {high:.0f} mm that the model was "
                "trained on ({first:g} to {last:g} weeks): check the pixel spacing.",
                hc=value.hc_mm,
                low=low,
                high=high,
                first=WEEKS[0],
                last=WEEKS[1],
            ),
            SCALE,
        )
    ]
