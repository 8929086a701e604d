"""NIfTI: spacing in its unit, axes as documented, and a check of the number of bytes."""

import nibabel
import numpy as np
import pytest
import SimpleITK as sitk

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.skull.planes.image import read_plane


@pytest.fixture
def pixels() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (80, 100)).astype(np.uint8)


def written(folder, data: np.ndarray, spacing=(0.25, 0.3, 1.0), unit="mm", kind=nibabel.Nifti1Image, name="p.nii.gz"):
    """`data` is indexed i, j, k; `spacing` likewise."""
    image = kind(data, np.diag([*spacing, 1.0]))
    image.header.set_xyzt_units(unit)
    image.to_filename(folder / name)
    return folder / name


@pytest.mark.parametrize("kind", [nibabel.Nifti1Image, nibabel.Nifti2Image])
@pytest.mark.parametrize("name", ["p.nii", "p.nii.gz"])
def test_columns_are_i_and_rows_are_j(tmp_path, pixels, kind, name):
    plane = read_plane(written(tmp_path, pixels.T[:, :, None], kind=kind, name=name))
    np.testing.assert_array_equal(plane.pixels, pixels)
    assert plane.spacing_mm == pytest.approx((0.3, 0.25))
    assert plane.spacing_source == "file" and plane.warnings == ()


def test_a_two_dimensional_image(tmp_path, pixels):
    np.testing.assert_array_equal(read_plane(written(tmp_path, pixels.T)).pixels, pixels)


@pytest.mark.parametrize("data_axis", [0, 1, 2])
def test_a_slice_along_any_axis_keeps_the_lower_axis_to_the_right(tmp_path, pixels, data_axis):
    spacing = np.insert([0.25, 0.3], data_axis, 2.0)
    plane = read_plane(written(tmp_path, np.expand_dims(pixels.T, data_axis), spacing))
    np.testing.assert_array_equal(plane.pixels, pixels)
    assert plane.spacing_mm == pytest.approx((0.3, 0.25))


def test_simpleitk_files_read_as_simpleitk_means_them(tmp_path, pixels):
    image = sitk.GetImageFromArray(pixels[None])
    image.SetSpacing((0.25, 0.3, 1.0))
    sitk.WriteImage(image, str(tmp_path / "p.nii"))
    plane = read_plane(tmp_path / "p.nii")
    np.testing.assert_array_equal(plane.pixels, pixels)
    assert plane.spacing_mm == pytest.approx((0.3, 0.25))


@pytest.mark.parametrize("unit, factor", [("meter", 1e-3), ("mm", 1), ("micron", 1e3), ("unknown", 1)])
@pytest.mark.parametrize("kind", [nibabel.Nifti1Image, nibabel.Nifti2Image])
def test_the_unit_of_the_header_counts(tmp_path, pixels, unit, factor, kind):
    spacing = (0.25 * factor, 0.3 * factor, factor)
    plane = read_plane(written(tmp_path, pixels.T[:, :, None], spacing, unit, kind))
    assert plane.spacing_mm == pytest.approx((0.3, 0.25))


@pytest.mark.parametrize("dtype", [np.int16, np.uint16, np.int32, np.float32, np.float64, ">i2", ">f4"])
def test_every_number_type_and_byte_order(tmp_path, pixels, dtype):
    header = nibabel.Nifti1Header(endianness=">" if str(dtype).startswith(">") else "<")
    image = nibabel.Nifti1Image(pixels.T[:, :, None].astype(dtype), np.diag([0.25, 0.3, 1, 1]), header, dtype=dtype)
    image.to_filename(tmp_path / "p.nii")
    np.testing.assert_array_equal(read_plane(tmp_path / "p.nii").pixels, pixels)


def test_scale_and_offset_of_the_header_apply(tmp_path, pixels):
    image = nibabel.Nifti1Image(pixels.T[:, :, None], np.diag([0.25, 0.3, 1, 1]))
    image.header.set_slope_inter(0.5, 10)
    image.to_filename(tmp_path / "p.nii")
    expected = np.asarray(nibabel.load(tmp_path / "p.nii").dataobj)[..., 0].T
    np.testing.assert_allclose(read_plane(tmp_path / "p.nii").pixels, expected)


def test_colour(tmp_path, pixels):
    colour = np.zeros((100, 80, 1), dtype=[("R", "u1"), ("G", "u1"), ("B", "u1")])
    colour["G"] = pixels.T[..., None]
    np.testing.assert_allclose(read_plane(written(tmp_path, colour)).pixels, 0.587 * pixels, atol=1e-3)


