"""The skull in a session without a browser: what is asked for, shown, offered and cleared away."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import uuid
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("trame")
pytest.importorskip("trame_slicer", reason="trame-slicer (extra web) is not here")

from trame.app import get_server

from GenerativeModelsLib.errors import InputError, named
from GenerativeModelsLib.worker.events import DeviceFound, Done, Failed, Progress, Refused
from GenerativeModelsWeb import workspace
from GenerativeModelsWeb.parts import application as parts
from GenerativeModelsWeb.parts.frame import STATIC
from GenerativeModelsWeb.server.downloads import Downloads
from GenerativeModelsWeb.server.uploads import UploadStore
from GenerativeModelsWeb.skull import application as module
from GenerativeModelsWeb.workspace import Workspace
from Testing.helpers.dicom_inputs import jpeg_loop, loop_of
from Testing.helpers.finished_cases import a_finished_case


class FakeWorker:
    """Answers a request by the seed it names: 0 a case, 1 a refusal, 2 a breakdown, 3 nothing."""

    def __init__(self) -> None:
        self.events, self.requests, self.calls = [], [], []

    def submit(self, anatomy, request) -> int:
        assert anatomy == "skull"
        self.requests.append(request)
        if request.seed == 0:
            planes = tuple(request.planes())
            a_finished_case(request.output, planes=planes, weeks=request.gestational_age_weeks)
            self.events = [Progress(1, "reading the planes", 0.5), Done(1, request.output)]
        elif request.seed == 1:
            self.events = [Refused(1, "axial plane mine.png shows no fetal head.")]
        elif request.seed == 2:
            self.events = [Failed(1, "The memory of this computer does not suffice.", "details")]
        return 1

    def ask_device(self) -> None:
        self.events = [DeviceFound("cuda:0", (), "H200")]

    def poll(self):
        events, self.events = self.events, []
        return events

    def __getattr__(self, name):
        return lambda: self.calls.append(name)


class FakeViews:
    """Shows nothing."""

    def __init__(self, server) -> None:
        self.shown, self.closed = [], False
        self.names = ("skull", "axial", "sagittal", "coronal")
        self.templates = dict.fromkeys(self.names, "x")

    def show_steps(self, case, wanted, *, title):
        yield
        self.shown.append((case.folder, title))

    def close(self) -> None:
        self.closed = True

    def fitting_range(self, chosen):
        return {"fit": (0.5, 1.5), "compare": (0.0, 4.0)}[chosen] if self.shown else None

    def __getattr__(self, name):
        return lambda *arguments: self.shown.append((name, *arguments))


@pytest.fixture
def a_session(tmp_path, monkeypatch):
    worker = FakeWorker()
    monkeypatch.setattr(parts, "Worker", {"skull": worker}.__getitem__)
    monkeypatch.setattr(module, "SkullViews", FakeViews)
    monkeypatch.setattr(workspace, "PAGES", {"skull": workspace.PAGES["skull"]})
    server = get_server(f"session {uuid.uuid4()}", client_type="vue3")
    store, downloads = UploadStore(tmp_path / "uploads", 1000), Downloads(tmp_path / "downloads")
    session = Workspace(server, store, downloads, model=None, device="cpu")
    app = session.applications["skull"]
    return SimpleNamespace(session=session, app=app, worker=worker, store=store, downloads=downloads, folder=tmp_path)


@pytest.fixture
def ready(a_session, sample_case):
    """A session with the axial picture of the sample, its spacing typed in."""
    path = a_session.store.folder / "upload-1.png"
    shutil.copy(sample_case / "axial.png", path)
    assert asyncio.run(a_session.store.on_upload("skull.axial", path, "mine.png")) is None
    a_session.app.inputs.data.axial.row_mm = "0.2"
    a_session.app.desk.refresh()
    return a_session


def run(session, seed: int = 0) -> None:
    """Press the button and wait until it is over."""

    async def press():
        session.app.act()
        await session.app.runs._task

    session.app.settings.data.seed = str(seed)
    asyncio.run(press())


def test_the_request_is_what_the_page_says(ready):
    ready.app.settings.data.weeks, ready.app.settings.data.samples = "27+3", "12"
    ready.app.settings.data.sex = "male"
    run(ready)
    (request,) = ready.worker.requests
    assert request.axial_spacing_mm == (0.2, 0.2) and request.sagittal is None
    assert (request.samples, request.seed, request.device) == (12, 0, "cpu")
    assert request.gestational_age_weeks == pytest.approx(27 + 3 / 7)
    assert request.sex == "male"
    assert request.shown_names == {"axial": "mine.png"} and request.title == "mine"
    assert ready.folder in request.output.parents


def test_a_finished_case_is_shown_and_offered(ready):
    run(ready)
    result, shown, case = ready.app.result.data, ready.app.shown.data, ready.worker.requests[0].output
    written = json.loads((case / "result.json").read_text(encoding="utf-8"))
    assert shown.present and not shown.stale and shown.title == "mine" and not ready.app.run.data.busy
    assert result.rows[2]["value"] == f"{written['biometry']['hc_mm']['value']:.1f} mm"
    assert [chart["name"] for chart in result.charts] == ["BPD", "OFD", "HC"]
    assert ready.app.views_state.data.planes == ["axial"]
    assert (case, "mine") in ready.app.views.shown
    offered = {name: offer.file_name for name, offer in ready.downloads._offers.items()}
    names = ("skull.vtp", "skull.stl", "skull.ply", "skull.glb", "skull.nii.gz", "report.html", "result.json")
    assert {f"skull.{name}": f"mine-{name}" for name in (*names, "skull.mrb", "case.zip")}.items() <= offered.items()
    assert {file["address"] for group in shown.downloads for file in group["files"]} == set(offered)
    assert ready.app.colours.data.range_mm == [0.5, 1.5], "fitted to the case"


@pytest.mark.parametrize("seed, sentence", [(1, "Axial plane mine.png shows no fetal head."), (2, "The memory of")])
def test_a_run_that_fails_leaves_what_is_shown(ready, seed, sentence):
    run(ready)
    before, shown = ready.app.result.get_dataclass(), list(ready.app.views.shown)
    run(ready, seed)
    assert ready.app.run.data.error.startswith(sentence) and not ready.app.run.data.busy
    after = ready.app.result.get_dataclass()
    assert (after.rows, after.charts) == (before.rows, before.charts) and ready.app.views.shown == shown
    assert ready.worker.requests[0].output.is_dir()


def test_a_refusal_goes_once_another_thing_is_typed(ready):
    run(ready, 1)
    assert ready.app.run.data.error
    ready.app.desk.refresh()
    assert ready.app.run.data.error, "nothing has changed"
    ready.app.settings.data.weeks = "30"
    ready.app.desk.refresh()
    assert ready.app.run.data.error == ""


def test_the_next_run_forgets_the_error_and_joins_the_list_of_cases(ready):
    run(ready)
    run(ready, 1)
    run(ready)
    assert ready.app.run.data.error == ""
    assert [request.output.is_dir() for request in ready.worker.requests] == [True, False, True]
    listed = ready.session.navigation.data.cases
    assert [(one["number"], one["title"], one["kind"]) for one in listed] == [
        (2, "mine", "Fetal skull"),
        (1, "mine", "Fetal skull"),
    ]
    assert listed[0]["headline"].startswith("HC 2") and listed[0]["headline"].endswith(" mm")


def test_a_case_of_the_list_is_shown_again(ready):
    async def choose(number):
        ready.session._show_case(number)
        await ready.app.runs._task

    run(ready)
    ready.app.settings.data.weeks = "30"
    run(ready)
    first, second = (request.output for request in ready.worker.requests)
    asyncio.run(choose(1))
    assert [folder for folder, *_ in ready.app.views.shown if isinstance(folder, Path)] == [first, second, first]
    assert ready.app.shown.data.number == 1 and ready.app.shown.data.stale, "other weeks are typed now"
    assert len(ready.worker.requests) == 2, "nothing is computed again"


def test_a_new_case_empties_the_page_and_keeps_the_list(ready):
    run(ready)
    ready.app.new_case()
    assert not ready.app.shown.data.present and ready.app.inputs.data.axial.file_name == ""
    assert len(ready.session.navigation.data.cases) == 1


def test_the_oldest_case_makes_room(ready, monkeypatch):
    monkeypatch.setattr("GenerativeModelsWeb.parts.cases.MOST_CASES", 1)
    run(ready)
    run(ready)
    assert [request.output.is_dir() for request in ready.worker.requests] == [False, True]
    assert ready.session.cases.get(1) is None


def test_a_range_set_by_hand_stays_with_the_next_case(ready):
    run(ready)
    colours = ready.app.colours.data
    ready.app._range_changed([0.2, 1.0])
    colours.range_mm = [0.2, 1.0]
    assert colours.chosen == ""
    run(ready)
    assert colours.range_mm == [0.2, 1.0]


def test_cancelling_says_nothing_and_kills_the_job(ready):
    async def press():
        ready.app.act()
        await asyncio.sleep(0.02)
        assert ready.app.run.data.busy
        ready.app.cancel()
        await ready.app.runs._task

    ready.app.settings.data.seed = "3"
    asyncio.run(press())
    assert not ready.app.run.data.busy and ready.app.run.data.error == ""
    assert ready.worker.calls == ["cancel", "start"], "and a warm one for the next attempt"


def test_cancel_while_the_skull_is_being_shown_does_not_part_it_from_its_numbers(ready, monkeypatch):
    def show_and_cancel(case, wanted, *, title):
        ready.app.cancel()
        yield

    monkeypatch.setattr(ready.app.views, "show_steps", show_and_cancel)
    run(ready)
    assert ready.app.shown.data.present and not ready.app.run.data.busy
    assert ready.worker.requests[0].output.is_dir()


@pytest.mark.parametrize(
    ("field", "typed"), [("weeks", "30"), ("sex", "female"), ("mask_text", True), ("imagine", True)]
)
def test_a_changed_input_is_noticed(ready, field, typed):
    run(ready)
    before = getattr(ready.app.settings.data, field)
    setattr(ready.app.settings.data, field, typed)
    ready.app.desk.refresh()
    assert ready.app.shown.data.stale
    setattr(ready.app.settings.data, field, before)
    ready.app.desk.refresh()
    assert not ready.app.shown.data.stale


def test_nothing_starts_while_something_is_missing(a_session):
    a_session.app.act()
    assert a_session.worker.requests == []


def test_a_file_too_large_is_refused_before_it_is_sent(a_session):
    assert "sweep.nii has 2 GiB" in a_session.session._check_size("sweep.nii", 2 * 2**30)
    assert a_session.session._check_size("a.png", 999) == ""


def test_the_device_found_is_shown(a_session):
    asyncio.run(a_session.app.prepare())
    assert a_session.app.settings.data.device_found == "Automatic means cuda:0 (H200) here."


def test_a_refusal_on_the_way_to_the_worker_is_in_the_words_of_the_page(ready, monkeypatch):
    def refuse(anatomy, request):
        raise InputError(f"{named('gestational_age_weeks')} is 50: give {named('samples')} too.")

    monkeypatch.setattr(ready.worker, "submit", refuse)
    run(ready)
    assert ready.app.run.data.error == "The gestational age is 50: give the number of samples too."


@pytest.mark.parametrize("kind", [Refused, Failed])
def test_no_folder_of_the_server_reaches_the_page(ready, monkeypatch, caplog, kind):
    staging = ready.folder / "cases" / ".generative-models-0123abcd"
    words = f"Cannot write {staging}: the disk of {ready.folder}/skull.vtp is full."
    events = [
        Progress(1, f"writing {staging}/skull.vtp", 0.5),
        kind(1, words, *(["details"] if kind is Failed else [])),
    ]
    monkeypatch.setattr(ready.worker, "poll", lambda: [events.pop(0)] if events else [])
    run(ready)
    assert ready.app.run.data.error == "Cannot write the output folder: the disk of skull.vtp is full."
    assert ready.app.run.data.message == "Writing skull.vtp"
    if kind is Failed:
        assert str(staging) in caplog.text, "the log has the whole of it"


def test_what_the_worker_says_of_the_device_names_no_folder(a_session, monkeypatch):
    warning = "/opt/cuda/lib/libcuda.so cannot be loaded."
    monkeypatch.setattr(
        a_session.worker, "ask_device", lambda: a_session.worker.events.append(DeviceFound("cpu", (warning,)))
    )
    asyncio.run(a_session.app.prepare())
    assert a_session.app.settings.data.device_found.endswith(" Libcuda.so cannot be loaded.")
    failure = Failed(None, "The Python /opt/python3 cannot be started.", "details")
    monkeypatch.setattr(a_session.worker, "ask_device", lambda: a_session.worker.events.append(failure))
    asyncio.run(a_session.app.prepare())
    assert a_session.app.run.data.error == "The Python python3 cannot be started."


def test_closing_ends_the_worker_and_removes_the_cases(ready):
    run(ready)
    ready.session.close()
    assert "close" in ready.worker.calls and ready.app.views.closed
    assert not ready.worker.requests[0].output.parent.exists()


def test_the_script_calls_triggers_there_are(a_session):
    scripts = [path.read_text(encoding="utf-8") for path in Path(STATIC["serve"]["gm_static"]).glob("*.js")]
    called = set(re.findall(r'trigger\("(\w+)"', "".join(scripts)))
    assert called == {"gm_assign", "gm_refuse", "gm_check_size", "gm_view"}
    assert all(a_session.app.server.controller.trigger_fn(name) for name in called)


def test_the_identity_and_the_frame_of_a_clip_are_part_of_the_request(ready, sample_case):
    pixels = np.array(Image.open(sample_case / "axial.png").convert("L"))
    path = jpeg_loop(ready.store.folder / "loop.dcm", loop_of(pixels, 1, 3), (0.22, 0.22))
    assert asyncio.run(ready.store.on_upload("skull.axial", path, "loop.dcm")) is None
    ready.app.desk.fill_identity()
    ready.app.inputs.data.axial.frame = "2"
    run(ready)
    (request,) = ready.worker.requests
    assert (request.axial_frame, request.case_id, request.examination_date) == (2, "F-2026-17", "2026-03-11")
    assert (request.operator, request.institution, request.title) == ("Ada Okonkwo", "Klinik am See", "F-2026-17")
    assert ready.downloads._offers["skull.report.html"].file_name == "F-2026-17-report.html"
    case = ready.session.cases.get(1)
    assert request.dicom_patient == "input" and case.headers["axial"].PatientID == "F-2026-17"
    ready.app.settings.data.new_patient = True
    ready.app.desk.refresh()
    assert ready.app.shown.data.stale
    run(ready)
    assert ready.worker.requests[-1].dicom_patient == "new" and ready.session.cases.get(2).headers == {}


def test_the_ellipse_of_another_picture_of_the_same_name_is_not_drawn_over_a_picture(ready, sample_case):
    def upload(number, plane):
        path = ready.store.folder / f"upload-{number}.png"
        shutil.copy(sample_case / f"{plane}.png", path)
        assert asyncio.run(ready.store.on_upload("skull.axial", path, "axial.png")) is None
        ready.app.inputs.data.axial.row_mm = "0.2"
        ready.app.desk.refresh()

    async def choose(number):
        ready.session._show_case(number)
        await ready.app.runs._task

    upload(2, "axial")
    run(ready)
    card = ready.app.inputs.data.axial
    assert card.found and "gm-over-found" in card.overlay
    ready.app.new_case()
    upload(3, "coronal")
    asyncio.run(choose(1))
    assert ready.app.shown.data.present and card.found == "" and "gm-over-found" not in card.overlay
