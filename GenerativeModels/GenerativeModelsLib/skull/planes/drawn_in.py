"""What a scanner has drawn into a picture: its depth ruler and text, with what to tell the user about them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from math import log

from GenerativeModelsLib.errors import Caution, named
from GenerativeModelsLib.language import listed, said
from GenerativeModelsLib.skull.planes.burnt_text import Box
from GenerativeModelsLib.skull.planes.ruler import TICKS_MM, Ruler

__all__ = ["ruler_offers", "ruler_side", "ruler_spacings", "ruler_warnings", "text_warning"]

TOLERANCE = 0.03
"""Relative difference of a ruler from a scale above which the two disagree."""
OFFERED_MM = (10.0, 5.0)
"""Distances of ticks that are offered for a picture without spacing, the more usual first."""
RATIOS = sorted({a / b for a in TICKS_MM for b in TICKS_MM})
"""Of the ticks of two rulers of one scale."""
MOST_OBLONG = 0.3
"""Relative difference of rows and columns up to which two rulers give a spacing each."""
LINE_UP = 0.9
"""Cosine of the angle from which a ruler runs along the rows or the columns."""


def ruler_side(ruler: Ruler, size: tuple[int, int]) -> str:
    """The side of a picture of (rows, columns) along which a ruler lies: "left", "right", "top" or "bottom"."""
    middle = [(a + b) / 2 for a, b in zip(ruler.start_px, ruler.end_px)]
    if abs(ruler.direction[0]) > LINE_UP:
        return said("top") if middle[1] < size[0] / 2 else said("bottom")
    return said("left") if middle[0] < size[1] / 2 else said("right")


def ruler_spacings(rulers: Sequence[Ruler], tick_mm: float) -> tuple[float, float] | None:
    """(row, column) spacing in mm if the ticks of the first ruler are that far apart; None without a ruler.

    Rulers along the rows and along the columns give a spacing each, where the ticks of the second are taken to be of
    the distance that makes the pixels most nearly square; with one ruler, rows and columns are equally far apart.
    """
    if not rulers:
        return None
    across = abs(rulers[0].direction[0]) > LINE_UP
    first = second = tick_mm / rulers[0].tick_px
    other = next((ruler for ruler in rulers[1:] if (abs(ruler.direction[0]) > LINE_UP) != across), None)
    if other is not None:
        near = min(RATIOS, key=lambda ratio: abs(log(other.tick_px / rulers[0].tick_px / ratio)))
        along_other = tick_mm * near / other.tick_px
        second = along_other if abs(along_other / first - 1) < MOST_OBLONG else first
    return (second, first) if across else (first, second)


def two_scales(rulers: Sequence[Ruler]) -> tuple[Ruler, Ruler] | None:
    """Two rulers of one direction whose ticks cannot belong to one scale; None if there are none.

    Ticks of one scale may be 5 mm apart in one ruler and 10 mm in the other.
    """
    for one, other in combinations(rulers, 2):
        ratio = one.tick_px / other.tick_px
        along = abs(one.direction @ other.direction) > LINE_UP
        if along and all(abs(ratio / usual - 1) > TOLERANCE for usual in RATIOS):
            return one, other
    return None


def ruler_offers(rulers: Sequence[Ruler], size: tuple[int, int], name: str) -> str:
    """What the rulers say about the spacing of a picture that has none, as the end of a sentence; "" without any."""
    if not rulers:
        return ""
    if pair := two_scales(rulers):
        return (
            f"; it shows rulers of two scales, with ticks every {pair[0].tick_px:.1f} and every {pair[1].tick_px:.1f} "
            "pixels: crop it to one ultrasound picture"
        )
    offers = " or ".join(f"{_shown(ruler_spacings(rulers, mm))} if they are {mm:g} mm apart" for mm in OFFERED_MM)
    return (
        f"; the ruler on its {ruler_side(rulers[0], size)} side has ticks every {rulers[0].tick_px:.1f} pixels, which "
        f"makes {named(f'{name}_spacing_mm')} {offers}"
    )


def ruler_warnings(
    rulers: Sequence[Ruler], spacing_mm: tuple[float, float], size: tuple[int, int], label: str
) -> list[Caution]:
    """Warnings about rulers that contradict the spacing, or each other."""
    found = []
    if pair := two_scales(rulers):
        found.append(
            said(
                "{label} shows rulers of two scales, with ticks every {one:.1f} and every {other:.1f} pixels: check "
                "the spacing, and crop the picture to one ultrasound image.",
                label=label,
                one=pair[0].tick_px,
                other=pair[1].tick_px,
            )
        )
    wrong = next((ruler for ruler in rulers if not ruler.fits(spacing_mm, TOLERANCE)), None)
    if wrong is not None and not found:
        offers = (
            said("{spacing} mm if {ticks:g} mm apart", spacing=_shown(ruler_spacings([wrong], mm)), ticks=mm)
            for mm in OFFERED_MM
        )
        found.append(
            said(
                "Check the spacing: {label} shows a ruler on its {side} side whose ticks would be {ticks:.2f} mm apart "
                "at the spacing of {spacing} mm, and scanners draw them 5 or 10 mm apart; by the ruler the spacing is "
                "{offers_list}.",
                label=label,
                side=ruler_side(wrong, size),
                ticks=wrong.tick_mm(spacing_mm),
                spacing=_shown(spacing_mm),
                offers_list=listed(offers, " or "),
            )
        )
    return [Caution(sentence, "scale") for sentence in found]


def text_warning(boxes: Sequence[Box], label: str, *, masked: bool) -> list[Caution]:
    """A warning about text in a picture, blanked or not; none without text."""
    if not boxes:
        return []
    places = said("in one place") if len(boxes) == 1 else said("in {count:d} places", count=len(boxes))
    if masked:
        sentence = said(
            "{label}: text was found {places} and blanked; look whether any is left.", label=label, places=places
        )
    else:
        sentence = said(
            "{label} has text drawn into it {places}, which may name the patient: have text blanked to keep it out of "
            "everything that is written.",
            label=label,
            places=places,
        )
    return [Caution(sentence, "text")]


def _shown(spacing_mm: tuple[float, float] | None) -> str:
    row, column = (f"{side:.4g}" for side in spacing_mm)
    return row if row == column else f"{row},{column}"
