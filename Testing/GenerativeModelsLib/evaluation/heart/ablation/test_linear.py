"""Principal components of hearts whose rank is known."""

from __future__ import annotations

import numpy as np
import pytest

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.evaluation.heart.ablation import linear as linear_module
from GenerativeModelsLib.evaluation.heart.ablation.linear import LinearShapes, fit_linear, require_sklearn
from GenerativeModelsLib.evaluation.heart.ablation.models import LinearReading
from GenerativeModelsLib.evaluation.scores.probability import auc
from GenerativeModelsLib.heart.infer.code import CODE_SIZE, PHASES, decode, encode
from GenerativeModelsLib.heart.population.bank import LabelledHearts
from GenerativeModelsLib.heart.population.simulate import observed_hearts
from Testing.helpers.tiny_hearts import tiny_hearts

METRIC = np.linspace(0.5, 1.5, CODE_SIZE)


def of_rank_three() -> LabelledHearts:
    """Hearts that differ in the radius of both cavities, in both walls, and in both reaches alone."""
    rays, label = tiny_hearts()
    surface = (CODE_SIZE - PHASES) // 2
    modes = np.zeros((3, CODE_SIZE))
    modes[0, :surface], modes[1, surface : 2 * surface], modes[2, 2 * surface :] = 1.0, 0.4, 12.0
    steps = np.random.default_rng(0).normal(0, 1, (len(label), 3))
    return LabelledHearts(decode(encode(rays).mean(axis=0) + 4.0 + steps @ modes), label)


@pytest.fixture(scope="module")
def linear() -> LinearShapes:
    return fit_linear(LabelledHearts(*tiny_hearts()), METRIC, 12, (12, 2), 0)


def test_as_many_components_as_the_rank_rebuild_exactly_and_fewer_do_not():
    hearts = of_rank_three()
    found = fit_linear(hearts, METRIC, 3, (3,), 0)
    code = encode(hearts.rays)
    for count, apart in ((3, 0.0), (2, 0.1)):
        rebuilt = encode(LinearReading("PCA", found, count).rebuild(hearts.rays))
        error = np.sqrt(np.mean((rebuilt - code) ** 2))
        assert error < 1e-3 if not apart else error > apart


def test_components_are_orthonormal_under_the_metric_and_scores_uncorrelated(linear):
    np.testing.assert_allclose(linear.components @ linear.components.T, np.eye(12), atol=1e-5)
    scores = linear.scores(encode(tiny_hearts()[0]))
    np.testing.assert_allclose(scores.mean(axis=0), 0, atol=1e-2)
    covariance = np.cov(scores.T)
    assert np.abs(covariance - np.diag(np.diag(covariance))).max() < 1e-3 * covariance.max()
    assert (np.diff(np.diag(covariance)) < 0).all()


def test_the_projection_is_the_nearest_point_under_the_metric(linear):
    code = encode(tiny_hearts()[0])[:4].astype(float)
    scores = linear.scores(code)

    def far(at: np.ndarray) -> np.ndarray:
        return (METRIC * (linear.code(at) - code) ** 2).sum(axis=1)

    for k in range(scores.shape[1]):
        for step in (-0.5, 0.5):
            moved = scores.copy()
            moved[:, k] += step
            assert (far(moved) > far(scores)).all()


def test_regression_reads_the_hearts_it_was_fitted_to_no_worse_than_projection(linear):
    rays, _ = tiny_hearts()
    noisy = encode(observed_hearts(np.random.default_rng([0, 3]), rays))
    true = linear.scores(encode(rays))
    errors = [((read(noisy) - true) ** 2).mean(axis=0) for read in (linear.read, linear.scores)]
    assert (errors[0] < errors[1]).all()


def test_the_classifier_of_the_scores_finds_thick_walls(linear):
    rays, label = tiny_hearts()
    assert auc(linear.probability(rays, 12), label == 1) > 0.85
    assert set(linear.classifiers) == {12, 2}


def test_without_scikit_learn_the_command_that_installs_it_is_named(monkeypatch):
    monkeypatch.setattr(linear_module, "find_spec", lambda name: None)
    with pytest.raises(InputError, match=r'need scikit-learn, which is not installed: pip install .*"scikit-learn>='):
        require_sklearn()
