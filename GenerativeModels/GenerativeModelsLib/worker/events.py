"""What a worker tells its owner."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

__all__ = ["DeviceFound", "Done", "Event", "Failed", "Progress", "Refused"]


@dataclass(frozen=True)
class Progress:
    """What a job is doing, and the share of it that is through, 0 to 1."""

    job: int
    message: str
    share: float


@dataclass(frozen=True)
class Done:
    """A job is through: its case folder, whole."""

    job: int
    folder: Path


@dataclass(frozen=True)
class Refused:
    """A job's input cannot be used: the sentence of the `InputError`, in a window's words. Nothing was written."""

    job: int
    sentence: str


@dataclass(frozen=True)
class Failed:
    """Something went wrong that is not the input's fault. Nothing was written.

    Attributes
    ----------
    job
        None when it was no job, such as the question for the device.
    sentence
        For the user: what happened and what can be done.
    details
        For the log: traceback or the last lines the child printed.
    """

    job: int | None
    sentence: str
    details: str = ""


@dataclass(frozen=True)
class DeviceFound:
    """What the device "auto" is on this machine.

    Attributes
    ----------
    name
        "cpu", "cuda:N" or "mps", as `result.json` says it.
    warnings
        Sentences, such as why a GPU was passed over.
    hardware
        The GPU's own name; empty for a CPU.
    """

    name: str
    warnings: tuple[str, ...] = ()
    hardware: str = ""


Event = Progress | Done | Refused | Failed | DeviceFound
