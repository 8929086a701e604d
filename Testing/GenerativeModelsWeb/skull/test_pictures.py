"""Uploaded files become pictures, or sentences without a path of the server."""

from __future__ import annotations

import base64
import io

import numpy as np
import pytest
from PIL import Image

from GenerativeModelsLib.errors import InputError
from GenerativeModelsWeb.skull.pictures import PREVIEW_PX, check_spacing, preview_url, read_picture


def test_a_picture_has_pixels_and_no_spacing(sample_case):
    picture = read_picture(sample_case / "axial.png", "mine.png", "axial")
    assert picture.pixels.dtype == np.uint8 and picture.size == (432, 640)
    assert picture.spacing_mm is None and picture.file_name == "mine.png"


def test_a_file_with_spacing_keeps_it(tmp_path):
    import SimpleITK as sitk

    image = sitk.GetImageFromArray(np.random.default_rng(0).integers(0, 255, (1, 90, 120)).astype(np.uint8))
    image.SetSpacing((0.5, 0.4, 1.0))
    sitk.WriteImage(image, str(tmp_path / "a.nrrd"))
    assert read_picture(tmp_path / "a.nrrd", "a.nrrd", "coronal").spacing_mm == pytest.approx((0.4, 0.5))


def test_text_that_calls_itself_an_image_is_refused_by_its_own_name(tmp_path):
    path = tmp_path / "upload-0001.png"
    path.write_text("no image at all")
    with pytest.raises(InputError, match=r"axial plane holiday\.png is not an image") as error:
        read_picture(path, "holiday.png", "axial")
    assert str(tmp_path) not in str(error.value)


def test_a_spacing_no_ultrasound_image_has_is_refused(sample_case):
    picture = read_picture(sample_case / "axial.png", "mine.png", "axial")
    check_spacing(picture, (0.22, 0.22), "axial")
    with pytest.raises(InputError, match="ultrasound image measures"):
        check_spacing(picture, (4.0, 4.0), "axial")


def test_a_preview_is_small_and_shows_the_picture():
    pixels = np.zeros((500, 2000), np.uint8)
    pixels[:, 1000:] = 255
    kind, data = preview_url(pixels).split(",")
    preview = np.asarray(Image.open(io.BytesIO(base64.b64decode(data))))
    assert kind == "data:image/jpeg;base64" and preview.shape == (PREVIEW_PX // 4, PREVIEW_PX)
    assert preview[:, :300].max() < 30 and preview[:, -300:].min() > 220
