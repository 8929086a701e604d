"""Scores of predictors with known answers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from GenerativeModelsLib.benchmarks.rivals.score import load_scores, score_case, score_predictor
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.skull.shape.field import unit_field
from GenerativeModelsLib.skull.shape.star_surface import HeadShape
from Testing.GenerativeModelsLib.benchmarks.rivals.helpers import Known, cases_of
from Testing.helpers.tiny_models import tiny_basis


@pytest.fixture(scope="module")
def cases():
    return cases_of(refused="no head")


@pytest.fixture(scope="module")
def truth(cases) -> np.ndarray:
    """Coefficients of the first head."""
    shape = HeadShape(cases.log_radius[0].astype(float))
    field = unit_field(shape, cases.hc_mm[0] / (2 * np.pi))
    return tiny_basis().project(torch.from_numpy(field)[None])[0].numpy()


def test_the_true_head_is_as_good_as_its_basis(cases, truth: np.ndarray) -> None:
    """Eight modes leave about 1 mm; a head 10 % too large is off by a tenth of its radius and by 33 % of its volume."""
    right = score_case(Known(truth), tiny_basis(), cases, 0, 0)
    large = score_case(Known(truth, np.log(1.1)), tiny_basis(), cases, 0, 0)
    assert right.accuracy["dice"] > 0.95 and right.accuracy["mean_mm"] < 1.5
    assert abs(right.biometry["hc_mm"]) < 0.03 * cases.hc_mm[0]
    assert large.biometry["hc_mm"] - right.biometry["hc_mm"] == pytest.approx(0.1 * cases.hc_mm[0], rel=0.05)
    ratio = (1 + large.accuracy["rvd"]) / (1 + right.accuracy["rvd"])
    assert ratio == pytest.approx(1.1**3, rel=0.01)
    assert large.accuracy["precision"] < right.accuracy["precision"] < 1


def test_a_method_without_draws_has_no_spread(cases, truth: np.ndarray) -> None:
    found = score_case(Known(truth), tiny_basis(), cases, 0, 0)
    assert found.sigma_mm is None and found.hc_sd_mm is None
    assert len(found.offset_mm) == 1000 and found.seconds > 0


def test_one_draw_is_a_draw_and_not_the_mean(cases, truth: np.ndarray) -> None:
    class Larger(Known):
        def predict(self, y, samples=0, generator=None):
            found = super().predict(y, samples, generator)
            draws = found.mean.repeat(samples, 1)
            draws[:, -1] += np.log(1.1)
            return replace(found, draws=draws)

    one, mean = (score_case(p(truth), tiny_basis(), cases, 0, 0, draws=1) for p in (Larger, Known))
    assert one.biometry["hc_mm"] - mean.biometry["hc_mm"] == pytest.approx(0.1 * cases.hc_mm[0], rel=0.05)
    assert one.sigma_mm is None


def test_a_spread_of_the_size_alone_is_that_of_radius_and_circumference(cases, truth: np.ndarray) -> None:
    """Draws whose log size has standard deviation t have sigma = t times the distance from the centre, on a sphere."""

    class Sizes(Known):
        def predict(self, y, samples=0, generator=None):
            found = super().predict(y, samples, generator)
            draws = found.mean.repeat(samples, 1)
            draws[:, -1] = 0.02 * torch.linspace(-1.7, 1.7, samples)
            return replace(found, draws=draws)

    found = score_case(Sizes(truth), tiny_basis(), cases, 0, 0)
    sd = float(np.std(0.02 * np.linspace(-1.7, 1.7, 100), ddof=1))
    assert found.hc_sd_mm == pytest.approx(sd * cases.hc_mm[0], rel=0.05)
    radius = cases.hc_mm[0] / (2 * np.pi)
    assert np.mean(found.sigma_mm) == pytest.approx(sd * radius, rel=0.15)


def test_the_same_case_gives_the_same_score(cases, truth: np.ndarray) -> None:
    first, second = (score_case(Known(truth, spread=0.01), tiny_basis(), cases, 0, 1, draws=10) for _ in range(2))
    assert replace(first, seconds=None) == replace(second, seconds=None)


def test_refusals_are_kept_with_their_reason(cases, truth: np.ndarray) -> None:
    class Refuses(Known):
        def predict(self, y, samples=0, generator=None):
            raise InputError("Nothing fits.")

    assert score_case(Known(truth), tiny_basis(), cases, 2, 2).failure == "no head"
    found = score_case(Refuses(truth), tiny_basis(), cases, 0, 0)
    assert found.failure == "Nothing fits." and found.accuracy is None


def test_of_a_picture_the_circumference_is_compared(truth: np.ndarray) -> None:
    pictures = cases_of(known=False)
    found = score_case(Known(truth), tiny_basis(), pictures, 0, 0)
    assert found.accuracy is None and set(found.biometry) == {"hc_mm"}
    assert abs(found.biometry["hc_mm"]) < 0.05 * pictures.hc_mm[0]


def test_scores_are_taken_up(cases, truth: np.ndarray, tmp_path: Path) -> None:
    path = tmp_path / "scores" / "simulated.json"
    first = score_predictor(Known(truth), tiny_basis(), cases, [0, 2], path)
    assert [(s.case, s.subset) for s in first] == [(f"head{k}-0", s) for k in (0, 2) for s in cases.subsets]
    assert load_scores(path) == first
    assert score_predictor(None, tiny_basis(), cases, [0, 2], path) == first
