"""A file of label maps over time as a sequence."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk

from GenerativeModelsScene.heart.cine_nodes import cavity_curve
from GenerativeModelsScene.labels.load_cine import frames_on_show, load_cine
from GenerativeModelsScene.nodes.geometry import ijk_to_ras
from GenerativeModelsScene.nodes.volumes import voxels


@pytest.fixture
def a_file(tmp_path: Path) -> Path:
    values = np.zeros((3, 4, 5, 6), np.uint8)  # time, k, j, i
    for frame, size in enumerate((4, 2, 3)):
        values[frame, 1:3, 1:4, :size] = 3
        values[frame, 0] = 2
    frames = []
    for array in values:
        image = sitk.GetImageFromArray(array)
        image.SetSpacing((1.5, 2.0, 8.0))
        image.SetOrigin((10.0, -20.0, 30.0))
        frames.append(image)
    sitk.WriteImage(sitk.JoinSeries(frames), str(tmp_path / "cine.nii.gz"))
    return tmp_path / "cine.nii.gz"


def test_frames_times_and_place_are_those_of_the_file(a_scene, a_file: Path) -> None:
    sequence = load_cine(a_scene, a_file, (0.0, 0.3, 0.6), "Cycle")
    assert sequence.GetNumberOfDataNodes() == 3 and sequence.GetNthIndexValue(1) == "0.3"
    first = sequence.GetNthDataNode(0)
    assert (voxels(first)[1] == 3).sum() == 12 and (voxels(first)[0] == 2).all()
    np.testing.assert_allclose(ijk_to_ras(first)[:3], [[-1.5, 0, 0, -10], [0, -2, 0, 20], [0, 0, 8, 30]])
    curve = cavity_curve(sequence)
    assert (curve.ed, curve.es, curve.unit) == (0, 1, "s")
    assert curve.cavity_ml[0] == pytest.approx(24 * 24 / 1000)


def test_its_browser_shows_a_frame(a_scene, a_file: Path) -> None:
    assert frames_on_show(a_scene) == []
    sequence = load_cine(a_scene, a_file, (0.0, 0.3, 0.6), "Cycle")
    (frame,) = frames_on_show(a_scene)
    np.testing.assert_array_equal(voxels(frame), voxels(sequence.GetNthDataNode(0)))


def test_times_of_another_number_are_refused(a_scene, a_file: Path) -> None:
    with pytest.raises(ValueError, match="3 frames, and 2 times"):
        load_cine(a_scene, a_file, (0.0, 0.3), "Cycle")
