"""Record of the left ventricle."""

from __future__ import annotations

import pytest

from GenerativeModelsLib.heart.anatomy import HEART

RESULT = {
    "edv_ml": 150.5,
    "esv_ml": 60.25,
    "ef_percent": 60.0,
    "myocardial_mass_g": 140.0,
    "wall_thickness_mm": {
        "ed": {"mean": 9.0, "p95": 12.5, "max": 15.0},
        "es": {"mean": 12.0, "p95": 16.0, "max": 18.0},
    },
    "one_number": {"p95_ed_mm": 12.5, "limit_mm": 14.0, "hypertrophic": False},
    "thickest_segment": {"segment": 2, "mean_mm": 13.5, "judgement": "borderline"},
    "in_distribution": {"score": 0.5, "verdict": "typical"},
    "hcm_interval90": [0.985, 0.9995],
    "hcm_probability": 0.999,
    "latent": {"z_top": [0.5, -0.25, 3.0]},
    "reconstruction": {"dice_ed": 0.9512, "dice_es": 0.9, "hausdorff_ed_mm": 2.5, "hausdorff_es_mm": 3.5},
}
ALONE = RESULT | {
    "esv_ml": None,
    "ef_percent": None,
    "wall_thickness_mm": {"ed": RESULT["wall_thickness_mm"]["ed"], "es": None},
    "one_number": {"p95_ed_mm": 14.5, "limit_mm": 14.0, "hypertrophic": True},
    "reconstruction": {"dice_ed": 0.9512, "dice_es": None, "hausdorff_ed_mm": 2.5, "hausdorff_es_mm": None},
}


def test_quantities_are_read_from_the_document_itself() -> None:
    assert [quantity.of(RESULT).value for quantity in HEART.quantities[:4]] == [150.5, 60.25, 60.0, 140.0]
    assert [quantity.of(ALONE).value for quantity in HEART.quantities[:4]] == [150.5, None, None, 140.0]
    assert {quantity.of(RESULT).value for quantity in HEART.quantities[4:]} == {None}, "of an earlier version"
    indexed = {"edv_ml_per_m2": 80.0, "mass_g_per_m2": 70.0}
    assert HEART.quantity("mass_g_per_m2").of({"indexed": indexed}).value == 70.0
    assert HEART.quantity("rv_ef_percent").of({"rv_ef_percent": 55.0}).value == 55.0


def test_notes_say_what_is_known_of_the_phases() -> None:
    thickest = (
        "Thickest segment at end diastole: 13.5 mm (basal anteroseptal), borderline by the guidelines (15 mm or more "
        "in any segment; 13 to 14 mm borderline)"
    )
    assert HEART.notes(RESULT) == [
        thickest,
        "Probability of hypertrophic cardiomyopathy: > 99 % (90 % interval 98 % to > 99 %)",
        "Wall thickness at end diastole: mean 9.0 mm, 95th percentile 12.5 mm",
        "Wall thickness at end systole: mean 12.0 mm, 95th percentile 16.0 mm",
        "Dice of the model's reconstruction: 0.951, 0.900",
    ]
    alone = HEART.notes(ALONE)
    assert len(alone) == 4 and alone[-1].endswith(": 0.951")


@pytest.mark.parametrize(("verdict", "shown"), [("typical", True), ("unusual", True), ("outside", False)])
def test_the_probability_of_an_odd_heart_is_doubted_or_not_shown(verdict: str, shown: bool) -> None:
    notes = HEART.notes(RESULT | {"in_distribution": {"score": 0.0, "verdict": verdict}})
    line = notes[1]
    assert ("> 99 %" in line) == shown == ("not shown, the heart lies outside" not in line)
    assert ("unusual for the model, read it with care" in line) == (verdict == "unusual")
    assert shown or not any("99 %" in note for note in notes)


def test_a_result_of_an_earlier_version_has_notes() -> None:
    old = {key: value for key, value in RESULT.items() if key not in ("thickest_segment", "hcm_interval90")}
    assert HEART.notes(old)[0] == "Probability of hypertrophic cardiomyopathy: > 99 %"


def test_the_summary_has_every_column_and_two_numbers_of_the_top_level() -> None:
    line = HEART.summary(RESULT)
    assert set(line) == set(HEART.summary_columns)
    assert (line["z_top_1"], line["z_top_2"], line["hcm_probability"]) == (0.5, -0.25, 0.999)
    assert [line[f"{key}"] for key in ("thickest_segment", "thickest_segment_mean_mm", "hypertrophy")] == [
        *(2, 13.5),
        "borderline",
    ]
    assert (line["wall_p95_es_mm"], line["dice_es"], line["hausdorff_mm_es"]) == (16.0, 0.9, 3.5)
    assert set(HEART.summary({}).values()) == {None}
    alone = HEART.summary(ALONE)
    assert alone["wall_p95_es_mm"] is alone["dice_es"] is None and alone["wall_max_ed_mm"] == 15.0
