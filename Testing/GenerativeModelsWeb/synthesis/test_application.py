"""Synthetic images in a session without a browser and without a scene."""

from __future__ import annotations

import asyncio
import shutil
import uuid
from pathlib import Path

import pytest

pytest.importorskip("trame")
pytest.importorskip("trame_slicer", reason="trame-slicer (extra web) is not here")

from trame.app import get_server
from trame_server.utils.typed_state import TypedState

from GenerativeModelsLib.anatomy.run import run_case
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.synthesis.images.anatomy import IMAGES
from GenerativeModelsLib.synthesis.images.methods import TITLES
from GenerativeModelsLib.synthesis.images.queries import preview
from GenerativeModelsWeb.parts.cases import CaseList
from GenerativeModelsWeb.parts.state import Navigation
from GenerativeModelsWeb.server.downloads import Downloads
from GenerativeModelsWeb.synthesis import application as module
from GenerativeModelsWeb.synthesis.application import SynthesisApplication
from Testing.helpers.tiny_images import grey_file, write_heart


class FakeViews:
    """Views that keep what they are told to show."""

    names = ("synthetic",)
    maps = None

    def __init__(self, server, scrolled) -> None:
        self.shown, self.previews, self.looks = [], [], []

    def show(self, case, volume, *, title):
        self.shown.append((case, volume, title))

    def show_preview(self, answer, volume, **about):
        self.previews.append((answer, about))

    def look(self, *place):
        self.looks.append(place)

    def __getattr__(self, name):
        return lambda *given: None


class Backend:
    """Answers previews in this process."""

    def __init__(self, error: str = "") -> None:
        self.error, self.asked = error, []

    async def ask(self, anatomy, name, values, *, model=None, device="auto"):
        self.asked.append((anatomy, name, model))
        if self.error:
            raise InputError(self.error)
        return preview(None, **values)

    def close(self) -> None: ...


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The application on views that show nothing, with a label map and a style."""
    monkeypatch.setattr(module, "SynthesisViews", FakeViews)
    server = get_server(f"images {uuid.uuid4()}", client_type="vue3")
    cases = CaseList(TypedState(server.state, Navigation))
    app = SynthesisApplication(server, cases, Downloads(tmp_path / "downloads"), model=None, device="cpu")
    labels = write_heart(tmp_path / "heart.nii.gz", right=True)
    style = grey_file(labels, tmp_path / "cine.nii.gz")
    for place, path in (("labels", labels), ("style", style)):
        copy = shutil.copy(path, tmp_path / "upload.nii.gz")
        assert asyncio.run(app.desk.take(place, copy, path.name)) is None
    yield app
    app.backend = Backend()
    app.close()


def test_the_page_asks_for_what_the_command_line_would(app, tmp_path: Path) -> None:
    app.settings.data.count, app.settings.data.seed = "3", "5"
    request = app.request(tmp_path / "out")
    assert (request.n, request.seed, request.method, request.label_values) == (3, 5, "synthseg", "lv=3,myo=2,rv=1")
    assert request.labels.name == "heart.nii.gz" and request.style.name == "cine.nii.gz"
    assert request.dicom_patient == "new", "the image shows nobody"


def test_methods_without_weights_are_listed_with_the_reason(app) -> None:
    offered = {name for name, _ in app.inputs.data.methods}
    others = " ".join(app.inputs.data.others)
    assert "synthseg" in offered and "SynthSeg" not in others
    for name, title in TITLES.items():
        assert (name in offered) != (title in others), "either offered, or listed with the reason"


@pytest.mark.parametrize(
    ("name", "typed"), [("count", "0"), ("count", "1001"), ("count", "two"), ("seed", "-1"), ("seed", "1.5")]
)
def test_a_number_that_cannot_be_used_is_a_sentence(app, name: str, typed: str) -> None:
    setattr(app.settings.data, name, typed)
    app.desk.refresh()
    assert f"“{typed}”: type a whole number" in app.desk.missing


def test_a_case_is_shown_with_its_numbers(app, tmp_path: Path) -> None:
    app.settings.data.count = "2"
    run_case(IMAGES, app.request(tmp_path / "out"))
    asyncio.run(app.show_case(IMAGES.read(tmp_path / "out"), "heart"))
    ((case, volume, _),) = app.views.shown
    assert len(case.images) == 2 and volume.codes.shape[1] == 4
    result = app.result.data
    assert result.images == ["Synthetic 1", "Synthetic 2"] and "2 synthetic images by synthseg" in result.outcome
    assert set(result.heads) == {"overall", "lv", "myo", "rv"} and result.heads[0] == "overall"
    assert [len(row["values"]) for row in result.rows] == [4, 4]
    assert app.views_state.data.slices == 4 and app.views.looks[-1][1] == 2
    assert app.headline(case.result) == "2 synthetic images"


def test_a_preview_is_shown_and_says_what_it_is(app) -> None:
    app.backend = Backend()

    async def ask() -> None:
        app.preview()
        await app._preview

    asyncio.run(ask())
    ((answer, about),) = app.views.previews
    assert app.backend.asked == [("images", "preview", None)] and about["method"] == "synthseg"
    assert f"Preview of slice {answer['slice']}, synthetic: synthseg" in app.views_state.data.preview
    assert not app.views_state.data.drawing


def test_a_preview_that_is_refused_is_a_sentence(app) -> None:
    app.backend = Backend("The label map is gone.")

    async def ask() -> None:
        app.preview()
        await app._preview

    asyncio.run(ask())
    assert app.run.data.error == "The label map is gone." and not app.views_state.data.drawing


def test_the_wheel_stays_within_the_slices(app) -> None:
    app.views_state.data.slices = 4
    app._scroll(9)
    assert app.views_state.data.slice == 3
    app._scroll(-9)
    assert app.views_state.data.slice == 0
