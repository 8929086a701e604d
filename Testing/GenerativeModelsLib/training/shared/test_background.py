import time
from pathlib import Path

from GenerativeModelsLib.training.shared.background import in_background


def touch(seed: int, folder: Path) -> None:
    (folder / str(seed)).touch()


def sleep(seed: int, folder: Path) -> None:
    time.sleep(60)
    (folder / str(seed)).touch()


def test_every_seed_is_worked_on_while_the_body_runs(tmp_path):
    with in_background(touch, [3, 1, 4], 2, tmp_path):
        until = time.monotonic() + 60
        while len(list(tmp_path.iterdir())) < 3 and time.monotonic() < until:
            time.sleep(0.05)
    assert {p.name for p in tmp_path.iterdir()} == {"3", "1", "4"}


def test_what_is_left_when_the_body_ends_is_not_waited_for(tmp_path):
    with in_background(sleep, [1], 1, tmp_path):
        pass
    assert not list(tmp_path.iterdir())


def test_no_workers_and_no_seeds_are_no_work(tmp_path):
    with in_background(touch, [1], 0, tmp_path), in_background(touch, [], 2, tmp_path):
        pass
    assert not list(tmp_path.iterdir())
