"""A left atrium on the mitral valve of a long-axis view: published areas, lengths and diameters over the cycle.

It fills while the ventricle ejects. Its roof stays and the valve descends, so that it is longest at end systole.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

__all__ = ["Atrium", "drawn_atrium"]

AREA_MM2, AREA_SD = 2100.0, 330.0
"""Largest area in the four-chamber view, by cine MR 21 cm2, at most 24 in 95 % (Anderson et al., JCMR 2005, 20 adults);
the spread is that of the volumes of more people (Hudsmith et al., JCMR 2005: 103 +- 30 and 89 +- 21 ml)."""
DEPTH_MM, DEPTH_SD = 53.0, 4.0
"""Length at end systole, at most 58 mm in 95 % (Anderson et al., JCMR 2005)."""
LEFT_SHARE, LEFT_SHARE_SD = 0.45, 0.08
"""Smallest volume over the largest: 9 over 26 ml/m2 at an age of 40, and 15 over 26 at 80 (Henriksen et al. 2014)."""
VALVE_MM, VALVE_SD, VALVE_WIDENING_MM = 27.5, 4.0, 4.0
"""Antero-posterior diameter of the mitral valve at end diastole, and what it gains until end systole (Ricci et al.
2020: men 29 +- 4 and 33 +- 4 mm, women 26 +- 4 and 30 +- 4 mm)."""
OVAL = (1.1, 1.4)
"""Diameter of the valve in four- and two-chamber views over the antero-posterior one, the shortest of the oval ring."""

MOST_SHORTER = 0.27
"""Largest share of its length by which the atrium is shorter at end diastole; the roof follows a larger descent."""
WIDEST = 0.95
"""Largest area over the squared length."""
WIDEST_VALVE = 1.0
"""Largest diameter of the valve over the root of the smallest area, so that the atrium is as wide as its valve."""


@dataclass(frozen=True, eq=False)
class Atrium:
    """A left atrium over the cycle, in the plane of a long-axis view.

    Attributes
    ----------
    valve_mm, length_mm, area_mm2
        (frames,) diameter of the valve, length from it to the roof, area.
    roof
        Exponent of the outline: how flat the roof is.
    lean
        How far the roof lies to the left of the valve, over the length.
    """

    valve_mm: np.ndarray
    length_mm: np.ndarray
    area_mm2: np.ndarray
    roof: float
    lean: float

    def outline(self, frame: int, points: int = 33) -> np.ndarray:
        """(2 points, 2) left and up in mm of the closed outline, with the middle of the valve at the origin.

        Half the width at a share s of the length is v sqrt(1 - s^roof) + b sin(pi s), where v is half the valve's
        diameter and b is chosen by the area; up is towards the ventricle.
        """
        share = np.linspace(0, 1, points)
        valve, length = 0.5 * self.valve_mm[frame], self.length_mm[frame]
        straight = np.sqrt(1 - share**self.roof)
        bulge = (self.area_mm2[frame] / (2 * length) - valve * _mean(straight)) / _mean(np.sin(np.pi * share))
        half = valve * straight + max(bulge, -0.35 * valve) * np.sin(np.pi * share)
        middle = self.lean * share**1.5 * length
        left, right = (np.stack([middle + side * half, -share * length], axis=-1) for side in (1, -1))
        return np.concatenate([left, right[::-1]])


def drawn_atrium(
    ejected: np.ndarray, descent_mm: np.ndarray, size: float, enlarged: float, rng: np.random.Generator
) -> Atrium:
    """Draw an atrium.

    Parameters
    ----------
    ejected, descent_mm
        (frames,) share of the stroke volume that the ventricle has ejected, and how far the valve has descended.
    size
        Scale of the valve, 1 for a ventricle of usual width at the base.
    enlarged
        Factor of the area, above 1 behind a failing ventricle.
    """
    valve = float(np.clip(rng.normal(VALVE_MM, VALVE_SD), 20, 36)) * rng.uniform(*OVAL) * size
    area = float(np.clip(rng.normal(AREA_MM2, AREA_SD), 1350, 3000)) * enlarged
    at_end = float(np.clip(rng.normal(DEPTH_MM, DEPTH_SD), 43, 64)) * np.sqrt(enlarged)
    share = float(np.clip(rng.normal(LEFT_SHARE, LEFT_SHARE_SD), 0.28, 0.65))
    length = at_end - (descent_mm.max() - descent_mm) * min(1.0, MOST_SHORTER * at_end / float(descent_mm.max()))
    volume = share + (1 - share) * ejected
    # The area-length method: the volume is in proportion to area^2 / length.
    areas = area * np.sqrt(volume * length / at_end)
    areas *= min(1.0, float((WIDEST * length**2 / areas).min()))
    valve = min(valve, WIDEST_VALVE * float(np.sqrt(areas.min())))
    return Atrium(
        valve + VALVE_WIDENING_MM * size * ejected,
        length,
        areas,
        float(rng.uniform(2.5, 6)),
        float(np.clip(rng.normal(0, 0.25), -0.6, 0.6)),
    )


def _mean(values: np.ndarray) -> float:
    """Mean of a function on equal steps, by trapezoids."""
    return float(values[:-1].sum() + values[1:].sum()) / (2 * (len(values) - 1))
