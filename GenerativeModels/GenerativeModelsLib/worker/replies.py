"""Conversion of messages of the child to events."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from GenerativeModelsLib.anatomy.fields import window_words
from GenerativeModelsLib.anatomy.request import CaseRequest
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.worker.events import Answered, DeviceFound, Done, Event, Failed, Progress, Refused
from GenerativeModelsLib.worker.wire import unpacked

__all__ = ["event_of"]


def event_of(message: dict[str, Any], request: type[CaseRequest], output: Path) -> Event:
    """The event of a message.

    Parameters
    ----------
    message
        With an `event` other than "ready".
    request
        Class of the request, for the field names in a refusal.
    output
        Folder of the running job.
    """
    kind, job, query = message["event"], message.get("job"), message.get("query")
    if kind == "device":
        return DeviceFound(message["name"], tuple(message["warnings"]), message["hardware"])
    if kind == "progress":
        text = message["message"]
        return Progress(job, text[:1].upper() + text[1:], message["share"])
    if kind == "done":
        return Done(job, output)
    if kind == "answered":
        return Answered(query, unpacked(message["values"]))
    if kind == "refused":
        error = InputError(message["text"], message["field"])
        return Refused(job, error.in_words(window_words(request)), error.field, query)
    return Failed(job, message["sentence"], message.get("details", ""), query)
