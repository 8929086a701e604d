"""Label maps of a file: deformed, with a thicker or thinner wall, or with a scar, on the grid of the file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from GenerativeModelsLib.errors import InputError, named
from GenerativeModelsLib.heart.labels.label_map import STRUCTURES, LabelMap, is_preset, parse_labels
from GenerativeModelsLib.heart.measure.load import LoadedPhase, load_phase
from GenerativeModelsLib.label_files.files import lps_matrix, opened, unreadable
from GenerativeModelsLib.language import said
from GenerativeModelsLib.synthesis.labels.accept import Judged, Tally, judged
from GenerativeModelsLib.synthesis.labels.deform import (
    displaced,
    displacement,
    held_at_base,
    walls_changed,
    without_slivers,
)
from GenerativeModelsLib.synthesis.labels.grid import VoxelGrid
from GenerativeModelsLib.synthesis.labels.made import MadeHeart, SyntheticLabels
from GenerativeModelsLib.synthesis.labels.request import DISPLACEMENT_MM, SMOOTHNESS_MM, LabelsRequest
from GenerativeModelsLib.synthesis.labels.scars import asked_scar
from GenerativeModelsLib.synthesis.labels.subject import as_field, frames_of_file, systole_beside
from GenerativeModelsLib.synthesis.labels.whole_heart import LABELS

__all__ = ["hearts_of_file"]

DRAWS_EACH = 10
"""Deformations for every map that is wanted, beyond which the file is given up."""
SAME_GRID_MM = 1e-3
Progress = Callable[[str, float], None]


@dataclass(frozen=True, eq=False)
class _Given:
    """Label maps of a file by phase, (k, j, i) values of `LABELS` on its whole grid, with what was measured of them."""

    values: dict[str, np.ndarray]
    phases: dict[str, LoadedPhase]
    grid: VoxelGrid
    axis: int
    files: dict[str, str]
    warnings: tuple[str, ...]


def hearts_of_file(request: LabelsRequest, progress: Progress) -> SyntheticLabels:
    """Label maps that follow from those of a file, each checked; deformations that break a rule are drawn again.

    End systole beside the file is deformed with the same displacement, where it lies on the same grid.

    Raises
    ------
    InputError
        The file cannot be used, breaks rules itself, or too few of the maps keep to them.
    """
    given = _given(request)
    own = judged(np.stack(list(given.values.values())), given.grid, given.axis)
    if own.broken:
        raise InputError(
            f"{named('from')} {request.source.name} breaks rules of the check itself ({', '.join(own.broken)}): mend "
            "it with segmentation repair first."
        )
    tally, hearts, attempt = Tally(), [], 0
    while len(hearts) < request.count:
        if attempt >= (DRAWS_EACH if request.deform else 1) * request.count:
            rules = ", ".join(name for name, _ in tally.criteria.most_common(3))
            raise InputError(
                f"{named('from')} {request.source.name}: of {attempt} new maps {len(hearts)} keep to the rules of the "
                f"check ({rules} broken): ask for less {named('displacement_mm')} or {named('wall_change_mm')}."
                if request.deform
                else f"{named('scar')} makes a map that breaks rules of the check ({rules})."
            )
        progress(f"making map {len(hearts) + 1} of {request.count}", len(hearts) / request.count)
        made = _deformed(request, given, attempt) if request.deform else given.values
        if made is None:
            found = Judged((), ("folded",))
        else:
            made = {phase: _with_scar(request, given, phase, values) for phase, values in made.items()}
            found = judged(np.stack(list(made.values())), given.grid, given.axis)
        if tally.count(found):
            about = {"draw": attempt} if request.deform else {}
            hearts.append(MadeHeart(made["ed"], made.get("es"), None, None, found.applied, about))
        attempt += 1
    source = {"way": request.way, "from": request.source.name, "files": given.files}
    about = {"placed_by": f"the grid of {request.source.name}", "checked_on": "its own slices"}
    return SyntheticLabels(tuple(hearts), given.grid, tally, source, about, given.warnings)


def _given(request: LabelsRequest) -> _Given:
    if frames_of_file(request.source, "from") > 1:
        raise InputError(
            f"{named('from')} {request.source.name} is a cine: save the phase to deform as a label map of three "
            "dimensions."
        )
    paths = {"ed": request.source}
    es = systole_beside(request.source)
    if es is not None and request.phases != "ed":
        paths["es"] = es
    values, phases, warnings = {}, {}, []
    grid = None
    with as_field("from"):
        for phase, path in paths.items():
            own, found, label_map = _read(path, phase, request.labels)
            if grid is None:
                grid = own
            elif grid.size != own.size or not np.allclose(grid.to_lps, own.to_lps, atol=SAME_GRID_MM):
                warnings.append(
                    said(
                        "{es} beside {ed} lies on another grid and was left out: one displacement moves both phases of "
                        "a heart.",
                        es=path.name,
                        ed=request.source.name,
                    )
                )
                break
            values[phase], phases[phase] = found, load_phase(label_map, phase)
    axis = grid.across(phases["ed"].frame.axes[2])
    if axis is None:
        raise InputError(
            f"{named('from')} {request.source.name} has no planes across the long axis, in which its rules hold: "
            "resample it to short-axis slices."
        )
    files = {phase: paths[phase].name for phase in values}
    warnings += [each for phase in phases.values() for each in phase.warnings if each not in warnings]
    return _Given(values, phases, grid, axis, files, tuple(warnings))


def _read(path: Path, phase: str, labels: str) -> tuple[VoxelGrid, np.ndarray, LabelMap]:
    """The whole grid of a file, its labels as values of `LABELS`, and its map as the heart part reads it."""
    from GenerativeModelsLib.heart.labels.read import read_label_map

    label_map = read_label_map(path, parse_labels(labels), phase, by_name=is_preset(labels))
    _, called, reader = opened(path, phase)
    try:
        reader.ReadImageInformation()
    except RuntimeError as error:
        raise unreadable(called, error) from error
    grid = VoxelGrid(tuple(reader.GetSize()[:3]), lps_matrix(reader))
    values = np.zeros(grid.size[::-1], np.uint8)
    first = label_map.cut_off
    box = tuple(slice(a, a + n) for a, n in zip(first[::-1], label_map.values.shape))
    for name in STRUCTURES:
        values[box][label_map.mask(name)] = LABELS[name]
    return grid, values, label_map


def _deformed(request: LabelsRequest, given: _Given, attempt: int) -> dict[str, np.ndarray] | None:
    rng = np.random.default_rng([request.seed, attempt])
    sd_mm, smooth_mm = (
        default if value is None else value
        for value, default in ((request.displacement_mm, DISPLACEMENT_MM), (request.smoothness_mm, SMOOTHNESS_MM))
    )
    field = displacement(given.grid, sd_mm, smooth_mm, rng)
    made = {}
    for phase, values in given.values.items():
        if request.wall_change_mm:
            values = walls_changed(values, given.grid, given.axis, request.wall_change_mm)
        if not (values == LABELS["lv"]).any():  # a thicker wall has closed the cavity, which the check rejects
            made[phase] = values
            continue
        way = 1 if given.grid.axes[:, given.axis] @ given.phases[phase].frame.axes[2] > 0 else -1
        held = held_at_base(field, values == LABELS["lv"], given.grid, given.axis, way)
        moved = displaced(values, given.grid, held)
        if moved is None:
            return None
        made[phase] = without_slivers(moved, given.grid, given.axis)
    return made


def _with_scar(request: LabelsRequest, given: _Given, phase: str, values: np.ndarray) -> np.ndarray:
    loaded = given.phases[phase]
    length = loaded.ventricle.cavity_length_mm
    return asked_scar(request, values, given.grid, loaded.frame, length, required=phase == "ed")
