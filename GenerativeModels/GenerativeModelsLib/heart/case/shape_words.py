"""Numbers of a shape of the latent space as text, for windows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["PROBABILITY", "shape_readings", "shape_sentences"]

PROBABILITY = "HCM probability"
"""Label of the probability of hypertrophic cardiomyopathy."""


def shape_readings(answer: Mapping[str, Any]) -> dict[str, str]:
    """Text by label of an answer of `heart.case.queries`; no probability outside the population of the training."""
    from GenerativeModelsLib.uncertainty.platt import probability_text

    within = answer["within_population"]
    return {
        PROBABILITY: probability_text(answer["hcm_probability"]) if within else "outside the population",
        "Wall up to": f"{answer['thickest_mm']:.1f} mm",
        "EDV": f"{answer['edv_ml']:.0f} ml",
        "ESV": f"{answer['esv_ml']:.0f} ml",
        "EF": f"{answer['ef_percent']:.0f} %",
    }


def shape_sentences(answer: Mapping[str, Any]) -> list[str]:
    """`shape_readings` in two sentences: the sizes, and the probability or why there is none."""
    readings = shape_readings(answer)
    probability = readings.pop(PROBABILITY)
    sizes = ", ".join(f"{label} {text}" for label, text in readings.items())
    if not answer["within_population"]:
        return [sizes, "Outside the training population: do not rely on this shape"]
    return [sizes, f"{PROBABILITY}: {probability}"]
