"""Rigid alignment of surfaces."""

from __future__ import annotations

import numpy as np

from GenerativeModelsLib.geometry.surfaces import Surface

__all__ = ["ITERATIONS", "POINTS", "kabsch", "rigid_align"]

ITERATIONS = 30
POINTS = 2500


def rigid_align(moving: Surface, fixed: Surface) -> np.ndarray:
    """The rigid transform (4 x 4, mm) from `moving` to `fixed`: rotation and translation, without reflection.

    Iterative closest points from the identity rotation with the centroids matched. The first half of the iterations
    solves point to point in closed form (Kabsch 1976), which is robust; the second half solves point to plane (Chen
    and Medioni 1992), which converges faster. Deterministic. Rotations of more than about 45 degrees may converge to a
    wrong pose, because a head is nearly symmetric front to back.

    Raises
    ------
    ValueError
        One of the surfaces has no triangles.
    """
    from scipy.spatial import cKDTree

    if not len(moving.triangles) or not len(fixed.triangles):
        raise ValueError("A surface without triangles cannot be aligned.")
    tree, normals = cKDTree(fixed.points), fixed.vertex_normals
    keep = np.unique(np.linspace(0, len(moving.points) - 1, POINTS).astype(int))
    start, weights = moving.points[keep], moving.vertex_areas[keep]
    total = np.eye(4)
    total[:3, 3] = fixed.centroid - moving.centroid
    for iteration in range(ITERATIONS):
        points = start @ total[:3, :3].T + total[:3, 3]
        nearest = tree.query(points)[1]
        target, normal = fixed.points[nearest], normals[nearest]
        if iteration < ITERATIONS // 2:
            # The target is the projection on the tangent plane, not the vertex, so that vertex spacing has no effect.
            foot = points - ((points - target) * normal).sum(axis=1, keepdims=True) * normal
            step = kabsch(points, foot, weights)
        else:
            step = _point_to_plane(points, target, normal, weights)
        total = step @ total
        if iteration >= ITERATIONS // 2 and np.abs(step - np.eye(4)).max() < 1e-9:
            break
    return total


def kabsch(source: np.ndarray, target: np.ndarray, weights: np.ndarray | None = None) -> np.ndarray:
    """The rigid transform (4 x 4) from `source` to `target` (N, 3) with the least weighted squared error."""
    from scipy.spatial.transform import Rotation

    a, b = (np.average(points, axis=0, weights=weights) for points in (source, target))
    matrix = np.eye(4)
    matrix[:3, :3] = Rotation.align_vectors(target - b, source - a, weights=weights)[0].as_matrix()
    matrix[:3, 3] = b - matrix[:3, :3] @ a
    return matrix


def _point_to_plane(points: np.ndarray, target: np.ndarray, normal: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """One Gauss-Newton step about the centroid: rotation r and shift t with normal . (p + r x p + t - q) = 0."""
    from scipy.spatial.transform import Rotation

    centre = np.average(points, axis=0, weights=weights)
    size = np.sqrt(np.average(((points - centre) ** 2).sum(axis=1), weights=weights))
    rows = np.concatenate([np.cross((points - centre) / size, normal), normal], axis=1)
    gap = ((target - points) * normal).sum(axis=1)
    system = (rows * weights[:, None]).T @ rows
    # The rotation of a sphere about its centre is undetermined: the damping keeps it at zero.
    system += 1e-6 * np.trace(system) / 6 * np.eye(6)
    solution = np.linalg.solve(system, (rows * weights[:, None]).T @ gap)
    matrix = np.eye(4)
    matrix[:3, :3] = Rotation.from_rotvec(solution[:3] / size).as_matrix()
    matrix[:3, 3] = centre + solution[3:] - matrix[:3, :3] @ centre
    return matrix
