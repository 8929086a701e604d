"""Segmentation files of 3D Slicer (`.seg.nrrd`): the segments of a heart, found by name or by terminology.

Such a file names its segments in its header, gives each a value, and keeps segments that may overlap in layers.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from GenerativeModelsLib.errors import InputError, named
from GenerativeModelsLib.image_files.text_headers import nrrd_key_values
from GenerativeModelsLib.label_files.values import STRUCTURES, labels_text

__all__ = ["Segment", "chosen_segments", "coded_term", "read_segments", "structure_of", "values_of_segments"]

_CODES = {
    ("SCT", "87878005"): "lv",
    ("SCT", "74281007"): "myo",
    ("SCT", "53085002"): "rv",
    ("SRT", "T-32600"): "lv",
    ("SRT", "T-32020"): "myo",
    ("SRT", "T-32500"): "rv",
    ("SCT", "82471001"): "la",
    ("SRT", "T-32300"): "la",
}
"""Structure by coding scheme and code of a terminology entry's type."""
_OTHER = re.compile(
    r"\b(atri\w*|la|ra|aort\w*|lvot|rvot|outflow|pericard\w*|epi\w*|papillar\w*|trabecul\w*|valve|scar|fat)\b"
)
_RIGHT = re.compile(r"\b(right|rv\w*)\b")
_LEFT = re.compile(r"\b(left|lv\w*)\b")
_WALL = re.compile(r"\b(lv)?(myo\w*|wall|muscle|lvm)\b")
_VENTRICLE = re.compile(r"\b(ventric\w*|lv|rv|lvc|rvc|lvbp|rvbp)\b")
_LEFT_ATRIUM = re.compile(r"\b(left atri\w*|atri\w* left|la)\b")
_WALL_OF_IT = re.compile(r"\b(wall|myo\w*|append\w*)\b")
VENTRICLES = ("lv", "myo", "rv")
_BLOOD = re.compile(r"\b[lr]?v?(blood ?pool|blood|cavity|bp|lumen|endo\w*)\b")


@dataclass(frozen=True)
class Segment:
    """A segment: its name, value, layer, and what its terminology calls it ("" without)."""

    name: str
    value: int
    layer: int
    code: tuple[str, str] = ("", "")
    meaning: str = ""

    @property
    def structure(self) -> str | None:
        """The structure of a heart that it is, "lv", "myo" or "rv", by name and else by terminology."""
        return self.structure_among(VENTRICLES)

    def structure_among(self, known: Collection[str]) -> str | None:
        """The structure that it is, among the `known` ones, keys of `STRUCTURES`; None for any other."""
        coded = _CODES.get(self.code)
        return structure_of(self.name, known) or (
            coded if coded in known else structure_of(self.meaning, known) if coded is None else None
        )


def structure_of(name: str, known: Collection[str] = VENTRICLES) -> str | None:
    """The structure that a name means: "lv", the cavity, "myo", its wall, "rv", or "la"; None if not `known`."""
    words = re.sub(r"[^a-z0-9]+", " ", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower())
    if "la" in known and _LEFT_ATRIUM.search(words) and not _WALL_OF_IT.search(words):
        return "la"
    if _OTHER.search(words):
        return None
    right, left = bool(_RIGHT.search(words)), bool(_LEFT.search(words))
    if _WALL.search(words):
        return None if right and not left else "myo"
    if right:
        return "rv" if not left and (_VENTRICLE.search(words) or _BLOOD.search(words)) else None
    return "lv" if _BLOOD.search(words) or (left and _VENTRICLE.search(words)) else None


def read_segments(path: Path, called: str) -> list[Segment]:
    """The segments in the header of a NRRD file; empty for a plain label map.

    Raises
    ------
    InputError
        The header is damaged.
    """
    about = nrrd_key_values(path, called)
    numbers = sorted({int(found[1]) for key in about if (found := re.match(r"Segment(\d{1,6})_", key))})
    # Files of Slicer 4.10 and earlier have a layer for each segment, of the value 1.
    old = not any(f"Segment{number}_LabelValue" in about for number in numbers)
    segments = []
    for place, number in enumerate(numbers):
        entry = {key: about.get(f"Segment{number}_{key}", "") for key in ("Name", "ID", "LabelValue", "Layer", "Tags")}
        try:
            value, layer = (1, place) if old else (int(entry["LabelValue"]), int(entry["Layer"] or 0))
        except ValueError as error:
            raise InputError(f"{called}: segment {number} has no value: save it again from Slicer.") from error
        segments.append(
            Segment(entry["Name"] or entry["ID"] or f"segment {number}", value, layer, *coded_term(entry["Tags"]))
        )
    return segments


