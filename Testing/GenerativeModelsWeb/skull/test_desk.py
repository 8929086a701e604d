"""Pictures and spacings as the cards of the page show them."""

from __future__ import annotations

import asyncio
import json
import shutil

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("trame_server", reason="the web extra is not installed")

from trame_server.state import State
from trame_server.utils.typed_state import TypedState

from GenerativeModelsWeb.parts.state import Run
from GenerativeModelsWeb.skull.desk import PictureDesk
from GenerativeModelsWeb.skull.state import Inputs, Settings
from Testing.helpers.dicom_inputs import jpeg_loop, loop_of, single_frame


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


def test_age_and_sex_of_a_fetus_are_not_those_of_the_next(desk, take):
    take("axial")
    desk.settings.data.weeks, desk.settings.data.sex, desk.settings.data.chart = "22+3", "male", "who"
    desk.clear()
    assert (desk.settings.data.weeks, desk.settings.data.sex, desk.settings.data.chart) == ("", "", "who")


def test_a_notice_lasts_while_its_files_arrive(desk, take):
    desk.announce("Took a.png as the axial plane.", ["a.png"])
    take("axial", "a.png")
    assert desk.inputs.data.notice
    take("coronal", "other.png")
    assert desk.inputs.data.notice == ""


@pytest.fixture
def a_loop(sample_case, tmp_path):
    """A DICOM loop of four frames of the sample head."""
    pixels = np.array(Image.open(sample_case / "axial.png").convert("L"))
    return jpeg_loop(tmp_path / "loop.dcm", loop_of(pixels, 2, 4), (0.22, 0.22))


def test_a_clip_says_its_frames_and_takes_a_number(desk, take, a_loop):
    assert take("axial", "loop.dcm", a_loop) is None
    card = desk.inputs.data.axial
    assert (card.frames, card.frame, card.size) == (4, "", "4 frames of 432 × 640 pixels")
    assert card.spacing_source == "file" and desk.inputs.data.missing == ""
    assert desk.frames() == {"axial_frame": None}
    card.frame = "3"
    assert desk.frames() == {"axial_frame": 3}
    for typed in ("4", "-1", "best"):
        card.frame = typed
        desk.refresh()
        assert desk.inputs.data.missing == (
            f"The frame of the axial clip is “{typed}”: type a whole number from 0 to 3."
        )


def test_a_header_that_contradicts_itself_is_quoted(desk, take, sample_case, tmp_path):
    pixels = np.array(Image.open(sample_case / "axial.png").convert("L"))
    file = single_frame(tmp_path / "two.dcm", pixels, (0.22, 0.22), PixelSpacing=[0.3, 0.3])
    assert take("axial", "two.dcm", file) is None
    card = desk.inputs.data.axial
    assert card.spacing_source == "" and desk.inputs.data.missing
    assert "contradicts itself" in card.caution and "PixelSpacing 0.3 x 0.3 mm" in card.caution


def test_a_picture_has_no_frame(desk, take):
    take("axial")
    assert desk.inputs.data.axial.frames == 1 and desk.frames() == {}


def test_the_identity_is_read_from_the_header_when_asked_for(desk, take, a_loop):
    take("axial", "loop.dcm", a_loop)
    settings = desk.settings.data
    assert desk.inputs.data.dicom and settings.case_id == "", "nothing is read before"
    desk.fill_identity()
    assert (settings.case_id, settings.examination_date) == ("F-2026-17", "2026-03-11")
    assert (settings.operator, settings.institution) == ("Ada Okonkwo", "Klinik am See")
    desk.clear()
    assert (settings.case_id, settings.examination_date) == ("", ""), "they are of one case"
    assert settings.operator == "Ada Okonkwo" and not desk.inputs.data.dicom


def test_without_a_dicom_file_there_is_no_header(desk, take):
    take("axial")
    assert not desk.inputs.data.dicom
    desk.fill_identity()
    assert desk.inputs.data.notice.startswith("No file is DICOM") and desk.settings.data.case_id == ""


def test_an_identity_that_cannot_be_used_holds_the_button(desk, take):
    take("axial")
    desk.inputs.data.axial.row_mm = "0.22"
    for field, typed, said in (
        ("case_id", "a/b", "The case identifier is 'a/b'"),
        ("examination_date", "2999-01-01", "a day in the future"),
        ("operator", "<b>", "The operator is '<b>'"),
    ):
        setattr(desk.settings.data, field, typed)
        desk.refresh()
        assert said in desk.inputs.data.missing
        setattr(desk.settings.data, field, "")
    desk.refresh()
    assert desk.inputs.data.missing == ""


def test_a_known_length_is_a_spacing(desk, take):
    take("axial")
    card = desk.inputs.data.axial
    assert (card.columns, card.rows) == (640, 432)
    card.millimetres = "50"
    desk.marking("axial", "length")
    desk.clicked("axial", 0.25, 0.5)
    desk.clicked("axial", 0.75, 0.5)
    assert desk.corrections() == {"axial_length": pytest.approx((159.5, 215.5, 479.5, 215.5, 50))}
    assert desk.inputs.data.missing == "" and card.spacing_source == "length" and card.caution == ""
    assert desk.given_spacing("axial") is None


def test_a_correction_that_cannot_be_used_is_named_in_the_words_of_the_page(desk, take):
    take("axial")
    desk.inputs.data.axial.row_mm = "0.22"
    desk.inputs.data.axial.ellipse = "round"
    desk.refresh()
    assert desk.inputs.data.missing.startswith("The ellipse of the axial plane is 'round': expected COL,ROW,A,B,ANGLE")


def test_buttons_adjust_the_ellipse_of_the_result_of_the_same_picture(desk, take, tmp_path):
    take("axial")
    card = desk.inputs.data.axial
    desk.adjusted("axial", "left")
    assert card.correction_problem.startswith("There is no ellipse yet") and card.ellipse == ""
    head = {"ellipse_px": [320.04, 200.0, 150.0, 120.0, 3.0]}
    result = {"planes": {"axial": {"file": "mine.png", "head": head}}}
    desk.found(result, [tmp_path / "another.bin"])
    assert card.found == "", "the result of another picture of that name"
    desk.found(result, [tmp_path / "axial.bin"])
    desk.adjusted("axial", "left")
    assert card.ellipse == "316,200,150,120,3" and card.correction_problem == "" and "gm-over-found" in card.overlay
    desk.uncorrected("axial")
    assert desk.corrections() == {}
