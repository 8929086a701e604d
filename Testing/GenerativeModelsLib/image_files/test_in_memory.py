"""What scripts may hand over in place of a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import SimpleITK as sitk

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.image_files.given import GivenImage
from GenerativeModelsLib.image_files.in_memory import label_map_source, picture_source

ROWS, COLUMNS = 3, 5
PIXELS = np.arange(ROWS * COLUMNS, dtype=np.uint8).reshape(ROWS, COLUMNS)
VOXELS = np.arange(24, dtype=np.int16).reshape(2, 3, 4)


def itk(array: np.ndarray, spacing: tuple[float, ...], **options: Any) -> sitk.Image:
    image = sitk.GetImageFromArray(array, **options)
    image.SetSpacing(spacing)
    return image


@pytest.mark.parametrize("make", [picture_source, lambda value, field: label_map_source(value, field, None)])
def test_a_path_may_be_text(make: Any) -> None:
    assert make("deep/a.png", "axial") == make(Path("deep/a.png"), "axial") == Path("deep/a.png")


@pytest.mark.parametrize(
    "array",
    [PIXELS, PIXELS.astype(np.float32), PIXELS > 3, np.repeat(PIXELS[..., None], 3, 2)],
    ids=["grey", "float", "mask", "colour"],
)
def test_an_array_is_taken_as_it_is_and_knows_no_spacing(array: np.ndarray) -> None:
    found = picture_source(array, "coronal")
    assert found.values is array and found.spacing_mm is None and found.to_lps is None
    assert found.name == "given as coronal (array)"


@pytest.mark.parametrize("shape", [(ROWS, COLUMNS), (1, ROWS, COLUMNS), (ROWS, 1, COLUMNS), (ROWS, COLUMNS, 1)])
def test_a_simpleitk_image_of_one_slice_along_any_axis_has_its_pixels_and_spacing(shape: tuple[int, ...]) -> None:
    spacing = {len(shape) - 1 - axis: mm for axis, mm in zip(np.flatnonzero(np.array(shape) > 1), (0.2, 0.3))}
    image = itk(PIXELS.reshape(shape), tuple(spacing.get(axis, 7.0) for axis in range(len(shape))))
    found = picture_source(image, "axial")
    np.testing.assert_array_equal(found.values, PIXELS)
    assert found.spacing_mm == (0.2, 0.3) and found.name == "given as axial (image)"


def test_one_millimetre_is_what_simpleitk_has_for_none() -> None:
    assert picture_source(itk(PIXELS, (1.0, 1.0)), "axial").spacing_mm is None
    assert picture_source(itk(PIXELS, (1.0, 0.5)), "axial").spacing_mm == (0.5, 1.0)


def test_a_colour_image_keeps_its_colours() -> None:
    colour = np.arange(ROWS * COLUMNS * 3, dtype=np.uint8).reshape(ROWS, COLUMNS, 3)
    found = picture_source(itk(colour, (0.3, 0.2), isVector=True), "axial")
    np.testing.assert_array_equal(found.values, colour)
    assert found.spacing_mm == (0.2, 0.3)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "^axial is a NoneType: give a path, an array .*, or a SimpleITK image"),
        (3.5, "^axial is a float: give"),
        ([[1, 2], [3, 4]], "^axial is a list: give"),
        (b"a.png", "^axial is a bytes: give"),
        (np.array([["a"]]), "^axial is a ndarray: give"),
        (np.ones((3, 3), complex), "^axial is a ndarray: give"),
        (itk(np.zeros((2, 3, 4)), (1.0, 1.0, 1.0)), r"^axial is an image of 4 x 3 x 2 pixels: give one slice\."),
        (itk(np.zeros((1, 1, 4)), (1.0, 1.0, 1.0)), r"^axial is an image of 4 x 1 x 1 pixels: give one slice\."),
    ],
)
def test_what_is_no_picture_is_refused_by_name(value: Any, words: str) -> None:
    with pytest.raises(InputError, match=words) as caught:
        picture_source(value, "axial")
    assert caught.value.field == "axial"


def moved(voxels: np.ndarray) -> sitk.Image:
    """The voxels (k, j, i) as an image turned and shifted in space."""
    image = itk(voxels, (1.5, 2.0, 8.0))
    image.SetOrigin((10.0, -20.0, 30.0))
    image.SetDirection((0.0, -1.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0))
    return image


def test_a_label_map_of_simpleitk_lies_where_it_says() -> None:
    image = moved(VOXELS)
    found = label_map_source(image, "ed")
    np.testing.assert_array_equal(found.values, VOXELS)
    for index in ((0, 0, 0), (3, 2, 1), (1, 2, 0)):
        expected = image.TransformIndexToPhysicalPoint(index)
        np.testing.assert_allclose((found.to_lps @ (*index, 1))[:3], expected)
    assert found.name == "given as ed (image)" and found.spacing_mm is None


def test_an_array_with_its_affine_is_what_nibabel_has_in_a_file(tmp_path: Path) -> None:
    nibabel = pytest.importorskip("nibabel")
    sitk.WriteImage(moved(VOXELS), str(tmp_path / "a.nii.gz"))
    loaded = nibabel.load(tmp_path / "a.nii.gz")
    array = label_map_source(np.asarray(loaded.dataobj), "es", loaded.affine)
    image = label_map_source(moved(VOXELS), "es")
    np.testing.assert_array_equal(array.values, image.values)
    np.testing.assert_allclose(array.to_lps, image.to_lps, atol=1e-5)
    assert array.name == "given as es (array)" and array.values.flags.c_contiguous


@pytest.mark.parametrize(
    ("value", "affine", "words"),
    [
        (VOXELS, None, "^es is an array without a place in space: give affine, a 4 x 4 matrix"),
        (VOXELS, np.eye(3), "^es is an array without a place in space"),
        (VOXELS.tolist(), np.eye(4), r"^es is a list: give a path, an array \(x, y, z\) with its affine"),
        (None, np.eye(4), "^es is a NoneType"),
        (VOXELS * 1j, np.eye(4), "^es is a ndarray"),
        (itk(PIXELS, (1.0, 1.0)), None, r"^es is an image of 2 dimensions: give a 3D label map\."),
    ],
)
def test_what_is_no_label_map_is_refused_by_name(value: Any, affine: Any, words: str) -> None:
    with pytest.raises(InputError, match=words) as caught:
        label_map_source(value, "es", affine)
    assert caught.value.field == "es"


def test_the_caller_keeps_the_array() -> None:
    before = VOXELS.copy()
    found = label_map_source(VOXELS, "ed", np.eye(4))
    assert isinstance(found, GivenImage) and found.values.shape == VOXELS.shape[::-1]
    np.testing.assert_array_equal(VOXELS, before)
