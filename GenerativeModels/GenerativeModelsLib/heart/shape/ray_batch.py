"""Many ventricles at once, as arrays of ray maps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
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
    """Shapes (...,) of `Ventricle`s, usually (N, T): T phases of N hearts, end diastole first.

    An absent shape has the values of a present phase, so that all arrays are finite and functions apply to the whole
    batch; callers mask results by `present`.

    Attributes
    ----------
    reach_mm : (...,) depth of the fan's centre below the base plane, mm.
    endo_mm, epi_mm : (..., ROWS, AZIMUTHS) radii of endo- and epicardium along the rays, mm.
    present : (...,) bool, whether the shape is present; all by default.
    """

    reach_mm: np.ndarray
    endo_mm: np.ndarray
    epi_mm: np.ndarray
    present: np.ndarray = None  # type: ignore[assignment]
    FIELDS: ClassVar[tuple[str, ...]] = ("reach_mm", "endo_mm", "epi_mm")
    """Numeric arrays, without `present`."""

    def __post_init__(self) -> None:
        shape = np.shape(self.reach_mm)
        present = np.ones(shape, bool) if self.present is None else np.asarray(self.present)
        if present.shape != shape or present.dtype != bool:
            raise ValueError(
                f"present has shape {present.shape} and type {present.dtype}, expected {shape} as reach_mm and bool."
            )
        object.__setattr__(self, "present", present)

    @classmethod
    def stacked(cls, *phases: RayBatch) -> RayBatch:
        """Hearts (N, T) of T batches (N,), one per phase."""
        return cls._combined(lambda arrays: np.stack(arrays, axis=1), phases)

    def phases(self) -> list[RayBatch]:
        """The T phases (N,) of hearts (N, T), as `stacked` takes them."""
        return [self[:, phase] for phase in range(self.present.shape[1])]

    @classmethod
    def of(cls, hearts: Sequence[Heart]) -> RayBatch:
        """(N, 2) shapes of hearts at end diastole and end systole."""
        return cls.of_phases([(heart.ed, heart.es) for heart in hearts])

    @classmethod
    def of_phases(cls, hearts: Sequence[Sequence[Ventricle | None]]) -> RayBatch:
        """(N, T) shapes of hearts with T phases each; an absent phase is None and repeats the heart's first shape.

        Raises
        ------
        ValueError
            A heart has no phase, or another number of phases than the first.
        """
        rows = [list(phases) for phases in hearts]
        for number, row in enumerate(rows):
            if len(row) != len(rows[0]) or all(phase is None for phase in row):
                raise ValueError(
                    f"Heart {number} has {sum(phase is not None for phase in row)} of {len(row)} phases, expected "
                    f"at least one of {len(rows[0])}."
                )
        first = [next(phase for phase in row if phase is not None) for row in rows]
        full = [[own if phase is None else phase for phase in row] for row, own in zip(rows, first, strict=True)]
        numbers = (np.array([[getattr(phase, name) for phase in row] for row in full]) for name in cls.FIELDS)
        return cls(*numbers, np.array([[phase is not None for phase in row] for row in rows]))

    @classmethod
    def joined(cls, parts: Sequence[RayBatch]) -> RayBatch:
        """One batch of several, along the first axis."""
        return cls._combined(np.concatenate, parts)

    @classmethod
    def _combined(cls, combine: Callable[[list[np.ndarray]], np.ndarray], parts: Sequence[RayBatch]) -> RayBatch:
        return cls(*(combine([getattr(part, name) for part in parts]) for name in (*cls.FIELDS, "present")))

    def __getitem__(self, index) -> RayBatch:
        return RayBatch(*(getattr(self, name)[index] for name in (*self.FIELDS, "present")))

    def keeping(self, present: Sequence[bool] | np.ndarray) -> RayBatch:
        """The same shapes, present only if they are present in `present` (N, T) or (T,), too."""
        return replace(self, present=self.present & np.asarray(present, bool))

    def ventricle(self, *index: int) -> Ventricle:
        """A single shape.

        Raises
        ------
        ValueError
            The shape is absent.
        """
        if not self.present[index]:
            raise ValueError(f"Phase {index[-1]} of heart {index[0]} is absent.")
        return Ventricle(float(self.reach_mm[index]), self.endo_mm[index], self.epi_mm[index])

    def heart(self, index: int) -> Heart:
        """A single heart of an (N, 2) batch at end diastole and end systole; raises as `require_pairs`."""
        self[[index]].require_pairs()
        return Heart(self.ventricle(index, 0), self.ventricle(index, 1))

    def require_pairs(self) -> None:
        """Check that this batch is (N, 2), end diastole and end systole, and that all of them are present.

        Raises
        ------
        ValueError
            It has another number of phases, or some are absent.
        """
        if self.present.ndim != 2 or self.present.shape[1] != 2:
            raise ValueError(f"The batch has shape {self.present.shape}, expected (N, 2): end diastole, end systole.")
        if not self.present.all():
            missing = int((~self.present.all(axis=1)).sum())
            raise ValueError(f"{missing} of {len(self.present)} hearts lack a phase, where both are needed.")

    @property
    def cavity_ml(self) -> np.ndarray:
        """(...,) volume in ml inside the endocardium, of the meshes without refinement."""
        return _enclosed_ml(self.endo_mm, self.reach_mm)

    @property
    def myocardium_ml(self) -> np.ndarray:
        """(...,) volume of the wall in ml."""
        return _enclosed_ml(self.epi_mm, self.reach_mm) - self.cavity_ml

    @property
    def wall_mm(self) -> np.ndarray:
        """(..., ROWS, AZIMUTHS) wall in mm along the normal of the endocardium, to first order in its slope.

        Radial width times the cosine between ray and normal, for populations; reports use the Laplace thickness of
        `geometry.wall_thickness`.
        """
        return (self.epi_mm - self.endo_mm) * surface_cosine(0.5 * (self.endo_mm + self.epi_mm), self.reach_mm)

    @property
    def thickest_mm(self) -> np.ndarray:
        """(...,) 98th percentile of `wall_mm` in mm below the base rows, robust against a single ray."""
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
    # By coordinates: `np.cross` of two gathered arrays takes twice the time.
    along = [np.ascontiguousarray(points[..., k]) for k in range(3)]
    (bx, by, bz), (cx, cy, cz) = ([values.take(triangles[:, k], axis=-1) for values in along] for k in (1, 2))
    normal = np.empty((*bx.shape, 3))
    for k, (one, other) in enumerate(((by * cz, bz * cy), (bz * cx, bx * cz), (bx * cy, by * cx))):
        np.subtract(one, other, out=normal[..., k])
    return np.einsum("...ij,...ij->...", points[..., triangles[:, 0], :], normal) / 6000


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
    """(n, ROWS, 1) Gaussian values of standard deviation `size`, equal along a row, smooth over some 5 rows."""
    return (size * rng.standard_normal((n, 7)) @ _knot_weights())[..., None]


@lru_cache(maxsize=1)
def _knot_weights() -> np.ndarray:
    """(7, ROWS) Gaussian interpolation of seven values down the rows, of unit variance each."""
    at = np.linspace(0, ROWS - 1, 7)
    weights = np.exp(-0.5 * ((np.arange(ROWS) - at[:, None]) / (0.3 * LEVELS)) ** 2)
    return weights / np.sqrt((weights**2).sum(axis=0))
