"""Tables of the comparison from made errors."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from GenerativeModelsLib.evaluation.heart.ablation import tables
from GenerativeModelsLib.evaluation.heart.ablation.diagnosis import diagnoses
from GenerativeModelsLib.evaluation.heart.ablation.sets import HeartSet
from GenerativeModelsLib.evaluation.heart.ablation.shapes import AS_READ, MEASURES
from GenerativeModelsLib.evaluation.scores.screening import Share
from Testing.GenerativeModelsLib.evaluation.heart.ablation.test_diagnosis import RIGHT, told

SPREAD = np.linspace(-0.05, 0.05, 8)


def errors(**means: float) -> dict[str, dict[str, np.ndarray]]:
    """By model: every measure of eight hearts, of this mean and the same spread."""
    return {name.replace("_", " "): dict.fromkeys(MEASURES, mean + SPREAD) for name, mean in means.items()}


def test_models_are_set_against_the_ladder_heart_by_heart():
    """The spread over hearts is common to all models, so the differences are exact."""
    hearts = HeartSet("simulated", None, None, np.repeat(["healthy", "hcm"], 4))
    text = tables.shape_table([hearts], [errors(Ladder_VAE=0.9, VAE=0.8, PCA=0.9)], "Ladder VAE").markdown()
    assert "| simulated, 8 | Ladder VAE | 0.900 | 0.900 | 0.90 | 0.90 | 0.90 | 0.90 |" in text
    lower, closer = "0.800 (-0.100 to -0.100) -", "0.80 (-0.10 to -0.10) +"
    assert f"| simulated, 8 | VAE | {lower} | {lower} | {closer} | {closer} | {closer} | {closer} |" in text
    assert "| PCA | 0.900 (+0.000 to +0.000) | 0.900 (+0.000 to +0.000) | 0.90 (+0.00 to +0.00) |" in text


def test_noise_is_judged_on_noisy_sets_against_the_heart_as_read():
    clean = HeartSet("simulated", None, None, np.repeat(["healthy", "hcm"], 4))
    noisy = HeartSet("simulated, label errors", None, None, clean.group, noisy=True)
    some = errors(Ladder_VAE=0.6) | {AS_READ: errors(x=0.8)["x"]}
    table = tables.noise_table([clean, noisy], [errors(Ladder_VAE=0.6), some])
    assert [row[:2] for row in table.rows] == [["simulated, label errors, 8", "Ladder VAE"]]
    assert table.rows[0][2:] == ["-0.20 (-0.20 to -0.20)"] * 4


def test_every_figure_of_a_diagnosis_stands_with_its_interval():
    found = {"patients, 8": diagnoses(told(RIGHT), ("NOR", "HCM"))}
    top, wall = tables.class_table(found).rows
    assert top[3] == "-" and top[4] == "1.000 (0.510 to 1.000)"
    assert wall[4] == "0.750 (0.301 to 0.954)" and wall[3].startswith("+0.000 (")
    predictive = tables.predictive_table(found)
    assert predictive.columns[3:] == (
        "prevalence 0.2 %",
        "prevalence 10 %",
        "prevalence 30 %",
        "prevalence 50 %",
    )
    assert predictive.rows[1][2] == "NPV" and predictive.rows[0][3].startswith("1.000 (0.00")
    rows = tables.abstention_table(found).rows
    assert rows[0][2:5] == ["within 0", "0.0 %", "0 of 8"]
    assert rows[-1][1:5] == [wall[1], "within 1 mm", "12.5 %", "0 of 7"]


def test_size_and_time_and_alarms_have_their_rows():
    model = SimpleNamespace(name="PCA", numbers=98, weights=399_366)
    assert tables.model_table([model], {"PCA": 1.26}).rows == [["PCA", "98", "399", "1.3"]]
    change = SimpleNamespace(difference=-0.1, interval95=(-0.3, 0.1))
    found = {"top": SimpleNamespace(share=Share(1, 10), against_top=None)}
    found |= {"wall": SimpleNamespace(share=Share(0, 10), against_top=change)}
    top, wall = tables.alarm_table({"people": found}).rows
    assert top == ["people", "top", "0.100 (0.018 to 0.404)", "-"]
    assert wall[3] == "-0.100 (-0.300 to +0.100)"
