"""Evaluation of a trained model on the held-out cases of an own cohort."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from GenerativeModelsLib.evaluation.data.test_heads import SUBSETS, imaged
from GenerativeModelsLib.evaluation.skull.benchmark import coverage90, means, share_cell
from GenerativeModelsLib.evaluation.skull.records import CaseRecords, evaluate_case
from GenerativeModelsLib.skull.infer.model import load_skull_model
from GenerativeModelsLib.skull.planes.image import PlaneImage
from GenerativeModelsLib.training.skull.cohort import read_cohort
from GenerativeModelsLib.training.skull.config import CohortConfig
from GenerativeModelsLib.training.skull.own_case import OwnCase, read_own_case

__all__ = ["FIRST_OWN", "own_cases", "own_images", "own_records", "own_table"]

FIRST_OWN = 1_000_000
"""First case number of own cases in records."""
HELD_OUT_SEED = 74
"""First word of the seeds for simulated pictures of held-out heads."""


def own_cases(config: CohortConfig, part: str) -> list[OwnCase]:
    """Read the cases of one part of the cohort."""
    return [read_own_case(row) for row in read_cohort(config) if row.part == part]


def own_images(case: OwnCase) -> dict[str, PlaneImage]:
    """Pictures of a case or, if it has none, of one simulated examination."""
    return case.images or imaged(case.head.shape, np.random.default_rng([HELD_OUT_SEED, case.row.number]))


def own_records(bundle: Path, cases: Sequence[OwnCase], samples: int = 100) -> list[CaseRecords]:
    """Records of every case, reconstructed from every subset of its planes."""
    model = load_skull_model(bundle)
    records = []
    for case in cases:
        images = own_images(case)
        subsets = [name for name, planes in SUBSETS.items() if set(planes) <= set(images)]
        kind = "own pictures" if case.images else "own heads, simulated pictures"
        number = FIRST_OWN + case.row.number
        records.append(
            evaluate_case(model, number, case.head.shape, images, samples=samples, subsets=subsets, variant=kind)
        )
    return records


def own_table(records: Sequence[CaseRecords]) -> list[str]:
    """Lines of a Markdown table after rigid alignment, one row per kind of pictures and subset of planes."""
    lines = ["Own test cases, after rigid alignment, means:", ""]
    lines += ["| pictures | planes | cases | Dice | Hausdorff, mm | surface distance, mm | 90 % coverage |"]
    lines += ["|---|---|---|---|---|---|---|"]
    for kind in sorted({case.variant for case in records}):
        for subset in SUBSETS:
            cases = [case for case in records if case.variant == kind and subset in case.records]
            if not cases:
                continue
            m, covered = means(cases, subset, "rigid"), coverage90(cases, subset, "rigid")
            lines.append(
                f"| {kind} | {subset} | {len(cases)} | {m['dice']:.3f} | {m['hausdorff_mm']:.2f} | "
                f"{m['mean_surface_distance_mm']:.2f} | {share_cell(covered)} |"
            )
    failed = sum(bool(case.failure) for case in records)
    return [*lines, "", f"No result for {failed} of {len(records)} cases."]
