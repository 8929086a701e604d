"""The preview: the slice that is asked for, as the image will have it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk

from GenerativeModelsLib.anatomy.run import load_on, run_case
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.synthesis.images.anatomy import IMAGES
from GenerativeModelsLib.synthesis.images.model import load_synthesiser
from GenerativeModelsLib.synthesis.images.queries import preview
from GenerativeModelsLib.synthesis.images.request import ImageSynthesisRequest
from Testing.helpers.segmentation_phantoms import cine, maps_of, write_maps
from Testing.helpers.tiny_images import grey_file, write_heart, write_images_bundle


def test_a_preview_of_networks_is_the_slice_of_the_image(tmp_path: Path) -> None:
    labels = write_heart(tmp_path / "labels.nii.gz")
    style = grey_file(labels, tmp_path / "style.nii.gz")
    bundle = write_images_bundle(tmp_path / "bundle", "spade")
    given = {"labels": labels, "style": style, "method": "spade", "seed": 4}
    place = sitk.ReadImage(str(labels)).TransformIndexToPhysicalPoint((40, 40, 1))
    found = preview(load_synthesiser(bundle), **given, at_lps=place)
    run_case(IMAGES, ImageSynthesisRequest(**given, model=bundle, device="cpu", output=tmp_path / "out"))
    whole = sitk.GetArrayFromImage(sitk.ReadImage(str(tmp_path / "out" / "image.nii.gz")))
    np.testing.assert_allclose(found["values"], whole[1], atol=1e-3)
    assert found["slice"] == 1 and found["frame"] == 0 and found["values"].dtype == np.float32


def test_the_middle_labelled_slice_is_the_default_and_its_place_is_told(tmp_path: Path) -> None:
    labels = write_maps(tmp_path / "cine.nii.gz", maps_of(cine(3, 5)))
    found = preview(None, labels)
    assert (found["frame"], found["slice"]) == (0, 2) and found["values"].shape == found["codes"].shape
    assert set(np.unique(found["codes"])) == {0, 1, 2, 3}
    image = sitk.ReadImage(str(labels))
    corner = np.array(image.TransformIndexToPhysicalPoint((3, 4, 2, 0)))[:3]
    np.testing.assert_allclose((found["to_lps"] @ [3, 4, 2, 1])[:3], corner, atol=1e-4)
    last = preview(None, labels, frame=99, at_lps=image.TransformIndexToPhysicalPoint((3, 4, 3, 0))[:3])
    assert (last["frame"], last["slice"]) == (2, 3)
    beside = preview(None, labels, at_lps=(0.0, 0.0, 1e4))
    assert (beside["frame"], beside["slice"]) == (0, 2), "no slice lies there"


def test_networks_of_another_method_are_refused_and_none_are_missed(tmp_path: Path) -> None:
    labels = write_heart(tmp_path / "labels.nii.gz")
    with pytest.raises(InputError, match="needs its networks"):
        preview(None, labels, method="spade")
    model = load_synthesiser(write_images_bundle(tmp_path / "bundle", "spade"))
    with pytest.raises(InputError, match="has the networks of spade, and method is cgan"):
        preview(model, labels, method="cgan")


def test_a_query_without_a_folder_has_no_model() -> None:
    assert load_on(IMAGES, None, "cpu") is None
