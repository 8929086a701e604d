"""The left ventricle in a session without a browser and without a scene."""

from __future__ import annotations

import asyncio
import shutil
import uuid
from types import SimpleNamespace

import pytest

pytest.importorskip("trame")
pytest.importorskip("trame_slicer", reason="trame-slicer (extra web) is not here")

from trame.app import get_server
from trame_server.utils.typed_state import TypedState

from GenerativeModelsLib.heart.anatomy import HEART
from GenerativeModelsWeb.heart import application as module
from GenerativeModelsWeb.heart.application import HeartApplication
from GenerativeModelsWeb.heart.state import Result
from GenerativeModelsWeb.parts.cases import CaseList
from GenerativeModelsWeb.parts.label_maps import LabelFile
from GenerativeModelsWeb.parts.state import FileCard, Navigation
from GenerativeModelsWeb.server.downloads import Downloads


class FakeViews:
    """Views that keep what they are told to show."""

    def __init__(self, server) -> None:
        self.maps = []

    def show(self, folder, maps, *, title):
        self.maps.append(maps)

    def apply(self, wanted):
        return 1.0

    def __getattr__(self, name):
        return lambda *given: None


@pytest.fixture
def app(tmp_path, monkeypatch):
    """The application on views that show nothing; its label maps are numbered in the order of reading."""
    read = []
    monkeypatch.setattr(module, "HeartViews", FakeViews)
    monkeypatch.setattr(module, "phase_maps", lambda request: (read.append(request) or {"ed": len(read)}, None))
    for name, found in (("result_of", Result(phases=["ed"])), ("notices_of", []), ("bullseyes_of", {})):
        monkeypatch.setattr(module, name, lambda *given, found=found: found)
    server = get_server(f"heart {uuid.uuid4()}", client_type="vue3")
    app = HeartApplication(
        server,
        CaseList(TypedState(server.state, Navigation)),
        Downloads(tmp_path / "downloads"),
        model=None,
        device="cpu",
    )
    monkeypatch.setattr(app.explorer, "follow", lambda result: None)
    yield app
    app.close()


@pytest.mark.parametrize(
    ("name", "title"),
    [("p7_ED.nii.gz", "p7"), ("p7 end-diastole.nrrd", "p7"), ("ed.nii.gz", HEART.title), ("Edward.nii.gz", "Edward")],
)
def test_a_case_is_called_like_its_file_without_the_phase(app, tmp_path, name, title):
    found = LabelFile(tmp_path / name, name, (), (("2", "value 2"), ("3", "value 3")), {})
    app.desk.put("ed", found, FileCard(name))
    assert app.request(tmp_path / "case").title == title


def test_label_maps_are_read_once_and_let_go_with_their_case(app, tmp_path):
    def show(folder):
        asyncio.run(app.show_case(SimpleNamespace(folder=folder, result={}), folder.name))
        return app.views.maps[-1]

    first, second, third = (tmp_path / f"heart-{number}" for number in (1, 2, 3))
    for folder in (first, second, third):
        folder.mkdir()
    assert [show(folder)["ed"] for folder in (first, second, first)] == [1, 2, 1]
    shutil.rmtree(first)
    assert show(third) == {"ed": 3} and set(app._maps) == {second, third}
