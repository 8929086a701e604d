"""The simulated population of fetal heads."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.skull.growth import intergrowth
from GenerativeModelsLib.skull.population.basis import shape_basis
from GenerativeModelsLib.skull.population.heads import (
    VARIANTS,
    _pitched,
    baseline_head,
    head_rng,
    mean_head,
    sample_head,
    sample_heads,
)
from GenerativeModelsLib.skull.population.sizes import draw_size, hc_moments
from GenerativeModelsLib.skull.population.variants import bump, direction
from GenerativeModelsLib.skull.shape.ellipse import axes_from_perimeter, fit_ellipse
from GenerativeModelsLib.skull.shape.unit_head import height_of
from tools.template_span import proportions


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**31), st.floats(11, 42), st.sampled_from(VARIANTS))
def test_every_head_is_in_its_frame_with_its_size_and_smooth(seed: int, weeks: float, variant: str) -> None:
    head = sample_head(np.random.default_rng(seed), weeks=weeks, variant=variant)
    ellipse = fit_ellipse(head.shape.axial_outline())
    assert ellipse.centre == pytest.approx((0, 0), abs=0.05)
    assert abs(ellipse.angle_rad - np.pi / 2) < 0.02
    assert ellipse.perimeter == pytest.approx(head.hc_mm, abs=0.1)
    assert 100 * ellipse.semi_minor / ellipse.semi_major == pytest.approx(head.cephalic_index_percent, abs=0.05)
    assert height_of(head.shape) == pytest.approx(head.height_mm, abs=1e-3)
    mean, sd = hc_moments(weeks)
    assert abs(head.hc_mm - mean) <= 2.71 * sd
    table = head.shape.log_radius
    assert np.isfinite(table).all()
    assert np.ptp(table[0]) < 1e-3 and np.ptp(table[-1]) < 1e-3
    assert np.abs(np.diff(table, axis=0)).max() < 0.12
    assert 0.6 < head.height_mm / (2 * ellipse.semi_major) < 1.1
    assert (head.gestational_age_weeks, head.variant) == (weeks, variant)


def test_head_depends_on_seed_and_index_only() -> None:
    few, many = sample_heads(2, 5), sample_heads(4, 5)
    np.testing.assert_array_equal(few[1].shape.log_radius, many[1].shape.log_radius)
    np.testing.assert_array_equal(sample_heads(1, 5, start=3)[0].shape.log_radius, many[3].shape.log_radius)
    assert few[0].hc_mm != sample_heads(1, 6)[0].hc_mm
    spawned = np.random.default_rng(np.random.SeedSequence(5).spawn(3)[2])
    assert spawned.random() == head_rng(5, 2).random()


@pytest.mark.parametrize("week", [18.0, 20.0, 27.0, 33.0, 40.0])
def test_sizes_of_typical_heads_agree_with_the_charts(week: float) -> None:
    rng = np.random.default_rng(1)
    drawn = [draw_size(rng, week, "typical") for _ in range(6000)]
    hc = np.array([h for h, _ in drawn])
    bpd, ofd = np.array([axes_from_perimeter(h, index / 100) for h, index in drawn]).T
    for chart, values in ((intergrowth.HC, hc), (intergrowth.BPD, bpd), (intergrowth.OFD, ofd)):
        assert values.mean() == pytest.approx(float(chart.mean(week)), rel=0.01)
        assert values.std() == pytest.approx(float(chart.sd(week)), rel=0.10)


def test_cephalic_index_of_all_variants_has_the_spread_of_ultrasound() -> None:
    # The tolerances are four standard errors or more: 0.25 of the mean, 0.17 of the spread, 0.52 of the percentiles.
    index = np.array([head.cephalic_index_percent for head in sample_heads(350, 3, weeks=(16.0, 38.0))])
    assert index.mean() == pytest.approx(79.5, abs=1.0)
    assert index.std() == pytest.approx(4.6, abs=0.7)
    assert np.percentile(index, [5, 95]) == pytest.approx([71.9, 86.9], abs=2.5)


def test_variants_look_like_their_names() -> None:
    def mean_of(variant: str) -> np.ndarray:
        return np.mean(
            [h.shape.log_radius - np.log(h.hc_mm) for h in sample_heads(30, 9, weeks=28.0, variant=variant)], 0
        )

    typical = mean_of("typical")
    row = typical.shape[0] // 2 - 3  # just above the axial plane
    front, temple = 96, 96 + 17  # azimuth in columns: brow, and 48 degrees aside
    for variant in ("lemon", "trigonocephaly"):
        change = mean_of(variant) - typical
        assert change[row, temple] < change[row, front] - 0.02
    bossing = mean_of("frontal_bossing") - typical
    assert bossing[22, front] > 0.03
    moulding = mean_of("moulding") - typical
    assert moulding[:8].mean() > 0.03
    index = {v: np.mean([h.cephalic_index_percent for h in sample_heads(20, 2, variant=v)]) for v in VARIANTS}
    assert index["scaphocephaly"] < 74 and index["dolichocephaly"] < 74 < index["typical"] < 83 < index["brachycephaly"]


def test_plagiocephaly_is_lopsided_either_way() -> None:
    def lopsided(variant: str) -> np.ndarray:
        tables = [h.shape.log_radius for h in sample_heads(20, 4, weeks=30.0, variant=variant)]
        return np.array([(t - t[:, (64 - np.arange(128)) % 128])[20:36].std() for t in tables])

    assert np.median(lopsided("plagiocephaly")) > 1.5 * np.median(lopsided("typical"))


def test_heights_and_volumes_vary_as_much_as_in_real_heads() -> None:
    # published intracranial height / OFD: 0.74 to 0.88; volume / HC^3 of fetal templates: 0.0129 to 0.0141
    found = np.array([proportions(head.shape) for head in sample_heads(250, 6, weeks=(18.0, 40.0))])
    low, high = np.percentile(found, [2.5, 97.5], axis=0)
    assert low[0] < 0.76 and high[0] > 0.90
    assert low[1] < 0.44 and high[1] > 0.55
    assert low[2] < 12.8 and high[2] > 15.2
    assert found.mean(axis=0) == pytest.approx([0.825, 0.49, 14.0], rel=0.02)


def test_early_heads_are_higher_above_the_plane() -> None:
    early, late = (
        np.mean([proportions(head.shape) for head in sample_heads(80, 8, weeks=week, variant="typical")], axis=0)
        for week in (11.0, 20.0)
    )
    assert early[0] > late[0] + 0.02
    assert early[1] > late[1] + 0.015


def test_pitch_lowers_the_brow() -> None:
    table = _pitched(bump(direction(-90, 0), 20), np.full((65, 128), np.radians(11.25)))
    row, column = np.unravel_index(table.argmax(), table.shape)
    assert column == 96 and row == pytest.approx(32 + 4, abs=0.5)


def test_a_given_basis_is_drawn_from() -> None:
    basis = shape_basis()
    usual = sample_heads(2, 5)
    same, other = sample_heads(2, 5, basis=basis), sample_heads(2, 5, basis=replace(basis, mean=basis.mean * 0))
    np.testing.assert_array_equal(usual[1].shape.log_radius, same[1].shape.log_radius)
    assert np.abs(usual[1].shape.log_radius - other[1].shape.log_radius).max() > 0.02


@settings(max_examples=20, deadline=None)
@given(st.floats(40, 100), st.floats(0.65, 0.98))
def test_baseline_head_has_the_axes_asked_for_and_is_symmetric(bpd: float, ratio: float) -> None:
    shape = baseline_head(bpd, bpd / ratio)
    ellipse = fit_ellipse(shape.axial_outline())
    assert (2 * ellipse.semi_minor, 2 * ellipse.semi_major) == pytest.approx((bpd, bpd / ratio), abs=0.06)
    np.testing.assert_allclose(shape.mirrored().log_radius, shape.log_radius, atol=2e-3)


def test_mean_head_has_the_circumference_asked_for() -> None:
    assert fit_ellipse(mean_head(250.0).axial_outline()).perimeter == pytest.approx(250.0, abs=0.02)


@pytest.mark.parametrize(
    ("arguments", "name"),
    [({"weeks": (10.9, 20)}, "weeks"), ({"weeks": (30, 20)}, "weeks"), ({"variant": "square"}, "variant")],
)
def test_unusable_arguments_are_named(arguments: dict, name: str) -> None:
    with pytest.raises(InputError, match=name):
        sample_head(np.random.default_rng(0), **arguments)


def test_unusable_axes_are_named() -> None:
    with pytest.raises(InputError, match="bpd_mm"):
        baseline_head(90.0, 80.0)
    with pytest.raises(InputError, match="hc_mm"):
        mean_head(-1.0)
