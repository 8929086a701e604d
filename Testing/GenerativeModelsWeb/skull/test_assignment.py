"""Files dropped onto the page find their planes."""

from __future__ import annotations

import pytest

from GenerativeModelsWeb.skull.assignment import assign


@pytest.mark.parametrize(
    "name, plane",
    [
        ("axial.png", "axial"),
        ("case_12_AX.dcm", "axial"),
        ("Transthalamic view.png", "axial"),
        ("head-sag-2.png", "sagittal"),
        ("midsagittal.nii.gz", "sagittal"),
        ("COR.png", "coronal"),
        ("coronal plane.tif", "coronal"),
    ],
)
def test_a_name_that_says_its_plane_goes_there_even_where_a_picture_is(name, plane):
    assert assign([name], filled=["axial", "sagittal", "coronal"]).planes == (plane,)


def test_unclear_names_fill_the_empty_planes_in_order_and_the_page_says_so():
    found = assign(["IMG_1.png", "coronal.png", "IMG_2.png"], filled=[])
    assert found.planes == ("axial", "coronal", "sagittal")
    assert found.sentence == (
        "Took IMG_1.png as the axial plane, coronal.png as the coronal plane and IMG_2.png as the sagittal plane."
    )


@pytest.mark.parametrize("name", ["maxillary.png", "corner.png", "message.png", "axial_and_coronal.png", "IMG_7.png"])
def test_a_word_within_a_word_is_no_plane(name):
    assert assign([name], filled=["axial"]).planes == ("sagittal",)


def test_one_clear_file_needs_no_sentence():
    assert assign(["sagittal.png"], filled=[]).sentence == ""


def test_files_beyond_the_planes_are_left_out_in_a_sentence():
    found = assign(["a.png", "b.png"], filled=["axial", "sagittal"])
    assert found.planes == ("coronal", None)
    assert "Left out b.png: no plane is free for the file" in found.sentence


def test_two_files_of_one_plane_do_not_overwrite_each_other():
    found = assign(["axial 1.png", "axial 2.png"], filled=[])
    assert found.planes == ("axial", "sagittal")
