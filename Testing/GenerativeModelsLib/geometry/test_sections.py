"""Polylines: length, resampling, open meshes."""

import numpy as np
import pytest

from GenerativeModelsLib.geometry.sections import length, resample, slice_triangles
from Testing.helpers.shapes import ball

SQUARE = np.array([[0.0, 0], [1, 0], [3, 0], [3, 3], [0, 3]])


def test_length_includes_the_closing_edge():
    assert length(SQUARE) == pytest.approx(12)


def test_resampled_points_are_equally_spaced_along_the_line():
    points = resample(SQUARE, 12)
    np.testing.assert_allclose(np.linalg.norm(points - np.roll(points, 1, axis=0), axis=1), 1.0)
    np.testing.assert_allclose(points[3], (3, 0))


def test_open_mesh_gives_an_ordered_open_line():
    surface = ball(10.0, subdivisions=3)
    half = surface.subset(surface.points[:, 0] > -1e-9)
    (line,) = slice_triangles(half.points, half.triangles, np.array([0, 0, 0.2]), np.array([0, 0, 1.0]))
    step = np.linalg.norm(np.diff(line, axis=0), axis=1)
    assert step.max() < 3.0
    assert np.linalg.norm(line[0] - line[-1]) > 15.0
