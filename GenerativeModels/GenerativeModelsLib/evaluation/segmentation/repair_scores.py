"""What a repair did to one case: violations before and after, overlap and distances, volumes, seconds."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from GenerativeModelsLib.evaluation.scores.stacks import StackScore, roughness_percent, stack_score
from GenerativeModelsLib.evaluation.segmentation.methods import Method
from GenerativeModelsLib.evaluation.segmentation.predictions import SegmentedCase
from GenerativeModelsLib.segmentation.check import Findings, check_maps
from GenerativeModelsLib.segmentation.maps import CODES, LabelMaps

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
    left_not_abstained
        Frames with a fault after the method that it did not leave alone on purpose.
    abstained
        Frames that the method left alone on purpose.
    valid, valid_changed
        Frames without a fault before, and those of them that the method changed.
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
    left_not_abstained: int
    abstained: int
    valid: int
    valid_changed: int
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
    same = outcome.maps.values is case.maps.values
    after = before if same else check_maps(outcome.maps, earlier=before)
    changed = (outcome.maps.values != case.maps.values).any(axis=(1, 2, 3))
    faulty = set(before.faulty_frames)
    left = set(after.faulty_frames)
    rules: dict[str, int] = {}
    for violation in after.faults:
        rules[violation.criterion.name] = rules.get(violation.criterion.name, 0) + 1
    valid = [frame for frame in range(case.maps.frames) if frame not in faulty]
    cine = case.kind == "cine"
    return CaseScore(
        method.name,
        case.patient,
        case.kind,
        case.seed,
        case.maps.frames,
        len(before.expected),
        len(faulty),
        len(before.faulty_slices),
        len(left),
        len(after.faulty_slices),
        len(left - outcome.abstained),
        len(outcome.abstained),
        len(valid),
        int(changed[valid].sum()),
        {name: _structure_scores(outcome.maps, case, name) for name in case.known},
        ejection_fraction_error(outcome.maps, case) if cine else None,
        roughness_percent(_volumes(outcome.maps.values)) if cine else None,
        seconds,
        rules,
    )


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
    """Absolute error in percentage points at the frames that are contoured, volumes of all slices of the maps.

    The expert's volume is that of the contoured slices, beyond which there is no ventricle.
    """
    frames = np.flatnonzero(case.known["lv"].any(axis=1))
    return abs(
        ejection_fraction(_volumes(maps.values[frames]).tolist())
        - ejection_fraction(_volumes(case.truth[frames]).tolist())
    )
