"""A right ventricle beside a simulated left one: a crescent on the septum, of published volumes.

In a plane across the long axis its outline leaves the left ventricle's epicardium by a width
w(u) = W(depth) (1 - |u|^p)^q (1 + k u), where u is the angle from the crescent's middle over its half angle. The septum
is that of the left ventricle, and so concave to the left one; the free wall bulges. W is scaled so that the volume
between base and apex is the wanted one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from GenerativeModelsLib.segmentation.population.outlines import level_radii
from GenerativeModelsLib.segmentation.population.simulated_heart import SimulatedHeart

__all__ = ["RightVentricle", "right_ventricle"]

RATIO, RATIO_SD = 1.10, 0.11
"""End-diastolic volume over that of the left ventricle in health and hypertrophy: UK Biobank 182 over 166 ml in men and
130 over 124 ml in women (Petersen et al., JCMR 2017), Hudsmith et al. (JCMR 2005) 190 over 160 and 148 over 135 ml."""
FAILING_ML = {"dilated": (146.0, 40.0), "infarct": (112.0, 30.0)}
"""Mean and spread beside a failing left ventricle, which the right one does not follow: 77 +- 26 and 59 +- 20 ml/m2
(JCMR 2010, 12 suppl. 1: M5, 141 patients with an ejection fraction below 35 %), at 1.9 m2; the spread is narrowed."""
STROKE_SD = 0.05
"""Spread of its stroke volume over that of the left ventricle; in the mean they are equal."""
THINNEST_MM, NARROWEST_MM = 2.0, 4.0
"""Least width that is labelled at a place, and least width of the widest place of a section that is: pixels are 1.5."""
LEVELS = 24


@dataclass(frozen=True, eq=False)
class RightVentricle:
    """A right ventricle over the cycle.

    Attributes
    ----------
    volume_ml
        (frames,) volume.
    width_mm
        (frames,) width at the base, in the middle of the septum.
    middle, half_angle
        (2,) radians at the base and at its apex: the crescent's middle from that of the septum towards anterior, and
        its half angle.
    depth_share
        Depth of its apex as a share of the left ventricle's length; its base is that of the left one.
    narrowing, power, edge, lean
        Exponent of the width along the depth, p, q and k of the outline.
    """

    volume_ml: np.ndarray
    width_mm: np.ndarray
    middle: np.ndarray
    half_angle: np.ndarray
    depth_share: float
    narrowing: float
    power: float
    edge: float
    lean: float

    def relative_width(self, depth: np.ndarray, angles: np.ndarray) -> np.ndarray:
        """(levels, angles) width over that at the base, at depths (levels,) from 0 at the base to 1 at its apex."""
        depth = np.clip(depth, 0, 1)[:, None]
        middle = self.middle[0] + depth * (self.middle[1] - self.middle[0])
        half = self.half_angle[0] + depth**2 * (self.half_angle[1] - self.half_angle[0])
        turned = (angles[None] - middle + np.pi) % (2 * np.pi) - np.pi
        u = np.clip(turned / half, -1, 1)
        return (1 - depth**self.narrowing) * (1 - np.abs(u) ** self.power) ** self.edge * (1 + self.lean * u)

    def width_at(self, heart: SimulatedHeart, frame: int, height: float, angles: np.ndarray) -> np.ndarray:
        """(angles,) width in mm beyond the left epicardium in the plane z = height, 0 where it is not labelled."""
        length = -heart.epi[frame, -1, 0, 2] * self.depth_share
        width = self.width_mm[frame] * self.relative_width(np.array([-height / length]), angles)[0]
        return np.where((width > THINNEST_MM) & (width.max() > NARROWEST_MM), width, 0.0)


def right_ventricle(heart: SimulatedHeart, rng: np.random.Generator) -> RightVentricle:
    """Draw the right ventricle of a heart."""
    edv = float(heart.left.cavity_ml[0])
    if heart.condition in ("healthy", "hcm"):
        right_edv = edv * float(np.clip(rng.normal(RATIO, RATIO_SD), 0.8, 1.5))
    else:
        right_edv = float(np.clip(rng.normal(*FAILING_ML[heart.condition]), 75, 230))
    emptied = (edv - heart.left.cavity_ml) * float(rng.normal(1, STROKE_SD))
    volume = right_edv - emptied * min(1.0, 0.7 * right_edv / max(float(emptied.max()), 1e-9))
    half = np.radians([float(np.clip(rng.normal(66, 9), 46, 86)), float(np.clip(rng.normal(44, 7), 30, 60))])
    shape = RightVentricle(
        volume,
        np.ones(heart.frames),
        np.radians([rng.normal(6, 6), rng.normal(-8, 6)]),
        half,
        float(np.clip(rng.normal(0.88, 0.05), 0.74, 0.97)),
        float(rng.uniform(1.6, 3.0)),
        float(rng.uniform(1.6, 2.6)),
        float(rng.uniform(0.65, 1.1)),
        float(np.clip(rng.normal(-0.2, 0.25), -0.7, 0.5)),
    )
    widths = [_width_of(shape, heart.epi[frame], volume[frame]) for frame in range(heart.frames)]
    return RightVentricle(**{**vars(shape), "width_mm": np.array(widths)})


def _width_of(shape: RightVentricle, epi: np.ndarray, volume_ml: float) -> float:
    """Width at the base of the crescent of a volume: the root of a quadratic, as sections are r w + w^2 / 2."""
    azimuths = epi.shape[1]
    depth = (np.arange(LEVELS) + 0.5) / LEVELS
    length = -epi[-1, 0, 2] * shape.depth_share
    radii = level_radii(epi, -depth * length)
    relative = shape.relative_width(depth, 2 * np.pi * np.arange(azimuths) / azimuths)
    cell = 2 * np.pi / azimuths * length / LEVELS / 1000
    linear, square = float((radii * relative).sum()) * cell, 0.5 * float((relative**2).sum()) * cell
    return (-linear + np.sqrt(linear**2 + 4 * square * volume_ml)) / (2 * square)
