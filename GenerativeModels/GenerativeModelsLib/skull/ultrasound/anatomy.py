"""Anatomy of a simulated fetal head: the tissue at every point of the head frame.

Structures are defined in unit coordinates: q = (x, y, z) / half extents, scaled radially so that |q| = 1 is the outer
skull surface of the head. Landmarks therefore follow the shape of every head. Positions and sizes are set by hand from
the content of the standard planes (ISUOG guidelines, UOG 2020;56:476-484 and 2021;57:661-671) and vary randomly.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from GenerativeModelsLib.skull.shape.star_surface import HeadShape


class Tissue(IntEnum):
    """Labels of `Anatomy.labels`."""

    OUTSIDE = 0
    SKULL = 1
    SUTURE = 2
    CSF = 3
    BRAIN = 4
    FALX = 5
    CAVUM = 6
    THALAMUS = 7
    VENTRICLE = 8
    CHOROID = 9
    CALLOSUM = 10
    CEREBELLUM = 11
    VERMIS = 12
    CISTERNA = 13
    BRAINSTEM = 14
    BASE = 15
    INSULA = 16
    FACE = 17
    ORBIT = 18
    FACE_BONE = 19
    NECK = 20
    SPINE = 21


@dataclass(frozen=True)
class Structure:
    """A capsule with ellipsoidal ball from `start` to `end`, in unit coordinates.

    Attributes
    ----------
    tissue
        Its tissue.
    start, end
        (3,) ends of its axis; equal for an ellipsoid.
    radii
        (3,) half axes of the ball.
    wall
        Strength of its border echo, 0 to 1.
    paired
        Whether it has a mirror image at -x.
    """

    tissue: Tissue
    start: np.ndarray
    end: np.ndarray
    radii: np.ndarray
    wall: float
    paired: bool

    def offset(self, q: np.ndarray) -> np.ndarray:
        """Vector (3, N) from the axis to `q` (3, N) in units of the half axes: length < 1 is inside."""
        point = q.copy()
        if self.paired:
            np.abs(point[0], out=point[0])
        point -= self.start[:, None]
        axis = self.end - self.start
        length = float(axis @ axis)
        if length > 1e-8:
            along = np.clip((axis @ point) / length, 0.0, 1.0)
            point -= axis[:, None] * along
        point /= self.radii[:, None]
        return point


_BRAIN = (
    # tissue, start, end, radii, wall, paired: painted in this order
    (Tissue.INSULA, (0.60, -0.12, -0.05), None, (0.030, 0.24, 0.22), 0.3, True),
    (Tissue.INSULA, (0.62, -0.22, -0.05), (0.76, -0.16, -0.08), (0.02, 0.035, 0.08), 0.1, True),
    (Tissue.VENTRICLE, (0.11, -0.46, 0.13), (0.14, -0.10, 0.28), (0.05, 0.08, 0.05), 0.9, True),
    (Tissue.VENTRICLE, (0.14, -0.10, 0.28), (0.36, 0.38, 0.10), (0.08, 0.09, 0.07), 0.8, True),
    (Tissue.VENTRICLE, (0.36, 0.38, 0.08), (0.37, 0.62, 0.02), (0.10, 0.08, 0.09), 1.0, True),
    (Tissue.VENTRICLE, (0.38, 0.38, 0.05), (0.50, 0.02, -0.25), (0.04, 0.04, 0.04), 0.4, True),
    (Tissue.CHOROID, (0.24, 0.10, 0.19), (0.38, 0.44, 0.05), (0.085, 0.07, 0.09), 0.1, True),
    (Tissue.THALAMUS, (0.17, 0.02, 0.00), None, (0.15, 0.24, 0.19), 0.25, True),
    (Tissue.CALLOSUM, (0.0, -0.47, 0.05), (0.0, -0.38, 0.27), (0.11, 0.045, 0.04), 0.8, False),
    (Tissue.CALLOSUM, (0.0, -0.38, 0.27), (0.0, -0.02, 0.38), (0.12, 0.045, 0.035), 0.8, False),
    (Tissue.CALLOSUM, (0.0, -0.02, 0.38), (0.0, 0.30, 0.24), (0.12, 0.045, 0.04), 0.8, False),
    (Tissue.CAVUM, (0.0, -0.45, 0.05), (0.0, -0.20, 0.17), (0.075, 0.07, 0.11), 1.3, False),
    (Tissue.VENTRICLE, (0.0, 0.02, -0.04), None, (0.018, 0.20, 0.15), 0.9, False),
    (Tissue.BRAINSTEM, (0.0, 0.24, -0.16), None, (0.20, 0.13, 0.13), 0.4, False),
    (Tissue.BRAINSTEM, (0.0, 0.15, -0.42), None, (0.17, 0.13, 0.17), 0.5, False),
    (Tissue.BRAINSTEM, (0.0, 0.20, -0.55), (0.0, 0.36, -0.98), (0.10, 0.09, 0.09), 0.4, False),
    (Tissue.CISTERNA, (0.0, 0.74, -0.46), None, (0.34, 0.13, 0.18), 0.3, False),
    (Tissue.CEREBELLUM, (0.25, 0.52, -0.40), None, (0.26, 0.18, 0.19), 0.9, True),
    (Tissue.VERMIS, (0.0, 0.52, -0.38), None, (0.08, 0.19, 0.20), 0.4, False),
    (Tissue.VENTRICLE, (0.0, 0.33, -0.42), None, (0.06, 0.04, 0.07), 0.4, False),
    (Tissue.BASE, (0.14, 0.12, -0.56), (0.74, 0.36, -0.52), (0.06, 0.055, 0.09), 0.7, True),
    (Tissue.BASE, (0.08, -0.22, -0.50), (0.70, -0.44, -0.38), (0.05, 0.045, 0.07), 0.7, True),
    (Tissue.BASE, (0.0, 0.0, -0.53), (0.0, 0.22, -0.92), (0.14, 0.04, 0.05), 0.7, False),
    (Tissue.BASE, (0.30, -0.60, -0.54), None, (0.26, 0.24, 0.05), 0.5, True),
    (Tissue.BASE, (0.0, -0.72, -0.48), None, (0.03, 0.12, 0.09), 0.5, False),
)
_YOUNG = (
    (Tissue.VENTRICLE, (0.40, -0.30, 0.08), (0.42, 0.30, 0.05), (0.36, 0.42, 0.48), 0.4, True),
    (Tissue.CHOROID, (0.34, -0.22, 0.06), (0.44, 0.34, 0.05), (0.28, 0.33, 0.38), 0.2, True),
)
"""Before about 16 weeks: ventricles that fill the hemispheres, filled by the choroid plexus."""
_LATE = (Tissue.CAVUM, Tissue.CALLOSUM, Tissue.INSULA, Tissue.CISTERNA, Tissue.VERMIS)
_OUTSIDE = (
    (Tissue.NECK, (0.0, 0.30, -0.85), (0.0, 0.48, -2.4), (0.42, 0.40, 0.30), 0.2, False),
    (Tissue.FACE, (0.0, -0.42, -1.05), None, (0.62, 0.52, 0.62), 0.3, False),
    (Tissue.FACE, (0.0, -0.86, -0.95), None, (0.13, 0.20, 0.13), 0.5, False),
    (Tissue.ORBIT, (0.36, -0.66, -0.86), None, (0.17, 0.17, 0.17), 1.0, True),
    (Tissue.FACE_BONE, (0.10, -0.74, -1.14), (0.26, -0.45, -1.10), (0.06, 0.06, 0.05), 0.8, True),
    (Tissue.FACE_BONE, (0.05, -0.70, -1.45), (0.45, -0.25, -1.25), (0.05, 0.05, 0.05), 0.8, True),
    (Tissue.FACE_BONE, (0.0, -0.86, -0.75), (0.0, -0.95, -0.92), (0.05, 0.03, 0.05), 0.9, False),
    (Tissue.SPINE, (0.0, 0.34, -0.98), (0.0, 0.46, -2.4), (0.07, 0.05, 0.07), 0.6, False),
    (Tissue.SPINE, (0.14, 0.55, -0.98), (0.14, 0.68, -2.4), (0.05, 0.05, 0.05), 0.6, True),
)


def _draw(table: tuple, rng: np.random.Generator, growth: float, young: float = 0.0) -> tuple[Structure, ...]:
    """Random structures of one fetus.

    `growth` scales ventricles and choroid plexus, > 1 for a young fetus; `young` (0 to 1) shrinks what has not yet
    formed. Structures of less than a fifth of their size are left out.
    """
    drawn = []
    ventricle = growth * np.exp(rng.normal(0.0, 0.18))
    shift = rng.normal(0.0, 0.02, 3) * (0.3, 1.0, 1.0)
    for tissue, start, end, radii, wall, paired in table:
        move = shift + rng.normal(0.0, 0.015, 3) * ((1.0 if paired else 0.15), 1.0, 1.0)
        size = np.exp(rng.normal(0.0, 0.12, 3))
        if tissue in (Tissue.VENTRICLE, Tissue.CHOROID) and paired:
            size = size * ventricle
        elif tissue in _LATE:
            size = size * (1.0 - young)
        if size.max() < 0.2:
            continue
        drawn.append(
            Structure(
                tissue,
                (np.add(start, move)).astype(np.float32),
                (np.add(start if end is None else end, move)).astype(np.float32),
                (np.multiply(radii, size)).astype(np.float32),
                float(wall * rng.uniform(0.5, 1.2)),
                paired,
            )
        )
    return tuple(drawn)


def half_extents(head: HeadShape) -> np.ndarray:
    """(3,) half extents of `head` along x, y, z in mm."""
    return head.radius(np.concatenate([np.eye(3), -np.eye(3)])).reshape(2, 3).mean(axis=0)


def young_share(head: HeadShape) -> float:
    """How far a head has the look of the first trimester: 1 up to about 13 weeks, 0 from about 17."""
    return float(np.clip((0.62 - half_extents(head)[:2].sum() / 80.0) / 0.25, 0.0, 1.0))


@dataclass(frozen=True)
class Anatomy:
    """One fetal head with its contents.

    Attributes
    ----------
    head
        Outer skull surface.
    half_mm
        (3,) half extents of `head` along x, y, z.
    wall_mm
        Thickness of the skull echo in mm.
    brain, outside
        Structures inside and outside the closed head, in painting order.
    falx_mm
        Half thickness of the midline echo in mm.
    suture_mm
        (6,) half widths of the gaps: coronal, lambdoid, squamosal, sagittal and metopic, fontanelles, lateral.
    suture_depth
        (6,) share of the skull echo that each gap removes, 0 to 1.
    folding
        Echoes of sulci, 0 before about 24 weeks to 1 near term.
    skull_db
        Strength of the skull echo relative to a head of mid-pregnancy, dB.
    soft_ends
        Share of the skull echo missing in front and behind, where bone forms last.
    """

    head: HeadShape
    half_mm: np.ndarray
    wall_mm: float
    brain: tuple[Structure, ...]
    outside: tuple[Structure, ...]
    falx_mm: float
    suture_mm: np.ndarray
    suture_depth: np.ndarray
    folding: float = 0.0
    skull_db: float = 0.0
    soft_ends: float = 0.0

    @staticmethod
    def sample(head: HeadShape, rng: np.random.Generator) -> Anatomy:
        """A random fetus with this skull; wall and sutures scale with its size."""
        half = half_extents(head)
        size = float(half[0] + half[1]) / 80.0  # 1 at a head circumference of about 250 mm
        growth = float(np.clip(1.75 - 0.85 * size, 0.7, 1.4))
        young = young_share(head)
        width = np.array([1.0, 1.1, 0.8, 1.2, 6.0, 2.0]) * np.exp(rng.normal(0.0, 0.45, 6)) * size * (1.0 + 1.5 * young)
        depth = np.clip(rng.uniform(0.1, 1.15, 6), 0.0, 1.0)
        depth[3] *= 0.5  # a slice is thicker than the midline suture is wide
        return Anatomy(
            head=head,
            half_mm=half.astype(np.float32),
            wall_mm=float((0.9 + 1.15 * size) * rng.uniform(0.75, 1.25)) * min(1.0, 0.4 + size) * (0.66 + 0.4 * young),
            brain=_draw(_YOUNG, rng, young) + _draw(_BRAIN, rng, growth, young),
            outside=_draw(_OUTSIDE, rng, 1.0),
            falx_mm=float(rng.uniform(0.3, 0.55) * min(1.0, 0.4 + 0.6 * size)),
            suture_mm=width,
            suture_depth=depth,
            folding=float(np.clip((size - 0.9) / 0.4, 0.0, 1.0) * rng.uniform(0.3, 1.0)),
            soft_ends=float(np.clip(rng.uniform(-0.6, 0.8) + 1.0 * young, 0.0, 1.0)),
            skull_db=float(-rng.uniform(4.0, 12.0) * young),
        )

    def unit_coordinates(self, points: np.ndarray, radius: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
        """Unit coordinates q (3, ...) and |q| (...) of `points` (..., 3) in mm; `radius` (...) of the head if known."""
        points = np.moveaxis(np.asarray(points, np.float32), -1, 0)
        if radius is None:
            radius = self.head.radius(np.moveaxis(points, 0, -1)).astype(np.float32)
        s = np.sqrt(np.einsum("i...,i...->...", points, points)) / radius
        q = points / self.half_mm.reshape(3, *([1] * (points.ndim - 1)))
        q *= s / np.maximum(np.sqrt(np.einsum("i...,i...->...", q, q)), 1e-6)
        return q, s

    def falx_mask(self, q: np.ndarray, s: np.ndarray) -> np.ndarray:
        """Whether midline points (N,) lie in the falx: above the callosum, before the cavum, behind the thalami."""
        x, y, z = q
        above = z > 0.42 - 0.9 * np.maximum(np.abs(y + 0.05) - 0.15, 0.0)
        return (np.abs(x) < 0.3) & (s < 0.95) & (z > -0.35) & (above | (y < -0.54) | (y > 0.36))

    def gap(self, q: np.ndarray) -> np.ndarray:
        """Share of the skull echo missing (N,) at directions `q` (3, N): sutures and fontanelles on the sphere."""
        x, y, z = q / np.maximum(np.sqrt((q * q).sum(axis=0)), 1e-6)
        x = np.abs(x)
        r = float(self.half_mm.mean())
        front = y < -0.25
        distances = (
            np.where(z > -0.35, np.abs(y + 0.25 + 0.3 * x) * r, 99.0),
            np.where((y > 0.35) & (z > -0.45), np.abs(z - 0.6 + 1.25 * x) * (0.62 * r), 99.0),
            np.where(x > 0.55, np.abs(z + 0.16 + 0.15 * y * y) * r, 99.0),
            np.where((front & (z > -0.2)) | (~front & (z > 0.55)), x * r, 99.0),
            np.minimum(np.hypot(x, y + 0.25), np.where(y > 0, 1.6 * np.hypot(x, z - 0.62), 9.0)) * r + 99.0 * (z < 0.3),
            np.minimum(np.hypot(y + 0.52, z + 0.28), np.hypot(y - 0.62, z + 0.36)) * r,
        )
        gap = np.clip((np.abs(y) - 0.8) * 6.0, 0.0, self.soft_ends).astype(np.float32)
        gap *= np.clip((z + 0.6) * 6.0, 0.0, 1.0)
        for distance, width, depth in zip(distances, self.suture_mm, self.suture_depth, strict=True):
            near = (distance / width) ** 2
            np.maximum(gap, depth * np.exp(-np.minimum(near * near, 50.0)), out=gap)
        return gap

    def labels(self, points: np.ndarray) -> np.ndarray:
        """`Tissue` label, uint8 (...), at `points` (..., 3) in mm, head frame."""
        points = np.asarray(points, float)
        shape = points.shape[:-1]
        points = points.reshape(-1, 3)
        q, s = self.unit_coordinates(points)
        depth = -self.head.implicit(points)
        out = np.zeros(len(points), np.uint8)
        for structure in self.outside:
            out[(s > 1) & ((structure.offset(q) ** 2).sum(axis=0) < 1)] = structure.tissue
        out[s <= 1] = Tissue.CSF
        out[s < 0.93] = Tissue.BRAIN
        for structure in self.brain:
            out[(s < 0.95) & ((structure.offset(q) ** 2).sum(axis=0) < 1)] = structure.tissue
        out[(np.abs(points[:, 0]) < self.falx_mm) & self.falx_mask(q, s)] = Tissue.FALX
        shell = (s <= 1) & (depth < self.wall_mm)
        out[shell] = Tissue.SKULL
        out[np.flatnonzero(shell)[self.gap(q[:, shell]) > 0.5]] = Tissue.SUTURE
        return out.reshape(shape)
