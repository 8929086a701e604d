"""Parallel map: order, progress, errors and remaining processes."""

from __future__ import annotations

import multiprocessing
import os
import time
from functools import partial
from pathlib import Path

import pytest

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.process.parallel import parallel_map


def slower_first(job: int) -> tuple[int, int]:
    """Number and process id; low numbers take longer, so that they finish last."""
    time.sleep(0.15 * max(0, 3 - job))
    return job, os.getpid()


def refuse(job: int, folder: Path) -> int:
    """Refuses job 1; leaves a file for each job that has begun."""
    (folder / str(job)).touch()
    if job == 1:
        raise InputError("job 1 cannot be used.")
    time.sleep(0.3)
    return job


def threads(_: int) -> str:
    return os.environ["OMP_NUM_THREADS"]


@pytest.mark.parametrize("workers", [1, 2])
def test_results_come_in_the_order_of_the_jobs_and_progress_counts_them(workers: int) -> None:
    seen: list[tuple[int, int]] = []
    found = parallel_map(slower_first, range(4), workers, progress=lambda done, total: seen.append((done, total)))
    assert [job for job, _ in found] == [0, 1, 2, 3]
    assert seen == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert ({process for _, process in found} == {os.getpid()}) == (workers == 1)


@pytest.mark.parametrize(("jobs", "workers"), [([3], 8), ([3, 4], 0), ([], 8)])
def test_one_job_or_one_worker_starts_no_process(jobs: list[int], workers: int) -> None:
    assert parallel_map(slower_first, iter(jobs), workers) == [(job, os.getpid()) for job in jobs]


@pytest.mark.parametrize("workers", [1, 2])
def test_an_error_arrives_as_it_is_and_ends_the_work(tmp_path: Path, workers: int) -> None:
    with pytest.raises(InputError, match=r"^job 1 cannot be used\.$"):
        parallel_map(partial(refuse, folder=tmp_path), range(40), workers)
    assert not multiprocessing.active_children()
    begun = len(list(tmp_path.iterdir()))
    assert begun == 2 if workers == 1 else begun < 12


def test_an_error_of_the_progress_ends_the_work_too(tmp_path: Path) -> None:
    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        parallel_map(partial(refuse, folder=tmp_path), range(2, 40), 2, progress=stop)
    assert not multiprocessing.active_children() and len(list(tmp_path.iterdir())) < 12


def test_further_processes_have_the_threads_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    assert parallel_map(threads, range(2), 2, threads=3) == ["3", "3"]
    assert parallel_map(threads, range(2), 2) == ["7", "7"]
    assert os.environ["OMP_NUM_THREADS"] == "7"
