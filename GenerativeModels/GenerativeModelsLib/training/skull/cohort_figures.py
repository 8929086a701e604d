"""Table of results on the held-out cases of an own cohort, for the card of a bundle."""

from __future__ import annotations

from collections.abc import Sequence

from GenerativeModelsLib.evaluation.data.test_heads import SUBSETS
from GenerativeModelsLib.evaluation.skull.benchmark import coverage90, means, share_cell
from GenerativeModelsLib.evaluation.skull.records import CaseRecords

__all__ = ["own_table"]


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
