"""Events of a worker."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["Answered", "DeviceFound", "Done", "Event", "Failed", "Progress", "Refused"]


@dataclass(frozen=True)
class Progress:
    """Current step of a job, and the share that is done, 0 to 1."""

    job: int
    message: str
    share: float


@dataclass(frozen=True)
class Done:
    """A job has finished; its case folder is complete."""

    job: int
    folder: Path


@dataclass(frozen=True, eq=False)
class Answered:
    """A query is answered; `values` is what the anatomy's query returned."""

    query: int
    values: Any


@dataclass(frozen=True)
class Refused:
    """The input of a job or a query cannot be used: message of the `InputError` with the field names of a window.

    Nothing was written. `field` is the field of the request at fault, if any.
    """

    job: int | None
    sentence: str
    field: str | None = None
    query: int | None = None


@dataclass(frozen=True)
class Failed:
    """Something went wrong that is not the input's fault. Nothing was written.

    Attributes
    ----------
    job, query
        Number of the job or the query; both None for the device query.
    sentence
        Message for the user: cause and remedy.
    details
        For the log: traceback or the last lines the child printed.
    """

    job: int | None
    sentence: str
    details: str = ""
    query: int | None = None


@dataclass(frozen=True)
class DeviceFound:
    """What the device "auto" is on this machine.

    Attributes
    ----------
    name
        "cpu", "cuda:N" or "mps", as in `result.json`.
    warnings
        Sentences, such as why a GPU was passed over.
    hardware
        The GPU's own name; empty for a CPU.
    """

    name: str
    warnings: tuple[str, ...] = ()
    hardware: str = ""


Event = Progress | Done | Answered | Refused | Failed | DeviceFound
