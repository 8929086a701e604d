"""Label maps of a whole heart cycle (x, y, z, time), and their frames of end diastole and end systole."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from GenerativeModelsLib.errors import InputError, named
from GenerativeModelsLib.heart.labels.label_map import HeartLabels, LabelMap, label_map_from_array
from GenerativeModelsLib.image_files.given import GivenImage, Source
from GenerativeModelsLib.image_files.reader import read_pixels
from GenerativeModelsLib.label_files.files import lps_matrix, opened, require_size, unreadable
from GenerativeModelsLib.language import said

__all__ = ["Cine", "extreme_frames", "read_cine"]


@dataclass(frozen=True, eq=False)
class Cine:
    """Two phases of a cine.

    Attributes
    ----------
    ed, es : label maps of the two frames.
    frames : "ed" and "es", the numbers of the frames from 0, and "count", how many there are.
    cavity_ml : volume of the cavity in every frame; 0 where it is not labelled.
    warnings : sentences.
    """

    ed: LabelMap
    es: LabelMap
    frames: dict[str, int]
    cavity_ml: tuple[float, ...]
    warnings: tuple[str, ...]


def read_cine(source: Source, labels: HeartLabels, ed_frame: int | None = None, es_frame: int | None = None) -> Cine:
    """Read a cine and take its frames of the largest and the smallest cavity, unless others are given, from 0.

    Raises
    ------
    InputError
        The file is unreadable, not of several frames, the same in all frames or labelled in fewer than two, a frame
        is not there or empty, or the errors of `label_map_from_array`.
    """
    frames, to_lps, name = _read(source)
    called = f"{named('cine')} {name}"
    count = len(frames)
    voxel_ml = abs(float(np.linalg.det(to_lps[:3, :3]))) / 1000
    cavity = np.array([np.count_nonzero(frame == labels.lv) for frame in frames])
    labelled = np.flatnonzero(cavity)
    if not len(labelled):
        raise InputError(
            f"{called} has no voxel of value {labels.lv}, the cavity (lv) by {named('labels')} {labels}: name its own "
            f"values by {named('labels')}."
        )
    if len(labelled) < 2:
        raise InputError(
            f"{called} is labelled in frame {labelled[0]} of {count} alone: save it as a 3D label map and give it as "
            f"{named('ed')}."
        )
    repeated = [k for k in range(1, count) if cavity[k] == cavity[k - 1] and np.array_equal(frames[k], frames[k - 1])]
    if len(repeated) == count - 1:
        raise InputError(f"{called} has {count} frames that are all the same: give one that moves, or {named('ed')}.")
    chosen = {"ed": _frame(ed_frame, "ed_frame", cavity, called), "es": _frame(es_frame, "es_frame", cavity, called)}
    extremes = dict(zip(chosen, extreme_frames(cavity)))
    chosen = {phase: extremes[phase] if frame is None else frame for phase, frame in chosen.items()}
    if chosen["ed"] == chosen["es"]:
        raise InputError(
            f"{called} has frame {chosen['ed']} for end diastole and end systole: give two as {named('ed_frame')} and "
            f"{named('es_frame')}."
        )
    maps = {
        phase: label_map_from_array(frames[k], to_lps, labels, f"{name} frame {k}", "cine")
        for phase, k in chosen.items()
    }
    warnings = _warnings(name, cavity, [k for k in repeated if cavity[k]])
    volumes = tuple(round(float(voxels) * voxel_ml, 4) for voxels in cavity)
    return Cine(**maps, frames={**chosen, "count": count}, cavity_ml=volumes, warnings=warnings)


def extreme_frames(cavity: np.ndarray) -> tuple[int, int]:
    """End diastole and end systole of a cine: the frames of the largest and of the smallest cavity that is labelled.

    Parameters
    ----------
    cavity
        (frames,) size of the cavity, 0 where it is not labelled; not 0 in all.
    """
    labelled = np.flatnonzero(cavity)
    return int(np.argmax(cavity)), int(labelled[np.asarray(cavity)[labelled].argmin()])


def _read(source: Source) -> tuple[np.ndarray, np.ndarray, str]:
    """(frame, k, j, i) values, (4, 4) index -> LPS mm, and the name."""
    if isinstance(source, GivenImage):
        called = f"{named('cine')} {source.name}"
        _require_frames(source.values.shape[::-1], called)
        return source.values, source.to_lps, source.name
    import SimpleITK as sitk

    path, called, reader = opened(source, "cine")
    try:
        reader.ReadImageInformation()
        size, numbers = reader.GetSize(), reader.GetNumberOfComponents()
        # The frames of a sequence of Slicer are the numbers of a voxel.
        sequence = len(size) == 3 and numbers > 1 and reader.GetImageIO() == "NrrdImageIO"
        if numbers > 1 and not sequence:
            raise InputError(
                f"{called} has {numbers} numbers a voxel (colours or a vector): give a label map with one."
            )
        size = (*size, numbers) if sequence else size
        _require_frames(size, called)
        require_size(size, called)
        image = read_pixels(reader, called)
    except RuntimeError as error:
        raise unreadable(called, error) from error
    values = sitk.GetArrayFromImage(image)
    return np.moveaxis(values, -1, 0) if sequence else values, lps_matrix(image), path.name


def _require_frames(size: tuple[int, ...], called: str) -> None:
    shown = " x ".join(map(str, size))
    if len(size) == 3 or (len(size) == 4 and size[3] == 1):
        raise InputError(f"{called} is {shown} voxels, a single frame: give it as {named('ed')}, in three dimensions.")
    if len(size) != 4 or min(size[:3]) < 2:
        raise InputError(f"{called} is {shown} voxels: a label map (x, y, z, time) of whole hearts is needed.")


def _frame(frame: int | None, field: str, cavity: np.ndarray, called: str) -> int | None:
    if frame is None:
        return None
    if not 0 <= frame < len(cavity):
        raise InputError(f"{named(field)} is {frame}, and {called} has the frames 0 to {len(cavity) - 1}: give one.")
    if not cavity[frame]:
        shown = ", ".join(map(str, np.flatnonzero(cavity)))
        raise InputError(f"{named(field)} is {frame}, where {called} has no cavity: give one of the frames {shown}.")
    return frame


def _warnings(name: str, cavity: np.ndarray, repeated: list[int]) -> tuple[str, ...]:
    empty = int((cavity == 0).sum())
    found = []
    if empty:
        values = {"count": empty, "all": len(cavity), "file": name}
        found.append(
            said(
                "{count:d} of the {all:d} frames show no cavity in the cine {file}; end systole was sought beyond.",
                **values,
            )
            if empty > 1
            else said(
                "{count:d} of the {all:d} frames shows no cavity in the cine {file}; end systole was sought beyond.",
                **values,
            )
        )
    if repeated:
        values = {"file": name, "frames": ", ".join(map(str, repeated))}
        found.append(
            said("The cine {file} repeats the frame before in frames {frames}; its cycle may be incomplete.", **values)
            if len(repeated) > 1
            else said(
                "The cine {file} repeats the frame before in frame {frames}; its cycle may be incomplete.", **values
            )
        )
    return tuple(found)
