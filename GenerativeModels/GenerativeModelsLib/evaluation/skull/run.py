"""Evaluation of many cases in local processes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from GenerativeModelsLib.evaluation.data.test_heads import SUBSETS, simulated_case
from GenerativeModelsLib.evaluation.skull.records import CaseRecords, evaluate_case
from GenerativeModelsLib.process.parallel import Progress, parallel_map


@lru_cache(maxsize=1)
def _model(bundle: str):
    import torch

    from GenerativeModelsLib.skull.infer.model import load_skull_model

    torch.set_num_threads(1)
    return load_skull_model(Path(bundle))


def _one(job: tuple[str, int, int, int, tuple[str, ...]]) -> CaseRecords:
    bundle, set_seed, index, samples, subsets = job
    case = simulated_case(set_seed, index)
    head = case.head
    return evaluate_case(
        _model(bundle),
        index,
        head.shape,
        case.images,
        samples=samples,
        subsets=subsets,
        variant=head.variant,
        weeks=head.gestational_age_weeks,
    )


def evaluate_set(
    bundle: Path,
    set_seed: int,
    cases: int,
    *,
    samples: int = 100,
    workers: int = 2,
    subsets: Sequence[str] = tuple(SUBSETS),
    progress: Progress | None = None,
) -> list[CaseRecords]:
    """Records of cases 0 to `cases` - 1 of a held-out set, in order, each computed on one core."""
    jobs = [(str(bundle), set_seed, index, samples, tuple(subsets)) for index in range(cases)]
    return parallel_map(_one, jobs, workers, progress=progress)
