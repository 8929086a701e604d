"""The card of a bundle."""

from __future__ import annotations

import numpy as np

from GenerativeModelsLib.skull.infer.calibration import EVEN
from GenerativeModelsLib.training.shared.card import card_text
from Testing.helpers.tiny_models import tiny_description

CALIBRATION = {
    "surface": {"scale": [1.2345, 1.1, 1.05], "floor": [0.0123, 0.008, 0.006]},
    "set": "150 simulated cases of seed 71",
}


def test_a_bare_model_says_what_it_is_and_that_it_is_no_medical_device() -> None:
    text = card_text(tiny_description(calibration={}, training_population={}))
    assert text.startswith("# tiny 0.1\n") and "Not a medical device" in text
    assert "HeadLocatorNet" in text and "HiRecCVAE" in text and "Apache-2.0" in text
    assert "Not stated." in text and "## Calibration" not in text and "## Limits" not in text


def test_population_limits_calibration_and_figures_are_shown() -> None:
    text = card_text(
        tiny_description(calibration=CALIBRATION, validation={"tables": ["| Dice |", "|---|", "| 0.97 |"]})
    )
    assert "Thirty heads." in text and "* It has learnt nothing." in text
    assert "Fitted on 150 simulated cases of seed 71" in text
    assert "| floor, % of head size          |   1.23 |    0.8 |    0.6 |" in text
    assert "## Figures on held-out cases" in text and "| 0.97 |" in text


def test_what_real_heads_add_is_shown_with_its_source() -> None:
    """An excess of exp(L) = 1.5 % of the head size in every direction, L constant."""
    constant = [[np.log(0.015) * np.sqrt(4 * np.pi), *[0.0] * (len(EVEN) - 1)]] * 3
    heads = {"weight": [0.5, 0.6, 0.7], "log_excess": constant, "factor": [[1.1, 1.2, 1.3]] * 3, "set": "seven heads"}
    text = card_text(tiny_description(calibration=CALIBRATION | {"heads": heads}))
    assert "| real heads: weight of that sd  |    0.5 |    0.6 |    0.7 |" in text
    assert "| added to it, median, % of size |    1.5 |    1.5 |    1.5 |" in text
    assert "| then times, face               |    1.2 |" in text and "fitted on seven heads" in text


def test_every_training_is_on_the_card() -> None:
    trainings = {"skull": {"commit": "abc", "config": {"epochs": 60}}, "locator": {}}
    text = card_text(tiny_description(provenance={"commit": "def", "trainings": trainings, "data": {"HC18": "0f"}}))
    assert "* calibrated and written at commit def" in text and '* skull: commit abc, config `{"epochs": 60}`' in text
    assert "* locator: not recorded" in text and "* data, HC18: SHA-256 0f" in text


def test_a_model_without_a_spread_has_no_table_of_it() -> None:
    assert "## Calibration" not in card_text(tiny_description(calibration={"surface": {}, "set": "3 cases"}))


def test_tables_are_tables() -> None:
    lines = card_text(tiny_description(calibration=CALIBRATION)).splitlines()
    rows = [line for line in lines if line.startswith("|")]
    assert len({line.count("|") for line in rows}) == 1 and len(rows) == 4
