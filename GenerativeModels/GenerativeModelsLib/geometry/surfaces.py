"""Closed triangle meshes in LPS millimetres: construction from a signed distance, and measurements."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from GenerativeModelsLib.geometry.grids import Grid
from GenerativeModelsLib.geometry.sections import slice_triangles

__all__ = ["Surface"]


@dataclass(frozen=True, eq=False)
class Surface:
    """A triangle mesh with counter-clockwise triangles, seen from outside.

    Attributes
    ----------
    points
        (N, 3) float64, LPS millimetres.
    triangles
        (M, 3) int64, indices into `points`.
    point_data
        Named arrays (N,) or (N, k) on the points.
    """

    points: np.ndarray
    triangles: np.ndarray
    point_data: dict[str, np.ndarray] = field(default_factory=dict)

    def __post_init__(self) -> None:
        points = np.ascontiguousarray(self.points, dtype=np.float64)
        triangles = np.ascontiguousarray(self.triangles, dtype=np.int64)
        if points.ndim != 2 or points.shape[1] != 3:
            raise ValueError(f"points has shape {points.shape}, expected (N, 3).")
        if triangles.ndim != 2 or triangles.shape[1] != 3:
            raise ValueError(f"triangles has shape {triangles.shape}, expected (M, 3).")
        if triangles.size and (triangles.min() < 0 or triangles.max() >= len(points)):
            raise ValueError(f"triangles uses point {triangles.max()}, but there are {len(points)} points.")
        for name, values in self.point_data.items():
            if len(values) != len(points):
                raise ValueError(f"point_data[{name!r}] has {len(values)} values, expected {len(points)}.")
        object.__setattr__(self, "points", points)
        object.__setattr__(self, "triangles", triangles)

    @classmethod
    def from_field(cls, values: np.ndarray, grid: Grid, level: float = 0.0) -> Surface:
        """Marching cubes of a signed distance, negative inside.

        The surface is closed also where the shape leaves the grid, its normals point outward, and only the component
        with the largest enclosed volume is kept.

        Parameters
        ----------
        values
            (z, y, x) signed distance in mm on `grid`; for exact distances the surface is accurate to a few hundredths
            of a voxel.
        level
            Level to extract; a positive level gives a larger shape.

        Raises
        ------
        ValueError
            The field does not change sign about `level`, so there is no surface.
        """
        from skimage.measure import marching_cubes

        grid.require(values)
        shifted = np.asarray(values, dtype=np.float32) - np.float32(level)
        if not np.isfinite(shifted).all():
            raise ValueError("The field holds values that are not finite.")
        if not shifted.min() < 0 < shifted.max():
            raise ValueError(
                f"The field runs from {np.min(values):.3g} to {np.max(values):.3g}; there is no surface at {level:.3g}."
            )
        step = np.float32(min(grid.spacing_mm))
        # A vertex on a voxel centre gives triangles without area: such values are moved by a thousandth of a voxel.
        shifted[np.abs(shifted) < 1e-3 * step] = 1e-3 * step
        padded = np.pad(shifted, 1, constant_values=step)
        vertices, triangles, _, _ = marching_cubes(padded, 0.0, gradient_direction="ascent")
        points = (vertices[:, ::-1].astype(float) - 1) * grid.spacing_mm + grid.origin_mm
        return cls(points, triangles).outward().largest_component()

    @cached_property
    def triangle_areas(self) -> np.ndarray:
        """(M,) areas of the triangles in mm^2."""
        return np.linalg.norm(self._cross, axis=1) / 2

    @cached_property
    def _cross(self) -> np.ndarray:
        a, b, c = (self.points[self.triangles[:, i]] for i in range(3))
        return np.cross(b - a, c - a)

    @property
    def area(self) -> float:
        """Total area in mm^2."""
        return float(self.triangle_areas.sum())

    @property
    def volume_mm3(self) -> float:
        """Enclosed volume; negative if the triangles face inward."""
        return float(self._signed_volumes.sum())

    @property
    def _signed_volumes(self) -> np.ndarray:
        centre = self.points.mean(axis=0)  # avoids cancellation far from the origin
        return ((self.points[self.triangles[:, 0]] - centre) * self._cross).sum(axis=1) / 6

    @cached_property
    def vertex_areas(self) -> np.ndarray:
        """(N,) mm^2: a third of the area of every triangle at a point; their sum is `area`."""
        return np.bincount(
            self.triangles.ravel(), weights=np.repeat(self.triangle_areas / 3, 3), minlength=len(self.points)
        )

    @cached_property
    def vertex_normals(self) -> np.ndarray:
        """(N, 3) outward unit normals, area-weighted; zero at points without a triangle."""
        normals = np.stack(
            [np.bincount(self.triangles.ravel(), np.repeat(self._cross[:, i], 3), len(self.points)) for i in range(3)],
            axis=1,
        )
        length = np.linalg.norm(normals, axis=1, keepdims=True)
        return np.divide(normals, length, out=np.zeros_like(normals), where=length > 0)

    @property
    def centroid(self) -> np.ndarray:
        """(3,) area-weighted centre of the mesh in mm."""
        return self.vertex_areas @ self.points / self.area

    @cached_property
    def is_closed(self) -> bool:
        """Whether every edge is shared by two triangles that traverse it in opposite directions."""
        edges = self.triangles[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2)
        forward = np.sort(edges[:, 0] * len(self.points) + edges[:, 1])
        backward = np.sort(edges[:, 1] * len(self.points) + edges[:, 0])
        return bool((np.diff(forward) > 0).all() and np.array_equal(forward, backward))

    def outward(self) -> Surface:
        """The same surface with the triangles oriented so that the enclosed volume is positive."""
        return self if self.volume_mm3 >= 0 else replace(self, triangles=self.triangles[:, ::-1])

    def largest_component(self) -> Surface:
        """The connected component with the largest enclosed volume, without the points of the others."""
        from scipy.sparse import coo_matrix
        from scipy.sparse.csgraph import connected_components

        a, b, c = self.triangles.T
        count = len(self.points)
        links = coo_matrix((np.ones(2 * len(a), bool), (np.r_[a, b], np.r_[b, c])), shape=(count, count))
        components, label = connected_components(links, directed=False)
        if components == 1:
            return self
        enclosed = np.bincount(label[a], self._signed_volumes, components)
        return self.subset(label == enclosed.argmax())

    def subset(self, keep: np.ndarray) -> Surface:
        """The points where `keep` (N,) is true and the triangles between them."""
        index = np.cumsum(keep) - 1
        triangles = index[self.triangles[keep[self.triangles].all(axis=1)]]
        data = {name: np.asarray(values)[keep] for name, values in self.point_data.items()}
        return Surface(self.points[keep], triangles, data)

    def section(self, origin: np.ndarray, normal: np.ndarray) -> list[np.ndarray]:
        """Polylines (K, 3) in mm where the plane cuts the surface, the longest first.

        The points are ordered. The polylines of a closed mesh are closed, without repeating the first point, and run
        counter-clockwise about `normal` around the inside. The list is empty if the plane misses the surface.
        """
        return slice_triangles(self.points, self.triangles, np.asarray(origin, float), np.asarray(normal, float))

    def transformed(self, matrix: np.ndarray) -> Surface:
        """The surface transformed by a 4 x 4 affine `matrix`; the normals stay outward also for a reflection."""
        matrix = np.asarray(matrix, float)
        if matrix.shape != (4, 4):
            raise ValueError(f"matrix has shape {matrix.shape}, expected (4, 4).")
        points = self.points @ matrix[:3, :3].T + matrix[:3, 3]
        triangles = self.triangles if np.linalg.det(matrix[:3, :3]) > 0 else self.triangles[:, ::-1]
        return replace(self, points=points, triangles=triangles)

    def with_data(self, **arrays: np.ndarray) -> Surface:
        """The surface with additional point arrays."""
        return replace(self, point_data={**self.point_data, **arrays})
