"""The image of label maps: its pixels are those of the labels, or a sentence says why not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.segmentation.image_of import grey_of, image_of
from GenerativeModelsLib.segmentation.read import read_label_maps
from GenerativeModelsLib.segmentation.request import SegmentationRequest
from Testing.helpers.segmentation_phantoms import cine, maps_of, write_maps


def written(path: Path, values: np.ndarray, like: Path, shift_mm: float = 0.0) -> Path:
    """An image (frames, slices, rows, columns) with the header of a label map of four dimensions."""
    image = sitk.GetImageFromArray(values.astype(np.float32), isVector=False)
    labels = sitk.ReadImage(str(like))
    if image.GetSize() == labels.GetSize():
        image.CopyInformation(labels)
    image.SetOrigin([image.GetOrigin()[0] + shift_mm, *image.GetOrigin()[1:]])
    sitk.WriteImage(image, str(path))
    return path


@pytest.fixture
def labels(tmp_path: Path) -> Path:
    return write_maps(tmp_path / "beat.nii.gz", maps_of(cine(3, 4), frame_s=0.06))


def test_pixels_of_the_image_are_those_of_the_labels(tmp_path: Path, labels: Path) -> None:
    maps = read_label_maps(SegmentationRequest(labels))
    values = 100.0 * maps.values + np.arange(maps.values.size).reshape(maps.values.shape) / maps.values.size
    found = image_of(maps, written(tmp_path / "image.nii.gz", values, labels), "file", "short-axis")
    np.testing.assert_allclose(found, values, atol=1e-3)


@pytest.mark.parametrize(
    ("shift_mm", "change", "words"),
    [
        (3.0, lambda v: v, "corners lie up to 3 mm apart"),
        (0.0, lambda v: v[:, :3], "give the image that was segmented, on the grid of its labels"),
        (0.0, lambda v: 0 * v, "is 0 everywhere"),
        (0.0, lambda v: np.where(v == 3, np.inf, v), "values that are no numbers"),
    ],
)
def test_an_image_of_something_else_is_one_sentence(tmp_path: Path, labels: Path, shift_mm, change, words) -> None:
    maps = read_label_maps(SegmentationRequest(labels))
    path = written(tmp_path / "other.nrrd", change(maps.values.astype(float)), labels, shift_mm)
    with pytest.raises(InputError, match=words) as caught:
        image_of(maps, path, "file", "short-axis")
    assert "other.nrrd" in str(caught.value)


def test_grey_goes_from_black_to_white_without_the_extremes() -> None:
    values = np.concatenate([np.linspace(0, 100, 1000), [1e6]])
    grey = grey_of(values)
    assert grey.dtype == np.uint8 and grey[0] == 0 and grey[-1] == 255 and abs(int(grey[500]) - 128) < 3
    assert not grey_of(np.full(5, 7.0)).any()
