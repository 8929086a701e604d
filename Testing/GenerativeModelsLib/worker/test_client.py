"""A worker and its child, with a child that pretends: every end a job can come to."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.image_files.given import GivenImage
from GenerativeModelsLib.skull.request import SkullRequest
from GenerativeModelsLib.worker import DeviceFound, Done, Event, Failed, Progress, Refused, Worker
from Testing.helpers.fake_worker import PATIENCE_SECONDS, REPOSITORY, FakeWorker, until

posix_only = pytest.mark.skipif(os.name == "nt", reason="signals and shebangs")


def request(tmp_path: Path, name: str = "good", output: str = "deep/er/out") -> SkullRequest:
    return SkullRequest(axial=tmp_path / f"{name}.png", output=tmp_path / output)


def last_of(worker: Worker, request: SkullRequest) -> Event:
    worker.submit("skull", request)
    return until(worker, Done, Refused, Failed)[-1]


def gone(pid: int) -> bool:
    """Whether a process ends within some seconds; one that nobody waits for counts as ended."""
    import psutil

    end = time.monotonic() + 10
    while time.monotonic() < end:
        try:
            if psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
                return True
        except psutil.NoSuchProcess:
            return True
        time.sleep(0.02)
    return False


def pid_of_hanging(worker: Worker, request: SkullRequest) -> int:
    """Submit a request that hangs; the process in which it does, once half the files are there."""
    worker.submit("skull", request)
    until(worker, Progress)
    note = request.output / "pid"
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end and not (note.is_file() and note.read_text()):
        time.sleep(0.01)
    return int(note.read_text())


def test_a_case_goes_through_and_the_child_serves_the_next(worker: FakeWorker, tmp_path: Path) -> None:
    first, second = request(tmp_path), request(tmp_path, output="again")
    job = worker.submit("skull", first)
    assert worker.busy
    assert until(worker, Done) == [Progress(job, "Reading the planes", 0.25), Done(job, first.output)]
    assert not worker.busy and worker.warm
    assert {path.name for path in first.output.iterdir()} == {"skull.vtp"}
    child = worker._child
    assert last_of(worker, second) == Done(job + 1, second.output)
    assert worker._child is child


def test_start_warms_up_and_may_be_repeated(worker: FakeWorker) -> None:
    assert not worker.warm
    worker.start()
    child = worker._child
    worker.start()
    assert worker._child is child
    end = time.monotonic() + PATIENCE_SECONDS
    while not worker.warm and time.monotonic() < end:
        assert worker.poll() == []
        time.sleep(0.01)
    assert worker.warm and not worker.busy


def test_a_job_submitted_during_the_warm_up_waits_for_it(tmp_path: Path) -> None:
    worker = FakeWorker(FAKE_WARM_UP="0.5")
    try:
        worker.start()
        assert isinstance(last_of(worker, request(tmp_path)), Done)
    finally:
        worker.close()


def test_no_call_waits_for_the_child(tmp_path: Path) -> None:
    """A view that polls must not stutter, whatever the child is at."""
    worker = FakeWorker(FAKE_WARM_UP="0.5")
    slowest = 0.0
    try:
        worker.submit("skull", request(tmp_path, "noisy"))
        ended = False
        while not ended:
            start = time.perf_counter()
            events = worker.poll()
            slowest = max(slowest, time.perf_counter() - start)
            ended = any(isinstance(event, (Done, Failed)) for event in events)
            time.sleep(0.005)
    finally:
        worker.close()
    assert slowest < 0.1, "seconds; it takes less than a millisecond on a machine that is not busy"


def test_bad_input_is_one_sentence_in_the_words_of_a_window(worker: FakeWorker, tmp_path: Path) -> None:
    refused = last_of(worker, request(tmp_path, "bad"))
    words = "give the spacing of the axial plane in mm, or that of all planes."
    assert refused == Refused(1, f"axial plane x carries no pixel spacing: {words}", "axial")
    assert list(tmp_path.iterdir()) == [] and not worker.busy
    assert isinstance(last_of(worker, request(tmp_path)), Done)


@pytest.mark.parametrize(
    ("name", "words", "details"),
    [
        ("surprise", "unexpectedly (RuntimeError: a surprise): please report", "Traceback (most recent call last)"),
        ("memory", "ran out of memory", "MemoryError"),
        ("exits", "ended unexpectedly with exit code 3", "last words"),
        pytest.param("killed", "most likely because memory ran out", "", marks=posix_only),
        pytest.param("crash", "ended unexpectedly by signal 11", "Segmentation fault", marks=posix_only),
    ],
)
def test_a_failure_is_a_sentence_and_leaves_nothing_behind(
    name: str, words: str, details: str, worker: FakeWorker, tmp_path: Path
) -> None:
    failed = last_of(worker, request(tmp_path, name))
    assert isinstance(failed, Failed) and failed.job == 1
    assert words in failed.sentence and "\n" not in failed.sentence
    assert details in failed.details
    assert list(tmp_path.iterdir()) == [] and not worker.busy
    assert isinstance(last_of(worker, request(tmp_path)), Done), "the next case is served, by a new child if need be"


@pytest.mark.parametrize(
    ("name", "words"), [("memory", "ran out of memory: close other programs"), ("incomplete", "'skimage' is missing")]
)
def test_a_child_without_memory_or_a_package_is_replaced(
    name: str, words: str, worker: FakeWorker, tmp_path: Path
) -> None:
    """What is half made there, such as a module half imported, must not meet the next case."""
    worker.start()
    child = worker._child
    assert words in last_of(worker, request(tmp_path, name)).sentence
    assert worker.submit("skull", request(tmp_path)) == 2 and worker._child is not child
    assert isinstance(until(worker, Done, Failed)[-1], Done)
    assert gone(child._process.pid)


def test_ten_megabytes_of_noise_do_not_stop_a_job(worker: FakeWorker, tmp_path: Path) -> None:
    assert isinstance(last_of(worker, request(tmp_path, "noisy")), Done)
    end = time.monotonic() + PATIENCE_SECONDS
    while "the end of the noise" not in worker._child.log and time.monotonic() < end:
        time.sleep(0.01)
    assert worker._child.log == "the end of the noise\n"


def test_cancel_ends_the_child_and_removes_what_it_wrote(worker: FakeWorker, tmp_path: Path) -> None:
    pid = pid_of_hanging(worker, request(tmp_path, "hangs"))
    start = time.perf_counter()
    worker.cancel()
    assert time.perf_counter() - start < 1.0
    assert not worker.busy and worker.poll() == []
    assert gone(pid)
    worker._wait_for_tidying()
    assert list(tmp_path.iterdir()) == []
    assert worker.poll() == [], "a cancelled job is never heard of again"
    assert last_of(worker, request(tmp_path)) == Done(2, tmp_path / "deep/er/out")


def test_cancel_spares_an_empty_folder_that_was_there(worker: FakeWorker, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    pid_of_hanging(worker, request(tmp_path, "hangs", "out"))
    worker.cancel()
    worker._wait_for_tidying()
    assert list(tmp_path.iterdir()) == [tmp_path / "out"] and list((tmp_path / "out").iterdir()) == []


def test_an_open_question_for_the_device_outlives_a_cancelled_job(tmp_path: Path) -> None:
    worker = FakeWorker(FAKE_WARM_UP="0.3")
    try:
        worker.ask_device()
        worker.submit("skull", request(tmp_path, "hangs"))
        worker.cancel()
        assert [type(event) for event in until(worker, DeviceFound)] == [DeviceFound]
    finally:
        worker.close()


def test_cancel_and_close_without_a_job_do_no_harm(worker: FakeWorker, tmp_path: Path) -> None:
    worker.cancel()
    worker.close()
    worker.start()
    child = worker._child
    worker.cancel()
    assert worker._child is child, "an idle child stays warm"
    worker.close()
    worker.close()
    assert not child.running
    assert isinstance(last_of(worker, request(tmp_path)), Done), "closed is not for ever"


def test_a_second_job_has_to_wait(worker: FakeWorker, tmp_path: Path) -> None:
    worker.submit("skull", request(tmp_path, "hangs"))
    with pytest.raises(RuntimeError, match="is running: wait for it or cancel it"):
        worker.submit("skull", request(tmp_path, output="other"))
    assert not (tmp_path / "other").exists()


def test_images_in_memory_are_refused_before_anything_is_touched(worker: FakeWorker, tmp_path: Path) -> None:
    image = GivenImage(np.zeros((40, 40), np.uint8), "given as axial (array)")
    with pytest.raises(TypeError, match="cannot be sent to a worker: give files"):
        worker.submit("skull", SkullRequest(axial=image, output=tmp_path / "out"))
    assert not worker.busy and worker._child is None and list(tmp_path.iterdir()) == []


def test_an_occupied_output_folder_is_refused_and_spared(worker: FakeWorker, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "letter.txt").write_text("mine")
    with pytest.raises(InputError, match=r"out is not empty, it holds letter\.txt"):
        worker.submit("skull", request(tmp_path, output="out"))
    assert not worker.busy and (tmp_path / "out" / "letter.txt").read_text() == "mine"


def test_the_device_is_told_with_its_warnings(worker: FakeWorker) -> None:
    worker.ask_device()
    found = until(worker, DeviceFound)[-1]
    assert found == DeviceFound("cpu", ("The device cuda:0 was passed over, since it is a fake.",), "")


def test_without_torch_the_device_is_a_sentence() -> None:
    worker = FakeWorker(FAKE_TORCH="missing")
    try:
        worker.ask_device()
        failed = until(worker, Failed)[-1]
    finally:
        worker.close()
    assert failed.job is None and "'torch' is missing" in failed.sentence


def test_a_python_that_is_none_is_a_sentence(tmp_path: Path) -> None:
    worker = Worker("skull", tmp_path / "no-python")
    worker.ask_device()
    job = worker.submit("skull", request(tmp_path))
    about_device, about_job = worker.poll()
    assert (about_device.job, about_job.job) == (None, job)
    assert "no-python cannot be started" in about_job.sentence and "name another one" in about_job.sentence
    assert list(tmp_path.iterdir()) == [] and not worker.busy


def test_a_child_that_died_unseen_is_replaced_and_its_job_is_told(worker: FakeWorker, tmp_path: Path) -> None:
    """Asking for the device must not take the place of a job that has just ended badly."""
    worker.submit("skull", request(tmp_path, "exits"))
    end = time.monotonic() + PATIENCE_SECONDS
    while worker._child.running and time.monotonic() < end:
        time.sleep(0.01)
    worker.ask_device()
    events = until(worker, DeviceFound)
    assert [event.job for event in events if isinstance(event, Failed)] == [1]


def test_an_idle_child_that_died_is_not_the_end_of_the_next_job(worker: FakeWorker, tmp_path: Path) -> None:
    assert isinstance(last_of(worker, request(tmp_path)), Done)
    worker._child._process.kill()
    worker._child._process.wait()
    events = [worker.submit("skull", request(tmp_path, output="next")), *until(worker, Done, Failed)]
    assert events[-1] == Done(2, tmp_path / "next")


@posix_only
def test_cancel_reaches_the_python_below_a_launcher(tmp_path: Path) -> None:
    """PythonSlicer is a launcher whose child is the Python."""
    launcher = tmp_path / "launcher"
    launcher.write_text(
        f"#!{sys.executable}\nimport subprocess, sys\nsys.exit(subprocess.call([sys.executable, *sys.argv[1:]]))\n"
    )
    launcher.chmod(0o755)
    worker = FakeWorker(launcher)
    try:
        pid = pid_of_hanging(worker, request(tmp_path, "hangs"))
        assert pid != worker._child._process.pid
        worker.cancel()
        assert gone(pid)
    finally:
        worker.close()


OWNER = """
import os, sys, time
from pathlib import Path
from Testing.helpers.fake_worker import FakeWorker
from GenerativeModelsLib.skull.request import SkullRequest
folder = Path(sys.argv[1])
worker = FakeWorker()
worker.submit("skull", SkullRequest(axial=folder / "hangs.png", output=folder / "out"))
while not (folder / "out" / "pid").is_file():
    time.sleep(0.01)
print((folder / "out" / "pid").read_text(), flush=True)
os._exit(1)
"""


def test_a_child_whose_owner_dies_ends_and_tidies_up(tmp_path: Path) -> None:
    places = os.pathsep.join([str(REPOSITORY), str(REPOSITORY / "GenerativeModels")])
    variables = {**os.environ, "PYTHONPATH": places}
    owner = subprocess.run([sys.executable, "-c", OWNER, str(tmp_path)], env=variables, capture_output=True, text=True)
    assert owner.returncode == 1, owner.stderr
    assert gone(int(owner.stdout))
    assert list(tmp_path.iterdir()) == []


def test_a_folder_name_that_is_no_text_goes_there_and_back(worker: FakeWorker, tmp_path: Path) -> None:
    output = tmp_path / "Fötus ☃ \N{SKULL}"
    assert last_of(worker, SkullRequest(axial=tmp_path / "good.png", output=output)) == Done(1, output)
    assert (output / "skull.vtp").is_file()
