"""Criteria over the frames of a cine: no frame missing, no jump of sizes and places, a wall that keeps its volume.

A jump is the deviation of a value from the mean of the frames before and after. A moving heart deviates too, by
acceleration * (frame interval)^2 / 2, so a limit is stated as the noise of outlines on pixels plus an acceleration,
and holds for every frame rate. (A limit for one rate, such as the published one of 0.016 of the range of the area, is
passed by correct cines of another.) A run of up to `LONGEST_RUN` wrong frames is blamed without its neighbours.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from GenerativeModelsLib.language import N_, S_
from GenerativeModelsLib.segmentation.criteria.record import Criterion, Violation
from GenerativeModelsLib.segmentation.curves import Curves
from GenerativeModelsLib.segmentation.maps import LabelMaps
from GenerativeModelsLib.segmentation.measures import Measures
from GenerativeModelsLib.segmentation.series import jumps

__all__ = ["OVER_TIME", "TimeCriterion", "check_frames", "time_series"]

LONGEST_RUN = 3
"""Largest number of wrong frames in a row that are told from the correct ones beside them."""
_OWN = N_("this project; limits from the development part of the biventricular model's cine")
_AS_2022 = N_("attributes of Painchaud et al., IEEE TMI 2022; limits of this project")


@dataclass(frozen=True)
class TimeCriterion(Criterion):
    """A rule for a value over the frames.

    Attributes
    ----------
    noise
        Largest deviation that outlines on pixels make, in the unit of the criterion.
    acceleration
        Largest acceleration, in the unit of the criterion per s^2.
    """

    noise: float = 0.0
    acceleration: float = 0.0

    def limit(self, frame_s: float) -> float:
        """Largest usual deviation for an interval between frames in seconds."""
        return self.noise + 0.5 * self.acceleration * frame_s**2


MISSING = Criterion(
    "frame_missing",
    S_("left ventricle missing in a frame"),
    "epi",
    "",
    S_("The left ventricle is not labelled in this frame, and it is in the frames before and after."),
    source=_OWN,
)
VOLUME = TimeCriterion(
    "myo_volume_change",
    S_("volume of the myocardium unlike that of the other frames"),
    "myo",
    "%",
    S_(
        "The volume of the myocardium differs by {value} from that of the other frames, at most {limit} are usual: a "
        "wall thickens and shortens, and keeps its volume."
    ),
    source=N_("this project; two label maps of one patient differ by up to 30 % (ACDC)"),
    noise=35.0,
)


_JUMP = S_("{what} jumps by {value} against the frames before and after, at most {limit} at this frame rate.")


def _jump(
    name: str,
    title: str,
    structure: str,
    unit: str,
    what: str,
    noise: float,
    acceleration: float,
    source: str = _OWN,
) -> TimeCriterion:
    text = _JUMP.replace("{what}", what)
    return TimeCriterion(name, title, structure, unit, text, source, noise=noise, acceleration=acceleration)


LV_RADIUS = _jump(
    "lv_radius_jump", S_("jump of the cavity's radius over time"), "lv", "mm", S_("The cavity's radius"), 1.0, 1500.0
)
EPI_RADIUS = _jump(
    "epi_radius_jump",
    S_("jump of the ventricle's radius over time"),
    "epi",
    "mm",
    S_("The ventricle's radius"),
    1.0,
    1500.0,
)
WALL = _jump(
    "wall_jump", S_("jump of the wall's thickness over time"), "myo", "mm", S_("The wall's mean thickness"), 1.0, 1500.0
)
CENTRE = _jump(
    "centre_jump",
    S_("jump of the ventricle's centre over time"),
    "epi",
    "mm",
    S_("The ventricle's centre"),
    1.0,
    1500.0,
)
LV_VOLUME = _jump(
    "lv_volume_jump",
    S_("jump of the cavity's volume over time"),
    "lv",
    "%",
    S_("The cavity's volume, of the largest one,"),
    3.0,
    6000.0,
)
LV_AREA = _jump(
    "lv_area_jump",
    S_("jump of the cavity's area over time"),
    "lv",
    "%",
    S_("The cavity's area, of the largest one,"),
    2.0,
    6000.0,
    source=_AS_2022,
)
MYO_AREA = _jump(
    "myo_area_jump",
    S_("jump of the myocardium's area over time"),
    "myo",
    "%",
    S_("The myocardium's area, of the largest one,"),
    5.0,
    12000.0,
    source=_AS_2022,
)
LENGTH = _jump(
    "lv_length_jump",
    S_("jump of the cavity's length over time"),
    "lv",
    "mm",
    S_("The cavity's length"),
    2.0,
    3000.0,
    source=_AS_2022,
)
WIDTH = _jump(
    "lv_base_width_jump",
    S_("jump of the mitral plane's width over time"),
    "lv",
    "mm",
    S_("The width of the mitral plane"),
    3.0,
    3000.0,
    source=_AS_2022,
)
TURN = _jump(
    "lv_orientation_jump",
    S_("jump of the long axis over time"),
    "lv",
    "degrees",
    S_("The long axis"),
    3.0,
    3000.0,
    source=_AS_2022,
)
OVER_TIME = {
    "short-axis": (MISSING, LV_RADIUS, EPI_RADIUS, WALL, CENTRE, LV_VOLUME, VOLUME),
    "apical": (MISSING, LV_AREA, MYO_AREA, LENGTH, WIDTH, TURN, CENTRE),
}
"""By view."""


def check_frames(
    maps: LabelMaps, measures: Measures, curves: Curves, roles: Sequence[Sequence[str | None]], view: str
) -> Iterator[Violation]:
    """The violations over the frames; none for a single frame."""
    if maps.frames == 1:
        return
    labelled = np.array([any(row) for row in roles])
    yield from _missing(maps, measures, labelled)
    if view == "short-axis" and maps.slices > 1:
        yield from _volume_kept(maps, measures, curves)
    if maps.frames < 3:
        return
    for criterion, values, slice_ in time_series(maps, measures, curves, roles, view):
        limit = criterion.limit(maps.frame_s)
        for frame, size in jumps(values, limit, LONGEST_RUN):
            yield Violation(criterion, size, limit, frame, slice_, _middle(maps, measures, frame, slice_))


def time_series(
    maps: LabelMaps, measures: Measures, curves: Curves, roles: Sequence[Sequence[str | None]], view: str
) -> Iterator[tuple[TimeCriterion, np.ndarray, int | None]]:
    """Values over the frames, each with its criterion and its slice; None for the whole ventricle.

    Slices at the base move in and out of the ventricle with its long axis and are left out, and so are ends: their
    areas may change faster than any wall moves.
    """
    if view == "short-axis":
        for slice_ in range(maps.slices):
            inner = np.array([row[slice_] in ("mid", "alone") for row in roles])
            for criterion, values in (
                (LV_RADIUS, measures.radius_mm("lv")[:, slice_]),
                (EPI_RADIUS, measures.radius_mm("epi")[:, slice_]),
                (WALL, measures.wall_mm[:, slice_]),
            ):
                yield criterion, np.where(inner, values, np.nan), slice_
            yield CENTRE, np.where(inner[:, None], measures.centre_mm[:, slice_], np.nan), slice_
        if maps.slices > 1:
            yield LV_VOLUME, _percent(curves.lv_ml), None
        return
    for slice_ in range(maps.slices):
        yield LV_AREA, _percent(measures.area_mm2["lv"][:, slice_]), slice_
        yield MYO_AREA, _percent(measures.area_mm2["myo"][:, slice_]), slice_
        yield LENGTH, measures.axis["lv_length_mm"][:, slice_], slice_
        yield WIDTH, measures.axis["lv_base_width_mm"][:, slice_], slice_
        turn = measures.axis["lv_orientation_degrees"][:, slice_]
        known = np.isfinite(turn)
        unwrapped = np.full(len(turn), np.nan)
        unwrapped[known] = np.degrees(np.unwrap(np.radians(turn[known])))
        yield TURN, unwrapped, slice_
        yield CENTRE, measures.centre_mm[:, slice_], slice_


def _missing(maps: LabelMaps, measures: Measures, labelled: np.ndarray) -> Iterator[Violation]:
    """Frames without labels within a cine most of whose frames are labelled."""
    if labelled.sum() <= len(labelled) / 2:
        return
    there = np.flatnonzero(labelled)
    for frame in range(there[0], there[-1]):
        if not labelled[frame]:
            before = int(there[there < frame][-1])
            yield Violation(MISSING, 1.0, 0.0, frame, None, _middle(maps, measures, before, None))


def _volume_kept(maps: LabelMaps, measures: Measures, curves: Curves) -> Iterator[Violation]:
    """Frames whose myocardium has not the volume of the others; those without any are not labelled.

    The others are the median of the frames. Of two frames each is compared with the other, since neither is known to be
    right.
    """
    volume = np.where(curves.myo_ml > 0, curves.myo_ml, np.nan)
    known = volume[np.isfinite(volume)]
    if len(known) < 2:
        return
    usual = known.sum() - volume if len(known) == 2 else np.median(known)
    change = 100 * np.exp(np.abs(np.log(volume / usual))) - 100
    limit = VOLUME.noise
    for frame in np.flatnonzero(change > limit):
        where = _middle(maps, measures, int(frame), None)
        yield Violation(VOLUME, float(change[frame]), limit, int(frame), None, where)


def _percent(values: np.ndarray) -> np.ndarray:
    largest = np.nanmax(values) if np.isfinite(values).any() else np.nan
    return 100 * values / largest


def _middle(maps: LabelMaps, measures: Measures, frame: int, slice_: int | None) -> tuple[float, float, float]:
    """LPS mm of the ventricle's centre in a slice, or in the middle one that is labelled."""
    if slice_ is None:
        there = np.flatnonzero(np.isfinite(measures.centre_mm[frame, :, 0]))
        there = there if len(there) else np.flatnonzero((maps.values[frame] != 0).any(axis=(1, 2)))
        slice_ = int(there[len(there) // 2])
    return maps.point_lps(slice_, *(measures.middle_mm(frame, [slice_]) / maps.pixel_mm))
