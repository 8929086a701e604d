"""What a repair did to one case: violations before and after, overlap and distances, volumes, seconds."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from GenerativeModelsLib.evaluation.scores.stacks import StackScore, roughness_percent, stack_score
from GenerativeModelsLib.evaluation.segmentation.methods import Method
from GenerativeModelsLib.evaluation.segmentation.predictions import SegmentedCase
from GenerativeModelsLib.segmentation.check import Findings, check_maps
from GenerativeModelsLib.segmentation.maps import CODES, LabelMaps
from GenerativeModelsLib.segmentation.repair.change import Place

__all__ = ["CaseScore", "ScoringJob", "ejection_fraction", "ejection_fraction_error", "score_case"]


@dataclass(frozen=True)
class CaseScore:
    """Scores of one case after one method.

    Attributes
    ----------
    method, patient, kind, seed
        What was scored.
    frames, slices
        Number of frames, and of slices with labels or that lack them and should not.
    faulty_frames, faulty_slices
        Of those, with a fault: before.
    left_frames, left_slices
        With a fault after the method.
    abstained_frames, abstained_slices
        Listed by the method as still breaking rules: frames of which the frame or a slice is listed, and slices.
    unlisted_frames, unlisted_slices
        With a fault that a check of the repaired maps alone finds, at a place that the method does not list.
    valid_frames, valid_frames_changed
        Frames without a fault before, and those of them that the method changed.
    valid_slices, valid_slices_changed
        The same of labelled slices without a fault before, in frames without a fault of the frame as a whole.
    scores
        By "lv" and "myo", a score for each frame in which the structure is labelled.
    ef_error
        Absolute error of the ejection fraction in percentage points; None but for cines.
    roughness
        Of the cavity's volume curve in %, see `roughness_percent`; None but for cines.
    seconds
        That the method took.
    rules
        Faults after the method by rule.
    """

    method: str
    patient: str
    kind: str
    seed: int
    frames: int
    slices: int
    faulty_frames: int
    faulty_slices: int
    left_frames: int
    left_slices: int
    abstained_frames: int
    abstained_slices: int
    unlisted_frames: int
    unlisted_slices: int
    valid_frames: int
    valid_frames_changed: int
    valid_slices: int
    valid_slices_changed: int
    scores: dict[str, list[StackScore]]
    ef_error: float | None
    roughness: float | None
    seconds: float
    rules: dict[str, int]


@dataclass(frozen=True, eq=False)
class ScoringJob:
    """A case and the methods to score on it."""

    case: SegmentedCase
    methods: Sequence[Method]


def score_case(job: ScoringJob) -> list[CaseScore]:
    """Scores of every method on a case."""
    case = job.case
    before = check_maps(case.maps)
    return [_scored(method, case, before) for method in job.methods]


def _scored(method: Method, case: SegmentedCase, before: Findings) -> CaseScore:
    start = time.perf_counter()
    outcome = method.repair(case.maps)
    seconds = time.perf_counter() - start
    after = before if outcome.maps.values is case.maps.values else check_maps(outcome.maps)
    changed = (outcome.maps.values != case.maps.values).any(axis=(2, 3))
    places = {(violation.frame, violation.slice) for violation in after.faults}
    unlisted = places - outcome.abstained
    valid_frames = ~np.isin(np.arange(case.maps.frames), before.faulty_frames)
    valid_slices = (case.maps.values != 0).any(axis=(2, 3))
    for violation in before.faults:
        valid_slices[violation.frame, slice(None) if violation.slice is None else violation.slice] = False
    cine = case.kind == "cine"
    return CaseScore(
        method=method.name,
        patient=case.patient,
        kind=case.kind,
        seed=case.seed,
        frames=case.maps.frames,
        slices=len(before.expected),
        faulty_frames=len(before.faulty_frames),
        faulty_slices=len(before.faulty_slices),
        left_frames=len(after.faulty_frames),
        left_slices=len(after.faulty_slices),
        abstained_frames=_frames(outcome.abstained),
        abstained_slices=_slices(outcome.abstained),
        unlisted_frames=_frames(unlisted),
        unlisted_slices=_slices(unlisted),
        valid_frames=int(valid_frames.sum()),
        valid_frames_changed=int((valid_frames & changed.any(axis=1)).sum()),
        valid_slices=int(valid_slices.sum()),
        valid_slices_changed=int((valid_slices & changed).sum()),
        scores={name: _structure_scores(outcome.maps, case, name) for name in case.known},
        ef_error=ejection_fraction_error(outcome.maps, case) if cine else None,
        roughness=roughness_percent(_volumes(outcome.maps.values)) if cine else None,
        seconds=seconds,
        rules=dict(Counter(violation.criterion.name for violation in after.faults)),
    )


def _frames(places: Collection[Place]) -> int:
    return len({frame for frame, _ in places})


def _slices(places: Collection[Place]) -> int:
    return sum(slice_ is not None for _, slice_ in places)


def _structure_scores(maps: LabelMaps, case: SegmentedCase, structure: str) -> list[StackScore]:
    spacing = np.array([maps.slice_mm, *maps.pixel_mm])
    found = []
    for frame, known in enumerate(case.known[structure]):
        wanted = case.truth[frame, known] == CODES[structure]
        if wanted.any():
            found.append(stack_score(maps.values[frame, known] == CODES[structure], wanted, spacing))
    return found


def _volumes(values: np.ndarray) -> np.ndarray:
    """(frames,) pixels of the cavity."""
    return (values == CODES["lv"]).sum(axis=(1, 2, 3)).astype(float)


def ejection_fraction(volumes: Sequence[float]) -> float:
    """Ejection fraction in percent from the volumes of the frames: 100 (1 - smallest / largest)."""
    return 100 * (1 - min(volumes) / max(volumes))


def ejection_fraction_error(maps: LabelMaps, case: SegmentedCase) -> float:
    """Absolute error in percentage points, over the slices that the expert contoured at end diastole and end systole.

    Of each of these frames the slices contoured in it count, in the maps and in the truth alike: what a map has in
    other slices, right or wrong, is not counted for any method.
    """
    known = case.known["lv"]
    frames = np.flatnonzero(known.any(axis=1))
    errors = [
        ejection_fraction([float((values[frame, known[frame]] == CODES["lv"]).sum()) for frame in frames])
        for values in (maps.values, case.truth)
    ]
    return abs(errors[0] - errors[1])
