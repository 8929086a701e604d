"""Label maps as the cards of the page show them, and what their values may mean."""

from __future__ import annotations

import asyncio
import shutil

import numpy as np
import pytest

pytest.importorskip("trame_server", reason="the web extra is not installed")

import SimpleITK as sitk
from trame_server.state import State
from trame_server.utils.typed_state import TypedState

from GenerativeModelsLib.errors import InputError
from GenerativeModelsWeb.heart.desk import HeartDesk
from GenerativeModelsWeb.heart.state import Inputs, Settings
from GenerativeModelsWeb.parts.state import Run


@pytest.fixture
def desk(tmp_path):
    state = State()
    desk = HeartDesk(*(TypedState(state, kind) for kind in (Inputs, Settings, Run)), tmp_path / "copies")
    desk.refresh()
    return desk


@pytest.fixture
def take(desk, sample_heart, tmp_path):
    """Upload a file under a name; the sentence, or None."""

    def take(place, shown="mine.nii.gz", source=None):
        path = tmp_path / f"upload-1{shown[shown.index('.') :]}"
        shutil.copy(source or sample_heart / "ed.nii.gz", path)
        return asyncio.run(desk.take(place, path, shown))

    return take


def test_a_label_map_keeps_its_name_and_offers_its_values(desk, take):
    assert desk.missing == "Add the label map at end diastole, or a cine, to begin."
    assert take("ed") is None
    assert desk.inputs.data.ed.file_name == "mine.nii.gz" and desk.inputs.data.ed.size == "89 × 76 × 20 voxels"
    assert desk.file("ed").path.name == "mine.nii.gz" and desk.file("ed").path.is_file()
    assert desk.inputs.data.values == [["", "none"], ["1", "value 1"], ["2", "value 2"], ["3", "value 3"]]
    settings = desk.settings.data
    assert (settings.lv, settings.myo, settings.rv, desk.missing) == ("3", "2", "1", "")
    assert desk.labels() == "lv=3,myo=2,rv=1"


def test_a_preset_or_other_values_may_be_chosen(desk, take):
    take("ed")
    desk.take_preset("ukbb")
    assert desk.labels() == "lv=1,myo=2,rv=3"
    desk.settings.data.rv = ""
    assert desk.labels() == "lv=1,myo=2"
    desk.settings.data.lv = ""
    desk.refresh()
    assert desk.missing == "Choose the value of the cavity (lv)."


def test_segments_are_found_by_their_names(desk, take, tmp_path):
    image = sitk.GetImageFromArray(np.random.default_rng(0).integers(0, 3, (4, 5, 6)).astype(np.uint8))
    for number, name in enumerate(("LV blood pool", "LV myocardium")):
        image.SetMetaData(f"Segment{number}_Name", name)
        image.SetMetaData(f"Segment{number}_ID", name)
        image.SetMetaData(f"Segment{number}_LabelValue", str(number + 1))
        image.SetMetaData(f"Segment{number}_Layer", "0")
    sitk.WriteImage(image, str(tmp_path / "a.seg.nrrd"))
    assert take("ed", "a.seg.nrrd", tmp_path / "a.seg.nrrd") is None
    assert desk.inputs.data.values[1:] == [["1", "LV blood pool (1)"], ["2", "LV myocardium (2)"]]
    assert (desk.settings.data.lv, desk.settings.data.myo) == ("1", "2")
    assert desk.labels() == "acdc", "names decide, in each file by itself"
    desk.settings.data.lv, desk.settings.data.myo = "2", "1"
    assert desk.labels() == "lv=2,myo=1"


def test_a_cine_takes_the_place_of_the_phases(desk, take):
    take("ed")
    take("es", "es.nii.gz")
    take("cine", "cine.nii.gz")
    assert [place for place in ("ed", "es", "cine") if desk.has(place)] == ["cine"]
    assert desk.frames() == {"ed_frame": None, "es_frame": None}
    desk.settings.data.es_frame = "x"
    desk.refresh()
    assert desk.missing.startswith("The frame at end systole is “x”")
    take("ed")
    assert desk.has("ed") and not desk.has("cine") and desk.frames() == {}


def test_what_is_no_label_map_is_refused_and_leaves_no_copy(desk, take, tmp_path):
    (tmp_path / "text").write_text("text")
    assert "notes.nii.gz" in take("ed", "notes.nii.gz", tmp_path / "text")
    grey = sitk.GetImageFromArray(np.random.default_rng(0).normal(size=(4, 5, 6)).astype(np.float32))
    sitk.WriteImage(grey, str(tmp_path / "grey.nrrd"))
    assert "grey.nrrd is no label map: it holds 120 grey levels" in take("ed", "grey.nrrd", tmp_path / "grey.nrrd")
    assert not desk.filled and not list((tmp_path / "copies").rglob("*.*"))


def test_removing_a_label_map_removes_its_copy_and_its_values(desk, take):
    take("ed")
    copy = desk.file("ed").path
    desk.remove("ed")
    assert not copy.exists() and desk.inputs.data.values == []


def test_height_and_weight_are_numbers(desk):
    desk.settings.data.height, desk.settings.data.weight = "172,5", ""
    assert desk.body() == {"height_cm": 172.5, "weight_kg": None}
    desk.settings.data.weight = "heavy"
    with pytest.raises(InputError, match="The weight is “heavy”: type kilograms, such as 70, or leave it empty"):
        desk.body()


@pytest.mark.parametrize(
    "names, places",
    [
        (["a.nii.gz", "b.nii.gz"], ["ed", "es"]),
        (["p_ES.nii.gz", "p_ED.nii.gz"], ["es", "ed"]),
        (["cine_4d.nii.gz"], ["cine"]),
        (["a.nrrd"], ["ed"]),
        (["systole.nrrd", "other.nrrd"], ["es", "ed"]),
        (["images.nrrd", "red.nrrd"], ["ed", "es"]),
    ],
)
def test_dropped_files_find_their_places(desk, names, places):
    assert desk.assign(names) == places


def test_the_sample_needs_nothing_more_and_goes_with_a_file_of_the_users(desk, take):
    desk.take_sample()
    assert desk.missing == "" and desk.settings.data.sex == "male" and "simulated" in desk.inputs.data.notice
    take("ed")
    assert not desk.has("es") and desk.settings.data.sex == ""


def test_values_of_other_files_are_not_those_of_the_sample(desk, take):
    take("ed")
    desk.take_preset("ukbb")
    desk.take_sample()
    assert desk.labels() == "lv=3,myo=2,rv=1"


def test_a_new_case_has_nothing_of_the_patient_before(desk, take):
    take("ed")
    settings = desk.settings.data
    settings.sex, settings.height, settings.weight, settings.ed_frame, settings.force = "male", "172", "70", "3", True
    settings.seed, settings.realign = "4", True
    desk.clear()
    assert settings.realign is False
    assert (settings.sex, settings.height, settings.weight, settings.ed_frame, settings.force) == ("",) * 4 + (False,)
    assert settings.seed == "4", "that is no patient's"


def test_the_sample_cine_brings_the_size_of_its_patient(desk):
    desk.take_sample("cine")
    assert desk.missing == "" and desk.has("cine") and not desk.has("ed")
    assert desk.body() == {"height_cm": 178.0, "weight_kg": 76.0}
    desk.take_sample()
    assert not desk.has("cine") and desk.settings.data.height == ""
