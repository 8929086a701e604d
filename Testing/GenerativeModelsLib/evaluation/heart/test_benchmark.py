"""Tables of the heart benchmarks from artificial records."""

from __future__ import annotations

import numpy as np
import pytest

from GenerativeModelsLib.evaluation.heart import benchmark as benchmark_heart
from GenerativeModelsLib.evaluation.heart import real as benchmark_heart_real
from GenerativeModelsLib.evaluation.heart.accuracy import ShapeAgreement
from GenerativeModelsLib.evaluation.heart.levels import LevelFigures
from GenerativeModelsLib.evaluation.heart.records import PHASES, HeartRecord, ModelRecord, Volumes

MEASURED = Volumes(120.0, 45.0, 100.0, 101.0)
TRUE = Volumes(125.0, 47.0, 105.0, 105.0)


def shape(dice: float, hausdorff: float) -> dict[str, ShapeAgreement]:
    return {p: ShapeAgreement(dice, dice - 0.02, 0.98, hausdorff, hausdorff / 2, 0.3) for p in PHASES}


def answer(probability: float, dice: float, hausdorff: float, verdict: str = "typical") -> ModelRecord:
    volumes = Volumes(126.0, 44.1, 98.0, 99.0)
    shown, true = shape(dice + 0.01, hausdorff - 0.1), shape(dice, hausdorff)
    return ModelRecord(probability, (0.0, 1.0), verdict, shown, true, volumes)


def heart(index: int, group: str, probability: float, wall: float = float("nan"), both: bool = True) -> HeartRecord:
    bump = 0.01 * (index % 3)
    models = {"lvae": answer(probability, 0.94 + bump, 2.5)}
    if both:
        models["vae"] = answer(0.5 + 0.5 * (probability - 0.5), 0.91 + bump, 3.5, "")
    base = dict.fromkeys(PHASES, -0.5 + bump)
    return HeartRecord(
        f"{group} {index}", group, "", models, shape(0.98 + bump / 2, 1.0), MEASURED, MEASURED, TRUE, wall, wall, base
    )


def simulated() -> list[HeartRecord]:
    well = [heart(k, "healthy", 0.02 + 0.01 * k) for k in range(10)]
    sick = [heart(k, "hcm", 0.98 - 0.01 * k) for k in range(9)]
    return [*well, *sick, heart(9, "hcm", 0.3), HeartRecord("hcm 10", "hcm", "The cavity is cut.")]


def test_the_comparison_sets_both_models_beside_the_paper():
    levels = {
        "lvae": [LevelFigures(64, 120.0, 60, (1.0,) * 64), LevelFigures(2, 4.0, 2, (1.4, 0.3))],
        "vae": [LevelFigures(64, 150.0, 64, (1.0,) * 64)],
    }
    found = benchmark_heart.report({"isotropic 1.5 mm": simulated()}, levels)
    text = "\n".join(table.markdown() for table in found.tables)
    assert "| isotropic 1.5 mm | Ladder VAE | true shape | 0.9" in text
    assert "0.79 / 0.84 / 3.92 / 4.09" in text
    assert "0.71 / 0.78 / 4.87 / 5.09" in text
    assert "0.90 (0.769 to 0.960)" in text
    assert "| Ladder VAE | top | 2 | 4.0 | 2 | 1.40 / 0.30 |" in text
    assert "| VAE | only | 64 | 150.0 | 64 | - |" in text
    assert found.figures["refused"]["isotropic 1.5 mm"] == {"hcm 10": "The cavity is cut."}
    gain = found.figures["gain"]["isotropic 1.5 mm"]
    assert (gain["dice_ed"], gain["hausdorff_ed"]) == pytest.approx((0.03, 1.0))
    assert "+0.0300 (+0.0300 to +0.0300), 100 %" in text
    ladder = found.figures["lvae"]["isotropic 1.5 mm"]
    assert ladder["accuracy"] == pytest.approx(19 / 20)
    assert ladder["auc"] == pytest.approx(1.0)
    assert ladder["true"]["dice_ed"] == pytest.approx(ladder["measured"]["dice_ed"] - 0.01)
    assert ladder["true"]["hausdorff_es"] == pytest.approx(2.5)


def patients() -> list[HeartRecord]:
    normal = [heart(k, "NOR", 0.05 * k, 9.0 + 0.2 * k, both=False) for k in range(10)]
    thick = [heart(k, "HCM", 0.4 + 0.06 * k, 13.2 + 0.4 * k, both=False) for k in range(10)]
    dilated = [heart(k, "DCM", 0.1, 10.0, both=False) for k in range(3)]
    return [*normal, *thick, *dilated]


def test_real_hearts_have_their_errors_and_the_one_number_rule_beside_the_model():
    people = [heart(k, "real", 0.1, both=False) for k in range(4)]
    found = benchmark_heart_real.report(people, patients())
    figures = found.figures["lvae"]
    assert figures["volume_error"] == pytest.approx({"edv": 0.05, "esv": 0.02, "mass": 0.02})
    assert figures["volume_error_whole"]["edv"] == pytest.approx(126 / 125 - 1)
    assert figures["acdc_accuracy"] == pytest.approx(18 / 20)  # two of the hypertrophic below one half
    rule = found.figures["one_number"]
    assert (rule["sensitivity"], rule["specificity"], rule["auc"]) == (0.8, 1.0, 1.0)
    text = "\n".join(table.markdown() for table in found.tables)
    assert "one number: 95th percentile of the ED wall >= 14 mm | 20 | 0.900" in text
    assert "| ACDC DCM, dilated cardiomyopathy | 3 | 0.10 (0.10 to 0.10) | 0 of 3 | 100 / 0 / 0 | 0 of 3 |" in text
    assert "| as measured below the base plane | 5.0 % (+5.0 %) | 2.0 % (-2.0 %) | 2.0 % (-2.0 %) |" in text


def test_one_missing_group_leaves_its_row_out():
    people = [heart(k, "real", 0.1, both=False) for k in range(3)]
    text = "\n".join(t.markdown() for t in benchmark_heart_real.report(people, patients()).tables)
    assert "MINF" not in text
    assert np.isfinite(people[0].models["lvae"].probability)
