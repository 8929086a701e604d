"""What a slice of a short-axis stack is: base, outflow, middle or apex.

An end slice breaks rules that hold in the middle: the outflow tract opens the wall at the base, and at the apex the
cavity may be missing and the wall thin. Of expert-drawn slices that break a rule, most are end slices.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from GenerativeModelsLib.segmentation.geometry import contact
from GenerativeModelsLib.segmentation.maps import CODES, LabelMaps

__all__ = ["BASAL", "OUTFLOW_MM", "ROLES", "base_is_first", "judged_role", "role_without_ventricle", "slice_roles"]

ROLES = ("base", "outflow", "mid", "apex", "alone")
BASAL = ("base", "outflow")
OUTFLOW_MM = 20.0
"""Largest distance of an outflow slice from the base slice."""
OPEN_SHARE = 0.02
"""Share of the cavity's border on the background from which the wall of a slice beside the base is open."""


def base_is_first(maps: LabelMaps) -> bool:
    """Whether the slices run from base to apex: the ventricle's outline in the first third is the larger one."""
    ventricle = (maps.values == CODES["lv"]) | (maps.values == CODES["myo"])
    areas = ventricle.sum(axis=(2, 3)).astype(float)
    towards_end = 0.0
    for frame in areas:
        labelled = frame[frame > 0]
        third = max(1, len(labelled) // 3)
        if len(labelled) > 1:
            towards_end += float(labelled[-third:].mean() - labelled[:third].mean())
    if towards_end == 0:
        right = (maps.values == CODES["rv"]).sum(axis=(0, 2, 3)).astype(float)
        half = len(right) // 2
        towards_end = float(right[-half:].sum() - right[:half].sum()) if half else 0.0
    return towards_end <= 0


def slice_roles(maps: LabelMaps) -> list[list[str | None]]:
    """Role of each slice by frame, None for a slice without left ventricle.

    The first labelled slice from the base is "base", the last one "apex". Slices that follow the base within
    `OUTFLOW_MM` without a gap and have an open wall are "outflow", all others "mid". A ventricle in one slice is
    "alone".
    """
    first = base_is_first(maps)
    return [_roles(frame, maps, first) for frame in maps.values]


def judged_role(roles: Sequence[str | None], slice_: int) -> str:
    """The role by which a slice with labels is judged."""
    return roles[slice_] or role_without_ventricle(roles, slice_)


def role_without_ventricle(roles: Sequence[str | None], slice_: int) -> str:
    """The role by which a slice without left ventricle is judged: "base" beyond the base, and else "mid".

    There the right ventricle is cut through inflow and outflow, which may be two pieces.
    """
    if "base" not in roles:
        return "mid"
    base = roles.index("base")
    inward = roles.index("apex") - base
    return "base" if (slice_ - base) * inward < 0 else "mid"


def _roles(frame: np.ndarray, maps: LabelMaps, first: bool) -> list[str | None]:
    ventricle = (frame == CODES["lv"]) | (frame == CODES["myo"])
    labelled = np.flatnonzero(ventricle.any(axis=(1, 2)))
    roles: list[str | None] = [None] * len(frame)
    for slice_ in labelled:
        roles[slice_] = "mid"
    if len(labelled) == 1:
        roles[labelled[0]] = "alone"
        return roles
    if not len(labelled):
        return roles
    order = labelled if first else labelled[::-1]
    roles[order[-1]] = "apex"
    roles[order[0]] = "base"
    for before, slice_ in pairwise(order[:-1]):
        far = abs(int(slice_) - int(order[0])) * maps.slice_mm > OUTFLOW_MM + 1e-6
        if far or abs(int(slice_) - int(before)) > 1 or not _is_open(frame[slice_], maps):
            break
        roles[slice_] = "outflow"
    return roles


def _is_open(values: np.ndarray, maps: LabelMaps) -> bool:
    cavity = values == CODES["lv"]
    if not cavity.any() or not (values == CODES["myo"]).any():
        return False
    outside = (values == 0) | (values == CODES["rv"])
    border = contact(cavity, ~cavity, maps.pixel_mm)[0]
    return contact(cavity, outside, maps.pixel_mm)[0] > OPEN_SHARE * border
