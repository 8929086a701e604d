"""Messages of a child become events; refusals in the words of a window of that anatomy."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from GenerativeModelsLib.errors import named
from GenerativeModelsLib.heart.request import HeartRequest
from GenerativeModelsLib.skull.request import SkullRequest
from GenerativeModelsLib.worker.events import Answered, DeviceFound, Done, Failed, Progress, Refused
from GenerativeModelsLib.worker.replies import event_of
from GenerativeModelsLib.worker.wire import packed

OUT = Path("out")


@pytest.mark.parametrize(
    ("message", "event"),
    [
        ({"event": "progress", "job": 3, "message": "reading", "share": 0.25}, Progress(3, "Reading", 0.25)),
        ({"event": "done", "job": 3}, Done(3, OUT)),
        ({"event": "device", "name": "cpu", "warnings": ["w."], "hardware": ""}, DeviceFound("cpu", ("w.",), "")),
        ({"event": "failed", "job": 3, "sentence": "s.", "details": "d", "last": True}, Failed(3, "s.", "d")),
        ({"event": "failed", "query": 4, "sentence": "s."}, Failed(None, "s.", "", 4)),
        ({"event": "failed", "sentence": "s."}, Failed(None, "s.")),
        ({"event": "refused", "job": 3, "text": "x is odd.", "field": None}, Refused(3, "x is odd.")),
        ({"event": "refused", "query": 4, "text": "x is odd.", "field": "es"}, Refused(None, "x is odd.", "es", 4)),
    ],
)
def test_every_message_has_its_event(message: dict, event: object) -> None:
    assert event_of(message, SkullRequest, OUT) == event


@pytest.mark.parametrize(
    ("request_", "field", "words"),
    [
        (SkullRequest, "samples", "The number of samples is -1."),
        (SkullRequest, "axial", "The axial plane is -1."),
        (HeartRequest, "ed", "The label map at end diastole is -1."),
        (HeartRequest, "samples", "samples is -1."),
    ],
)
def test_a_refusal_is_in_the_words_of_the_anatomy(request_: type, field: str, words: str) -> None:
    refused = event_of({"event": "refused", "job": 1, "text": f"{named(field)} is -1.", "field": None}, request_, OUT)
    assert (refused.sentence, refused.field) == (words, field)


def test_an_answer_has_its_arrays() -> None:
    values = packed({"points": np.eye(2), "edv_ml": 1.5})
    answered = event_of({"event": "answered", "query": 7, "values": values}, HeartRequest, OUT)
    assert isinstance(answered, Answered) and answered.query == 7 and answered.values["edv_ml"] == 1.5
    np.testing.assert_array_equal(answered.values["points"], np.eye(2))
