"""Hypertrophy by measures that are always right, sometimes right, and without an answer."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from GenerativeModelsLib.evaluation.heart.ablation.diagnosis import (
    ONE_NUMBER,
    PREVALENCES,
    TOP,
    Evidence,
    Measure,
    alarms,
    diagnoses,
    evidence,
)
from GenerativeModelsLib.evaluation.heart.ablation.sets import HeartSet, simulated_set
from GenerativeModelsLib.evaluation.scores.screening import Share
from GenerativeModelsLib.heart.shape.surfaces import heart_surface, thickness_figures
from Testing.helpers.stand_in_hearts import StandInModel

GROUP = np.array(["HCM"] * 4 + ["NOR"] * 4 + ["DCM"] * 2)


def told(values, verdicts=("typical",) * 10) -> Evidence:
    """A top level of these values, and a wall that is right for all but one hypertrophic heart."""
    walls = np.where(GROUP == "HCM", 16.0, 10.0)
    walls[0] = 13.4
    measures = (Measure(TOP, np.array(values), 0.5, (0.0, 0.2)), Measure(ONE_NUMBER, walls, 14.0, (0.0, 1.0), " mm"))
    return Evidence(HeartSet("patients", None, None, GROUP), measures, np.array(verdicts))


RIGHT = [0.9, 0.8, 0.95, 0.99, 0.1, 0.05, 0.2, 0.01, 0.9, 0.1]


def test_measures_are_scored_on_the_groups_asked_for():
    top, wall = diagnoses(told(RIGHT), ("NOR", "HCM"))
    assert (top.name, top.auc, top.sensitivity, top.specificity) == (TOP, 1.0, Share(4, 4), Share(4, 4))
    assert top.against_top is None and wall.against_top == (0.0, 0.0, 0.0)
    assert (wall.sensitivity, wall.specificity) == (Share(3, 4), Share(4, 4))
    assert [one.prevalence for one in wall.predictive] == list(PREVALENCES)
    assert wall.predictive[-1].npv == pytest.approx(1 / 1.25)


def test_a_band_leaves_out_the_doubtful_and_the_product_those_outside():
    verdicts = ["outside", "unusual", *["typical"] * 8]
    top, wall = diagnoses(told([0.1, *RIGHT[1:]], verdicts), ("NOR", "HCM"))
    found = {words: (left.abstained, left.wrong) for words, left in top.abstentions}
    assert found["within 0"] == found["within 0.2"] == (0.0, Share(1, 8))
    assert found["outside (the product)"] == (1 / 8, Share(0, 7))
    assert found["not typical"] == (2 / 8, Share(0, 6))
    assert dict(wall.abstentions)["within 1 mm"].wrong == Share(0, 7)
    assert len(wall.abstentions) == 2


def test_alarms_count_every_heart_of_the_set():
    found = alarms(told(RIGHT))
    assert {name: one.share for name, one in found.items()} == {TOP: Share(5, 10), ONE_NUMBER: Share(3, 10)}
    assert found[TOP].against_top is None
    change = found[ONE_NUMBER].against_top
    assert change.difference == pytest.approx(-0.2) and change.cases == 10
    assert change.interval95[0] < -0.2 < change.interval95[1]


def test_the_evidence_is_what_models_and_rule_say_of_the_hearts_as_seen():
    hearts, model = simulated_set(4, 5), StandInModel("unusual")
    linear = SimpleNamespace(classifiers={2: None}, probability=lambda rays, count: np.full(len(rays.reach_mm), 0.25))
    found = evidence(hearts, model, model, linear, 1)
    assert [measure.name for measure in found.measures] == [TOP, ONE_NUMBER, "VAE", "logistic regression, PCA of 2"]
    assert found.verdicts.tolist() == ["unusual"] * 4
    expected = [thickness_figures(heart_surface(hearts.seen.ventricle(k, 0))).p95 for k in range(4)]
    np.testing.assert_allclose(found.measures[1].values, expected)
    np.testing.assert_array_equal(found.measures[0].values, model.place(hearts.seen).hcm_probability)
    assert found.measures[1].limit == 14 and found.measures[3].values.tolist() == [0.25] * 4
