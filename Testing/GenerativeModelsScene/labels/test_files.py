"""Label maps of a scene as files."""

from __future__ import annotations

import numpy as np
import pytest
import SimpleITK as sitk

from GenerativeModelsLib.label_files.files import lps_matrix
from GenerativeModelsScene.labels.files import file_stem, write_label_images
from GenerativeModelsScene.labels.images import LabelImage
from GenerativeModelsScene.nodes.models import LPS_TO_RAS
from GenerativeModelsScene.nodes.store import add_node


@pytest.mark.parametrize(
    ("name", "stem"), [("Heart 7", "Heart 7"), ("a/b:c", "a_b_c"), ("...", "labels"), ("x" * 99, "x" * 60)]
)
def test_names_of_nodes_are_names_of_files(a_scene, name: str, stem: str) -> None:
    assert file_stem(add_node(a_scene, "vtkMRMLLabelMapVolumeNode", name), "labels") == stem


def test_several_label_maps_are_a_cine_and_one_is_a_stack(tmp_path) -> None:
    to_ras = LPS_TO_RAS @ np.array([[0, -1.5, 0, 4], [1.5, 0, 0, 5], [0, 0, 8, 6], [0, 0, 0, 1.0]])
    frames = [LabelImage(np.full((3, 4, 5), value, np.uint8), to_ras) for value in (1, 2)]
    for images, size in ((frames, (5, 4, 3, 2)), (frames[:1], (5, 4, 3))):
        path = tmp_path / f"{len(images)}" / "labels.nrrd"
        write_label_images(path, images)
        image = sitk.ReadImage(str(path))
        assert image.GetSize() == size
        np.testing.assert_allclose(lps_matrix(image), LPS_TO_RAS @ to_ras)
    assert sitk.GetArrayFromImage(sitk.ReadImage(str(tmp_path / "2" / "labels.nrrd")))[1].max() == 2
