"""Record of the left ventricle."""

from __future__ import annotations

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
    assert [quantity.of(RESULT).value for quantity in HEART.quantities] == [150.5, 60.25, 60.0, 140.0]
    assert [quantity.of(ALONE).value for quantity in HEART.quantities] == [150.5, None, None, 140.0]


def test_notes_say_what_is_known_of_the_phases() -> None:
    assert HEART.notes(RESULT) == [
        "Wall thickness at end diastole: mean 9.0 mm, 95th percentile 12.5 mm",
        "Wall thickness at end systole: mean 12.0 mm, 95th percentile 16.0 mm",
        "Probability of hypertrophic cardiomyopathy: > 99 %",
        "One-number rule beside it: 12.5 mm is below 14 mm (95th percentile of the wall at end diastole)",
        "Dice of the model's reconstruction: 0.951, 0.900",
    ]
    alone = HEART.notes(ALONE)
    assert len(alone) == 4 and alone[-1].endswith(": 0.951") and "is at or above 14 mm" in alone[-2]


def test_the_summary_has_every_column_and_two_numbers_of_the_top_level() -> None:
    line = HEART.summary(RESULT)
    assert set(line) == set(HEART.summary_columns)
    assert (line["z_top_1"], line["z_top_2"], line["hcm_probability"]) == (0.5, -0.25, 0.999)
    assert (line["wall_p95_es_mm"], line["dice_es"], line["hausdorff_mm_es"]) == (16.0, 0.9, 3.5)
    assert set(HEART.summary({}).values()) == {None}
    alone = HEART.summary(ALONE)
    assert alone["wall_p95_es_mm"] is alone["dice_es"] is None and alone["wall_max_ed_mm"] == 15.0
