"""Checks that two phases are of one heart: not swapped, not of two patients, on the same grid."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from GenerativeModelsLib.errors import InputError, named
from GenerativeModelsLib.heart.labels.label_map import LabelMap
from GenerativeModelsLib.heart.measure.frame import HeartFrame
from GenerativeModelsLib.heart.shape.ventricle import Ventricle
from GenerativeModelsLib.language import said

__all__ = ["PhaseShape", "pair_warnings"]

MOST_MYOCARDIUM = 1.35
"""Largest ratio of the myocardial volumes; the volume is constant, labels of one patient differ by up to 1.3 (ACDC)."""
EPICARDIUM_RANGE = (0.72, 1.1)
"""Range of the width of the epicardium near the base at end systole over that at end diastole: it hardly moves."""
LENGTH_RANGE = (0.55, 1.15)
MOST_TURN_DEGREES = 35.0
FARTHEST_MM = 150.0
"""Largest distance of the base planes' centres of phases in one frame of reference."""


@dataclass(frozen=True, eq=False)
class PhaseShape:
    """Values of a phase that are compared."""

    label_map: LabelMap
    frame: HeartFrame
    ventricle: Ventricle


def pair_warnings(ed: PhaseShape, es: PhaseShape, *, force: bool = False) -> list[str]:
    """Warnings on implausible differences between end diastole and end systole.

    Parameters
    ----------
    force
        Whether phases of very different myocardium are only warned of.

    Raises
    ------
    InputError
        End systole has the clearly larger cavity, or the myocardium differs by more than `MOST_MYOCARDIUM`.
    """
    large, small = ed.ventricle.cavity_ml, es.ventricle.cavity_ml
    if small > 1.05 * large:
        raise InputError(
            f"{named('es')} {es.label_map.name} has the larger cavity ({small:.0f} ml, {named('ed')} "
            f"{ed.label_map.name} {large:.0f} ml): the two are swapped, or of different patients; give "
            f"end diastole as {named('ed')} and end systole as {named('es')}."
        )
    warnings = []
    if small > 0.97 * large:
        warnings.append(
            said(
                "The cavity hardly differs between end diastole ({ed:.0f} ml) and end systole ({es:.0f} ml): the two "
                "look like one phase, or like end diastole and end systole swapped.",
                ed=large,
                es=small,
            )
        )
    signs = _two_patients(ed, es)
    if _ratio(ed, es) > MOST_MYOCARDIUM and not force:
        raise InputError(
            f"{named('ed')} {ed.label_map.name} and {named('es')} {es.label_map.name} look like two patients: "
            f"{'; '.join(signs)}, and the myocardium of one heart differs by less than "
            f"{100 * (MOST_MYOCARDIUM - 1):.0f} %; give both phases of one patient, or {named('force')}."
        )
    if signs:
        warnings.append(
            said(
                "End diastole and end systole may be of different patients: {signs_list}.",
                signs_list="; ".join(signs),
            )
        )
    apart = float(np.linalg.norm(es.frame.origin_lps - ed.frame.origin_lps))
    if apart > FARTHEST_MM:
        warnings.append(
            said(
                "End diastole and end systole lie {apart:.0f} mm apart, as in different frames of reference; each was "
                "measured on its own.",
                apart=apart,
            )
        )
    spacing = ed.label_map.spacing_mm, es.label_map.spacing_mm
    if not np.allclose(np.sort(spacing[0]), np.sort(spacing[1]), rtol=0.02):
        shown = [" x ".join(f"{v:.3g}" for v in some) for some in spacing]
        warnings.append(
            said(
                "End diastole and end systole lie on different grids ({ed} and {es} mm); each was measured on its own.",
                ed=shown[0],
                es=shown[1],
            )
        )
    return warnings


def _ratio(ed: PhaseShape, es: PhaseShape) -> float:
    """The larger myocardium over the smaller one."""
    muscle = ed.ventricle.myocardium_ml, es.ventricle.myocardium_ml
    return max(muscle) / min(muscle)


def _two_patients(ed: PhaseShape, es: PhaseShape) -> list[str]:
    signs = []
    muscle = ed.ventricle.myocardium_ml, es.ventricle.myocardium_ml
    if _ratio(ed, es) > MOST_MYOCARDIUM:
        signs.append(said("their myocardium has {ed:.0f} and {es:.0f} ml", ed=muscle[0], es=muscle[1]))
    # Rows 2 to 5 are the basal third, below what a tilted base plane cuts.
    widths = [2 * float(some.ventricle.epi_mm[2:6].mean()) for some in (ed, es)]
    if not EPICARDIUM_RANGE[0] <= widths[1] / widths[0] <= EPICARDIUM_RANGE[1]:
        signs.append(
            said("their epicardium is {ed:.0f} and {es:.0f} mm wide near the base", ed=widths[0], es=widths[1])
        )
    lengths = ed.ventricle.cavity_length_mm, es.ventricle.cavity_length_mm
    if not LENGTH_RANGE[0] <= lengths[1] / lengths[0] <= LENGTH_RANGE[1]:
        signs.append(said("their cavities are {ed:.0f} and {es:.0f} mm long", ed=lengths[0], es=lengths[1]))
    turn = np.degrees(np.arccos(np.clip(ed.frame.axes[2] @ es.frame.axes[2], -1, 1)))
    if turn > MOST_TURN_DEGREES:
        signs.append(said("their long axes differ by {turn:.0f} degrees in space", turn=turn))
    return signs
