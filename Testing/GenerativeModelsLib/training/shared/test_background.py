"""Background work of a training: done, finished, dropped and reported seeds."""

import multiprocessing
import time
from pathlib import Path

import pytest

from GenerativeModelsLib.training.shared.background import in_background
from GenerativeModelsLib.training.shared.whole_file import whole_file


def touch(seed: int, folder: Path) -> None:
    (folder / str(seed)).touch()


def slow(seed: int, folder: Path, seconds: float) -> None:
    """Writes a file over some seconds."""
    with whole_file(folder / f"{seed}.txt") as part:
        part.write_text("half")
        time.sleep(seconds)


def odd_only(seed: int, folder: Path) -> None:
    if seed % 2 == 0:
        raise OSError(f"no room for {seed}")
    touch(seed, folder)


def wait_for(*paths: Path) -> None:
    until = time.monotonic() + 60
    while not all(path.exists() for path in paths) and time.monotonic() < until:
        time.sleep(0.02)


def begun(folder: Path) -> None:
    until = time.monotonic() + 60
    while not list(folder.glob("*.part.txt")) and time.monotonic() < until:
        time.sleep(0.02)


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_every_seed_is_worked_on_while_the_body_runs(tmp_path: Path) -> None:
    with in_background(touch, [3, 1, 4], 2, tmp_path):
        wait_for(*(tmp_path / str(seed) for seed in (1, 3, 4)))
    assert names(tmp_path) == {"3", "1", "4"}


def test_a_seed_that_is_begun_is_finished_and_no_other_is_begun(tmp_path: Path) -> None:
    """A training shorter than the work on one seed still adds that seed to the bank."""
    with in_background(slow, [1, 2], 1, tmp_path, 1.0):
        begun(tmp_path)
    assert names(tmp_path) == {"1.txt"}
    assert not multiprocessing.active_children()


def test_a_body_that_raises_ends_the_work_at_once_and_leaves_no_half_file(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), in_background(slow, [1], 1, tmp_path, 300.0):
        begun(tmp_path)
        raised = time.monotonic()
        raise KeyboardInterrupt
    assert time.monotonic() - raised < 30
    assert not names(tmp_path) and not multiprocessing.active_children()


def test_a_seed_that_fails_costs_itself_alone_and_is_reported(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="2 or more shards"), in_background(odd_only, [0, 1, 2, 3], 1, tmp_path):
        wait_for(tmp_path / "3")
    assert names(tmp_path) == {"1", "3"}


def test_no_workers_and_no_seeds_are_no_work(tmp_path: Path) -> None:
    with in_background(touch, [1], 0, tmp_path), in_background(touch, [], 2, tmp_path):
        pass
    assert not list(tmp_path.iterdir())
