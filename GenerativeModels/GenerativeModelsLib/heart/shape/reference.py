"""Reference ranges of the left ventricle by sex, and the one-number rule for hypertrophy.

Volumes and ejection fraction: UK Biobank, 804 healthy people of 45 to 74 years (Petersen et al., J Cardiovasc Magn
Reson 2017;19:18). Contouring styles differ: whether trabeculae and papillary muscles count as cavity or as wall moves
mass by tens of grams and walls by 2 to 3 mm within one population, so a range holds for one style of contours only.
"""

from __future__ import annotations

from dataclasses import dataclass

from GenerativeModelsLib.anatomy.entries import SEXES
from GenerativeModelsLib.language import N_

__all__ = [
    "BORDERLINE_WALL_MM",
    "BSA_SOURCE",
    "HCM_WALL_MM",
    "HEIGHT_RANGE_CM",
    "ONE_NUMBER_MM",
    "RANGES",
    "SEXES",
    "SOURCE",
    "STYLE_REMARK",
    "WALL_SD_MM",
    "WEIGHT_RANGE_KG",
    "Range",
    "body_surface_m2",
    "hypertrophy_of",
    "position",
]

SOURCE = N_("UK Biobank, 804 healthy people aged 45 to 74 (Petersen et al., JCMR 2017)")
STYLE_REMARK = N_(
    "Contouring styles differ: counting trabeculae and papillary muscles with the wall or with the cavity moves mass "
    "by tens of grams and wall thickness by 2 to 3 mm. The ranges hold for their own style only."
)
HCM_WALL_MM = 15.0
"""Maximal wall at end diastole that defines hypertrophic cardiomyopathy in adults (AHA/ACC 2020, ESC 2023)."""
BORDERLINE_WALL_MM = 13.0
"""Maximal wall from which hypertrophy is borderline, by the same guidelines."""
WALL_SD_MM = 1.0
"""Assumed standard deviation of the wall between two readers of the same images, for the interval of a probability."""
ONE_NUMBER_MM = 14.0
"""Limit of the 95th percentile of the wall at end diastole: the one-number rule to which the classifier is compared."""


@dataclass(frozen=True)
class Range:
    """Mean and standard deviation in health."""

    mean: float
    sd: float

    @property
    def low(self) -> float:
        """Lower end of the 95 % range."""
        return self.mean - 1.96 * self.sd

    @property
    def high(self) -> float:
        """Upper end of the 95 % range."""
        return self.mean + 1.96 * self.sd


RANGES = {
    "male": {
        "edv_ml": Range(166, 32),
        "esv_ml": Range(69, 16),
        "ef_percent": Range(58, 5),
        "myocardial_mass_g": Range(103, 21),
        "mass_g_per_m2": Range(53, 9),
    },
    "female": {
        "edv_ml": Range(124, 21),
        "esv_ml": Range(49, 11),
        "ef_percent": Range(61, 5),
        "myocardial_mass_g": Range(70, 13),
        "mass_g_per_m2": Range(42, 7),
    },
}
"""Ranges by sex and by key of `result.json`; the volumes per body surface have none here."""
HEIGHT_RANGE_CM, WEIGHT_RANGE_KG = (50.0, 250.0), (2.0, 300.0)
BSA_SOURCE = "Mosteller, N Engl J Med 1987;317:1098"


def body_surface_m2(height_cm: float, weight_kg: float) -> float:
    """Area of the body's surface by Mosteller's formula."""
    return (height_cm * weight_kg / 3600) ** 0.5


def hypertrophy_of(wall_mm: float) -> str:
    """What the guidelines call the mean wall of the thickest segment, in mm to one decimal as it is shown."""
    shown = round(wall_mm, 1)
    if shown >= HCM_WALL_MM:
        return N_("hypertrophic")
    return N_("borderline") if shown >= BORDERLINE_WALL_MM else N_("normal")


def position(value: float, reference: Range) -> str:
    """Position of a value relative to the 95 % range: "below", "within" or "above"."""
    if value < reference.low:
        return N_("below")
    return N_("above") if value > reference.high else N_("within")
