"""Apical views of simulated hearts: planes through the long axis, with an atrium on the mitral valve."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from GenerativeModelsLib.segmentation.maps import CODES
from GenerativeModelsLib.segmentation.population.atrium import Atrium, drawn_atrium
from GenerativeModelsLib.segmentation.population.label_sequence import LabelSequence, known_codes
from GenerativeModelsLib.segmentation.population.poses import Pose
from GenerativeModelsLib.segmentation.population.simulated_heart import SimulatedHeart

__all__ = ["LongAxisView", "cut_apical", "drawn_views"]

USUAL_BASE_MM = 40.0
"""Width of the cavity at the base of a healthy simulated heart."""
ENLARGED = {"healthy": 1.0, "hcm": 1.15, "dilated": 1.25, "infarct": 1.1}
"""Area of the atrium over that in health: it dilates behind a stiff or failing ventricle."""
RING_MM, WALL_END_MM = 35.0, 10.0
"""Depth below the valve over which the ventricle narrows or widens to its ring, and over which its wall thins out."""
TILTED_MM = 40.0
"""Distance from the valve over which the tilt of its plane fades."""
TAPER = 0.4
"""Share of the wall that is lost at the ring."""


@dataclass(frozen=True, eq=False)
class LongAxisView:
    """A plane through the long axis.

    Attributes
    ----------
    azimuth
        Direction of the plane's left side in the heart frame, radians from the septum towards anterior.
    tilt
        Slope of the mitral plane in the view.
    pose
        How it lies on the image; the origin is the base at end diastole, up is towards the apex.
    atrium
        The left atrium.
    """

    azimuth: float
    tilt: float
    pose: Pose
    atrium: Atrium


def drawn_views(heart: SimulatedHeart, rng: np.random.Generator, grid: int, pixel_mm: float) -> list[LongAxisView]:
    """Draw a four-chamber and a two-chamber view of a heart.

    The apex is up, and septum or inferior wall to the left; the view is turned by +- 10 degrees and the heart is off
    the middle of the image by +- 4 mm (standard deviations). Where a heart is longer than the image, the atrium is cut.
    """
    four = np.radians(rng.normal(-5, 12))
    views = []
    for azimuth in (four, four - np.radians(rng.uniform(60, 105))):
        tilt, turn, off = float(rng.normal(0, 0.08)), np.radians(rng.normal(0, 10)), rng.normal(0, 4, 2)
        ring = _across(heart.endo[0], azimuth)[[0, -1], 0]
        size = float(np.clip(np.sqrt((ring[0] - ring[1]) / USUAL_BASE_MM), 0.85, 1.3))
        atrium = drawn_atrium(heart.ejected, heart.descent_mm, size, ENLARGED[heart.condition], rng)
        loose = LongAxisView(azimuth, tilt, Pose(turn, np.zeros(2), grid, pixel_mm), atrium)
        _, epi, chamber = _outlines(heart, loose, 0)
        pose = Pose.around(np.concatenate([epi, chamber]), turn, off, grid, pixel_mm)
        over = float((pose.pixels(epi).min(axis=0)[0] - 2) * pixel_mm)
        if over < 0:  # the apex stays in the image
            pose = Pose(turn, pose.shift_mm - np.array([over, 0.0]), grid, pixel_mm)
        views.append(LongAxisView(azimuth, tilt, pose, atrium))
    return views


def cut_apical(heart: SimulatedHeart, view: LongAxisView) -> LabelSequence:
    """The label maps of a view over the cycle."""
    pose = view.pose
    values = np.zeros((heart.frames, pose.grid, pose.grid), np.uint8)
    for frame in range(heart.frames):
        endo, epi, chamber = _outlines(heart, view, frame)
        for outline, structure in ((chamber, "la"), (epi, "myo"), (endo, "lv")):
            values[frame][pose.inside(outline)] = CODES[structure]
    known = np.tile(known_codes("apical", "lv", "myo", "la"), (heart.frames, 1))
    return LabelSequence(values, np.full(2, pose.pixel_mm), "apical", "alone", known, heart.name, heart.frame_s)


def _outlines(heart: SimulatedHeart, view: LongAxisView, frame: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Closed outlines (n, 2) of cavity, epicardium and atrium of a frame: left and up in mm of the view's plane."""
    endo, epi = (_across(surface[frame], view.azimuth) for surface in (heart.endo, heart.epi))
    middle = 0.5 * (endo[0, 0] + endo[-1, 0])
    for side, end in ((1, 0), (-1, -1)):
        ring = middle + side * 0.5 * view.atrium.valve_mm[frame]
        endo_end, wall = endo[end, 0], epi[end, 0] - endo[end, 0]
        for points in (endo, epi):
            _move_end(points, end, ring - endo_end, RING_MM)
        _move_end(epi, end, -TAPER * wall, WALL_END_MM)
    chamber = view.atrium.outline(frame) * [1, -1] + [middle, 0]
    return tuple(_placed(points, view.tilt, heart.descent_mm[frame]) for points in (endo, epi, chamber))


def _across(surface: np.ndarray, azimuth: float) -> np.ndarray:
    """(2 rows, 2) left and z in mm of a surface's section: from the left end of the base over the apex to the right."""
    azimuths = surface.shape[1]
    halves = []
    for side, angle in ((1, azimuth), (-1, azimuth + np.pi)):
        place = (angle / (2 * np.pi) * azimuths) % azimuths
        first = int(place)
        share = place - first
        points = (1 - share) * surface[:, first % azimuths] + share * surface[:, (first + 1) % azimuths]
        halves.append(np.stack([side * np.hypot(points[:, 0], points[:, 1]), points[:, 2]], axis=-1))
    return np.concatenate([halves[0], halves[1][::-1]])


def _move_end(points: np.ndarray, end: int, move: float, depth_mm: float) -> None:
    """Move the point `end` of an outline, 0 or -1, sideways, and those on its side less and less down to a depth."""
    half = len(points) // 2
    side = slice(0, half) if end == 0 else slice(half, None)
    points[side, 0] += move * np.clip(1 + points[side, 1] / depth_mm, 0, 1) ** 1.5


def _placed(points: np.ndarray, tilt: float, descent_mm: float) -> np.ndarray:
    """Points (n, 2), left and z in mm, with the mitral plane tilted, in the view's plane: left, and up to the apex."""
    left, z = points.T
    return np.stack([left, descent_mm - z - tilt * left * np.clip(1 - np.abs(z) / TILTED_MM, 0, 1)], axis=-1)
