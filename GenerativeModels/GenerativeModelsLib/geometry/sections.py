"""Plane sections of triangle meshes as ordered polylines."""

from __future__ import annotations

import numpy as np

__all__ = ["length", "resample", "slice_triangles"]


def slice_triangles(
    points: np.ndarray, triangles: np.ndarray, origin: np.ndarray, normal: np.ndarray
) -> list[np.ndarray]:
    """Polylines (K, 3) where the plane through `origin` cuts the mesh, the longest first.

    On a mesh with consistent winding every cut triangle gives one directed segment between two cut edges, and every
    cut edge ends one segment and starts the next. Following the segments orders the points without a search.
    """
    height = (points - origin) @ (normal / np.linalg.norm(normal))
    scale = np.abs(height).max(initial=0.0)
    height = np.where(np.abs(height) < 1e-12 * scale, 1e-12 * scale, height)  # no vertex lies on the plane
    above = height > 0
    count = above[triangles].sum(axis=1)
    cut = triangles[(count == 1) | (count == 2)]
    if not len(cut):
        return []
    # Roll each triangle so that the corner alone on its side comes first: its two edges are the cut ones.
    sides = above[cut]
    lone = np.where((sides.sum(axis=1) == 1)[:, None], sides, ~sides).argmax(axis=1)
    corner, after, before = (np.take_along_axis(cut, ((lone + i) % 3)[:, None], 1)[:, 0] for i in range(3))
    up = above[corner]
    # Every segment starts at the edge that goes up, so that all segments have the same direction.
    start = np.where(up, _edge(corner, after, len(points)), _edge(corner, before, len(points)))
    end = np.where(up, _edge(corner, before, len(points)), _edge(corner, after, len(points)))
    edges, index = np.unique(np.concatenate([start, end]), return_inverse=True)
    following = np.full(len(edges), -1)
    following[index[: len(cut)]] = index[len(cut) :]
    a, b = edges // len(points), edges % len(points)
    t = (height[a] / (height[a] - height[b]))[:, None]
    positions = points[a] + t * (points[b] - points[a])
    lines = [positions[chain] for chain in _chains(following)]
    return sorted(lines, key=length, reverse=True)


def length(line: np.ndarray) -> float:
    """Length of the closed polyline (K, d), in the unit of its points."""
    return float(np.linalg.norm(line - np.roll(line, 1, axis=0), axis=1).sum())


def resample(line: np.ndarray, count: int) -> np.ndarray:
    """`count` points (count, d) at equal arc length along the closed polyline `line` (K, d)."""
    closed = np.concatenate([line, line[:1]])
    arc = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(closed, axis=0), axis=1))])
    at = np.arange(count) * (arc[-1] / count)
    return np.stack([np.interp(at, arc, closed[:, i]) for i in range(line.shape[1])], axis=1)


def _edge(a: np.ndarray, b: np.ndarray, count: int) -> np.ndarray:
    return np.minimum(a, b) * count + np.maximum(a, b)


def _chains(following: np.ndarray) -> list[list[int]]:
    """Node indices of every chain of the successor list `following`, where -1 ends a chain."""
    successor = following.tolist()
    has_predecessor = np.zeros(len(successor), bool)
    has_predecessor[following[following >= 0]] = True
    seen = [False] * len(successor)
    chains = []
    for first in [*np.flatnonzero(~has_predecessor).tolist(), *range(len(successor))]:
        chain, node = [], first
        while node >= 0 and not seen[node]:
            seen[node] = True
            chain.append(node)
            node = successor[node]
        if chain:
            chains.append(chain)
    return chains
