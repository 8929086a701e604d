"""In-distribution measures of an input."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from GenerativeModelsLib.skull.infer.model import SkullModel
from GenerativeModelsLib.skull.infer.reconstruct import reconstruct
from GenerativeModelsLib.skull.infer.typicality import SHAPE_NUMBERS, border_vector, outline_misfit, reasons_of
from GenerativeModelsLib.skull.population.heads import mean_head
from GenerativeModelsLib.skull.shape.ellipse import Ellipse
from GenerativeModelsLib.uncertainty.flow import FlowDensity
from GenerativeModelsLib.uncertainty.in_distribution import TypicalInput
from Testing.GenerativeModelsLib.skull.locate.test_checks import finding
from Testing.helpers.painted import painted_planes
from Testing.helpers.tiny_models import RANK

CIRCLE = finding(ellipse=Ellipse((75.0, 50.0), 40.0, 40.0, 0.0))


def circle(radius: float) -> np.ndarray:
    return Ellipse((75.0, 50.0), radius, radius, 0.0).points(2000)


@pytest.mark.parametrize(("radius", "misfit"), [(40.0, 0.0), (44.0, 0.1), (30.0, 0.25)])
def test_misfit_is_the_distance_of_the_outlines_in_head_sizes(radius: float, misfit: float) -> None:
    assert outline_misfit(CIRCLE, [circle(radius)]) == pytest.approx(misfit, abs=5e-3)  # between vertices


def test_misfit_takes_the_nearest_of_several_lines_and_is_one_without_any() -> None:
    assert outline_misfit(CIRCLE, [circle(60.0), circle(40.0)]) == pytest.approx(0, abs=1e-2)
    assert outline_misfit(CIRCLE, []) == 1.0


def test_misfit_does_not_depend_on_magnification() -> None:
    big = finding(ellipse=Ellipse((150.0, 100.0), 80.0, 80.0, 0.0))
    assert outline_misfit(big, [2 * circle(44.0)]) == pytest.approx(outline_misfit(CIRCLE, [circle(44.0)]))


def test_every_plane_has_its_measures_and_words(tiny_model: SkullModel) -> None:
    rng = np.random.default_rng(0)
    border = np.stack([np.ones(64), np.full(64, -4.0), np.full(64, 0.9)])
    usual = border_vector(border, "axial") + rng.normal(0, 0.05, (300, len(border_vector(border, "axial"))))
    few = {"epochs": 2, "hidden": (8,), "transforms": 1, "kind": "maf"}
    shapes = rng.normal(0, 0.05, (300, min(SHAPE_NUMBERS, RANK)))
    densities = {"axial picture": FlowDensity.fit(usual, **few), "shape": FlowDensity.fit(shapes, **few)}
    model = replace(tiny_model, typical=TypicalInput(densities))
    found = reconstruct(model, painted_planes(mean_head(250)), samples=0)
    measures = found.in_distribution.measures
    kinds = {f"{plane} {kind}" for plane in ("axial", "sagittal", "coronal") for kind in ("head", "misfit")}
    assert set(measures) == kinds | {"axial picture", "shape"}
    assert all(np.isfinite(value) for value in measures.values())
    assert measures["axial head"] < 0.05 and measures["axial misfit"] < 0.2
    words = reasons_of(measures)
    assert set(words) == set(measures)
    assert words["axial picture"] == "the axial image has an outline or a visibility unlike the training images"
    assert words["shape"] == "the head's shape is far from the usual"
    without = reconstruct(tiny_model, painted_planes(mean_head(250)), samples=0).in_distribution.measures
    assert set(without) == kinds


def border_of(log_radius: np.ndarray, log_sd: float = -4.0, visible: float = 0.9) -> np.ndarray:
    return np.stack([np.exp(log_radius), np.full(64, log_sd), np.full(64, visible)])


PHI = np.arange(64) * (2 * np.pi / 64)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 1000), st.floats(-0.2, 0.2), st.floats(-0.05, 0.05), st.floats(-5, -3))
def test_the_vector_of_a_border_holds_its_harmonics_and_its_doubt(
    seed: int, size: float, shift: float, log_sd: float
) -> None:
    """Size (axial), shift and harmonics above the eighth leave no trace; size is that of other planes."""
    low, high = np.random.default_rng(seed).normal(0, 0.02, (2, 7))
    shape = sum(a * np.cos(n * PHI) + b * np.sin(n * PHI) for n, a, b in zip(range(2, 9), low, high))
    plain = border_vector(border_of(shape, log_sd), "axial")
    np.testing.assert_allclose(plain[:14], np.stack([low, high], -1).ravel(), atol=1e-12)
    np.testing.assert_allclose(plain[14:], [log_sd, log_sd, *[0.9] * 4], atol=1e-12)
    moved = shape + size + shift * np.cos(PHI - 1) + 0.01 * np.cos(9 * PHI)
    np.testing.assert_allclose(border_vector(border_of(moved, log_sd), "axial"), plain, atol=1e-9)
    other = border_vector(border_of(moved, log_sd), "coronal")
    np.testing.assert_allclose(np.delete(other, 14), plain, atol=1e-9)
    assert other[14] == pytest.approx(size)


def test_visible_quarters_lie_about_right_down_left_and_up() -> None:
    for quarter, angle in enumerate((0, 16, 32, 48)):
        border = border_of(np.zeros(64), visible=0.0)
        border[2, (angle + np.arange(-7, 8)) % 64] = 1
        expected = np.zeros(4)
        expected[quarter] = 15 / 16
        np.testing.assert_allclose(border_vector(border, "axial")[-4:], expected)
