"""What a page says of hypertrophic cardiomyopathy: the thickest segment first, then the probability."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from GenerativeModelsLib.heart.shape.reference import BORDERLINE_WALL_MM, HCM_WALL_MM, WALL_SD_MM
from GenerativeModelsLib.heart.shape.segments import SEGMENT_NAMES
from GenerativeModelsLib.language import N_, _, in_words_of_page
from GenerativeModelsLib.uncertainty.platt import interval_text, probability_text

__all__ = [
    "Statement",
    "probability_statement",
    "reasons_of_verdict",
    "remark",
    "thickest_statement",
]

_THICKEST = {
    "hypertrophic": N_(
        "Thickest segment at end diastole: {place}. By the guidelines {hypertrophy:g} mm or more in any segment is "
        "hypertrophy."
    ),
    "borderline": N_(
        "Thickest segment at end diastole: {place}. By the guidelines {borderline:g} to {below:g} mm is borderline."
    ),
    "normal": N_(
        "Thickest segment at end diastole: {place}. By the guidelines a wall of less than {borderline:g} mm is not "
        "hypertrophied."
    ),
}


@dataclass(frozen=True)
class Statement:
    """A figure, its unit or judgement, and a sentence; `muted` = to be read with care, `absent` = not shown."""

    figure: str
    unit: str
    words: str
    muted: bool = False
    absent: bool = False


def thickest_statement(result: Mapping[str, Any]) -> Statement | None:
    """The thickest segment at end diastole, judged by the guidelines; None where no segment has a wall."""
    found = result.get("thickest_segment")
    if found is None:
        return None
    number, judgement = found["segment"], found["judgement"]
    words = _(
        _THICKEST[judgement],
        place=f"{number}, {_(SEGMENT_NAMES[number - 1])}",
        hypertrophy=HCM_WALL_MM,
        borderline=BORDERLINE_WALL_MM,
        below=HCM_WALL_MM - 1,
    )
    return Statement(f"{found['mean_mm']:.1f}", f"mm, {_(judgement)}", words)


def probability_statement(result: Mapping[str, Any]) -> Statement:
    """The probability by the model with its interval; muted for an unusual heart, not shown outside the population."""
    verdict = result["in_distribution"]["verdict"]
    if verdict == "outside":
        words = _("Probability by the model: not shown, since this heart lies outside what the model was trained on")
        return Statement("–", "", words, muted=True, absent=True)
    interval = interval_text(result.get("hcm_interval90"))
    words = (
        _("Probability by the model{interval}, from the shape of both phases", interval=interval)
        if _both_phases(result)
        else _("Probability by the model{interval}, from the shape of end diastole alone", interval=interval)
    )
    unusual = verdict == "unusual"
    if unusual:
        doubt = _("This heart is unusual for the model, so read it with care.")
        words += f". {doubt} {reasons_of_verdict(result)}".rstrip()
    return Statement(probability_text(result["hcm_probability"]), "", words, muted=unusual)


def reasons_of_verdict(result: Mapping[str, Any]) -> str:
    """Why the heart is not typical, in sentences."""
    reasons = result["in_distribution"].get("reasons")
    if reasons:
        return " ".join(map(in_words_of_page, reasons))
    warnings = zip(result["warnings"], result["warning_kinds"])
    return " ".join(text.partition(". ")[2] for text, kind in warnings if kind == "verdict")


def remark(result: Mapping[str, Any]) -> str:
    """What the probability adds to the wall."""
    return " ".join(
        (
            _(
                "The guidelines judge the wall, and so does this page: the thickest segment decides. The probability "
                "mostly re-tells the thickest wall (on real patients their correlation is 0.995) and is no second "
                "opinion."
            ),
            _(
                "What it adds is a scale: how often a simulated heart of this shape, at all segments and both phases, "
                "is one of the hypertrophic class; its 90 % interval is that of walls read with a standard deviation "
                "of {sd:g} mm, as contours differ.",
                sd=WALL_SD_MM,
            )
            if _both_phases(result)
            else _(
                "What it adds is a scale: how often a simulated heart of this shape, at all segments and end "
                "diastole, is one of the hypertrophic class; its 90 % interval is that of walls read with a standard "
                "deviation of {sd:g} mm, as contours differ.",
                sd=WALL_SD_MM,
            ),
            _(
                "A thick wall has other causes too, such as high pressure, storage disease or training, which cannot "
                "be distinguished by shape."
            ),
        )
    )


def _both_phases(result: Mapping[str, Any]) -> bool:
    return bool(result["inputs"].get("es"))
