"""Calibration of DICOM planes: the tissue region, its spacing in mm, and tags that contradict each other."""

from __future__ import annotations

import numpy as np
import pytest
from pydicom.sequence import Sequence

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.skull.planes.image import read_plane
from Testing.helpers.dicom_datasets import functional_groups, loop, region, saved, ultrasound


def test_is_cut_to_the_region_whose_bounds_are_inclusive(tmp_path, pixels):
    plane = read_plane(saved(tmp_path, ultrasound(pixels, regions=[region(10, 69, 20, 98)])))
    np.testing.assert_array_equal(plane.pixels, pixels[10:70, 20:99])


def test_a_region_larger_than_the_image_is_cut_to_it(tmp_path, pixels):
    plane = read_plane(saved(tmp_path, ultrasound(pixels, regions=[region(0, 500, 0, 500)])))
    assert plane.size == (80, 100)


def test_the_tissue_region_is_found_among_others(tmp_path, pixels):
    others = [region(data=4, spatial=3), region(units=4), region(data=2), region(spatial=2), region(delta=(0, 0))]
    plane = read_plane(saved(tmp_path, ultrasound(pixels, regions=[*others, region(10, 69, 20, 98)])))
    assert plane.size == (60, 79) and plane.warnings == ()


def test_of_two_tissue_regions_the_largest_is_taken_with_a_warning(tmp_path, pixels):
    small, large = region(0, 79, 0, 39), region(0, 79, 40, 99, delta=(0.04, 0.04))
    plane = read_plane(saved(tmp_path, ultrasound(pixels, regions=[small, large])))
    assert plane.size == (80, 60) and plane.spacing_mm == pytest.approx((0.4, 0.4))
    assert "shows 2 calibrated 2D regions; the largest was used" in plane.warnings[0]


def test_axes_that_point_up_or_left_have_the_same_spacing(tmp_path, pixels):
    plane = read_plane(saved(tmp_path, ultrasound(pixels, regions=[region(delta=(-0.03, -0.025))])))
    assert plane.spacing_mm == pytest.approx((0.3, 0.25))


def test_without_a_usable_region_pixel_spacing_counts(tmp_path, pixels):
    dataset = ultrasound(pixels, regions=[region(data=4)])
    dataset.PixelSpacing = [0.3, 0.25]
    plane = read_plane(saved(tmp_path, dataset))
    assert plane.size == (80, 100) and plane.spacing_mm == pytest.approx((0.3, 0.25))
    assert "none that is 2D tissue calibrated in cm" in plane.warnings[0]


def test_a_region_beside_the_image_is_no_region(tmp_path, pixels):
    with pytest.raises(InputError, match="carries no pixel spacing"):
        read_plane(saved(tmp_path, ultrasound(pixels, regions=[region(200, 300, 200, 300)])))


@pytest.mark.parametrize(
    ("tag", "value", "said"),
    [
        ("PixelSpacing", [0.9, 0.9], "PixelSpacing 0.9 x 0.9 mm"),
        ("PixelSpacing", [0.3, 0.26], "PixelSpacing 0.3 x 0.26 mm"),
        ("ImagerPixelSpacing", [0.9, 0.9], "ImagerPixelSpacing 0.9 x 0.9 mm"),
        ("NominalScannedPixelSpacing", [0.9, 0.9], "NominalScannedPixelSpacing 0.9 x 0.9 mm"),
        ("SharedFunctionalGroupsSequence", functional_groups([0.9, 0.9]), "functional groups of all frames 0.9"),
        ("PerFrameFunctionalGroupsSequence", functional_groups([0.9, 0.9]), "functional groups of frame 0 0.9"),
    ],
)
def test_contradicting_tags_give_no_spacing_and_are_named(tmp_path, pixels, tag, value, said):
    dataset = ultrasound(pixels, regions=[region()])
    setattr(dataset, tag, value)
    path = saved(tmp_path, dataset)
    with pytest.raises(InputError, match="contradicts itself about its pixel spacing") as caught:
        read_plane(path)
    assert "PhysicalDeltaX and PhysicalDeltaY of its ultrasound region 0.3 x 0.25 mm" in str(caught.value)
    assert said in str(caught.value) and "give axial_spacing_mm in mm" in str(caught.value)
    plane = read_plane(path, spacing_mm=(0.31, 0.26))
    assert plane.spacing_mm == (0.31, 0.26) and "contradicts itself" in plane.warnings[0]


@pytest.mark.parametrize("tag", ["PixelSpacing", "ImagerPixelSpacing"])
def test_tags_that_agree_are_no_contradiction(tmp_path, pixels, tag):
    dataset = ultrasound(pixels, regions=[region()])
    setattr(dataset, tag, [0.3, 0.251])
    plane = read_plane(saved(tmp_path, dataset))
    assert plane.spacing_mm == pytest.approx((0.3, 0.25)) and plane.warnings == ()


def test_a_calibrated_spacing_may_differ_from_that_at_the_detector(tmp_path, pixels):
    dataset = ultrasound(pixels)
    dataset.PixelSpacing, dataset.ImagerPixelSpacing = [0.3, 0.25], [0.4, 0.35]
    with pytest.raises(InputError, match="contradicts itself"):
        read_plane(saved(tmp_path, dataset))
    dataset.PixelSpacingCalibrationType = "GEOMETRY"
    assert read_plane(saved(tmp_path, dataset)).spacing_mm == pytest.approx((0.3, 0.25))


@pytest.mark.parametrize("sequence", ["SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence"])
def test_the_functional_groups_of_an_enhanced_file_have_the_spacing(tmp_path, pixels, sequence):
    dataset = ultrasound(pixels)
    setattr(dataset, sequence, functional_groups([0.3, 0.25]))
    assert read_plane(saved(tmp_path, dataset)).spacing_mm == pytest.approx((0.3, 0.25))


def test_imager_pixel_spacing_counts_with_a_warning(tmp_path, pixels):
    dataset = ultrasound(pixels)
    dataset.ImagerPixelSpacing = [0.3, 0.25]
    plane = read_plane(saved(tmp_path, dataset))
    assert plane.spacing_mm == pytest.approx((0.3, 0.25))
    assert "only ImagerPixelSpacing" in plane.warnings[0]


def test_no_spacing_is_never_guessed(tmp_path, pixels):
    path = saved(tmp_path, ultrasound(pixels))
    with pytest.raises(
        InputError,
        match=r"frame\.dcm carries no pixel spacing \(it has neither PhysicalDeltaX .* nor PixelSpacing .*\): "
        r"give axial_spacing_mm in mm, pixel_spacing_mm, or axial_length",
    ):
        read_plane(path)
    assert read_plane(path, spacing_mm=(0.3, 0.3)).spacing_source == "argument"


def test_a_frame_has_the_spacing_of_its_own_functional_group(tmp_path, pixels):
    dataset = loop(pixels, 3)
    del dataset.SequenceOfUltrasoundRegions
    groups = [functional_groups([spacing, spacing])[0] for spacing in (0.2, 0.3, 0.4)]
    dataset.PerFrameFunctionalGroupsSequence = Sequence(groups)
    path = saved(tmp_path, dataset)
    assert [read_plane(path, frame=frame).spacing_mm[0] for frame in range(3)] == [0.2, 0.3, 0.4]
