"""Segmentations and images as the cards of the page show them, and what is missing."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest

pytest.importorskip("trame_server", reason="the web extra is not installed")

import SimpleITK as sitk
from trame_server.state import State
from trame_server.utils.typed_state import TypedState

from GenerativeModelsWeb.parts.state import Run
from GenerativeModelsWeb.segmentation.desk import SegmentationDesk
from GenerativeModelsWeb.segmentation.state import Inputs, Settings
from Testing.helpers.segmentation_phantoms import apical, cine, maps_of, write_maps


@pytest.fixture
def desk(tmp_path):
    state = State()
    desk = SegmentationDesk(*(TypedState(state, kind) for kind in (Inputs, Settings, Run)), tmp_path / "copies")
    desk.refresh()
    return desk


@pytest.fixture
def take(desk, tmp_path):
    """Upload label maps or an image under a name; the sentence, or None."""

    def take(place, shown, drawn, **options):
        path = tmp_path / f"upload{shown[shown.index('.') :]}"
        if isinstance(drawn, sitk.Image):
            sitk.WriteImage(drawn, str(path))
        else:
            write_maps(path, maps_of(drawn), **options)
        return asyncio.run(desk.take(place, path, shown))

    return take


def test_a_cine_needs_nothing_more(desk, take):
    assert desk.missing == "Add a label map to begin."
    assert take("labels", "beat.nii.gz", cine(3, 5)) is None
    assert desk.missing == "" and desk.labels() == "lv=3,myo=2,rv=1"
    assert desk.inputs.data.labels.size == "80 × 90 × 5 × 3 voxels" and desk.inputs.data.labels.caution == ""


def test_the_values_follow_the_view_until_others_are_chosen(desk, take):
    take("labels", "view.nii.gz", np.stack([apical()] * 2)[:, None], values={"lv": 1, "myo": 2, "la": 3})
    assert desk.settings.data.la == "" and "3" not in desk.inputs.data.labels.caution
    desk.settings.data.view = "apical"
    desk.refresh()
    assert desk.labels() == "lv=1,myo=2,la=3"
    desk.settings.data.lv, desk.settings.data.la = "3", "1"
    desk.settings.data.view = "short-axis"
    desk.refresh()
    assert desk.labels() == "lv=3,myo=2,la=1"


def test_a_value_that_is_chosen_with_the_view_stays_and_the_others_follow(desk, take):
    """On a slow machine both arrive at once."""
    take("labels", "view.nii.gz", np.stack([apical()] * 2)[:, None], values={"lv": 1, "myo": 2, "la": 4})
    assert desk.missing == "Choose the value of the cavity (lv)."
    desk.settings.data.view, desk.settings.data.la = "apical", "4"
    desk.refresh()
    assert (desk.labels(), desk.missing) == ("lv=1,myo=2,la=4", "")


def test_values_without_a_meaning_are_said(desk, take):
    take("labels", "other.nii.gz", cine(2, 5), values={"lv": 50, "myo": 60, "rv": 1})
    assert desk.missing == "Choose the value of the cavity (lv)."
    assert desk.inputs.data.labels.caution == "It holds the values 50, 60: choose what they mean."
    desk.settings.data.lv, desk.settings.data.myo, desk.settings.data.rv = "50", "60", ""
    desk.refresh()
    assert desk.missing == "" and desk.inputs.data.labels.caution == "Value 1 counts as background."


def test_frames_without_labels_are_said_and_a_map_without_any_is_refused(desk, take):
    values = cine(5, 5)
    values[[1, 3]] = 0
    assert take("labels", "gaps.nii.gz", values) is None
    assert desk.inputs.data.labels.caution == "Frames 1, 3 without labels."
    nothing = sitk.Image(20, 20, 5, sitk.sitkUInt8)
    assert "nothing.nii.gz has no labels, all its values are 0" in take("labels", "nothing.nii.gz", nothing)
    assert desk.inputs.data.labels.file_name == "gaps.nii.gz"


def test_an_image_in_place_of_labels_is_refused(desk, take):
    noise = sitk.GetImageFromArray(np.random.default_rng(0).normal(size=(5, 20, 20)))
    assert "scan.nrrd is no label map: it holds 2000 grey levels" in take("labels", "scan.nrrd", noise)
    assert not desk.filled


def test_an_image_lies_on_the_grid_of_the_labels(desk, take):
    take("labels", "beat.nii.gz", cine(3, 5))
    assert take("image", "mri.nii.gz", cine(3, 5)) is None and desk.missing == ""
    assert take("image", "stack.nii.gz", cine(3, 5)[0]) is None, "a stack lies behind all frames"
    assert "other.nii.gz has 80 × 90 × 6 × 3 voxels" in take("image", "other.nii.gz", cine(3, 6))
    moved = sitk.GetImageFromArray(cine(3, 5)[0])
    assert "moved.nii.gz lies elsewhere" in take("image", "moved.nii.gz", moved)
    assert desk.inputs.data.image.file_name == "stack.nii.gz"
    take("labels", "next.nii.gz", cine(3, 6))
    assert "give the image on the grid of the labels" in desk.missing


def test_the_interval_is_a_number(desk, take):
    take("labels", "beat.nii.gz", cine(3, 5))
    desk.settings.data.frame_interval = "fast"
    desk.refresh()
    assert desk.missing.startswith("The frame interval is “fast”")
    desk.settings.data.frame_interval = "33,5"
    desk.refresh()
    assert desk.missing == "" and desk.interval_ms() == 33.5
    desk.clear()
    assert desk.interval_ms() is None and not list((desk._folder).rglob("*.nii.gz"))


@pytest.mark.parametrize("name, file", [("", "sample_cine.nii.gz"), ("faults", "sample_with_faults.nii.gz")])
def test_the_samples_need_nothing_more(desk, name, file):
    for _ in range(2):  # the second takes the place of the first, whose copy goes
        desk.take_sample(name)
        assert desk.missing == "" and desk.inputs.data.labels.file_name == file
        assert "simulated" in desk.inputs.data.notice
        assert list(desk._folder.rglob("*.nii.gz")) == [desk.file("labels").path]


def test_a_sample_after_an_apical_view_and_a_file_after_the_sample(desk, take):
    settings = desk.settings.data
    settings.view = "apical"
    desk.refresh()
    take("labels", "view.nii.gz", np.stack([apical()] * 2)[:, None], values={"lv": 1, "myo": 2, "la": 3})
    assert desk.labels() == "lv=1,myo=2,la=3"
    desk.clear()
    assert settings.view == "apical", "the next case is likely of the same view"
    desk.take_sample("faults")
    assert (settings.view, desk.labels(), desk.missing) == ("short-axis", "lv=3,myo=2,rv=1", "")
    take("labels", "beat.nii.gz", cine(3, 5))
    assert (settings.view, desk.inputs.data.notice, desk.missing) == ("short-axis", "", "")


@pytest.mark.parametrize(
    "names, places",
    [
        (["a.nii.gz"], ["labels"]),
        (["mri.nii.gz", "mri_seg.nii.gz"], ["image", "labels"]),
        (["labels.nii.gz", "mri.nii.gz"], ["labels", "image"]),
    ],
)
def test_dropped_files_find_their_places(desk, names, places):
    assert desk.assign(names) == places
