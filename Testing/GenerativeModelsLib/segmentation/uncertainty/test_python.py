"""The uncertainty of a segmentation for scripts: files, images and arrays give the same."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk

import GenerativeModelsLib as gm
from Testing.helpers.segmentation_phantoms import cine, maps_of, stack, write_maps
from Testing.helpers.tiny_uncertainty import write_uncertainty_bundle

AFFINE = np.diag([-1.2, -1.6, 8.0, 1.0])


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_uncertainty_bundle(tmp_path_factory.mktemp("bundle") / "tiny")


def grey_of(labels: np.ndarray) -> np.ndarray:
    return (labels + np.random.default_rng(0).normal(size=labels.shape)).astype(np.float32)


def test_files_images_and_arrays_have_the_same_probabilities(tmp_path: Path, bundle: Path) -> None:
    prediction = write_maps(tmp_path / "labels.nii.gz", maps_of(stack()))
    labels = sitk.ReadImage(str(prediction))
    image = sitk.GetImageFromArray(grey_of(sitk.GetArrayFromImage(labels)))
    image.CopyInformation(labels)
    sitk.WriteImage(image, str(tmp_path / "image.nii.gz"))
    in_files = gm.segmentation_uncertainty(
        tmp_path / "image.nii.gz", prediction, model=bundle, output=tmp_path / "out", labels="acdc"
    )
    written = sitk.GetArrayFromImage(sitk.ReadImage(str(tmp_path / "out" / "uncertainty.nii.gz")))
    np.testing.assert_array_equal(in_files.probability, written.T)
    in_memory = gm.segmentation_uncertainty(image, labels, model=bundle)
    np.testing.assert_array_equal(in_memory.probability, in_files.probability)
    arrays = [sitk.GetArrayFromImage(one).T for one in (image, labels)]
    affine = np.diag([-1.0, -1.0, 1.0, 1.0]) @ np.block(
        [[np.diag(labels.GetSpacing()), np.array(labels.GetOrigin())[:, None]], [np.zeros((1, 3)), 1]]
    )
    in_arrays = gm.segmentation_uncertainty(*arrays, affine=affine, model=bundle)
    np.testing.assert_allclose(in_arrays.probability, in_files.probability, atol=1e-5)
    np.testing.assert_allclose(in_arrays.result["mean"], in_files.result["mean"], atol=2e-4)


def test_a_cine_has_its_time_last(bundle: Path) -> None:
    labels = cine(3, 4).T
    found = gm.segmentation_uncertainty(
        grey_of(labels), labels, affine=AFFINE, frame_interval_ms=40, model=bundle, labels="lv=1,myo=2"
    )
    assert found.probability.shape == labels.shape and found.probability.any(axis=(0, 1, 2)).all()


def test_what_cannot_be_used_is_named_by_its_keyword(bundle: Path, tmp_path: Path) -> None:
    labels = stack().T
    with pytest.raises(gm.InputError, match=r"^prediction is an array without a place in space"):
        gm.segmentation_uncertainty(tmp_path / "no.nii.gz", labels, model=bundle)
    with pytest.raises(gm.InputError, match=r"^image .*no\.nii\.gz does not exist"):
        gm.segmentation_uncertainty(tmp_path / "no.nii.gz", labels, affine=AFFINE, model=bundle, labels="lv=1,myo=2")
    with pytest.raises(gm.InputError, match=r"^image has 80 x 90 x 7 voxels"):
        gm.segmentation_uncertainty(grey_of(labels)[..., :7], labels, affine=AFFINE, model=bundle, labels="lv=1,myo=2")
