"""The head in every plane: found by the program, and corrected by the user."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.skull.corrections import NO_CORRECTION, PlaneCorrection
from GenerativeModelsLib.skull.infer.model import SkullModel
from GenerativeModelsLib.skull.locate.border import read_border
from GenerativeModelsLib.skull.locate.checks import correction_warnings, finding_warnings, refuse_without_head
from GenerativeModelsLib.skull.locate.corrected import ellipse_in_mm, on_ellipse
from GenerativeModelsLib.skull.locate.facing import UprightPlane, upright_planes
from GenerativeModelsLib.skull.locate.locator import PLANES, HeadFinding, locate
from GenerativeModelsLib.skull.planes.image import PlaneImage

__all__ = ["FoundPlane", "find_heads", "locate_all"]


@dataclass(frozen=True)
class FoundPlane:
    """The head in one plane.

    Attributes
    ----------
    upright
        With the corrections.
    correction
        Of the user.
    uncorrected
        As found without any correction, for comparison; None if there is no correction or nothing was found.
    warnings
        Sentences on how sure the finding is.
    """

    upright: UprightPlane
    correction: PlaneCorrection = NO_CORRECTION
    uncorrected: UprightPlane | None = None
    warnings: tuple[str, ...] = ()


def find_heads(
    model: SkullModel, images: Mapping[str, PlaneImage], corrections: Mapping[str, PlaneCorrection]
) -> dict[str, FoundPlane]:
    """The head in every plane, in the order of `PLANES`.

    Raises
    ------
    InputError
        A plane without a head, or a head that faces along neither way of its correction.
    """
    made = {name: corrections.get(name, NO_CORRECTION) for name in PLANES if name in images}
    findings = locate_all(model, images, made)
    size = findings["axial"].radius_mm
    facings = {name: correction.facing for name, correction in made.items() if correction.facing}
    upright = upright_planes(model.facing, images, findings, size, model.device, facings)
    before = _uncorrected(model, images, made, size)
    found = {}
    for name, plane in upright.items():
        certainty = 1.0 if made[name].facing else plane.certainty
        notes = finding_warnings(plane.finding, images[name], certainty, given=made[name].ellipse is not None)
        notes += correction_warnings(plane.finding, images[name], made[name])
        found[name] = FoundPlane(plane, made[name], before.get(name), tuple(notes))
    return found


def locate_all(
    model: SkullModel, images: Mapping[str, PlaneImage], corrections: Mapping[str, PlaneCorrection] | None = None
) -> dict[str, HeadFinding]:
    """The located head of every plane with its border, in the order of PLANES.

    Raises InputError for a plane without a head.
    """
    findings = {}
    for name in PLANES:
        if name not in images:
            continue
        image = images[name]
        ellipse = (corrections or {}).get(name, NO_CORRECTION).reduced(image.reduction).ellipse
        finding = locate(model.locator, image.pixels, image.spacing_mm, name, str(model.device), image.hidden)
        if ellipse is not None:
            finding = on_ellipse(finding, ellipse_in_mm(ellipse, image.spacing_mm), name, image)
        finding = refuse_without_head(finding, name, image, given=ellipse is not None)
        border = read_border(
            model.border,
            image.pixels,
            image.spacing_mm,
            finding.ellipse,
            str(model.device),
            hidden=image.hidden,
            given=ellipse is not None,
        )
        findings[name] = finding.with_border(border)
    return findings


def _uncorrected(
    model: SkullModel, images: Mapping[str, PlaneImage], corrections: Mapping[str, PlaneCorrection], size_mm: float
) -> dict[str, UprightPlane]:
    """What is found without corrections in the planes that have one that changes the finding."""
    findings: dict[str, HeadFinding] = {}
    whole = {name: replace(image, hidden=None) for name, image in images.items() if corrections[name].finds}
    for name, image in whole.items():
        try:
            findings |= locate_all(model, {name: image})
        except InputError:  # nothing is found there, which is why it was corrected
            continue
    return upright_planes(model.facing, whole, findings, size_mm, model.device)
