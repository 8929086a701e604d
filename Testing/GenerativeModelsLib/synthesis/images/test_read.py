"""What label maps and style images are refused, each in a sentence."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from pydicom.uid import MRImageStorage

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.synthesis.images.classes import KNOWN
from GenerativeModelsLib.synthesis.images.read import LabelledVolume, StyleImage, read_labels, read_style, require_known
from GenerativeModelsLib.synthesis.images.request import ImageSynthesisRequest
from Testing.helpers.tiny_images import grey_file, write_heart


def changed(path: Path, change) -> Path:
    """The file with `change` applied to its values."""
    image = sitk.ReadImage(str(path))
    made = sitk.GetImageFromArray(change(sitk.GetArrayFromImage(image)))
    made.CopyInformation(image)
    sitk.WriteImage(made, str(path))
    return path


def labels(folder: Path, **options) -> LabelledVolume:
    return read_labels(write_heart(folder / "labels.nii.gz", **options), "labels", "acdc")


def style(folder: Path, image: Path, volume: LabelledVolume, **given) -> StyleImage:
    return read_style(ImageSynthesisRequest(labels=folder / "labels.nii.gz", style=image, **given), volume)


def test_slices_come_first_in_any_order_of_axes(tmp_path: Path) -> None:
    volume = labels(tmp_path, right=True)
    assert volume.values.shape == (1, 4, 90, 80) and volume.present == [1, 2, 3]
    np.testing.assert_allclose(volume.pixel_mm, [1.2, 1.6], rtol=1e-6)
    assert dict(volume.named) == {"lv": 3, "myo": 2, "rv": 1}
    turned = labels(tmp_path, right=True, axes="zxy")
    np.testing.assert_allclose(turned.pixel_mm, [1.2, 1.6], rtol=1e-6)
    np.testing.assert_array_equal(turned.values, volume.values)


def test_label_maps_that_cannot_be_drawn_are_refused(tmp_path: Path) -> None:
    path = write_heart(tmp_path / "labels.nii.gz")
    with pytest.raises(InputError, match="holds no label but 0"):
        read_labels(changed(path, np.zeros_like), "labels", "acdc")

    def speck(values: np.ndarray) -> np.ndarray:
        values[0, 0, 0] = 9
        return values

    with pytest.raises(InputError, match="a single voxel of value 9"):
        read_labels(changed(write_heart(path), speck), "labels", "acdc")
    with pytest.raises(InputError, match="does not exist"):
        read_labels(tmp_path / "none.nii.gz", "labels", "acdc")


def test_labels_that_a_method_does_not_know_are_named(tmp_path: Path) -> None:
    assert require_known(labels(tmp_path), "spade", KNOWN) == ()
    (warning,) = require_known(labels(tmp_path, right=True), "spade", KNOWN)
    assert "drawn as bright surroundings" in warning and warning.kind == "quality"
    path = changed(write_heart(tmp_path / "labels.nii.gz"), lambda values: np.where(values == 2, 7, values))
    with pytest.raises(InputError, match="holds value 7, which spade does not know; it knows lv, myo, rv"):
        require_known(read_labels(path, "labels", "acdc"), "spade", KNOWN)
    atrium = read_labels(write_heart(path, right=True), "labels", "lv=3,myo=2,la=1")
    with pytest.raises(InputError, match="holds la, which cgan does not know"):
        require_known(atrium, "cgan", KNOWN)


def test_a_style_on_the_grid_has_the_labels_of_the_map(tmp_path: Path) -> None:
    volume = labels(tmp_path)
    found = style(tmp_path, grey_file(tmp_path / "labels.nii.gz", tmp_path / "style.nii.gz"), volume)
    assert found.on_grid and found.labels is volume and found.values.shape == volume.values.shape
    other = grey_file(write_heart(tmp_path / "six.nii.gz", slices=6), tmp_path / "other.nii.gz")
    elsewhere = style(tmp_path, other, volume)
    assert not elsewhere.on_grid and elsewhere.labels is None
    with_labels = style(tmp_path, other, volume, style_labels=tmp_path / "six.nii.gz")
    assert with_labels.labels.name == "six.nii.gz"
    with pytest.raises(InputError, match=r"style_labels labels.nii.gz does not lie on the grid of"):
        style(tmp_path, other, volume, style_labels=tmp_path / "labels.nii.gz")


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda values: values * 0 + 7, "is 7 everywhere"),
        (lambda values: values - 1000, "values down to -10.*, as CT has them"),
        (lambda values: np.where(values > 100, np.nan, values), "no numbers"),
    ],
)
def test_images_that_are_no_style_are_refused(tmp_path: Path, change, fault: str) -> None:
    volume = labels(tmp_path)
    image = changed(grey_file(tmp_path / "labels.nii.gz", tmp_path / "style.mha"), change)
    with pytest.raises(InputError, match=fault):
        style(tmp_path, image, volume)


def test_an_image_in_colour_is_refused(tmp_path: Path) -> None:
    volume = labels(tmp_path)
    made = sitk.GetImageFromArray(np.random.default_rng(0).integers(0, 255, (4, 9, 8, 3)).astype(np.uint8), True)
    sitk.WriteImage(made, str(tmp_path / "colour.mha"))
    with pytest.raises(InputError, match="3 numbers a pixel"):
        style(tmp_path, tmp_path / "colour.mha", volume)


@pytest.mark.parametrize("modality", ["MR", "CT"])
def test_a_dicom_file_must_be_of_mr(tmp_path: Path, modality: str) -> None:
    volume = labels(tmp_path)
    image = sitk.GetImageFromArray(np.arange(72, dtype=np.uint16).reshape(1, 9, 8))
    image.SetSpacing((1.5, 1.5, 8.0))
    for tag, value in (("0008|0060", modality), ("0008|0016", str(MRImageStorage))):
        image.SetMetaData(tag, value)
    sitk.WriteImage(image, str(tmp_path / "slice.dcm"))
    if modality == "MR":
        found = style(tmp_path, tmp_path / "slice.dcm", volume)
        assert found.values.shape == (1, 1, 9, 8) and not found.on_grid
        np.testing.assert_allclose(found.pixel_mm, 1.5)
    else:
        with pytest.raises(InputError, match="DICOM modality CT"):
            style(tmp_path, tmp_path / "slice.dcm", volume)
