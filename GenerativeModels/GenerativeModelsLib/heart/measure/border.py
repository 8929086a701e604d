"""Checks for hearts that the border of the map cuts, and for incomplete walls."""

from __future__ import annotations

import numpy as np

from GenerativeModelsLib.errors import InputError, named
from GenerativeModelsLib.heart.labels.label_map import LabelMap
from GenerativeModelsLib.heart.measure.frame import BLUNT_APEX, HeartFrame
from GenerativeModelsLib.heart.measure.rays import Observed
from GenerativeModelsLib.heart.shape.ventricle import LEVELS
from GenerativeModelsLib.language import said

__all__ = ["border_warnings", "require_whole_cavity", "wall_warnings"]

LEAST_CUT = 0.03
"""Smallest share of the cavity's mean cross-section on a face of the map that counts as a cut."""
SIDEWAYS = 0.7
"""Cosine between a face of the map and the long axis below which the face is at the heart's side."""


def require_whole_cavity(label_map: LabelMap, phase: str) -> None:
    """Raise InputError if the border cuts the cavity at its side; a cut of the base is allowed."""
    cut = _cut_shares(label_map, "lv")
    if label_map.slice_column is not None:
        cut = {face: share for face, share in cut.items() if face[0] != label_map.slice_column}
        sides = sum(share > LEAST_CUT for share in cut.values())
    else:
        sides = sum(max(cut[column, 1], cut[column, -1]) > LEAST_CUT for column in range(3)) - 1
    if sides > 0:
        raise _cut(label_map, phase)


def _cut(label_map: LabelMap, phase: str) -> InputError:
    return InputError(
        f"{named(phase)} {label_map.name}: the border of the image cuts the cavity at its side: give a label map that "
        "holds the whole ventricle."
    )


def _cut_shares(label_map: LabelMap, structure: str) -> dict[tuple[int, int], float]:
    """Area of a structure on each face (column of i, j, k; way) of the map, in cavity cross-sections."""
    mask, cavity = label_map.mask(structure), label_map.mask("lv")
    step = label_map.to_lps[:3, :3]
    section = (cavity.sum() * label_map.voxel_ml * 1000) ** (2 / 3)
    shares = {}
    for column in range(3):
        area = np.linalg.norm(np.cross(step[:, (column + 1) % 3], step[:, (column + 2) % 3]))
        for way, at in ((1, -1), (-1, 0)):
            shares[column, way] = float(np.take(mask, at, axis=2 - column).sum()) * area / section
    return shares


def border_warnings(label_map: LabelMap, frame: HeartFrame, phase: str) -> list[str]:
    """Warnings on structures that the border cuts, except at the base.

    Raises
    ------
    InputError
        The cavity is cut at its side, or far from its apex.
    """
    called = f"{named(phase)} {label_map.name}"
    warnings = []
    for structure in ("lv", "myo", "rv"):
        for (column, way), share in _cut_shares(label_map, structure).items():
            outward = way * label_map.to_lps[:3, column] / label_map.spacing_mm[column]
            facing = float(outward @ frame.axes[2])
            stacked = label_map.slice_column == column
            if share <= (LEAST_CUT if structure == "lv" else 0) or facing > SIDEWAYS or (stacked and structure != "lv"):
                continue
            if facing < -SIDEWAYS or stacked:
                warnings += _apex_warnings(label_map, column, way, called) if structure == "lv" else []
            elif structure == "lv":
                raise _cut(label_map, phase)
            else:
                warnings.append(
                    said(
                        "The border of the image cuts the myocardium of {called_list}; its wall is too thin there.",
                        called_list=called,
                    )
                    if structure == "myo"
                    else said(
                        "The border of the image cuts the right ventricle of {called_list}; the middle of the septum "
                        "is uncertain.",
                        called_list=called,
                    )
                )
    return list(dict.fromkeys(warnings))


def _apex_warnings(label_map: LabelMap, column: int, way: int, called: str) -> list[str]:
    sections = label_map.mask("lv").sum(axis=tuple(a for a in range(3) if a != 2 - column)).astype(float)
    blunt = sections[-1 if way > 0 else 0] / sections.max()
    if blunt > BLUNT_APEX and label_map.slice_column is None:
        raise InputError(
            f"{called} ends before the apex, its last slice shows {100 * blunt:.0f} % of the cavity's largest "
            "cross-section: give a label map that reaches the apex."
        )
    if 0.2 < blunt <= BLUNT_APEX or label_map.slice_column is None:
        return [
            said("The apex of the cavity is beyond the end of {called_list}; it was extrapolated.", called_list=called)
        ]
    return []


def wall_warnings(label_map: LabelMap, observed: Observed, phase: str) -> list[str]:
    """Warnings on missing walls and on labels above the base plane.

    Raises
    ------
    InputError
        The cavity is open to the side.
    """
    called = f"{named(phase)} {label_map.name}"
    missing = 1 - float(observed.seen[1 : LEVELS + 4].mean())
    if missing > 0.25:
        raise InputError(
            f"{called}: the cavity is open to the side, {100 * missing:.0f} % of it has no myocardium around it: "
            "check the labels."
        )
    warnings = []
    if missing > 0.02:
        warnings.append(
            said(
                "{share:.0f} % of the cavity of {called_list} has no myocardium around it; the wall was filled in from "
                "its neighbours.",
                share=100 * missing,
                called_list=called,
            )
        )
    labelled, seen = label_map.volume_ml("lv"), observed.ventricle.cavity_ml
    if labelled - seen > max(0.1 * labelled, 4.0):
        warnings.append(
            said(
                "{called_list} labels {labelled:.0f} ml of cavity, of which {seen:.0f} ml were measured; the rest lies "
                "above the level at which the myocardium closes around it, or beside the rest of the cavity.",
                called_list=called,
                labelled=labelled,
                seen=seen,
            )
        )
    return warnings
