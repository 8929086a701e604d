"""The files of a heart out of its nodes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.geometry.surface_files import read_surface
from GenerativeModelsLib.heart.case.read import POINT_ARRAYS, read_case
from GenerativeModelsScene.heart.save import save_heart
from GenerativeModelsScene.heart.show import colour_by, find_heart, show_surfaces
from Testing.helpers.saved_scenes import saved_and_loaded


def assert_same_case(found: Path, expected: Path) -> None:
    """The files hold the same, surfaces to the bit of their single precision."""
    assert {path.name for path in found.iterdir()} == {path.name for path in expected.iterdir()}
    for name in ("result.json", "report.html", "bullseye.png"):
        assert (found / name).read_bytes() == (expected / name).read_bytes()
    for path in expected.glob("*_labels.nii.gz"):
        assert (found / path.name).read_bytes() == path.read_bytes()
    for path in expected.glob("*.vtp"):
        ours, theirs = read_surface(found / path.name), read_surface(path)
        np.testing.assert_array_equal(ours.points, theirs.points)
        np.testing.assert_array_equal(ours.triangles, theirs.triangles)
        assert tuple(ours.point_data) == tuple(theirs.point_data) == POINT_ARRAYS
        for array in POINT_ARRAYS:
            np.testing.assert_array_equal(ours.point_data[array], theirs.point_data[array])
            assert ours.point_data[array].dtype == theirs.point_data[array].dtype


def test_the_files_are_those_of_the_command_line(a_scene, a_heart, a_folder, tmp_path) -> None:
    show_surfaces(a_heart, "distance", "ed")
    colour_by(a_heart, "segments")
    assert save_heart(a_scene, a_heart, tmp_path / "saved") == tmp_path / "saved"
    assert_same_case(tmp_path / "saved", a_folder)
    assert read_case(tmp_path / "saved").surfaces.keys() == {"ed", "es"}


def test_also_after_the_scene_was_saved_and_loaded(a_scene, a_heart, a_folder, tmp_path) -> None:
    loaded = saved_and_loaded(a_scene, tmp_path / "scene")
    save_heart(loaded, find_heart(loaded, "heart"), str(tmp_path / "saved"))
    assert_same_case(tmp_path / "saved", a_folder)


def test_a_full_folder_is_refused_and_left_as_it_was(a_scene, a_heart, tmp_path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(InputError, match=r"not empty, it holds mine\.txt"):
        save_heart(a_scene, a_heart, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
    save_heart(a_scene, a_heart, tmp_path, overwrite=True)
    assert (tmp_path / "mine.txt").is_file() and (tmp_path / "ed.vtp").is_file()


@pytest.mark.parametrize(
    ("part", "words"),
    [
        (lambda nodes: nodes.case.models["es_reconstruction.vtp"], "surface 'End systole, model'"),
        (lambda nodes: nodes.case.result, "result"),
        (lambda nodes: nodes.case.report, "report"),
        (lambda nodes: nodes.bullseye, "bull's-eye"),
    ],
)
def test_a_heart_with_a_deleted_part_is_not_saved(a_scene, a_heart, tmp_path, part, words) -> None:
    a_scene.RemoveNode(part(a_heart))
    for nodes in (a_heart, find_heart(a_scene, "heart")):
        with pytest.raises(InputError, match=f"no longer holds the {words} of this case.* analyse it again"):
            save_heart(a_scene, nodes, tmp_path / "saved")
    assert list(tmp_path.iterdir()) == []
