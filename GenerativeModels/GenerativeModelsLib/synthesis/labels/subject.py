"""Hearts of users in the latent space: from label maps, or from the folder of a heart analysis."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from GenerativeModelsLib.anatomy.result import read_result
from GenerativeModelsLib.errors import InputError, named
from GenerativeModelsLib.heart.anatomy import HEART, PHASES
from GenerativeModelsLib.heart.case.query_values import levels as checked_levels
from GenerativeModelsLib.heart.infer.apex import completed
from GenerativeModelsLib.heart.infer.measured import rays_of
from GenerativeModelsLib.heart.request import HeartRequest
from GenerativeModelsLib.label_files.files import opened, unreadable

if TYPE_CHECKING:
    from GenerativeModelsLib.heart.infer.model import HeartModel

__all__ = ["Subject", "as_field", "frames_of_file", "read_subject", "systole_beside"]

_RESULT = "result.json"
_PHASE_NAME = re.compile(r"(?<![A-Za-z])(ed)(?![A-Za-z])", re.IGNORECASE)
_ENDING = re.compile(r"(\.nii\.gz|\.seg\.nrrd|\.[A-Za-z]+)$", re.IGNORECASE)


@dataclass(frozen=True, eq=False)
class Subject:
    """A heart in the latent space.

    Attributes
    ----------
    name
        Of its file or folder.
    files
        Names of the files that it was read from, by phase or "latent".
    levels
        Means of z_1 .. z_L, (1, d_l) each.
    present
        (1, PHASES) bool, the phases that they were read from.
    warnings
        Sentences.
    """

    name: str
    files: dict[str, str]
    levels: list[np.ndarray]
    present: np.ndarray
    warnings: tuple[str, ...]


@contextmanager
def as_field(field: str) -> Iterator[None]:
    """Errors on the label maps of a heart speak of the field that named it."""
    try:
        yield
    except InputError as error:
        text = error.text.replace(f", or {named('force')}", "")
        for phase in ("ed", "es", "cine"):
            text = text.replace(named(phase), named(field))
        raise InputError(text) from error


def systole_beside(path: Path) -> Path | None:
    """The label map at end systole beside that at end diastole, None if there is none.

    It has the same name with "es" for a word "ed", in capitals or not, or with "_es" at the end: `ed.nii.gz` and
    `es.nii.gz`, `patient_ED.nii.gz` and `patient_ES.nii.gz`, `000.nii.gz` and `000_es.nii.gz`.
    """
    stem = _ENDING.sub("", path.name)
    ending = path.name[len(stem) :]
    names = [_PHASE_NAME.sub(lambda found: found[1][0] + ("S" if found[1][1].isupper() else "s"), stem), f"{stem}_es"]
    for name in names:
        beside = path.with_name(name + ending)
        if beside != path and beside.is_file():
            return beside
    return None


def frames_of_file(path: Path, field: str) -> int:
    """Number of frames of a label map file: 1 for three dimensions.

    Raises
    ------
    InputError
        The file is missing or unreadable.
    """
    _, called, reader = opened(path, field)
    try:
        reader.ReadImageInformation()
    except RuntimeError as error:
        raise unreadable(called, error) from error
    size = reader.GetSize()
    return size[3] if len(size) > 3 else 1


def read_subject(path: Path, field: str, labels: str, model: HeartModel) -> Subject:
    """A heart placed in the latent space of a model.

    Parameters
    ----------
    path
        A label map at end diastole, with its end systole beside it (`systole_beside`) or not; a cine; or the folder, or
        the `result.json`, of an analysis of this model.
    field
        The field that names it, for messages.
    labels
        Meaning of the values.

    Raises
    ------
    InputError
        It cannot be used; the message names the file.
    """
    if path.is_dir() or path.name == _RESULT:
        return _analysed(path if path.is_dir() else path.parent, field, model)
    frames = frames_of_file(path, field)
    with as_field(field):
        from GenerativeModelsLib.heart.case.run import read_label_maps

        if frames > 1:
            request, files = HeartRequest(cine=path, labels=labels), {"cine": path.name}
        else:
            es = systole_beside(path)
            request = HeartRequest(ed=path, es=es, labels=labels)
            files = {"ed": path.name} | ({} if es is None else {"es": es.name})
        loaded = completed(read_label_maps(request), model)
        placed = model.place(rays_of(loaded))
    return Subject(path.name, files, list(placed.levels), placed.present, loaded.warnings)


def _analysed(folder: Path, field: str, model: HeartModel) -> Subject:
    if not (folder / _RESULT).is_file():
        raise InputError(
            f"{named(field)} {folder.name} holds no {_RESULT}: give the folder of heart analyse, or a label map file."
        )
    result = read_result(folder, HEART.schema, "give the folder of heart analyse")
    latent, made, inputs = result.get("latent"), result.get("model"), result.get("inputs")
    if not isinstance(latent, dict) or not isinstance(made, dict) or not isinstance(inputs, dict):
        raise InputError(f"{named(field)} {folder.name} has no latent code: analyse the heart again.")
    if made.get("sha256") != model.manifest.sha256:
        raise InputError(
            f"{named(field)} {folder.name} was analysed with another model ({made.get('name')} {made.get('version')}), "
            f"whose latent space is another one: analyse it with this one, or name that one as {named('model')}."
        )
    try:
        levels = checked_levels(model, latent.get("z"))
    except InputError as error:
        raise InputError(f"{named(field)} {folder.name} has a broken latent code: analyse the heart again.") from error
    present = np.array([[name in inputs for name in PHASES]])
    return Subject(folder.name, {"latent": f"{folder.name}/{_RESULT}"}, levels, present, ())
