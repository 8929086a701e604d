from __future__ import annotations

import os
import subprocess
import sys
from collections import namedtuple
from pathlib import Path

import psutil
import pytest

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.process import memory
from GenerativeModelsLib.process.memory import MemoryNeed, cases_in_memory, keep_to_memory, threads_in_memory

NEED = MemoryNeed("a case", resident=600, address_space=1000, thread=100)
posix_only = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")


@pytest.fixture(autouse=True)
def machine(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Four cores, no limits, plenty of memory."""
    monkeypatch.setattr(os, "cpu_count", lambda: 4)
    for name in memory._THREAD_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(memory, "_address_space", lambda: None)
    monkeypatch.setattr(memory, "_room", lambda: 10**12)
    return monkeypatch


@pytest.mark.parametrize(("limit", "threads"), [(999, 0), (1000, 1), (1099, 1), (1100, 2), (1300, 4), (9000, 81)])
def test_threads_fit_into_the_address_space(machine: pytest.MonkeyPatch, limit: int, threads: int) -> None:
    machine.setattr(memory, "_address_space", lambda: limit)
    assert threads_in_memory(NEED) == threads


def test_without_limits_nothing_is_changed() -> None:
    assert threads_in_memory(NEED) is None
    assert keep_to_memory(NEED) == "" and "OMP_NUM_THREADS" not in os.environ


def test_a_limit_that_some_threads_fit_into_is_kept_with_these(machine: pytest.MonkeyPatch) -> None:
    machine.setattr(memory, "_address_space", lambda: 1150)
    assert "running with 2 of 4 threads" in keep_to_memory(NEED)
    assert {os.environ[name] for name in memory._THREAD_VARIABLES} == {"2"}
    assert keep_to_memory(NEED) == "", "two threads are usual now"


def test_a_limit_that_nothing_fits_into_is_refused(machine: pytest.MonkeyPatch) -> None:
    machine.setattr(memory, "_address_space", lambda: 999)
    with pytest.raises(InputError, match=r"address space .* limited .* a case takes .*ulimit -v"):
        keep_to_memory(NEED)


def test_a_full_memory_is_refused(machine: pytest.MonkeyPatch) -> None:
    machine.setattr(memory, "_room", lambda: 599)
    with pytest.raises(InputError, match=r"of memory for a case, which takes"):
        keep_to_memory(NEED)
    machine.setattr(memory, "_room", lambda: 600)
    assert keep_to_memory(NEED) == ""


def test_as_many_cases_as_fit_run_at_once(machine: pytest.MonkeyPatch) -> None:
    machine.setattr(memory, "_room", lambda: 1900)
    assert cases_in_memory(NEED) == 3
    machine.setattr(memory, "_room", lambda: 100)
    assert cases_in_memory(NEED) == 1
    machine.setattr(memory, "_room", lambda: None)
    assert cases_in_memory(NEED) is None


@pytest.mark.skipif(sys.platform != "linux", reason="control groups are Linux's")
def test_the_smallest_room_of_machine_and_control_groups_counts(tmp_path: Path) -> None:
    """The limits of a group and its parent count, with file caches counted as free."""
    pytest.MonkeyPatch().undo()
    group = tmp_path / "outer" / "inner"
    group.mkdir(parents=True)
    for folder, limit, used in ((group, "max", "5"), (group.parent, "1000", "700"), (tmp_path, "5000", "100")):
        (folder / "memory.max").write_text(limit)
        (folder / "memory.current").write_text(used)
        (folder / "memory.stat").write_text("anon 5\ninactive_file 40\nactive_file 10\n")
    own = tmp_path / "cgroup"
    own.write_text("0::/outer/inner\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(memory, "_CONTROL_GROUPS", tmp_path)
        patch.setattr(memory, "_OWN_GROUP", own)
        assert sorted(memory._rooms_of_control_groups()) == [350, 4950]
        own.write_text("12:memory:/old\n")
        assert memory._rooms_of_control_groups() == []


def test_swap_counts_as_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    Virtual, Swap = namedtuple("Virtual", "available"), namedtuple("Swap", "free")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(psutil, "virtual_memory", lambda: Virtual(400))
        patch.setattr(psutil, "swap_memory", lambda: Swap(300))
        patch.setattr(memory, "_rooms_of_control_groups", list)
        assert memory._room() == 700


@posix_only
@pytest.mark.parametrize("gigabytes", [1.0, 1.9])
def test_a_real_limit_ends_in_a_sentence_or_in_a_result(
    sample_head: Path, tmp_path: Path, repo_root: Path, gigabytes: float
) -> None:
    """Without the check, OpenBLAS retries the allocation without end at some limits between these."""
    import resource

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (int(gigabytes * 1e9),) * 2)

    command = [sys.executable, "-m", "GenerativeModelsLib", "skull", "reconstruct", "--samples", "5"]
    command += ["--axial", sample_head / "axial.png", "--pixel-spacing", "0.22", "--output", tmp_path / "out"]
    variables = {k: v for k, v in os.environ.items() if not k.endswith("_THREADS")}
    variables["PYTHONPATH"] = str(repo_root / "GenerativeModels")
    found = subprocess.run(command, env=variables, preexec_fn=limit, capture_output=True, text=True, timeout=120)
    if gigabytes < 1.5:
        assert found.returncode == 2 and "address space" in found.stderr and not (tmp_path / "out").exists()
    else:
        assert found.returncode == 0, found.stderr
        assert "running with 1 of" in found.stderr
