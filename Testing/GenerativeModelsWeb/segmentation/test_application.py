"""Cardiac segmentations in a session without a browser and without a scene."""

from __future__ import annotations

import asyncio
import shutil
import uuid

import pytest

pytest.importorskip("trame")
pytest.importorskip("trame_slicer", reason="trame-slicer (extra web) is not here")

import SimpleITK as sitk
from trame.app import get_server
from trame_server.utils.typed_state import TypedState

from GenerativeModelsLib.anatomy.run import run_case
from GenerativeModelsLib.segmentation.anatomy import SEGMENTATION
from GenerativeModelsLib.segmentation.repair.anatomy import REPAIR
from GenerativeModelsLib.segmentation.repair.request import RepairRequest
from GenerativeModelsLib.segmentation.request import SegmentationRequest
from GenerativeModelsWeb.parts.cases import CaseList
from GenerativeModelsWeb.parts.state import Navigation
from GenerativeModelsWeb.segmentation import application as module
from GenerativeModelsWeb.segmentation.application import SegmentationApplication
from GenerativeModelsWeb.server.downloads import Downloads
from Testing.helpers.segmentation_phantoms import CODES, cine, maps_of, write_maps


class FakeViews:
    """Views that keep what they are told to show."""

    names = ("checked", "repaired")

    def __init__(self, server, scrolled) -> None:
        self.shown, self.looks = [], []

    def show(self, case, maps, image, repaired, *, title):
        self.shown.append((case, maps, image, repaired))

    def look(self, frame, slice_, place=None):
        self.looks.append((frame, slice_, place))

    def __getattr__(self, name):
        return lambda *given: None


@pytest.fixture
def app(tmp_path, monkeypatch):
    """The application on views that show nothing, with a beat that has a hole in slice 2 of frame 3."""
    monkeypatch.setattr(module, "SegmentationViews", FakeViews)
    server = get_server(f"segmentation {uuid.uuid4()}", client_type="vue3")
    cases = CaseList(TypedState(server.state, Navigation))
    app = SegmentationApplication(server, cases, Downloads(tmp_path / "downloads"), model=None, device="cpu")
    values = cine(12, 5)
    rows, columns = (round(float(at.mean())) for at in (values[3, 2] == CODES["lv"]).nonzero())
    values[3, 2, rows - 2 : rows + 3, columns - 2 : columns + 3] = 0
    path = write_maps(tmp_path / "beat.nii.gz", maps_of(values))
    assert asyncio.run(app.desk.take("labels", shutil.copy(path, tmp_path / "upload.nii.gz"), "beat.nii.gz")) is None
    yield app
    app.close()


def finished(app, record, folder):
    """A case of what the page asks for, computed and shown."""
    app.asking = record
    run_case(record, app.request(folder))
    asyncio.run(app.show_case(record.read(folder), "beat"))


def test_a_check_and_a_repair_ask_for_the_same_file(app, tmp_path):
    check = app.request(tmp_path / "check")
    assert type(check) is SegmentationRequest and check.title == "beat" and check.labels == "lv=3,myo=2,rv=1"
    app.asking = REPAIR
    settings = app.settings.data
    assert not app.request(tmp_path / "usual").no_network, "the label network takes part unless it is left out"
    settings.most_change, settings.keep, settings.realign, settings.use_network = "30 %", [4, 1], True, False
    repair = app.request(tmp_path / "repair")
    assert type(repair) is RepairRequest and repair.file == check.file
    assert (repair.most_change, repair.kept, repair.realign, repair.whole_cycle) == (30.0, (1, 4), True, False)
    assert repair.no_network and not repair.uses_network
    app.model, app.device = tmp_path / "labels", "cpu"
    again = app.request(tmp_path / "again")
    assert (again.model, again.device) == (tmp_path / "labels", "cpu"), "those that the server was started with"
    assert app.modelled() is REPAIR, "a bundle of label maps is the repair's"


