"""Label maps and meshes of known heads reproduce these heads."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from scipy.spatial.transform import Rotation

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.geometry.surface_files import write_vtp
from GenerativeModelsLib.geometry.surfaces import Surface
from GenerativeModelsLib.skull.shape import from_labels
from GenerativeModelsLib.skull.shape.ellipse import perimeter
from GenerativeModelsLib.skull.shape.from_labels import closed_head, read_closed_head
from GenerativeModelsLib.skull.shape.star_surface import ellipsoid as ellipsoid_head
from Testing.helpers.label_maps import ellipsoid_label_map, write_ellipsoid
from Testing.helpers.shapes import box, ellipsoid

HALF = (38.0, 48.0, 40.0)


def rotated(surface: Surface, axis: str, degrees: float) -> Surface:
    matrix = np.eye(4)
    matrix[:3, :3] = Rotation.from_euler(axis, degrees, degrees=True).as_matrix()
    return surface.transformed(matrix)


def test_a_label_map_of_any_orientation_gives_back_its_head(tmp_path: Path) -> None:
    path = write_ellipsoid(tmp_path / "head.nrrd", HALF, centre=(12.0, -7.0, 30.0), spacing=(1.1, 0.9, 1.6), axes="SAR")
    head = read_closed_head(path)
    assert head.hc_mm == pytest.approx(perimeter(*HALF[:2]), rel=0.005)
    assert head.cephalic_index_percent == pytest.approx(100 * HALF[0] / HALF[1], abs=0.6)
    assert head.to_file[:3, 3] == pytest.approx([12, -7, 30], abs=1.0)
    truth = np.exp(ellipsoid_head(*HALF).log_radius)
    assert np.abs(np.exp(head.shape.log_radius) - truth).max() < 1.2


def test_the_head_is_turned_about_z_into_the_head_frame() -> None:
    head = closed_head(rotated(ellipsoid(HALF), "z", 15))
    assert np.degrees(np.arctan2(head.to_file[1, 0], head.to_file[0, 0])) == pytest.approx(15, abs=0.5)
    assert np.exp(head.shape.log_radius) == pytest.approx(np.exp(ellipsoid_head(*HALF).log_radius), abs=0.6)


def test_a_mesh_in_the_head_frame_is_left_where_it_is(tmp_path: Path) -> None:
    surface = ellipsoid((38, 48, 40), centre=(0, 0, 6))
    write_vtp(surface, tmp_path / "head.vtp")
    head = read_closed_head(tmp_path / "head.vtp", "head")
    assert head.to_file == pytest.approx(np.eye(4))
    share = np.sqrt(1 - (6 / 40) ** 2)
    assert head.hc_mm == pytest.approx(share * perimeter(38, 48), rel=0.005)


@pytest.mark.parametrize(
    ("surface", "frame", "said"),
    [
        (ellipsoid((5, 6, 5.5)), "largest", "outside 40 to 420 mm"),
        (ellipsoid((0.038, 0.048, 0.04)), "largest", "check its unit"),
        (ellipsoid((30, 60, 40)), "largest", "cephalic index of 50 %"),
        (ellipsoid((38, 48, 80)), "largest", "height of 1.67"),
        (rotated(ellipsoid(HALF), "z", 80), "largest", "80 degrees off the front-back axis"),
        (ellipsoid(HALF, centre=(90, 0, 0)), "head", "origin lies outside the head"),
        (ellipsoid(HALF, centre=(0, 15, 0)), "head", "15 mm off the origin"),
        (ellipsoid(HALF), "oblique", "expected largest or head"),
    ],
)
def test_what_is_no_head_is_refused(surface: Surface, frame: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(from_labels, "VOXELS", from_labels.VOXELS // 2)
    with pytest.raises(InputError, match=said):
        closed_head(surface, frame, "p1.nii.gz")


def test_two_bodies_are_refused(tmp_path: Path) -> None:
    image = ellipsoid_label_map(HALF)
    middle = image.GetSize()[1] // 2
    image[:, middle - 2 : middle + 2, :] = 0
    sitk.WriteImage(image, str(tmp_path / "halves.nrrd"))
    with pytest.raises(InputError, match=r"halves\.nrrd holds 2 separate bodies"):
        read_closed_head(tmp_path / "halves.nrrd")


def test_a_head_cut_by_the_volume_is_refused(tmp_path: Path) -> None:
    image = ellipsoid_label_map(HALF)
    sitk.WriteImage(image[:, :, 20:], str(tmp_path / "cut.nrrd"))
    with pytest.raises(InputError, match=r"cut\.nrrd cuts the head off"):
        read_closed_head(tmp_path / "cut.nrrd")


def test_bone_alone_is_refused_where_it_is_open(tmp_path: Path) -> None:
    path = write_ellipsoid(tmp_path / "bone.nrrd", HALF, hollow=5.0)
    with pytest.raises(InputError, match=r"bone\.nrrd is no closed head.*fill it"):
        read_closed_head(path)


def test_an_open_mesh_is_refused(tmp_path: Path) -> None:
    surface = box((80, 100, 80))
    write_vtp(Surface(surface.points, surface.triangles[2:]), tmp_path / "open.vtp")
    with pytest.raises(InputError, match="not a closed surface"):
        read_closed_head(tmp_path / "open.vtp")
