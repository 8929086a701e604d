"""An uploaded header must not make the server read another of its files."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("trame")

import numpy as np
from PIL import Image

from GenerativeModelsWeb.server.sessions import SessionPlan
from Testing.helpers.hubs import COUNTERS, RunningHub, running_hub

NRRD = "NRRD0004\ntype: uint8\ndimension: 2\nsizes: 64 64\nencoding: raw\ndata file: {}\n"
META = "ObjectType = Image\nNDims = 2\nDimSize = 64 64\nElementType = MET_UCHAR\nElementDataFile = {}\n"
SECRET = b"of another user " * 256


@pytest.fixture(scope="module")
def hub() -> Iterator[RunningHub]:
    with running_hub(SessionPlan(applications=COUNTERS, spare=False)) as running:
        yield running


@pytest.fixture(scope="module")
def session(hub: RunningHub) -> str:
    """Path of a session."""
    return hub.session()


@pytest.mark.parametrize(
    ("name", "header"),
    [("a.nhdr", NRRD), ("a.nrrd", NRRD), ("a.mha", META), ("a.mhd", META), ("a.png", NRRD), ("a", META)],
)
@pytest.mark.parametrize("place", ["absolute", "relative", "/etc/hostname"])
def test_a_header_that_names_another_file_is_refused(
    hub: RunningHub, session: str, tmp_path: Path, name: str, header: str, place: str
) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(SECRET)
    named = {"absolute": secret.as_posix(), "relative": "upload-0001.nrrd"}.get(place, place)
    answer = hub.get(f"{session}upload/axial?name={name}", "POST", header.format(named).encode())
    assert answer.status == 422
    sentence = json.loads(answer.text)["error"]
    assert sentence.startswith(f"{name} ") and sentence.count("\n") == 0 and len(sentence) < 300
    for inner in (secret.as_posix(), tmp_path.name, "of another user", "upload-0", "GenerativeModels-session"):
        assert inner not in answer.text


def test_an_image_is_taken_and_what_is_none_is_not(hub: RunningHub, session: str) -> None:
    stream = io.BytesIO()
    Image.fromarray(np.zeros((64, 64), np.uint8)).save(stream, "PNG")
    taken = hub.get(f"{session}upload/axial?name=a.png", "POST", stream.getvalue())
    assert (taken.status, json.loads(taken.text)) == (200, {"ok": True, "name": "a.png"})
    assert hub.get(f"{session}upload/axial?name=a.png", "POST", b"no image").status == 422
