"""NRRD and MetaImage: the spacing is used only if the header has one."""

import numpy as np
import pytest
import SimpleITK as sitk

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.skull.planes.image import read_plane

SUFFIXES = [".nrrd", ".nhdr", ".mha", ".mhd"]


@pytest.fixture
def pixels() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (80, 100)).astype(np.uint8)


def written(folder, array, suffix, spacing=(0.25, 0.3, 1.0), compress=False, vector=False):
    """`array` in SimpleITK order; `spacing` per axis, i first."""
    image = sitk.GetImageFromArray(array, isVector=vector)
    image.SetSpacing([float(side) for side in spacing[: image.GetDimension()]])
    path = folder / f"plane{suffix}"
    sitk.WriteImage(image, str(path), useCompression=compress)
    return path


def edited(path, old: bytes, new: bytes):
    raw = path.read_bytes()
    assert old in raw
    path.write_bytes(raw.replace(old, new, 1))
    return path


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("compress", [False, True])
@pytest.mark.parametrize("slices", [False, True])
def test_pixels_and_spacing(tmp_path, pixels, suffix, compress, slices):
    path = written(tmp_path, pixels[None] if slices else pixels, suffix, compress=compress)
    plane = read_plane(path)
    np.testing.assert_array_equal(plane.pixels, pixels)
    assert plane.spacing_mm == pytest.approx((0.3, 0.25))
    assert plane.spacing_source == "file" and plane.warnings == ()


@pytest.mark.parametrize("suffix", [".nrrd", ".mha"])
@pytest.mark.parametrize("axis", [0, 1, 2])
def test_a_slice_along_any_axis_keeps_the_lower_axis_to_the_right(tmp_path, pixels, suffix, axis):
    spacing = np.insert([0.25, 0.3], 2 - axis, 2.0)
    plane = read_plane(written(tmp_path, np.expand_dims(pixels, axis), suffix, spacing))
    np.testing.assert_array_equal(plane.pixels, pixels)
    assert plane.spacing_mm == pytest.approx((0.3, 0.25))


@pytest.mark.parametrize("suffix", [".nrrd", ".mha"])
def test_colour(tmp_path, pixels, suffix):
    colour = np.stack([0 * pixels, pixels, 0 * pixels], axis=-1)
    plane = read_plane(written(tmp_path, colour, suffix, vector=True))
    np.testing.assert_allclose(plane.pixels, 0.587 * pixels, atol=1e-3)
    assert plane.spacing_mm == pytest.approx((0.3, 0.25))


@pytest.mark.parametrize("suffix", [".nrrd", ".mha"])
def test_refuses_vectors_and_complex_numbers(tmp_path, pixels, suffix):
    with pytest.raises(InputError, match="holds 5 numbers a pixel"):
        read_plane(written(tmp_path, np.stack([pixels] * 5, axis=-1), suffix, vector=True))


@pytest.mark.parametrize("suffix", [".nrrd", ".mha"])
def test_refuses_a_volume(tmp_path, suffix):
    with pytest.raises(InputError, match="volume of 50 x 40 x 3 samples, expected a single plane"):
        read_plane(written(tmp_path, np.zeros((3, 40, 50), np.uint8), suffix))


def test_a_header_without_spacing_is_not_taken_for_one_millimetre(tmp_path, pixels):
    mha = written(tmp_path, pixels, ".mha", (1, 1))
    edited(mha, b"ElementSpacing = 1 1\n", b"")
    nrrd = written(tmp_path, pixels, ".nrrd", (1, 1))
    edited(nrrd, b"space dimension: 2\n", b"")
    edited(nrrd, b"space directions: (1,0) (0,1)\n", b"")
    edited(nrrd, b"space origin: (0,0)\n", b"")
    for path in (mha, nrrd):
        with pytest.raises(InputError, match=r"carries no pixel spacing \(its header names none\): give axial_spa"):
            read_plane(path)
        np.testing.assert_array_equal(read_plane(path, spacing_mm=(0.3, 0.3)).pixels, pixels)


