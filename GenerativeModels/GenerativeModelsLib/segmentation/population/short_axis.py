"""Short-axis slices of simulated hearts: planes that stay where they are while the heart moves through them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from GenerativeModelsLib.segmentation.maps import CODES
from GenerativeModelsLib.segmentation.population.label_sequence import LabelSequence, known_codes
from GenerativeModelsLib.segmentation.population.outlines import level_radii, polar_interpolation
from GenerativeModelsLib.segmentation.population.poses import Pose
from GenerativeModelsLib.segmentation.population.right_ventricle import RightVentricle
from GenerativeModelsLib.segmentation.population.simulated_heart import SimulatedHeart

__all__ = ["Slice", "cut_short_axis", "drawn_slices"]

MIDDLES = 3
"""Slices between the one at the base and the one at the apex."""
OPEN_SHARE = 0.25
"""Share of the hearts whose wall is open at the base, towards the outflow tract; readers differ in closing it."""


@dataclass(frozen=True, eq=False)
class Slice:
    """A slice to cut.

    Attributes
    ----------
    role
        "base", "mid" or "apex".
    height_mm
        Height in the heart frame of end diastole, in which the plane stays.
    pose
        How it lies on the image.
    sway_mm
        (2,) left and up: how far the heart has moved in the plane at end systole.
    open_at, open_mm
        Direction in radians, and depth below the base in mm, of an outflow tract without wall; 0 mm for none.
    """

    role: str
    height_mm: float
    pose: Pose
    sway_mm: np.ndarray
    open_at: float = 0.0
    open_mm: float = 0.0


def drawn_slices(
    heart: SimulatedHeart, right: RightVentricle, rng: np.random.Generator, grid: int, pixel_mm: float
) -> list[Slice]:
    """Draw slices of a heart from base to apex, in which there is a cavity over the whole cycle.

    The septum is to the left and anterior up, as seen from the apex, turned by +- 30 degrees (standard deviation); the
    heart is off the middle of the image by +- 6 mm, and each slice by another +- 2 mm, as after a breath hold.
    """
    lowest = heart.descent_mm - heart.endo[:, -1, 0, 2]  # depth of the cavity's apex below the base at end diastole
    top, bottom = float(heart.descent_mm.max()), float(lowest.min())
    span = bottom - top
    first, last = top + rng.uniform(0.02, 0.1) * span, top + rng.uniform(0.84, 0.94) * span
    share = (np.arange(MIDDLES) + rng.uniform(0.2, 0.8, MIDDLES)) / MIDDLES
    depths = [first, *(first + (0.1 + 0.78 * share) * (last - first)), last]
    widest = np.concatenate([_outer_points(heart, right, -depth) for depth in depths])
    turn, off, sway = np.radians(rng.normal(0, 30)), rng.normal(0, 6, 2), rng.normal(0, 1.2, 2)
    open_at = np.radians(rng.uniform(75, 105))
    open_mm = float(rng.uniform(6, 12)) if rng.random() < OPEN_SHARE else 0.0
    return [
        Slice(
            role,
            -float(depth),
            Pose.around(widest, turn, off + rng.normal(0, 2, 2), grid, pixel_mm),
            sway,
            open_at,
            open_mm if role == "base" else 0.0,
        )
        for role, depth in zip(["base", *["mid"] * MIDDLES, "apex"], depths, strict=True)
    ]


def _outer_points(heart: SimulatedHeart, right: RightVentricle, height: float) -> np.ndarray:
    """(n, 2) left and up in mm of the outline of both ventricles at end diastole."""
    azimuths = 2 * np.pi * np.arange(heart.epi.shape[2]) / heart.epi.shape[2]
    outer = level_radii(heart.epi[0], np.array([height]))[0] + right.width_at(heart, 0, height, azimuths)
    return outer[:, None] * np.stack([np.cos(azimuths), np.sin(azimuths)], axis=-1)


def cut_short_axis(heart: SimulatedHeart, right: RightVentricle, where: Slice) -> LabelSequence:
    """The label maps of a slice over the cycle."""
    points = where.pose.plane_points()
    values = np.zeros((heart.frames, where.pose.grid, where.pose.grid), np.uint8)
    azimuths = 2 * np.pi * np.arange(heart.epi.shape[2]) / heart.epi.shape[2]
    for frame, share in enumerate(heart.ejected):
        height = where.height_mm + heart.descent_mm[frame]
        endo, epi = (level_radii(surface[frame], np.array([height]))[0] for surface in (heart.endo, heart.epi))
        width = right.width_at(heart, frame, height, azimuths)
        moved = points - share * where.sway_mm
        # The plane's left is the heart's x, towards the septum, and its up is y, towards anterior.
        distance, angle = np.hypot(moved[..., 0], moved[..., 1]), np.arctan2(moved[..., 1], moved[..., 0])
        near = distance < (epi + width).max()
        labels = [distance[near] < polar_interpolation(radii, angle[near]) for radii in (endo, epi, epi + width)]
        wall = np.where(_open(where, height, angle[near]), 0, CODES["myo"])
        values[frame][near] = np.select(labels, [np.full_like(wall, CODES["lv"]), wall, CODES["rv"]], 0)
    known = np.tile(known_codes("short-axis", "lv", "myo", "rv"), (heart.frames, 1))
    pixel_mm = np.full(2, where.pose.pixel_mm)
    return LabelSequence(values, pixel_mm, "short-axis", where.role, known, heart.name, heart.frame_s)


def _open(where: Slice, height: float, angle: np.ndarray) -> np.ndarray:
    """Which directions have no wall: up to 40 degrees on both sides of the outflow tract, fewer below the base."""
    half = np.radians(40) * np.clip(1 + height / where.open_mm, 0, 1) if where.open_mm else 0.0
    return np.abs((angle - where.open_at + np.pi) % (2 * np.pi) - np.pi) < half