def coded_term(tags: str) -> tuple[tuple[str, str], str]:
    """(scheme, code) and meaning of the type in the tags of a segment.

    A terminology entry among them is context~category~type~modifier~context~region~modifier.
    """
    entry = next((tag.partition(":")[2] for tag in tags.split("|") if tag.startswith("TerminologyEntry:")), "")
    parts = [[*part.split("^"), "", "", ""][:3] for part in entry.split("~")] + [["", "", ""]] * 7
    (scheme, code, meaning), side = parts[2], parts[3][2]
    return (scheme, code), f"{side} {meaning}".strip()


def chosen_segments(
    segments: Iterable[Segment],
    called: str,
    labels: Mapping[str, int | None] | None = None,
    known: Collection[str] = VENTRICLES,
) -> dict[str, Segment]:
    """The segments of a heart by structure: "lv", "myo" and, where they exist, the others among `known`.

    Parameters
    ----------
    labels
        Values of the segments by structure; None = by name and terminology.
    known
        Structures that are sought, keys of `STRUCTURES`.

    Raises
    ------
    InputError
        The cavity or the myocardium is missing, or several segments may be the same structure.
    """
    segments = list(segments)
    held = ", ".join(f'"{segment.name}" ({segment.value})' for segment in segments)
    by = "" if labels is None else f"by {named('labels')} {labels_text(labels)}"
    found: dict[str, Segment] = {}
    for structure in known:
        words = STRUCTURES[structure]
        value = None if labels is None else labels.get(structure)
        if labels is None:
            fits = [s for s in segments if s.structure_among(known) == structure]
        else:
            fits = [s for s in segments if s.value == value]
        if len(fits) > 1:
            names = " and ".join(f'"{segment.name}" ({segment.value})' for segment in fits)
            raise InputError(
                f"{called} has several segments that may be the {words}: {names}; name the values by {named('labels')}."
                if labels is None
                else f"{called} has several segments of value {value}, the {words} {by}: "
                f"{names}; save them in one layer."
            )
        if fits:
            found[structure] = fits[0]
        elif structure in ("lv", "myo"):
            raise InputError(
                f"{called} has no segment that is the {words} by its name or terminology; it holds {held}: rename it, "
                f"or name the values by {named('labels')}, such as lv=1,myo=2."
                if labels is None
                else f"{called} has no segment of value {value}, the {words} {by}; it "
                f"holds {held}: name its own values by {named('labels')}."
            )
    return found


def values_of_segments(
    layers: np.ndarray, chosen: Mapping[str, Segment], called: str
) -> tuple[np.ndarray, dict[str, int]]:
    """The label map (k, j, i) of the chosen segments, and its values by structure: their own if they differ.

    Parameters
    ----------
    layers
        (k, j, i) of a single layer, or (k, j, i, layer).

    Raises
    ------
    InputError
        A layer is missing, a segment is empty, or two of them overlap.
    """
    layers = layers[..., None] if layers.ndim == 3 else layers
    own = {structure: segment.value for structure, segment in chosen.items()}
    numbers = own if len(set(own.values())) == len(own) else {"lv": 3, "myo": 2, "rv": 1, "la": 4}
    values = np.zeros(layers.shape[:3], np.int32)
    for structure, segment in chosen.items():
        if segment.layer >= layers.shape[3]:
            raise InputError(f'{called} has no layer {segment.layer} of segment "{segment.name}": save it again.')
        mask = layers[..., segment.layer] == segment.value
        if not mask.any():
            raise InputError(f'{called}: segment "{segment.name}", the {STRUCTURES[structure]}, is empty: label it.')
        shared = mask & (values != 0)
        if shared.any():
            number = int(np.bincount(values[shared]).argmax())
            other = next(chosen[name].name for name in chosen if numbers[name] == number)
            raise InputError(
                f'{called}: segments "{other}" and "{segment.name}" overlap in {int(shared.sum())} voxels: subtract '
                "one from the other, so that every voxel has one meaning."
            )
        values[mask] = numbers[structure]
    return values, {name: numbers[name] for name in chosen}
