"""Criteria between the slices of a stack: none missing, apart or shifted, no jump of the radii and of the wall."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from GenerativeModelsLib.language import N_, S_
from GenerativeModelsLib.segmentation.bodies import bodies_of
from GenerativeModelsLib.segmentation.criteria.record import Criterion, Violation
from GenerativeModelsLib.segmentation.maps import LabelMaps
from GenerativeModelsLib.segmentation.measures import Measures
from GenerativeModelsLib.segmentation.roles import BASAL
from GenerativeModelsLib.segmentation.series import jumps

__all__ = ["BETWEEN_SLICES", "USUAL_SLICES_MM", "SliceCriterion", "check_slices", "inner_series"]

_OWN = N_("this project; limits from the development part of Sunnybrook")
USUAL_SLICES_MM = 10.0
"""Largest distance of slices for which the limits hold; they grow with the square of a larger one."""


@dataclass(frozen=True)
class SliceCriterion(Criterion):
    """A rule for a value over the slices.

    Attributes
    ----------
    largest
        Largest usual deviation from the mean of the slices beside it, for slices up to `USUAL_SLICES_MM` apart.
    """

    largest: float = 0.0

    def limit(self, slice_mm: float) -> float:
        """Largest usual deviation for a distance of slices in mm."""
        return self.largest * max(1.0, slice_mm / USUAL_SLICES_MM) ** 2


MISSING = Criterion(
    "slice_missing",
    S_("left ventricle missing in a slice"),
    "epi",
    "",
    S_("The left ventricle is not labelled in this slice, and it is in slices on both sides."),
    source=_OWN,
)
APART = Criterion(
    "slice_apart",
    S_("left ventricle apart from that of the other slices"),
    "epi",
    "mm",
    S_(
        "The left ventricle of this slice lies {value} beside its largest connected part, seen along the axis; at most "
        "{limit} are usual."
    ),
    source=_OWN,
)
SHIFT = SliceCriterion(
    "slice_shift",
    S_("slice shifted in its plane"),
    "epi",
    "mm",
    S_(
        "The slice lies {value} off the line through its neighbours, as after a breath hold (at most {limit} are "
        "usual)."
    ),
    source=_OWN,
    acquisition=True,
    largest=8.0,
)
LV_RADIUS = SliceCriterion(
    "lv_radius_step",
    S_("step of the cavity's radius between slices"),
    "lv",
    "mm",
    S_("The cavity's radius differs by {value} from the mean of the slices beside it, at most {limit} are usual."),
    source=_OWN,
    largest=5.0,
)
EPI_RADIUS = SliceCriterion(
    "epi_radius_step",
    S_("step of the ventricle's radius between slices"),
    "epi",
    "mm",
    S_("The ventricle's radius differs by {value} from the mean of the slices beside it, at most {limit} are usual."),
    source=_OWN,
    largest=4.0,
)
WALL = SliceCriterion(
    "wall_step",
    S_("step of the wall's thickness between slices"),
    "myo",
    "mm",
    S_("The wall's mean thickness differs by {value} from that of the slices beside it, at most {limit} are usual."),
    source=_OWN,
    largest=4.0,
)
APART_MM = 5.0
"""Largest gap between the outlines of a ventricle in two slices, seen along the axis."""
BETWEEN_SLICES = (MISSING, APART, SHIFT, LV_RADIUS, EPI_RADIUS, WALL)


def check_slices(maps: LabelMaps, measures: Measures, roles: Sequence[Sequence[str | None]]) -> Iterator[Violation]:
    """The violations between the slices of every frame.

    The basal slices, which the valve plane cuts, are left out of the radii and of the wall.
    """
    for frame, row in enumerate(roles):
        labelled = [slice_ for slice_, role in enumerate(row) if role is not None]
        if len(labelled) < 2:
            continue
        centres = measures.centre_mm[frame]
        for slice_ in range(labelled[0] + 1, labelled[-1]):
            if row[slice_] is None:
                near = [max(s for s in labelled if s < slice_), min(s for s in labelled if s > slice_)]
                where = maps.point_lps(slice_, *(measures.middle_mm(frame, near) / maps.pixel_mm))
                yield Violation(MISSING, 1.0, 0.0, frame, slice_, where)
        for slice_, gap in _apart(maps, frame, labelled):
            if gap > APART_MM:
                where = maps.point_lps(slice_, *(centres[slice_] / maps.pixel_mm))
                yield Violation(APART, gap, APART_MM, frame, slice_, where)
        for criterion, values, limit in inner_series(maps, measures, roles, frame):
            for slice_, size in jumps(values, limit):
                if slice_ in (labelled[0], labelled[-1]):
                    continue  # nothing lies beyond an end to say where it should be
                where = maps.point_lps(slice_, *(centres[slice_] / maps.pixel_mm))
                yield Violation(criterion, size, limit, frame, slice_, where)


def _apart(maps: LabelMaps, frame: int, labelled: Sequence[int]) -> Iterator[tuple[int, float]]:
    """Slices without a part of the largest body, each with its distance in mm to it in the nearest slice that has."""
    from scipy.ndimage import distance_transform_edt

    bodies = bodies_of(maps.values[frame])
    if len(bodies.sizes) < 2:
        return
    largest = bodies.largest
    having = np.flatnonzero(largest.any(axis=(1, 2)))
    for slice_ in set(labelled) - set(having.tolist()):
        nearest = having[np.abs(having - slice_).argmin()]
        away = distance_transform_edt(~largest[nearest], sampling=maps.pixel_mm)
        yield slice_, float(away[bodies.numbers[slice_] > 0].min())


def inner_series(
    maps: LabelMaps, measures: Measures, roles: Sequence[Sequence[str | None]], frame: int
) -> Iterator[tuple[Criterion, np.ndarray, float]]:
    """Values over the slices of a frame, each with its criterion and limit; NaN for slices that are left out."""
    inner = np.array([role is not None and role not in BASAL for role in roles[frame]])
    yield SHIFT, measures.centre_mm[frame], SHIFT.limit(maps.slice_mm)
    for criterion, values in (
        (LV_RADIUS, measures.radius_mm("lv")),
        (EPI_RADIUS, measures.radius_mm("epi")),
        (WALL, measures.wall_mm),
    ):
        yield criterion, _only(values[frame], inner), criterion.limit(maps.slice_mm)


def _only(values: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    return np.where(wanted, values, np.nan)
