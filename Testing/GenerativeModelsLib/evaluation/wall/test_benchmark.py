import numpy as np
import pytest

from GenerativeModelsLib.evaluation.wall.benchmark import compare, phantoms, report
from GenerativeModelsLib.evaluation.wall.phantoms import spheres


def half_a_voxel_thin(endo, epi, spacing_zyx):
    """Replaces a method on masks: a constant in the wall, NaN elsewhere."""
    return np.where(epi & ~endo, 8.0 - 0.5 * min(spacing_zyx), np.nan)


def test_a_row_holds_our_figures_and_those_of_a_peer():
    row = compare(spheres(22, 30), 2.0, 1, half_a_voxel_thin)
    assert abs(row.distances.bias) < 0.03 and row.distances.missing == 0
    assert abs(row.masks.bias) < 0.2
    assert row.pyezzi.bias == pytest.approx(-0.5)
    assert row.distances.seconds > 0 and row.voxels > 5000


def test_the_table_does_without_the_peer():
    made = report(
        [compare(spheres(22, 30), 2.0, 1, None), compare(spheres(22, 30), (1.0, 1.0, 2.0), 1, half_a_voxel_thin)]
    )
    text = made.tables[0].markdown()
    assert "| spheres 22 / 30 | 2 |" in text and "not installed | - |" in text
    assert "| 1 x 1 x 2 |" in text and "-0.50 +- 0.00 (0.50)" in text
    assert made.figures["rows"][0]["pyezzi"] is None
    assert made.figures["rows"][1]["distances"]["bias"] < 0.03


def test_phantoms_lie_off_the_voxels():
    for phantom in phantoms():
        assert np.abs(phantom.pose[:3, 3] % 1).max() > 0.2
