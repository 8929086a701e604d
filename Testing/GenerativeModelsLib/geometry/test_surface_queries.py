"""Tests of exact distances and rays."""

import numpy as np
import pytest

from GenerativeModelsLib.geometry.surface_queries import SurfaceQueries
from GenerativeModelsLib.geometry.surfaces import Surface
from Testing.helpers.shapes import ball, box, rigid

HALF = np.array([5.0, 10.0, 7.5])


def box_distance(points: np.ndarray) -> np.ndarray:
    beyond = np.abs(points) - HALF
    return np.linalg.norm(np.maximum(beyond, 0), axis=1) + np.minimum(beyond.max(axis=1), 0)


def test_signed_distance_to_a_box_is_exact_at_faces_edges_and_corners(rng):
    points = rng.uniform(-20, 20, (2000, 3))
    np.testing.assert_allclose(SurfaceQueries(box(2 * HALF)).signed_distances(points), box_distance(points), atol=1e-12)


def test_signed_distance_moves_with_the_surface(rng):
    points, motion = rng.uniform(-20, 20, (300, 3)), rigid((20, -40, 70), (3, 90, -8))
    moved = SurfaceQueries(box(2 * HALF).transformed(motion))
    found = moved.signed_distances(points @ motion[:3, :3].T + motion[:3, 3])
    np.testing.assert_allclose(found, box_distance(points), atol=1e-9)


def test_first_hit_of_a_segment():
    queries = SurfaceQueries(ball(10.0, subdivisions=5))
    starts = np.array([[0.0, 0, 0], [20, 0, 0], [0, 0, 30]])
    ends = np.array([[0.0, 0, 20], [0, 0, 0], [0, 0, 15]])
    hits = queries.first_hits(starts, ends)
    np.testing.assert_allclose(hits[:2], (0.5, 0.5), atol=2e-3)
    assert np.isnan(hits[2])


def test_no_points_and_no_triangles():
    assert SurfaceQueries(ball(1.0, subdivisions=1)).signed_distances(np.zeros((0, 3))).shape == (0,)
    with pytest.raises(ValueError, match="no triangles"):
        SurfaceQueries(Surface(np.zeros((0, 3)), np.zeros((0, 3), int)))
