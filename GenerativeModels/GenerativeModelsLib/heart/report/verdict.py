"""What a page says of hypertrophic cardiomyopathy: the thickest segment first, then the probability."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from GenerativeModelsLib.heart.shape.reference import BORDERLINE_WALL_MM, HCM_WALL_MM, WALL_SD_MM
from GenerativeModelsLib.heart.shape.segments import SEGMENT_NAMES
from GenerativeModelsLib.uncertainty.platt import interval_text, probability_text

__all__ = [
    "Statement",
    "probability_statement",
    "reasons_of_verdict",
    "remark",
    "thickest_statement",
]

_RULES = {
    "hypertrophic": f"{HCM_WALL_MM:g} mm or more in any segment is hypertrophy",
    "borderline": f"{BORDERLINE_WALL_MM:g} to {HCM_WALL_MM - 1:g} mm is borderline",
    "normal": f"a wall of less than {BORDERLINE_WALL_MM:g} mm is not hypertrophied",
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
    place = f"{number}, {SEGMENT_NAMES[number - 1]}"
    words = f"Thickest segment at end diastole: {place}. By the guidelines {_RULES[judgement]}."
    return Statement(f"{found['mean_mm']:.1f}", f"mm, {judgement}", words)


def probability_statement(result: Mapping[str, Any]) -> Statement:
    """The probability by the model with its interval; muted for an unusual heart, not shown outside the population."""
    verdict = result["in_distribution"]["verdict"]
    if verdict == "outside":
        words = "Probability by the model: not shown, since this heart lies outside what the model was trained on"
        return Statement("–", "", words, muted=True, absent=True)
    phases = _phases(result)
    words = f"Probability by the model{interval_text(result.get('hcm_interval90'))}, from the shape of {phases}"
    words += " alone" if phases == "end diastole" else ""
    unusual = verdict == "unusual"
    if unusual:
        words += f". This heart is unusual for the model, so read it with care. {reasons_of_verdict(result)}".rstrip()
    return Statement(probability_text(result["hcm_probability"]), "", words, muted=unusual)


def reasons_of_verdict(result: Mapping[str, Any]) -> str:
    """Why the heart is not typical, in sentences."""
    warnings = zip(result["warnings"], result["warning_kinds"])
    return " ".join(text.partition(". ")[2] for text, kind in warnings if kind == "verdict")


def remark(result: Mapping[str, Any]) -> str:
    """What the probability adds to the wall."""
    return (
        "The guidelines judge the wall, and so does this page: the thickest segment decides. The probability mostly "
        "re-tells the thickest wall (on real patients their correlation is 0.995) and is no second opinion. What it "
        f"adds is a scale: how often a simulated heart of this shape, at all segments and {_phases(result)}, is one of "
        "the hypertrophic class; its 90 % interval is that of walls read with a standard deviation of "
        f"{WALL_SD_MM:g} mm, as contours differ. A thick wall has other causes too, such as high pressure, storage "
        "disease or training, which cannot be distinguished by shape."
    )


def _phases(result: Mapping[str, Any]) -> str:
    return "both phases" if result["inputs"].get("es") else "end diastole"
