"""The signed distance of the patient's surface to the model's."""

from __future__ import annotations

import numpy as np

from GenerativeModelsLib.geometry.surfaces import Surface
from GenerativeModelsScene.heart.distance import distance_to_model


def ventricle(endo_mm: float, epi_mm: float) -> Surface:
    """Two nested half spheres, open at both ends."""
    rows, columns = 30, 60
    polar, turn = np.meshgrid(np.linspace(np.pi / 2, 0.97 * np.pi, rows), 2 * np.pi * np.arange(columns) / columns)
    unit = np.stack([np.sin(polar) * np.cos(turn), np.sin(polar) * np.sin(turn), np.cos(polar)], axis=-1)
    corner = np.arange(columns * rows).reshape(columns, rows)
    a, b = corner[:, :-1].ravel(), corner[:, 1:].ravel()
    c, d = np.roll(corner, -1, axis=0)[:, 1:].ravel(), np.roll(corner, -1, axis=0)[:, :-1].ravel()
    triangles = np.concatenate([np.stack([a, b, c], 1), np.stack([a, c, d], 1)])
    points = np.concatenate([unit.reshape(-1, 3) * endo_mm, unit.reshape(-1, 3) * epi_mm])
    sides = np.repeat([0, 1], len(points) // 2)
    return Surface(points, np.concatenate([triangles, triangles + corner.size]), {"surface": sides})


def test_each_side_is_compared_with_its_own_and_outside_is_positive() -> None:
    found = distance_to_model(ventricle(27.0, 31.0), ventricle(20.0, 32.0))
    sides = ventricle(1, 2).point_data["surface"]
    np.testing.assert_allclose(found[sides == 0], 7.0, atol=0.1)
    np.testing.assert_allclose(found[sides == 1], -1.0, atol=0.1)
