"""The 17 segments: position in the heart frame, and figures over them."""

import numpy as np
import pytest

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.evaluation.wall.phantoms import half_ellipsoids
from GenerativeModelsLib.geometry.surfaces import Surface
from GenerativeModelsLib.geometry.wall_thickness import WallField
from GenerativeModelsLib.heart.shape.segments import SEGMENT_NAMES, SEGMENTS, aha_segments, segment_means

BASE, APEX = 10.0, -80.0  # the rings end at z = -20 and -50


def at(angle_degrees: float, z: float) -> np.ndarray:
    angle = np.radians(angle_degrees)
    return np.array([[25 * np.cos(angle), 25 * np.sin(angle), z]])


def segment(angle_degrees: float, z: float) -> str:
    return SEGMENT_NAMES[aha_segments(at(angle_degrees, z), BASE, APEX)[0] - 1]


@pytest.mark.parametrize(
    ("angle", "wall"),
    [
        (30, "anteroseptal"),
        (90, "anterior"),
        (150, "anterolateral"),
        (210, "inferolateral"),
        (270, "inferior"),
        (330, "inferoseptal"),
    ],
)
def test_six_walls_of_the_basal_and_the_middle_ring(angle, wall):
    for offset in (-29, 0, 29):
        assert segment(angle + offset, 0.0) == f"basal {wall}"
        assert segment(angle + offset, -35.0) == f"mid {wall}"


@pytest.mark.parametrize(("angle", "wall"), [(0, "septal"), (90, "anterior"), (180, "lateral"), (270, "inferior")])
def test_four_apical_walls_centred_on_the_axes(angle, wall):
    for offset in (-44, 0, 44):
        assert segment(angle + offset, -65.0) == f"apical {wall}"


def test_rings_are_thirds_from_the_base_to_the_endocardial_apex():
    heights = np.array([10.1, 10.0, -19.9, -20.1, -49.9, -50.1, -80.0, -80.1, -95.0])
    points = np.concatenate([at(90, z) for z in heights])
    assert aha_segments(points, BASE, APEX).tolist() == [0, 1, 1, 7, 7, 13, 13, 17, 17]


def test_every_segment_is_found_once_around():
    angles = np.arange(0.5, 360, 1.0)
    found = [aha_segments(np.concatenate([at(a, z) for a in angles]), BASE, APEX) for z in (0, -35, -65, -90)]
    counts = np.bincount(np.concatenate(found), minlength=18)
    assert counts[1:13].tolist() == [60] * 12
    assert counts[13:17].tolist() == [90] * 4
    assert counts[17] == 360 and counts[0] == 0


def test_borders_belong_to_the_sector_that_follows():
    assert [aha_segments(at(a, 0.0), BASE, APEX)[0] for a in (0.0, 359.9999)] == [2, 3]
    assert aha_segments(np.array([[25.0, -1e-300, 0.0]]), BASE, APEX)[0] in (2, 3)
    assert aha_segments(np.array([[0.0, 0.0, -90.0]]), BASE, APEX)[0] == 17


def test_mirroring_the_patient_swaps_anterior_and_inferior():
    """The sign of y matters: a left-handed frame would pass a test of counts."""
    assert segment(90, 0.0) == "basal anterior" and segment(-90, 0.0) == "basal inferior"
    assert segment(30, 0.0) == "basal anteroseptal" and segment(-30, 0.0) == "basal inferoseptal"


def test_names_are_those_of_the_standard():
    assert SEGMENTS == 17
    assert SEGMENT_NAMES[0] == "basal anterior" and SEGMENT_NAMES[8] == "mid inferoseptal"
    assert SEGMENT_NAMES[15] == "apical lateral" and SEGMENT_NAMES[16] == "apex"


def test_frames_upside_down_and_wrong_shapes_are_named():
    with pytest.raises(InputError, match="base lies at z = -80 mm and the apex at 10 mm"):
        aha_segments(at(0, 0), APEX, BASE)
    with pytest.raises(ValueError, match=r"points has shape \(3,\)"):
        aha_segments(np.zeros(3), BASE, APEX)
    with pytest.raises(ValueError, match=r"shapes \(2,\), \(2,\) and \(3,\)"):
        segment_means(np.zeros(2), np.zeros(2, int), np.zeros(3))


def test_means_weigh_by_area():
    found = segment_means(np.array([8.0, 12.0, 5.0]), np.array([4, 4, 17]), np.array([3.0, 1.0, 2.0]))
    assert found.mean[3] == pytest.approx(9.0)
    assert found.maximum[3] == 12.0
    assert found.mean[16] == found.maximum[16] == found.percentile95[16] == 5.0
    assert np.isnan(found.mean[[0, 1, 2, *range(4, 16)]]).all()


def test_the_95th_percentile_passes_over_a_noisy_point():
    values = np.concatenate([np.full(99, 9.0), [30.0]])
    found = segment_means(values, np.full(100, 2), np.ones(100))
    assert found.maximum[1] == 30.0 and found.percentile95[1] == 9.0


def test_nan_values_and_points_above_the_base_are_left_out():
    values = np.array([np.nan, 10.0, 99.0, np.nan])
    found = segment_means(values, np.array([1, 1, 0, 2]), np.ones(4))
    assert found.mean[0] == 10.0
    assert np.isnan(found.mean[1:]).all()


def test_a_ventricle_that_is_round_has_equal_walls_in_each_ring():
    """Wall thickness from distances, its vertices, their areas and segments, together."""
    phantom = half_ellipsoids(22, 60, 10)  # base at z = 0, apex at z = -60: the heart frame
    grid = phantom.grid(2.0)
    endo, epi, base = phantom.fields(grid)
    field = WallField.solve(grid, endo, epi, base)
    inner, outer = (Surface.from_field(values, grid) for values in (endo, epi))
    found, epicardium = (
        segment_means(field.thickness_at(s.points), aha_segments(s.points, 0.0, -60.0), s.vertex_areas)
        for s in (inner, outer)
    )
    for ring in (slice(0, 6), slice(6, 12), slice(12, 16)):
        assert np.ptp(found.mean[ring]) < 0.05
    assert found.mean[0] > found.mean[6] > found.mean[12], "confocal walls thin towards the apex"
    np.testing.assert_allclose(found.mean[:6], 9.9, atol=0.15)
    assert phantom.endo_thickness.min() < epicardium.mean[16] < epicardium.mean[12]
