"""How far the outline of a head has moved by a translation, as the border reader of the skull sees it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from GenerativeModelsLib.errors import Caution, InputError
from GenerativeModelsLib.language import said
from GenerativeModelsLib.skull.infer.model import SkullModel
from GenerativeModelsLib.skull.locate.border import Border
from GenerativeModelsLib.synthesis.translate.head import border_in, require_head

__all__ = ["Drift", "Watched", "distances_mm", "drift_between"]


@dataclass(frozen=True)
class Drift:
    """Distance of two outlines along the rays from the middle of the first.

    Attributes
    ----------
    mean_mm, largest_mm
        Over the rays; None where the spacing of the picture is not known.
    mean_percent
        Mean in per cent of the mean radius.
    """

    mean_mm: float | None
    largest_mm: float | None
    mean_percent: float


def distances_mm(before: Border, outline_mm: np.ndarray) -> np.ndarray:
    """(ANGLES,) distance of an outline (K, 2) from a border along its rays."""
    reach = np.linalg.norm(before.strip.rays_mm(), axis=-1)
    return np.abs(before.strip.radii_of(outline_mm) - before.radius) * reach


def drift_between(before: Border, after: Border, *, in_mm: bool = True) -> Drift:
    """The drift from one border to another; without `in_mm` the spacing of their pictures is not known."""
    found = distances_mm(before, after.points_mm())
    radius = float((before.radius * np.linalg.norm(before.strip.rays_mm(), axis=-1)).mean())
    mean, largest = (float(value) if in_mm else None for value in (found.mean(), found.max()))
    return Drift(mean, largest, 100 * float(found.mean()) / radius)


@dataclass(frozen=True, eq=False)
class Watched:
    """The head of a picture before its translation.

    Attributes
    ----------
    model
        That finds heads and reads their borders.
    before
        The border.
    spacing_mm
        Of the picture; None = not known.
    """

    model: SkullModel
    before: Border
    spacing_mm: tuple[float, float] | None

    @classmethod
    def of(cls, model: SkullModel, pixels: np.ndarray, spacing_mm: tuple[float, float] | None, called: str) -> Watched:
        """The head in a picture (rows, columns) that messages call so; raises `InputError` as `require_head`."""
        return cls(model, require_head(model, pixels, spacing_mm, called), spacing_mm)

    def drift(self, pixels: np.ndarray) -> tuple[Drift | None, tuple[str, ...]]:
        """The drift to the translated picture, and warnings; None where no head is found in it."""
        try:
            after = border_in(self.model, pixels, self.spacing_mm)
        except InputError:
            lost = said("No head is found in the translated image any more: do not use it.")
            return None, (Caution(lost, "quality"),)
        found = drift_between(self.before, after, in_mm=self.spacing_mm is not None)
        if self.spacing_mm is not None:
            return found, ()
        unknown = said("The pixel spacing is not known: the drift is given in per cent of the radius alone.")
        return found, (Caution(unknown, "missing"),)
