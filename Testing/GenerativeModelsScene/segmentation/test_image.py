"""The image behind label maps, frame by frame."""

from __future__ import annotations

import numpy as np
import pytest
import SimpleITK as sitk

from GenerativeModelsLib.errors import InputError
from GenerativeModelsScene.nodes.geometry import ijk_to_ras
from GenerativeModelsScene.nodes.models import LPS_TO_RAS
from GenerativeModelsScene.nodes.store import NodeStore
from GenerativeModelsScene.nodes.volumes import voxels
from GenerativeModelsScene.segmentation.image import read_image_frames, show_image
from Testing.helpers.segmentation_phantoms import apical, cine, maps_of, write_maps


@pytest.fixture
def beat():
    return maps_of(cine(4, 5))


def test_a_cine_has_a_volume_for_each_frame(a_scene, beat, tmp_path):
    path = write_maps(tmp_path / "mri.nii.gz", beat)
    image = read_image_frames(path, beat)
    assert image.values.shape == beat.values.shape and np.allclose(image.to_lps, beat.to_lps)
    node = show_image(NodeStore(a_scene, "case"), image, 2, "Beat")
    assert np.array_equal(voxels(node), image.values[2]) and np.allclose(ijk_to_ras(node), LPS_TO_RAS @ beat.to_lps)
    assert show_image(NodeStore(a_scene, "case"), image, 3, "Beat") is node
    assert np.array_equal(voxels(node), image.values[3])


def test_a_stack_lies_behind_all_frames(beat, tmp_path):
    path = write_maps(tmp_path / "mri.nii.gz", maps_of(beat.values[0]))
    image = read_image_frames(path, beat)
    assert np.array_equal(image.frame(0), image.frame(3)) and image.frame(3).shape == (5, 90, 80)


def test_the_third_axis_of_a_slice_over_time_is_its_frames(tmp_path):
    over_time = np.stack([apical(), apical(width_mm=40)])
    maps = maps_of(over_time[:, None], pixel_mm=np.ones(2))
    sitk.WriteImage(sitk.GetImageFromArray(over_time), str(tmp_path / "echo.nii.gz"))
    image = read_image_frames(tmp_path / "echo.nii.gz", maps)
    assert np.array_equal(image.frame(1)[0], over_time[1])


def test_another_number_of_frames_is_refused(beat, tmp_path):
    path = write_maps(tmp_path / "mri.nii.gz", maps_of(beat.values[:3]))
    with pytest.raises(InputError, match=r"mri.nii.gz has 3 frames, and .*phantom has 4"):
        read_image_frames(path, beat)
    sitk.WriteImage(sitk.Image(8, 8, sitk.sitkUInt8), str(tmp_path / "flat.mha"))
    with pytest.raises(InputError, match=r"flat.mha has no depth"):
        read_image_frames(tmp_path / "flat.mha", beat)
