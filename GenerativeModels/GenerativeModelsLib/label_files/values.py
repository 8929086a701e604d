"""Values of label maps of hearts: what they mean, whether they are label values, and their place in space."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

import numpy as np

from GenerativeModelsLib.errors import InputError, named
from GenerativeModelsLib.language import S_

__all__ = ["MOST_VALUES", "STRUCTURES", "labels_text", "parse_values", "require_spacing", "whole_values"]

STRUCTURES = {
    "lv": "cavity (lv)",
    "myo": "myocardium (myo)",
    "rv": S_("right ventricle (rv)"),
    "la": S_("left atrium (la)"),
}
"""What messages call the structures."""
SPACING_RANGE_MM = (0.2, 20.0)
MOST_VALUES = 160
"""Largest number of values of a label map; whole-body maps have some 120, 8-bit images more grey levels."""


def labels_text(labels: Mapping[str, int | None]) -> str:
    """Values by structure as text: "lv=3,myo=2,rv=1"."""
    return ",".join(f"{name}={value}" for name, value in labels.items() if value is not None)


def parse_values(text: str, presets: Mapping[str, str], optional: Collection[str]) -> dict[str, int]:
    """Label values by structure from the name of a preset or explicit values such as "lv=3,myo=2,rv=1".

    Parameters
    ----------
    presets
        Explicit values by name.
    optional
        Structures that may be given beside lv and myo.

    Raises
    ------
    InputError
        The text is invalid; the message contains the expected form.
    """
    known = f"a preset ({', '.join(presets)}) or values such as {next(iter(presets.values()))}"
    plain = re.sub(r"\s", "", presets.get(text.strip().lower(), text)).lower()
    pairs = re.findall(r"(\w+)=(\d{1,6})(?!\d)", plain)
    found = {name: int(value) for name, value in pairs}
    if not found or ",".join(f"{name}={value}" for name, value in pairs) != plain:
        raise InputError(f"{named('labels')} is '{text}': give {known}.")
    if len(found) < len(pairs) or set(found) - {"lv", "myo", *optional} or not {"lv", "myo"} <= set(found):
        raise InputError(
            f"{named('labels')} is '{text}': lv and myo are needed once, {' and '.join(optional)} may be given; give "
            f"{known}."
        )
    if len(set(found.values())) < len(found) or 0 in found.values():
        raise InputError(
            f"{named('labels')} is '{text}': the values must differ from each other and from 0, the background."
        )
    return found


def require_spacing(to_lps: np.ndarray, called: str) -> None:
    """Raise `InputError` unless the columns of a (4, 4) index -> LPS mm matrix are plausible axes of a label map."""
    spacing = np.linalg.norm(to_lps[:3, :3], axis=0)
    low, high = SPACING_RANGE_MM
    # Single-precision headers store 0.2 as a little less.
    if not ((spacing >= 0.999 * low) & (spacing <= 1.001 * high)).all():
        text = " x ".join(f"{v:.3g}" for v in spacing)
        raise InputError(
            f"{called} has a voxel spacing of {text} mm, outside {low:g} to {high:g} mm: correct its header or "
            "resample it."
        )
    if not np.isfinite(to_lps).all() or abs(np.linalg.det(to_lps[:3, :3] / spacing)) < 0.5:
        raise InputError(f"{called} has axes that do not span space: correct its header.")


def whole_values(values: np.ndarray, called: str) -> list[int]:
    """Integer values of a map, read slice by slice to save memory; raises InputError for values of an image."""
    image = "it is an image, and a label map is needed"
    found: set[int] = set()
    for plane in values:
        if plane.dtype.kind == "f":
            if not np.isfinite(plane).all() or np.abs(plane - np.rint(plane)).max() > 1e-3:
                raise InputError(
                    f"{called} holds numbers that are not whole: {image}; resample label maps by nearest neighbour."
                )
            plane = np.rint(plane)
        low, high = int(plane.min()), int(plane.max())
        if low < -32768 or high > 999_999 or high - low > 65_535:
            raise InputError(f"{called} holds values from {low} to {high}: {image}.")
        counts = np.bincount((plane.astype(np.int64) - low).ravel())
        found.update((np.flatnonzero(counts) + low).tolist())
        if len(found) > MOST_VALUES:
            raise InputError(f"{called} holds more than {MOST_VALUES} different values: {image}.")
    return sorted(found)