def patched(path, offset: int, values: bytes):
    raw = bytearray(path.read_bytes())
    raw[offset : offset + len(values)] = values
    path.write_bytes(raw)
    return path


@pytest.mark.parametrize("side", [0.0, np.nan, np.inf])
def test_a_header_without_voxel_size_is_no_spacing(tmp_path, pixels, side):
    path = written(tmp_path, pixels.T[:, :, None], name="p.nii")
    patched(path, 80, np.array([side, side], "<f4").tobytes())
    with pytest.raises(InputError, match=r"carries no pixel spacing \(its pixdim is zero\): give axial_spacing_mm"):
        read_plane(path)
    assert read_plane(path, spacing_mm=(0.3, 0.3)).spacing_source == "argument"


def test_an_unknown_unit_is_no_spacing(tmp_path, pixels):
    path = patched(written(tmp_path, pixels.T[:, :, None], name="p.nii"), 123, bytes([5]))
    with pytest.raises(InputError, match="unknown unit code 5"):
        read_plane(path)


def test_one_millimetre_sharp_is_read_with_a_warning(tmp_path, pixels):
    plane = read_plane(written(tmp_path, pixels.T[:, :, None], (1, 1, 1)))
    assert plane.spacing_mm == (1.0, 1.0)
    assert "exactly 1 x 1 mm" in plane.warnings[0]


def test_a_contradiction_of_pixdim_and_sform_is_told(tmp_path, pixels):
    path = written(tmp_path, pixels.T[:, :, None], name="p.nii")
    patched(path, 80, np.array([0.5, 0.6], "<f4").tobytes())
    plane = read_plane(path)
    assert plane.spacing_mm == pytest.approx((0.6, 0.5))
    assert "contradicts itself: pixdim says 0.6 x 0.5 a pixel, its sform 0.3 x 0.25" in plane.warnings[0]


def test_refuses_a_volume_before_reading_it(tmp_path):
    with pytest.raises(InputError, match="volume of 50 x 40 x 30 samples, expected a single plane"):
        read_plane(written(tmp_path, np.zeros((50, 40, 30), np.uint8)))


@pytest.mark.parametrize("name", ["p.nii", "p.nii.gz"])
@pytest.mark.parametrize("part", [0.02, 0.5, 0.99])
def test_refuses_a_truncated_file(tmp_path, pixels, name, part):
    path = written(tmp_path, pixels.T[:, :, None], name=name)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * part)])
    with pytest.raises(InputError, match=r"truncated|not an image this program reads"):
        read_plane(path, spacing_mm=(0.3, 0.3))


def test_refuses_complex_numbers_pairs_and_nonsense(tmp_path, pixels):
    with pytest.raises(InputError, match="data type 32: expected grey levels or RGB"):
        read_plane(written(tmp_path, pixels.T[:, :, None].astype(np.complex64)))
    nibabel.Nifti1Pair(pixels.T[:, :, None], np.eye(4)).to_filename(tmp_path / "pair.hdr")
    with pytest.raises(InputError, match="half of a NIfTI pair"):
        read_plane(tmp_path / "pair.hdr")
    for offset, value in ((40, np.int16(99)), (42, np.int16(-5)), (108, np.float32(1e30)), (108, np.float32(np.nan))):
        path = patched(written(tmp_path, pixels.T[:, :, None], name="p.nii"), offset, value.tobytes())
        with pytest.raises(InputError, match=r"p\.nii (has the NIfTI dimensions|is a truncated or damaged)"):
            read_plane(path, spacing_mm=(0.3, 0.3))


def test_refuses_a_header_that_announces_more_than_memory_holds(tmp_path, pixels):
    path = patched(written(tmp_path, pixels.T[:, :, None], name="p.nii"), 42, np.int16([32000, 32000]).tobytes())
    with pytest.raises(InputError, match="32000 x 32000 pixels, too large"):
        read_plane(path)


def test_damaged_headers_never_escape_as_another_error(tmp_path, pixels):
    rng = np.random.default_rng(0)
    path = written(tmp_path, pixels.T[:, :, None], name="p.nii")
    whole = path.read_bytes()
    for _ in range(200):
        broken = bytearray(whole)
        for position in rng.integers(40, 344, 8):
            broken[position] = rng.integers(256)
        path.write_bytes(broken)
        try:
            read_plane(path)
        except InputError as error:
            assert "\n" not in str(error)
