"""Apical sequences warped from the planes of one CT heart, by published sizes and motion.

The planes are of case 01 of C. Rodero et al., PLoS Computational Biology 17(4) e1008851, 2021 (Zenodo 4590294),
Creative Commons Attribution 4.0 International, as cut from the modified mesh of the package ansys-health-heart. All
sequences are of one heart, and so of one subject.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.heart.population.cycle import ejected_share
from GenerativeModelsLib.segmentation.curves import area_length_ml
from GenerativeModelsLib.segmentation.geometry import pieces
from GenerativeModelsLib.segmentation.long_axis import VALVE_MM, long_axis
from GenerativeModelsLib.segmentation.maps import CODES
from GenerativeModelsLib.segmentation.plane import Plane
from GenerativeModelsLib.segmentation.population.acceptance import Tally, accepted
from GenerativeModelsLib.segmentation.population.atrium import Atrium, drawn_atrium
from GenerativeModelsLib.segmentation.population.label_sequence import LabelSequence, known_codes
from GenerativeModelsLib.segmentation.population.poses import Pose

__all__ = ["SUBJECT", "warped_ct_hearts"]

SUBJECT = "rodero01"
EDV_ML = ((160.0, 29.0), (135.0, 26.0))
"""End-diastolic volume of men and women (Hudsmith et al., JCMR 2005)."""
EF, EF_SD = 0.595, 0.055
"""Ejection fraction (Petersen et al., JCMR 2017: 58 +- 5 % in men, 61 +- 5 % in women)."""
MAPSE_MM, MAPSE_SD = 13.5, 1.8
"""Descent of the mitral ring (HUNT3: 12 to 15 mm)."""
WALL_MM, WALL_SD = 7.9, 0.9
"""Wall: septum 6 to 10 mm in men, 6 to 9 mm in women (ASE 2015)."""
PLANES = ("A4C", "A4C_m15", "A4C_p15", "A2C", "A2C_p15")
"""The planes that are used; of A3C the atrium is cut."""
SMOOTHING_MM = 1.8
"""Standard deviation of the Gaussian that smooths the outlines; the mesh has elements of 2 mm."""
STEP_MM, FADE_MM = 1.0, 15.0
"""Step along the axis of the outlines, and distance from the valve over which factors change."""


@dataclass(frozen=True, eq=False)
class _Source:
    """A plane of the CT heart along its own axis.

    Attributes
    ----------
    values, pixel_mm
        (rows, columns) values of `maps.CODES`, and the size of a pixel.
    base_mm, along
        (2,) row and column in mm of the middle of the mitral plane, and the unit vector from the apex to it.
    at_mm
        (n,) places along the axis from the mitral plane, negative in the ventricle.
    middle_mm, half_mm
        (n,) middle and half width of cavity and atrium across the axis.
    apex_mm
        Place of the outer apex.
    length_mm
        Length of the cavity.
    """

    values: np.ndarray
    pixel_mm: float
    base_mm: np.ndarray
    along: np.ndarray
    at_mm: np.ndarray
    middle_mm: np.ndarray
    half_mm: np.ndarray
    apex_mm: float
    length_mm: float

    @property
    def atrium_mm(self) -> float:
        """Length of the atrium."""
        return float(self.at_mm.max())

    @property
    def wall_mm(self) -> float:
        """Mean wall beside the cavity."""
        beside = np.abs(self.at_mm + 0.5 * self.length_mm) < 0.3 * self.length_mm
        along, aside = np.meshgrid(self.at_mm[beside], np.arange(-60, 60, STEP_MM), indexing="ij")
        return float((self.look_up(along, aside) == CODES["myo"]).sum(axis=1).mean()) * STEP_MM / 2

    def area_mm2(self, structure: str) -> float:
        """Area of a structure."""
        return float((self.values == CODES[structure]).sum()) * self.pixel_mm**2

    def look_up(self, along: np.ndarray, across: np.ndarray) -> np.ndarray:
        """Values at places along and across the axis in mm, 0 outside of the plane."""
        aside = np.array([-self.along[1], self.along[0]])
        place = self.base_mm + along[..., None] * self.along + across[..., None] * aside
        row, column = np.moveaxis(np.rint(place / self.pixel_mm).astype(int), -1, 0)
        inside = (row >= 0) & (column >= 0) & (row < self.values.shape[0]) & (column < self.values.shape[1])
        return np.where(inside, self.values[np.where(inside, row, 0), np.where(inside, column, 0)], 0)


@dataclass(frozen=True, eq=False)
class _Warp:
    """Sizes and motion of a drawn heart over those of the plane, by frame where they change.

    Attributes
    ----------
    length, radius, wall
        (frames,) factors of the ventricle along its axis, of its cavity and of its wall across it.
    ring
        (frames,) factor of the width at the mitral ring.
    atrium_length, atrium_width
        (frames,) factors of the atrium.
    descent_mm
        (frames,) way of the mitral plane towards the apex.
    bend
        Sideways move of the apex over the length.
    """

    length: np.ndarray
    radius: np.ndarray
    wall: np.ndarray
    ring: np.ndarray
    atrium_length: np.ndarray
    atrium_width: np.ndarray
    descent_mm: np.ndarray
    bend: float


def warped_ct_hearts(
    folder: str | Path,
    number: int,
    seed: int,
    frames: int = 10,
    grid: int = 96,
    pixel_mm: float = 1.5,
    tally: Tally | None = None,
) -> Iterator[LabelSequence]:
    """Apical sequences of `rodero01_apical`, its six planes in turn, that keep to all rules of the check.

    Size, ejection fraction, descent of the mitral ring, wall and atrium are drawn by the published statistics above and
    in `atrium`. The wall keeps its volume as a tube of muscle does. Every sequence has the subject
    `SUBJECT`, as all are of one heart. The septum is to the left, as in usual images.

    Parameters
    ----------
    folder
        Folder with labels.npz.
    number
        Number of draws, before those that break a rule are left out.
    frames, grid, pixel_mm, tally
        As in `sequences.simulated_cycles`.

    Raises
    ------
    InputError
        The folder has no labels.npz.
    """
    sources = _sources(Path(folder) / "labels.npz")
    return accepted(_warped(sources, number, seed, frames, grid, pixel_mm), tally)


def _warped(
    sources: list[_Source], number: int, seed: int, frames: int, grid: int, pixel_mm: float
) -> Iterator[LabelSequence]:
    for draw in range(number):
        rng = np.random.default_rng([seed, draw])
        source = sources[draw % len(sources)]
        cycle_s = 60 / float(np.clip(rng.normal(70, 10), 48, 100))
        warp = _drawn_warp(source, ejected_share(np.arange(frames) / frames), rng)
        pose = _pose(source, warp, rng, grid, pixel_mm)
        left, up = np.moveaxis(pose.plane_points(), -1, 0)
        values = np.stack([_frame(source, warp, frame, -up, -left) for frame in range(frames)])
        known = np.tile(known_codes("apical", "lv", "myo", "la"), (frames, 1))
        yield LabelSequence(values, np.full(2, pixel_mm), "apical", "alone", known, SUBJECT, cycle_s / frames)


def _drawn_warp(source: _Source, ejected: np.ndarray, rng: np.random.Generator) -> _Warp:
    edv = max(float(rng.normal(*EDV_ML[rng.integers(2)])), 75.0)
    ejection = float(np.clip(rng.normal(EF, EF_SD), 0.45, 0.75))
    size = (edv / float(area_length_ml(source.area_mm2("lv"), source.length_mm))) ** (1 / 3)
    slender = float(np.clip(rng.normal(1, 0.06), 0.85, 1.15))
    descent = float(np.clip(rng.normal(MAPSE_MM, MAPSE_SD), 9, 18)) * ejected
    at_start = size * slender
    length = at_start - descent / -source.apex_mm
    radius = size / np.sqrt(slender) * np.sqrt((1 - ejection * ejected) * at_start / length)
    # A tube of muscle that keeps its volume: the area across it times its length is the same in all frames.
    inside = float(source.half_mm[source.at_mm < 0].mean())
    thick = float(np.clip(rng.normal(WALL_MM, WALL_SD), 5.5, 10.5))
    muscle = ((radius[0] * inside + thick) ** 2 - (radius[0] * inside) ** 2) * length[0]
    atrium: Atrium = drawn_atrium(ejected, descent, 1.0, 1.0, rng)
    near = float(np.interp(0.0, source.at_mm, source.half_mm))
    atrium_length = atrium.length_mm / source.atrium_mm
    return _Warp(
        length,
        radius,
        (np.sqrt((radius * inside) ** 2 + muscle / length) - radius * inside) / source.wall_mm,
        atrium.valve_mm / (2 * near),
        atrium_length,
        atrium.area_mm2 / source.area_mm2("la") / atrium_length,
        descent,
        float(rng.normal(0, 0.05)),
    )


def _pose(source: _Source, warp: _Warp, rng: np.random.Generator, grid: int, pixel_mm: float) -> Pose:
    """The pose of a draw: the heart about the middle of the image, the apex up; what does not fit is cut off below."""
    turn, off = np.radians(rng.normal(0, 10)), rng.normal(0, 4, 2)
    top, bottom = source.apex_mm * warp.length[0], source.atrium_mm * warp.atrium_length[0]
    wide = 1.25 * source.half_mm.max() * warp.radius[0]
    corners = np.array([[side * wide, -end] for side in (-1, 1) for end in (top, bottom)])
    pose = Pose.around(corners, turn, off, grid, pixel_mm)
    over = float((pose.pixels(np.array([0.0, -top]))[0] - 3) * pixel_mm)
    return pose if over >= 0 else Pose(turn, pose.shift_mm - np.array([over, 0.0]), grid, pixel_mm)


def _frame(source: _Source, warp: _Warp, frame: int, down: np.ndarray, across: np.ndarray) -> np.ndarray:
    """Values of a frame at places (rows, columns) in mm, down from the valve at end diastole and across.

    A place is taken back to the plane: along the axis by the factor of ventricle or atrium; across it within the cavity
    by the factor of its width, and beyond it by that of the wall. All factors change smoothly across the valve.
    """
    from_valve = down + warp.descent_mm[frame]
    along = from_valve / np.where(from_valve < 0, warp.length[frame], warp.atrium_length[frame])
    factor = _along_axis(along, warp.radius[frame], warp.ring[frame], warp.atrium_width[frame])
    wall = _along_axis(along, warp.wall[frame], 1.0, 1.0)
    half, middle = (np.interp(along, source.at_mm, values) for values in (source.half_mm, source.middle_mm))
    aside = across - warp.bend * np.clip(along, source.apex_mm, 0) ** 2 / -source.apex_mm - middle
    beyond = np.abs(aside) - factor * half
    back = np.where(beyond < 0, aside / factor, np.sign(aside) * (half + beyond / wall))
    return source.look_up(along, middle + back).astype(np.uint8)


def _along_axis(along: np.ndarray, ventricle: float, ring: float, atrium: float) -> np.ndarray:
    """A factor that is one value at the valve and others away from it, over some `FADE_MM`."""
    return ring + (np.where(along < 0, ventricle, atrium) - ring) * (1 - np.exp(-((along / FADE_MM) ** 2)))


def _sources(path: Path) -> list[_Source]:
    if not path.is_file():
        raise InputError(f"{path} does not exist: name the folder of the data set rodero01_apical.")
    with np.load(path) as found:
        pixel = float(found["spacing_mm"])
        return [_source(found[name], pixel) for name in PLANES]


def _source(labels: np.ndarray, pixel_mm: float) -> _Source:
    """A plane with its largest pieces of the left heart, mirrored so that the septum is to the left."""
    from scipy.ndimage import distance_transform_edt, gaussian_filter, gaussian_filter1d

    values = np.zeros(labels.shape, np.uint8)
    gap = sum(distance_transform_edt(labels != number, sampling=pixel_mm) for number in (1, 3)) < VALVE_MM
    masks = [labels == 1, labels == 2, labels == 3]
    masks[0] |= gap & (labels == 0)  # the valve
    masks = [gaussian_filter(mask.astype(np.float32), SMOOTHING_MM / pixel_mm) for mask in masks]
    highest = np.argmax([1 - sum(masks), *masks], axis=0)
    for number, structure in enumerate(("lv", "myo", "la"), start=1):
        values[tuple(pieces(highest == number)[0].T)] = CODES[structure]
    values = np.pad(np.ascontiguousarray(values[:, ::-1]), 2)
    plane = Plane(values, np.full(2, pixel_mm), "alone")
    axis = long_axis(plane)
    base = axis.base_mm + plane.corner * pixel_mm
    along, aside = axis.direction, np.array([-axis.direction[1], axis.direction[0]])
    places = {name: np.argwhere(values == CODES[name]) * pixel_mm - base for name in ("lv", "la")}
    wall = (np.argwhere(values == CODES["myo"]) * pixel_mm - base) @ along
    at = np.arange(np.floor(wall.min()), np.ceil((places["la"] @ along).max()) + 1, STEP_MM)
    middle, half = np.full(len(at), np.nan), np.zeros(len(at))
    for name, points in places.items():
        step, across = np.rint((points @ along - at[0]) / STEP_MM).astype(int), points @ aside
        for bin_ in np.unique(step):
            if (at[bin_] < 0) == (name == "lv"):
                ends = across[step == bin_]
                middle[bin_], half[bin_] = 0.5 * (ends.min() + ends.max()), 0.5 * np.ptp(ends)
    known = np.isfinite(middle)
    middle = gaussian_filter1d(np.interp(at, at[known], middle[known]), 4.0)
    half = gaussian_filter1d(half, 3.0)
    return _Source(values, pixel_mm, base, along, at, middle, half, float(wall.min()), axis.length_mm)
