"""A placed plane puts every pixel where its pose says, for SimpleITK and for nibabel."""

import nibabel
import numpy as np
import pytest
import SimpleITK as sitk
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from GenerativeModelsLib.skull.case.placed_planes import write_placed_plane
from GenerativeModelsLib.skull.planes.image import read_plane

SPACING = (0.3, 0.25)
ORIGIN = np.array([-40.0, -55.5, 3.25])
LPS_TO_RAS = np.array([-1.0, -1.0, 1.0])


def rotation(angles) -> np.ndarray:
    (cx, cy, cz), (sx, sy, sz) = np.cos(angles), np.sin(angles)
    about_x = np.array([[1, 0, 0], [0, cx, -sx], [0, sx, cx]])
    about_y = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    about_z = np.array([[cz, -sz, 0], [sz, cz, 0], [0, 0, 1]])
    return about_z @ about_y @ about_x


@pytest.fixture
def pixels() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (70, 90)).astype(np.uint8)


@pytest.mark.parametrize("suffix", [".nii.gz", ".nrrd", ".mha"])
@pytest.mark.parametrize("mirrored", [False, True])
def test_voxel_centres_lie_on_the_pose(tmp_path, pixels, suffix, mirrored):
    axes = rotation([0.2, -0.4, 2.5])
    u, v = axes[:, 0] * (-1 if mirrored else 1), axes[:, 1]
    write_placed_plane(tmp_path / f"axial{suffix}", pixels, SPACING, ORIGIN, u, v)
    image = sitk.ReadImage(str(tmp_path / f"axial{suffix}"))
    assert image.GetSize() == (90, 70, 1)
    for row, column in ((0, 0), (69, 0), (0, 89), (31, 77)):
        expected = ORIGIN + u * column * SPACING[1] + v * row * SPACING[0]
        np.testing.assert_allclose(image.TransformIndexToPhysicalPoint((column, row, 0)), expected, atol=1e-4)
        assert image[column, row, 0] == pixels[row, column]
    assert image.GetSpacing()[2] == pytest.approx(1.0)
    assert np.linalg.det(np.reshape(image.GetDirection(), (3, 3))) == pytest.approx(1.0, abs=1e-5)


@given(angles=st.tuples(*[st.floats(-3.1, 3.1)] * 3), row=st.integers(0, 69), column=st.integers(0, 89))
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_nibabel_agrees_after_the_flip_to_ras(tmp_path, pixels, angles, row, column):
    axes = rotation(angles)
    write_placed_plane(tmp_path / "axial.nii.gz", pixels, SPACING, ORIGIN, axes[:, 0], axes[:, 1])
    image = nibabel.load(tmp_path / "axial.nii.gz")
    expected = ORIGIN + axes @ [column * SPACING[1], row * SPACING[0], 0]
    np.testing.assert_allclose((image.affine @ [column, row, 0, 1])[:3], LPS_TO_RAS * expected, atol=1e-3)
    assert np.asarray(image.dataobj)[column, row, 0] == pixels[row, column]


def test_fractions_are_kept_as_float32(tmp_path):
    pixels = np.random.default_rng(1).random((70, 90)) * 255
    write_placed_plane(tmp_path / "deep" / "p.nii.gz", pixels, SPACING, ORIGIN, np.eye(3)[0], np.eye(3)[1])
    image = sitk.ReadImage(str(tmp_path / "deep" / "p.nii.gz"))
    assert image.GetPixelID() == sitk.sitkFloat32
    np.testing.assert_array_equal(sitk.GetArrayFromImage(image)[0], pixels.astype(np.float32))


def test_a_placed_plane_reads_back_as_the_same_plane(tmp_path, pixels):
    axes = rotation([0.2, -0.4, 2.5])
    write_placed_plane(tmp_path / "axial.nii.gz", pixels, SPACING, ORIGIN, axes[:, 0], axes[:, 1])
    plane = read_plane(tmp_path / "axial.nii.gz")
    np.testing.assert_array_equal(plane.pixels, pixels)
    assert plane.spacing_mm == pytest.approx(SPACING)
    assert plane.warnings == ()


def test_refuses_what_is_no_pose(tmp_path, pixels):
    x, y = np.eye(3)[:2]
    for u, v in ((x, x), (2 * x, y), (x, x + y), (x[:2], y[:2]), (x * np.nan, y)):
        with pytest.raises(ValueError, match="not orthonormal"):
            write_placed_plane(tmp_path / "p.nii.gz", pixels, SPACING, ORIGIN, u, v)
    with pytest.raises(ValueError, match=r"\(70, 90, 1\)"):
        write_placed_plane(tmp_path / "p.nii.gz", pixels[..., None], SPACING, ORIGIN, x, y)
    with pytest.raises(ValueError, match="two positive numbers"):
        write_placed_plane(tmp_path / "p.nii.gz", pixels, (0.3, 0.0), ORIGIN, x, y)
    assert list(tmp_path.iterdir()) == []