def test_nrrd_spacings_field(tmp_path, pixels):
    path = written(tmp_path, pixels, ".nrrd", (1, 1))
    edited(path, b"space dimension: 2\n", b"")
    edited(path, b"space directions: (1,0) (0,1)\n", b"spacings: 0.25 0.3\n")
    edited(path, b"space origin: (0,0)\n", b"")
    assert read_plane(path).spacing_mm == pytest.approx((0.3, 0.25))
    edited(path, b"spacings: 0.25 0.3", b"spacings: nan nan ")
    with pytest.raises(InputError, match="carries no pixel spacing"):
        read_plane(path)


def test_units_other_than_millimetres_count(tmp_path, pixels):
    nrrd = written(tmp_path, pixels, ".nrrd", (250, 300))
    edited(nrrd, b"space origin", b'space units: "um" "um"\nspace origin')
    mha = written(tmp_path, pixels, ".mha", (0.025, 0.03))
    edited(mha, b"NDims = 2\n", b"NDims = 2\nDistanceUnits = cm\n")
    for path in (nrrd, mha):
        assert read_plane(path).spacing_mm == pytest.approx((0.3, 0.25))
    edited(mha, b"DistanceUnits = cm", b"DistanceUnits = px")
    with pytest.raises(InputError, match=r"no pixel spacing \(its unit 'px' is unknown\)"):
        read_plane(mha)


@pytest.mark.parametrize("suffix", [".nrrd", ".mha"])
def test_unit_spacing_is_read_with_a_warning(tmp_path, pixels, suffix):
    assert "exactly 1 x 1 mm" in read_plane(written(tmp_path, pixels, suffix, (1, 1))).warnings[0]


@pytest.mark.parametrize("suffix", [".nrrd", ".mha"])
def test_zero_spacing_is_refused(tmp_path, pixels, suffix):
    path = written(tmp_path, pixels, suffix, (2, 2))
    old, new = (
        (b"(2,0) (0,2)", b"(0,0) (0,0)") if suffix == ".nrrd" else (b"ElementSpacing = 2 2", b"ElementSpacing = 0 0")
    )
    edited(path, old, new)
    with pytest.raises(InputError, match=r"spacing|cannot be read as NRRD"):
        read_plane(path)


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("compress", [False, True])
def test_refuses_truncated_pixels_without_a_word_of_the_decoder(tmp_path, pixels, suffix, compress, capfd):
    path = written(tmp_path, pixels, suffix, compress=compress)
    data = path if suffix in (".nrrd", ".mha") else next(p for p in tmp_path.iterdir() if p != path)
    whole = data.read_bytes()
    data.write_bytes(whole[: len(whole) - 3000])
    with pytest.raises(InputError, match=r"plane\.(nrrd|nhdr|mha|mhd) .*truncated") as caught:
        read_plane(path)
    assert "\n" not in str(caught.value)
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("suffix", [".nhdr", ".mhd"])
def test_refuses_a_header_whose_data_file_is_missing(tmp_path, pixels, suffix, capfd):
    path = written(tmp_path, pixels, suffix)
    next(p for p in tmp_path.iterdir() if p != path).unlink()
    with pytest.raises(InputError, match="missing"):
        read_plane(path)
    assert capfd.readouterr().err == ""


def test_refuses_a_list_of_slices(tmp_path, pixels):
    path = edited(written(tmp_path, pixels, ".mhd"), b"ElementDataFile = plane.raw", b"ElementDataFile = LIST")
    with pytest.raises(InputError, match=r"expected LOCAL or a single file"):
        read_plane(path)


def test_a_large_volume_slice_is_averaged_down(tmp_path):
    array = np.zeros((5000, 80), np.uint8)
    array[2500:] = 100
    plane = read_plane(written(tmp_path, array, ".mha", (0.25, 0.125)))
    assert plane.size == (2500, 40)
    assert plane.spacing_mm == pytest.approx((0.25, 0.5))
    assert plane.pixels[1249, 3] == 0 and plane.pixels[1250, 3] == 100
