"""The verdict on an input, `in_distribution` of a `result.json`, as texts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from GenerativeModelsLib.language import N_, _, in_words_of_page

__all__ = ["is_outside", "score_text", "verdict_text"]

_WORDS = {
    "typical": N_("typical"),
    "unusual": N_("unusual for the model"),
    "outside": N_("outside what the model was trained on"),
}


def verdict_text(judged: Mapping[str, Any]) -> str:
    """The verdict and its reasons.

    >>> verdict_text({"verdict": "typical"})
    'typical, nothing stands out'
    >>> verdict_text({"verdict": "unusual", "reasons": ["the axial image shows a doubtful head outline"]})
    'unusual for the model: the axial image shows a doubtful head outline'
    """
    if judged["verdict"] == "typical":
        return _("typical, nothing stands out")
    reasons = "; ".join(in_words_of_page(reason).rstrip(".") for reason in judged.get("reasons") or ())
    return f"{_(_WORDS[judged['verdict']])}{': ' if reasons else ''}{reasons}"


def score_text(judged: Mapping[str, Any]) -> str:
    """What the score says, for details."""
    share = 100 * judged["score"]
    shown = f"{share:.0f}" if share <= 99 else f"{share:.1f}" if share < 99.95 else _("over 99.9")
    return _(
        "Score {score:.3g}: {share} % of the cases that the model was calibrated on are more typical.",
        score=judged["score"],
        share=shown,
    )


def is_outside(result: Mapping[str, Any]) -> bool:
    """Whether the input lies outside what the model was trained on: numbers are then shown grey, without intervals."""
    return (result.get("in_distribution") or {}).get("verdict") == "outside"