def test_what_may_change_makes_a_repair_out_of_date_and_no_check(app):
    before = {record.name: app.signature(record) for record in (SEGMENTATION, REPAIR)}
    for name, value in (("keep", [2]), ("use_network", False)):
        setattr(app.settings.data, name, value)
        assert app.signature(SEGMENTATION) == before[SEGMENTATION.name]
        assert app.signature(REPAIR) != before[REPAIR.name], name
        before[REPAIR.name] = app.signature(REPAIR)


@pytest.mark.parametrize("shown, other", [(SEGMENTATION, REPAIR), (REPAIR, SEGMENTATION)])
def test_a_run_that_fails_does_not_make_the_other_kind_of_case_on_show_out_of_date(app, tmp_path, shown, other):
    app.asking = shown
    made_from = app.signature(shown)
    run_case(shown, app._next_request())
    asyncio.run(app._finish(app._asked_for.output, made_from))
    app.asking = other
    app.run.data.error = "The run was refused."
    app._refused = other, app.signature(other)
    app.desk.refresh()
    assert app.shown.data.present and not app.shown.data.stale and app.run.data.error
    app.settings.data.rv = ""
    app.desk.refresh()
    assert app.shown.data.stale and not app.run.data.error


def test_another_label_map_forgets_the_frames_to_keep(app):
    app.settings.data.keep = [2]
    found = app.desk.file("labels")
    app.desk.put("labels", found, found.card)
    assert app.settings.data.keep == []


def test_a_check_is_shown_at_its_first_fault_and_steps_through_all(app, tmp_path):
    finished(app, SEGMENTATION, tmp_path / "checked")
    violations = app.result.data.violations
    assert app.views.looks[-1][:2] == (violations[0]["frame"], violations[0]["slice"])
    count = len(violations)
    for by, expected in ((1, 1 % count), (-1, 0), (-1, count - 1)):
        app.step(by)
        assert app.views_state.data.chosen == expected
    hole = next(one["number"] for one in violations if "hole" in one["text"])
    app.jump(hole)
    assert (app.player.state.data.frame, app.views_state.data.slice) == (3, 2)
    app.player.state.data.playing = True
    app.go_to(5, 1)
    assert (app.player.state.data.frame, app.views_state.data.slice, app.views_state.data.chosen) == (5, 1, -1)
    assert not app.player.state.data.playing, "a step that is under way would lead away from there"
    assert app.headline({"violating": 1}) == "1 faulty slice" and app.headline({"violating": 0}) == "no faulty slices"


def test_a_repair_brings_the_repaired_maps_and_both_sides(app, tmp_path):
    finished(app, REPAIR, tmp_path / "repaired")
    case, maps, image, repaired = app.views.shown[-1]
    changed = {(int(frame), int(slice_)) for frame, slice_, *_ in zip(*(maps.values != repaired.values).nonzero())}
    assert changed == {(3, 2)} == {tuple(place) for place in case.result["changed"]} and image is None
    assert app.result.data.repaired and app.views.looks[-1][:2] == (3, 2)
    assert [entry["frame"] for entry in app.result.data.changes] == [3]
    after = len(app.result.data.violations)
    app.views_state.data.when = "before"
    app._print()
    assert len(app.result.data.violations) == len(case.before.violations) > after
    assert app.headline(case.result) == "1 slice repaired"


def test_a_frame_with_a_fault_as_a_whole_is_jumped_to(app, tmp_path):
    path = app.desk.file("labels").path
    image = sitk.ReadImage(str(path))
    values = sitk.GetArrayFromImage(image)
    values[5][values[5] == 3] = 2
    values[5][:, 44:47, 42:45] = 3
    spoilt = sitk.GetImageFromArray(values, isVector=False)
    spoilt.CopyInformation(image)
    sitk.WriteImage(spoilt, str(path))
    finished(app, SEGMENTATION, tmp_path / "checked")
    assert app.result.data.whole[5].startswith("frame 5 as a whole: ")
    app.jump(0)
    app.jump_to_frame(5)
    chosen = app.result.data.violations[app.views_state.data.chosen]
    assert chosen["heading"] == "Frame 5, whole frame" and app.player.state.data.frame == 5
    app.jump_to_frame(7)
    assert app.player.state.data.frame == 5, "that one has none"
