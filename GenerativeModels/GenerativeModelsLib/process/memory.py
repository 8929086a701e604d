"""Check of the available memory before a task starts.

Libraries do not report a lack of memory reliably: OpenBLAS retries the allocation without end. Therefore the known
requirements are compared with the limits of the process, of its control group and of the machine.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from GenerativeModelsLib.errors import InputError

__all__ = [
    "MemoryNeed",
    "cases_in_memory",
    "is_out_of_memory",
    "keep_to_memory",
    "require_room",
    "threads_in_memory",
    "use_threads",
]

_MB = 10**6
_CONTROL_GROUPS, _OWN_GROUP = Path("/sys/fs/cgroup"), Path("/proc/self/cgroup")
_THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "ITK_GLOBAL_DEFAULT_NUMBER_OF_THREADS",
)
"""Environment variables that the libraries read when they are imported."""
_MEMORY_WORDS = (
    *("out of memory", "not enough memory", "can't allocate memory", "cannot allocate memory", "bad_alloc"),
    *("failed to allocate memory", "unable to allocate", "failed to map segment"),
)


@dataclass(frozen=True)
class MemoryNeed:
    """Memory requirement of a task, in bytes.

    Attributes
    ----------
    task
        Name of the task in error messages.
    resident
        Peak memory as printed by `make benchmark`, rounded up.
    address_space
        Address space with one thread, libraries included.
    thread
        Address space of each further thread.
    """

    task: str
    resident: int
    address_space: int = 1850 * _MB
    thread: int = 250 * _MB


def keep_to_memory(need: MemoryNeed) -> str:
    """Check the available memory and reduce the number of threads if necessary, before numpy or torch are imported.

    Returns
    -------
    A sentence for the user if the number of threads is reduced, else "".

    Raises
    ------
    InputError
        There is not enough memory for the task.
    """
    room = _room()
    if room is not None and room < need.resident:
        raise InputError(
            f"There are {_size(room)} of memory for {need.task}, which takes {_size(need.resident)}: close other "
            "programs or allow this one more memory."
        )
    usual = _usual_threads()
    fitting = threads_in_memory(need)
    if fitting is None or fitting >= usual:
        return ""
    if fitting == 0:
        raise InputError(
            f"The address space of this process is limited to {_size(_address_space() or 0)}, and {need.task} takes "
            f"{_size(need.address_space)}: raise the limit (ulimit -v)."
        )
    use_threads(fitting)
    return f"The address space is limited to {_size(_address_space() or 0)}: running with {fitting} of {usual} threads."


def require_room(size: int, task: str, remedy: str) -> None:
    """Raise `InputError` unless `size` bytes of memory are available; the message names the task and the remedy."""
    room = _room()
    if room is not None and room < size:
        raise InputError(f"There are {_size(room)} of memory for {task}, which take {_size(size)}: {remedy}.")


def threads_in_memory(need: MemoryNeed) -> int | None:
    """Number of threads that fit into the limit of the address space, 0 if not even one fits; None without a limit."""
    limit = _address_space()
    if limit is None:
        return None
    return 0 if limit < need.address_space else 1 + (limit - need.address_space) // need.thread


def use_threads(count: int) -> None:
    """Set the number of threads of the numeric libraries; has an effect only before they are imported."""
    for name in _THREAD_VARIABLES:
        os.environ[name] = str(count)


def cases_in_memory(need: MemoryNeed) -> int | None:
    """Number of cases that fit into memory at once, at least 1; None if the memory is unknown."""
    room = _room()
    return None if room is None else max(1, room // need.resident)


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error of Python, torch, SimpleITK, VTK or the loader means that memory ran out."""
    if isinstance(error, MemoryError):
        return True
    return isinstance(error, (RuntimeError, OSError, ImportError)) and any(
        word in str(error).lower() for word in _MEMORY_WORDS
    )


def _usual_threads() -> int:
    text = os.environ.get("OMP_NUM_THREADS", "")
    return int(text) if text.isdigit() and int(text) else os.cpu_count() or 1


def _address_space() -> int | None:
    """Limit of this process's address space in bytes; None if there is none."""
    if sys.platform == "win32":
        return None
    import resource

    soft, _ = resource.getrlimit(resource.RLIMIT_AS)
    return None if soft == resource.RLIM_INFINITY else soft


def _room() -> int | None:
    """Available bytes: the minimum over the machine, swap included, and the control groups of this process."""
    rooms = []
    try:
        import psutil

        rooms.append(psutil.virtual_memory().available + psutil.swap_memory().free)
    except (ImportError, OSError, RuntimeError):  # not installed, or an unsupported platform
        pass
    rooms += _rooms_of_control_groups()
    return min(rooms) if rooms else None


def _rooms_of_control_groups() -> list[int]:
    """Available bytes below each limit of the Linux control groups (version 2) of this process."""
    try:
        line = next(line for line in _OWN_GROUP.read_text().splitlines() if line.startswith("0::"))
    except (OSError, StopIteration):
        return []
    group = _CONTROL_GROUPS / line.removeprefix("0::").lstrip("/")
    rooms = []
    for folder in (group, *group.parents):
        try:
            limit = int((folder / "memory.max").read_text())
            used = int((folder / "memory.current").read_text())
            cached = dict(line.split() for line in (folder / "memory.stat").read_text().splitlines())
            rooms.append(limit - used + int(cached.get("inactive_file", 0)) + int(cached.get("active_file", 0)))
        except (OSError, ValueError):  # no limit ("max"), or no such group
            continue
    return rooms


def _size(count: int) -> str:
    return f"{count / 1e9:.2g} GB"
