"""Sentences on a shape of the latent space."""

from __future__ import annotations

from GenerativeModelsLib.heart.case.shape_words import shape_sentences

SHAPE = {"thickest_mm": 12.34, "edv_ml": 140.4, "esv_ml": 55.5, "ef_percent": 60.5, "hcm_probability": 0.25}


def test_numbers_and_probability() -> None:
    sizes, probability = shape_sentences({**SHAPE, "within_population": True})
    assert sizes == "Wall up to 12.3 mm, EDV 140 ml, ESV 56 ml, EF 60 %"
    assert "25 %" in probability


def test_no_probability_beyond_the_population() -> None:
    _, words = shape_sentences({**SHAPE, "within_population": False})
    assert "Outside the training population" in words and "25" not in words
