"""Pictures and spacings as the cards of the page show them."""

from __future__ import annotations

import asyncio
import json
import shutil

import pytest

pytest.importorskip("trame_server", reason="the web extra is not installed")

from trame_server.state import State
from trame_server.utils.typed_state import TypedState

from GenerativeModelsWeb.parts.state import Run
from GenerativeModelsWeb.skull.desk import PictureDesk
from GenerativeModelsWeb.skull.state import Inputs, Settings


@pytest.fixture
def desk():
    state = State()
    typed = [TypedState(state, kind) for kind in (Inputs, Settings, Run)]
    desk = PictureDesk(*typed)
    desk.refresh()
    return desk


@pytest.fixture
def take(desk, sample_case, tmp_path):
    """Upload a file of the sample under a name; the sentence, or None."""

    def take(plane, shown="mine.png", source=None):
        path = tmp_path / f"{plane}.bin"
        shutil.copy(source or sample_case / f"{plane}.png", path)
        return asyncio.run(desk.take(plane, path, shown))

    return take


def test_a_picture_without_spacing_warns_and_waits(desk, take):
    assert take("axial") is None
    card = desk.inputs.data.axial
    assert (card.file_name, card.size, card.spacing_source) == ("mine.png", "432 × 640 pixels", "")
    assert card.preview.startswith("data:image/jpeg") and "no spacing" in card.caution
    assert desk.inputs.data.missing == "Type the spacing of the axial picture in mm per pixel."


def test_one_number_is_enough(desk, take):
    take("axial")
    desk.inputs.data.axial.row_mm = "0.22"
    desk.refresh()
    assert desk.inputs.data.missing == "" and desk.inputs.data.axial.caution == ""
    assert desk.given_spacing("axial") == (0.22, 0.22)


def test_an_impossible_spacing_holds_the_button_and_says_why(desk, take):
    take("axial")
    desk.inputs.data.axial.row_mm = "4"
    desk.refresh()
    assert "ultrasound image measures" in desk.inputs.data.missing and "--" not in desk.inputs.data.missing
    assert desk.inputs.data.axial.caution == desk.inputs.data.missing


def test_the_files_own_spacing_is_left_to_the_reader_until_it_is_overtyped(desk, take, tmp_path):
    import numpy as np
    import SimpleITK as sitk

    image = sitk.GetImageFromArray(np.random.default_rng(0).integers(0, 255, (1, 90, 120)).astype(np.uint8))
    image.SetSpacing((1 / 3, 0.4, 1.0))
    sitk.WriteImage(image, str(tmp_path / "a.nrrd"))
    assert take("axial", "a.nrrd", tmp_path / "a.nrrd") is None
    assert (desk.inputs.data.axial.row_mm, desk.inputs.data.axial.column_mm) == ("0.4", "0.33333")
    assert desk.inputs.data.axial.spacing_source == "file" and desk.given_spacing("axial") is None
    desk.inputs.data.axial.column_mm = "0.4"
    desk.refresh()
    assert desk.inputs.data.axial.spacing_source == "user" and desk.given_spacing("axial") == (0.4, 0.4)


def test_a_refused_file_leaves_the_picture_that_is_there(desk, take, tmp_path):
    take("axial")
    (tmp_path / "text").write_text("text")
    sentence = take("axial", "holiday.png", tmp_path / "text")
    assert sentence.startswith("Axial plane holiday.png is not an image") and str(tmp_path) not in sentence
    desk.refuse("axial", sentence)
    assert desk.inputs.data.axial.file_name == "mine.png" and desk.inputs.data.axial.problem == sentence


def test_a_new_picture_clears_the_last_problem(desk, take):
    desk.refuse("axial", "No.")
    take("axial")
    assert desk.inputs.data.axial.problem == ""


def test_no_picture_is_taken_while_a_reconstruction_runs(desk, take):
    desk.run.data.busy = True
    assert "under way" in take("axial")


def test_removing_empties_the_card(desk, take):
    take("axial")
    desk.remove("axial")
    assert not desk.has("axial") and desk.inputs.data.axial.file_name == ""
    assert desk.inputs.data.missing == "Add the axial picture to begin."


def test_the_sample_needs_nothing_more(desk, sample_case):
    desk.take_sample()
    sample = json.loads((sample_case / "sample.json").read_text())
    assert desk.inputs.data.missing == "" and desk.settings.data.weeks == "27"
    assert list(desk.given_spacing("coronal")) == sample["spacing_mm"]["coronal"]


def test_a_sample_that_cannot_be_read_is_said_without_its_folder(desk, tmp_path, monkeypatch):
    monkeypatch.setattr("GenerativeModelsWeb.skull.desk.sample_dir", lambda: tmp_path)
    desk.take_sample()
    assert "sample.json" in desk.inputs.data.notice and tmp_path.name not in desk.inputs.data.notice


def test_a_picture_of_the_users_takes_the_sample_away(desk, take):
    desk.take_sample()
    take("axial")
    assert desk.has("axial") and not desk.has("sagittal") and not desk.has("coronal")
    assert desk.settings.data.weeks == "" and desk.inputs.data.notice == ""
    take("coronal")
    assert desk.has("axial") and desk.has("coronal"), "only the sample goes"


def test_an_age_typed_over_the_samples_stays(desk, take):
    desk.take_sample()
    desk.settings.data.weeks = "30"
    take("axial")
    assert desk.settings.data.weeks == "30"


def test_a_notice_lasts_while_its_files_arrive(desk, take):
    desk.announce("Took a.png as the axial plane.", ["a.png"])
    take("axial", "a.png")
    assert desk.inputs.data.notice
    take("coronal", "other.png")
    assert desk.inputs.data.notice == ""
