"""Many ventricles at once, as arrays of ray maps."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

import numpy as np

from GenerativeModelsLib.heart.shape.ventricle import (
    AZIMUTHS,
    LEVELS,
    ROWS,
    Heart,
    Ventricle,
    open_triangles,
    ray_directions,
    ray_origins,
)


@dataclass(frozen=True, eq=False)
class RayBatch:
    """Shapes (...,) of `Ventricle`s: `reach_mm` (...,), `endo_mm` and `epi_mm` (..., ROWS, AZIMUTHS)."""

    reach_mm: np.ndarray
    endo_mm: np.ndarray
    epi_mm: np.ndarray
    FIELDS: ClassVar[tuple[str, ...]] = ("reach_mm", "endo_mm", "epi_mm")

    @classmethod
    def stacked(cls, ed: RayBatch, es: RayBatch) -> RayBatch:
        """Both phases (N, 2, ...), end diastole first."""
        return cls(*(np.stack([getattr(ed, name), getattr(es, name)], axis=1) for name in cls.FIELDS))

    @classmethod
    def of(cls, hearts: list[Heart]) -> RayBatch:
        """(N, 2) shapes of single hearts."""
        phases = [(heart.ed, heart.es) for heart in hearts]
        return cls(*(np.array([[getattr(v, name) for v in pair] for pair in phases]) for name in cls.FIELDS))

    @classmethod
    def joined(cls, parts: list[RayBatch]) -> RayBatch:
        """One batch of several, along the first axis."""
        return cls(*(np.concatenate([getattr(part, name) for part in parts]) for name in cls.FIELDS))

    def __getitem__(self, index) -> RayBatch:
        return RayBatch(*(getattr(self, name)[index] for name in self.FIELDS))

    def ventricle(self, *index: int) -> Ventricle:
        """A single shape."""
        return Ventricle(float(self.reach_mm[index]), self.endo_mm[index], self.epi_mm[index])

    def heart(self, index: int) -> Heart:
        """A single heart of an (N, 2) batch."""
        return Heart(self.ventricle(index, 0), self.ventricle(index, 1))

    @property
    def cavity_ml(self) -> np.ndarray:
        """(...,) volume inside the endocardium, of the meshes without refinement."""
        return _enclosed_ml(self.endo_mm, self.reach_mm)

    @property
    def myocardium_ml(self) -> np.ndarray:
        """(...,) volume of the wall."""
        return _enclosed_ml(self.epi_mm, self.reach_mm) - self.cavity_ml

    @property
    def wall_mm(self) -> np.ndarray:
        """(..., ROWS, AZIMUTHS) wall along the normal of the endocardium, to first order in its slope.

        Radial width times the cosine between ray and normal; the Laplace thickness of `geometry.wall_thickness` is the
        reported one, this is for whole populations.
        """
        return (self.epi_mm - self.endo_mm) * surface_cosine(0.5 * (self.endo_mm + self.epi_mm), self.reach_mm)

    @property
    def thickest_mm(self) -> np.ndarray:
        """(...,) 98th percentile of `wall_mm` below the base rows, which a single ray cannot decide."""
        wall = self.wall_mm[..., 2:, :]
        return np.percentile(wall.reshape(*wall.shape[:-2], -1), 98, axis=-1)


@lru_cache(maxsize=1)
def _corners() -> tuple[np.ndarray, np.ndarray]:
    """Triangles of the coarse mesh and the flat index of its points among the rays (the apex: first ray of its row)."""
    return open_triangles(ROWS, AZIMUTHS), np.arange((ROWS - 1) * AZIMUTHS + 1)


def _points(radii: np.ndarray, reach: np.ndarray) -> np.ndarray:
    points = radii[..., None] * ray_directions()
    points[..., 2] -= reach[..., None, None] * ray_origins()[:, None]
    return points


def _enclosed_ml(radii: np.ndarray, reach: np.ndarray) -> np.ndarray:
    triangles, flat = _corners()
    points = _points(radii, reach).reshape(*radii.shape[:-2], -1, 3)[..., flat, :]
    a, b, c = (points[..., triangles[:, k], :] for k in range(3))
    return np.einsum("...ij,...ij->...", a, np.cross(b, c)) / 6000


def surface_cosine(radii: np.ndarray, reach: np.ndarray) -> np.ndarray:
    """Cosine between a ray and the normal of the surface it meets."""
    points = _points(radii, reach)
    around = np.roll(points, -1, axis=-2) - np.roll(points, 1, axis=-2)
    along = np.gradient(points, axis=-3)
    normal = np.cross(along, around)
    length = np.linalg.norm(normal, axis=-1)
    cosine = np.abs((normal * ray_directions()).sum(-1)) / np.maximum(length, 1e-9)
    cosine[..., -1, :] = 1.0
    return cosine


def smooth_noise(rng: np.random.Generator, n: int, size: float) -> np.ndarray:
    """(n, ROWS, AZIMUTHS) Gaussian fields of standard deviation `size`, smooth over some 40 degrees and 5 rows."""
    modes = np.arange(1, 8)
    phi = 2 * np.pi * np.arange(AZIMUTHS) / AZIMUTHS
    weight = 1 / (1 + (modes / 2.5) ** 2)
    knots = rng.standard_normal((2, n, len(modes), 7))
    along = np.einsum("snmk,kr->snmr", knots, _knot_weights())
    field = np.einsum("m,nmr,mp->nrp", weight, along[0], np.cos(modes[:, None] * phi))
    field += np.einsum("m,nmr,mp->nrp", weight, along[1], np.sin(modes[:, None] * phi))
    return field * size / np.sqrt((weight**2).sum())


def level_noise(rng: np.random.Generator, n: int, size: float) -> np.ndarray:
    """(n, ROWS, 1) the same all around, smooth over some 5 rows, of standard deviation `size`."""
    return (size * rng.standard_normal((n, 7)) @ _knot_weights())[..., None]


@lru_cache(maxsize=1)
def _knot_weights() -> np.ndarray:
    """(7, ROWS) Gaussian interpolation of seven values down the rows, of unit variance each."""
    at = np.linspace(0, ROWS - 1, 7)
    weights = np.exp(-0.5 * ((np.arange(ROWS) - at[:, None]) / (0.3 * LEVELS)) ** 2)
    return weights / np.sqrt((weights**2).sum(axis=0))
