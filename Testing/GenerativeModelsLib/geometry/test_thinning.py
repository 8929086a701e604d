import numpy as np

from GenerativeModelsLib.geometry.thinning import MAX_POINTS, MAX_TRIANGLES, thinned
from Testing.helpers.shapes import ellipsoid


def test_a_light_surface_stays_as_it_is() -> None:
    surface = ellipsoid((30, 36, 32))
    assert thinned(surface) is surface


def test_a_heavy_surface_loses_triangles_and_neither_shape_nor_values() -> None:
    heavy = ellipsoid((30, 36, 32), subdivisions=6)
    heavy = heavy.with_data(height=heavy.points[:, 2], number=np.arange(len(heavy.points)))
    light = thinned(heavy)
    assert len(light.triangles) <= MAX_TRIANGLES < len(heavy.triangles) and len(light.points) <= MAX_POINTS
    np.testing.assert_allclose(((light.points / [30, 36, 32]) ** 2).sum(axis=1), 1, atol=0.01)
    np.testing.assert_allclose(light.point_data["height"], light.points[:, 2], atol=1.0)
    assert light.point_data["number"].dtype.kind == "i"
    assert light.volume_mm3 > 0.99 * heavy.volume_mm3
