"""Normal offsets, their weights, and excluded points."""

import numpy as np
import pytest

from GenerativeModelsLib.evaluation.scores.normal_offsets import CLIP_MM, Offsets, clipped_share, signed_offsets
from Testing.helpers.shapes import ball, box, lump, rigid


def test_offset_of_a_larger_truth_is_positive_and_of_a_smaller_one_negative():
    np.testing.assert_allclose(signed_offsets(ball(20.0), ball(23.0, subdivisions=5)), 3.0, atol=0.02)
    np.testing.assert_allclose(signed_offsets(ball(23.0), ball(20.0, subdivisions=5)), -3.0, atol=0.02)


def test_offset_runs_along_the_normal_not_to_the_nearest_point():
    """A ball shifted by 4 along x: the ray from the top at x = 0 is longer than the distance to the nearest point."""
    prediction = ball(20.0)
    d = signed_offsets(prediction, ball(20.0, (4.0, 0, 0), 5))
    cosine = prediction.vertex_normals[:, 0]
    exact = 4 * cosine + np.sqrt(20**2 - 16 * (1 - cosine**2)) - 20
    np.testing.assert_allclose(d, exact, atol=0.05)


def test_offset_beyond_reach_falls_back_to_the_closest_point_and_is_clipped():
    d = signed_offsets(ball(20.0), ball(45.0))
    np.testing.assert_array_equal(d, CLIP_MM)
    assert clipped_share(d, np.ones(len(d))) == 1.0
    assert (signed_offsets(ball(45.0), ball(20.0)) == -CLIP_MM).all()


def test_fallback_where_the_normal_misses_a_near_truth():
    """The normals at corners of a box miss a small box next to them: the distance to it is used."""
    prediction, truth = box((4, 4, 4)), box((2, 2, 2), (7.0, 0, 0))
    d = signed_offsets(prediction, truth)
    near = prediction.points[:, 0] > 0
    np.testing.assert_allclose(d[near], -np.linalg.norm((4, 1, 1)), atol=1e-9)


def test_offsets_do_not_depend_on_the_frame():
    motion = rigid((10, 70, -30), (4, 5, 600))
    a, b = lump(3), ball(42.0, (1, 2, 3))
    np.testing.assert_allclose(
        signed_offsets(a.transformed(motion), b.transformed(motion)), signed_offsets(a, b), atol=1e-6
    )


def test_offsets_of_some_vertices_are_those_of_all() -> None:
    prediction, truth, some = lump(3), ball(42.0, (1, 2, 3)), np.array([40, 3, 17])
    np.testing.assert_array_equal(signed_offsets(prediction, truth, some), signed_offsets(prediction, truth)[some])


def test_clipped_share_is_by_area():
    assert clipped_share(np.array([10.0, -10.0, 1.0, np.nan]), np.array([1.0, 1.0, 2.0, 9.0])) == 0.5


def test_means_are_area_weighted_within_and_equal_between_cases():
    offsets = Offsets.of([1.0, 3.0, 10.0], [1.0, 1.0, 1.0], [3.0, 1.0, 500.0], ["a", "a", "b"])
    assert offsets.mean(offsets.d_mm) == pytest.approx((1.5 + 10) / 2)
    np.testing.assert_allclose(offsets.per_case(offsets.d_mm), (1.5, 10))


def test_nan_points_are_dropped_and_counted():
    nan = np.nan
    offsets = Offsets.of([1.0, nan, 2.0, 5.0], [1.0, 1.0, nan, 1.0], [1.0, 1.0, 1.0, nan])
    assert (offsets.dropped, len(offsets.d_mm), offsets.mean(offsets.d_mm)) == (3, 1, 1.0)


def test_case_without_a_usable_point_does_not_count():
    offsets = Offsets.of([1.0, np.nan], [1.0, 1.0], cases=[0, 1])
    assert offsets.cases == 1


def test_resampling_counts_cases():
    offsets = Offsets.of([1.0, 3.0, 10.0], np.ones(3), cases=[0, 0, 1])
    assert offsets.resampled(np.array([3, 1])).mean(offsets.d_mm) == pytest.approx((3 * 2 + 10) / 4)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([1.0, 2.0], [1.0]), "differ in length.*'d_mm': 2, 'sigma_mm': 1"),
        (([1.0], [-1.0]), "negative"),
        (([np.nan], [1.0]), "None of the 1 points"),
    ],
)
def test_unusable_arrays_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        Offsets.of(*arguments)
