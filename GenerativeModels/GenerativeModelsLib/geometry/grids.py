"""Axis-aligned grids of points in an LPS millimetre frame."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

__all__ = ["Grid", "spline_matrix"]


@dataclass(frozen=True)
class Grid:
    """A regular grid whose axes are those of its LPS frame.

    Attributes
    ----------
    origin_mm
        x, y, z of the centre of voxel (0, 0, 0).
    spacing_mm
        Distance of neighbouring voxel centres along x, y, z; positive.
    shape_zyx
        Number of voxels along z, y, x: the shape of an array on this grid.
    """

    origin_mm: tuple[float, float, float]
    spacing_mm: tuple[float, float, float]
    shape_zyx: tuple[int, int, int]

    def __post_init__(self) -> None:
        for name, kind in (("origin_mm", float), ("spacing_mm", float), ("shape_zyx", int)):
            values = tuple(kind(value) for value in getattr(self, name))
            if len(values) != 3:
                raise ValueError(f"{name} has {len(values)} values, expected 3.")
            object.__setattr__(self, name, values)
        if min(self.spacing_mm) <= 0:
            raise ValueError(f"spacing_mm is {self.spacing_mm}, expected three positive lengths.")
        if min(self.shape_zyx) < 1:
            raise ValueError(f"shape_zyx is {self.shape_zyx}, expected at least one voxel along every axis.")

    @classmethod
    def centred(cls, half_extent_mm: float, count: int) -> Grid:
        """The cube of `count`^3 voxels whose outermost centres lie at +-`half_extent_mm`."""
        spacing = 2 * half_extent_mm / (count - 1)
        return cls((-half_extent_mm,) * 3, (spacing,) * 3, (count,) * 3)

    @classmethod
    def around(cls, points: np.ndarray, spacing_mm: float, margin_mm: float) -> Grid:
        """The isotropic grid that holds `points` (N, 3) with a margin on every side."""
        low, high = points.min(axis=0) - margin_mm, points.max(axis=0) + margin_mm
        count = np.ceil((high - low) / spacing_mm).astype(int) + 1
        return cls(tuple(low), (spacing_mm,) * 3, tuple(count[::-1]))

    @property
    def voxel_mm3(self) -> float:
        """Volume of a voxel."""
        return float(np.prod(self.spacing_mm))

    @property
    def spacing_zyx(self) -> tuple[float, float, float]:
        """Spacing in mm in the order of array axes."""
        return self.spacing_mm[::-1]

    def axis_mm(self, axis: int) -> np.ndarray:
        """Coordinates in mm of the voxel centres along `axis`: 0 x, 1 y, 2 z."""
        return self.origin_mm[axis] + self.spacing_mm[axis] * np.arange(self.shape_zyx[2 - axis])

    def points(self) -> np.ndarray:
        """Voxel centres (z, y, x, 3): x, y, z in mm."""
        z, y, x = np.meshgrid(self.axis_mm(2), self.axis_mm(1), self.axis_mm(0), indexing="ij")
        return np.stack([x, y, z], axis=-1)

    def indices(self, points: np.ndarray) -> np.ndarray:
        """Continuous array indices (..., 3) in the order z, y, x of `points` (..., 3) in mm."""
        return ((np.asarray(points, float) - self.origin_mm) / self.spacing_mm)[..., ::-1]

    def sample(self, field: np.ndarray, points: np.ndarray, *, outside: float | None = None) -> np.ndarray:
        """Trilinear values (...) of `field` (z, y, x) at `points` (..., 3) in mm.

        Points outside the grid get the value `outside` or, if it is None, the value of the nearest point of the grid.
        """
        from scipy.ndimage import map_coordinates

        self.require(field)
        indices = np.moveaxis(self.indices(points), -1, 0)
        flat = indices.reshape(3, -1)
        values = map_coordinates(np.asarray(field, float), flat, order=1, mode="nearest").reshape(indices.shape[1:])
        if outside is None:
            return values
        last = (np.array(self.shape_zyx) - 1).reshape(3, *[1] * (indices.ndim - 1))
        slack = 1e-9 * (last + 1)
        return np.where(((indices >= -slack) & (indices <= last + slack)).all(axis=0), values, outside)

    def refined(self, factor: int) -> Grid:
        """The grid over the same extent with `factor` times as many intervals along every axis."""
        if factor < 1:
            raise ValueError(f"factor is {factor}, expected 1 or more.")
        shape = tuple((count - 1) * factor + 1 for count in self.shape_zyx)
        return Grid(self.origin_mm, tuple(value / factor for value in self.spacing_mm), shape)

    def refine(self, field: np.ndarray, factor: int) -> tuple[np.ndarray, Grid]:
        """Cubic-spline upsampling of `field` (..., z, y, x) to `refined(factor)`.

        Interpolates the given values and reproduces cubic polynomials. Needs four voxels along every axis.
        """
        self.require(field)
        result = np.asarray(field)
        for axis, count in zip((-3, -2, -1), self.shape_zyx, strict=True):
            matrix = spline_matrix(count, factor).astype(np.result_type(result, np.float32), copy=False)
            result = np.moveaxis(np.tensordot(result, matrix, axes=(axis, 1)), -1, axis)
        return np.ascontiguousarray(result), self.refined(factor)

    def to_image(self, array: np.ndarray):
        """`array` (z, y, x) as a SimpleITK image placed on this grid."""
        import SimpleITK as sitk

        self.require(array)
        image = sitk.GetImageFromArray(np.ascontiguousarray(array))
        image.SetOrigin(self.origin_mm)
        image.SetSpacing(self.spacing_mm)
        return image

    def require(self, array: np.ndarray) -> None:
        """Raise ValueError unless the last three axes of `array` are those of this grid."""
        if np.shape(array)[-3:] != self.shape_zyx:
            raise ValueError(f"The array has shape {np.shape(array)}, the grid {self.shape_zyx} (z, y, x).")


@lru_cache(maxsize=16)
def spline_matrix(count: int, factor: int) -> np.ndarray:
    """Not-a-knot cubic interpolation from `count` samples to (count - 1) * factor + 1, as a matrix."""
    from scipy.interpolate import make_interp_spline

    if count < 4:
        raise ValueError(f"An axis has {count} voxels; cubic refinement needs at least 4.")
    spline = make_interp_spline(np.arange(count), np.eye(count), k=3)
    matrix = spline(np.arange((count - 1) * factor + 1) / factor)
    matrix.setflags(write=False)
    return matrix
