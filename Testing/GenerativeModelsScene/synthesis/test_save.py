"""The files of images out of their nodes."""

from __future__ import annotations

import pytest

from GenerativeModelsLib.errors import InputError
from GenerativeModelsScene.synthesis.case_nodes import find_images
from GenerativeModelsScene.synthesis.save import save_images


def test_the_saved_files_are_those_of_the_command_line(a_scene, nodes, drawn, tmp_path) -> None:
    folder = save_images(a_scene, nodes, tmp_path / "saved")
    names = sorted(path.name for path in folder.iterdir())
    assert names == sorted(path.name for path in drawn.iterdir())
    assert all((folder / name).read_bytes() == (drawn / name).read_bytes() for name in names)


def test_a_deleted_file_is_told_and_nothing_is_written(a_scene, nodes, labels_node, tmp_path) -> None:
    a_scene.RemoveNode(nodes.files["image_001.nii.gz"])
    with pytest.raises(InputError, match=r"no longer holds the file image_001.nii.gz .*; draw it again"):
        save_images(a_scene, find_images(a_scene, labels_node.GetID()), tmp_path / "saved")
    assert not (tmp_path / "saved").exists()
