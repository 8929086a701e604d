"""Work on many shards in processes of its own while a training runs."""

from __future__ import annotations

import contextlib
import multiprocessing
from collections.abc import Callable, Iterator, Sequence

from lightning.pytorch.utilities import rank_zero_only

from GenerativeModelsLib.process.ending import end_with_parent


@contextlib.contextmanager
def in_background(
    work: Callable[..., object], seeds: Sequence[int], workers: int, *arguments: object
) -> Iterator[None]:
    """Call `work(seed, *arguments)` for every seed, in order, in `workers` processes while the body runs.

    What is not done when the body ends is left. In a training of several processes only the first does the work.
    `work` must be importable by name.
    """
    context = multiprocessing.get_context("spawn")
    count = min(workers, len(seeds)) if rank_zero_only.rank == 0 else 0
    processes = [
        context.Process(target=_each, args=(work, list(seeds[k::count]), arguments), daemon=True) for k in range(count)
    ]
    for process in processes:
        process.start()
    try:
        yield
    finally:
        for process in processes:
            process.terminate()


def _each(work: Callable[..., object], seeds: list[int], arguments: tuple) -> None:
    end_with_parent()
    for seed in seeds:
        work(seed, *arguments)
