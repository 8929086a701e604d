"""The spacing rules of planes, rejected planes, and real images."""

import csv

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from PIL import Image

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.image_files.given import GivenImage
from GenerativeModelsLib.skull.planes.image import PlaneImage, plane_from_array, read_plane

SPACING = (0.3, 0.25)


@pytest.fixture
def pixels() -> np.ndarray:
    """(80, 100) uint8 without symmetry."""
    return np.random.default_rng(0).integers(0, 256, (80, 100)).astype(np.uint8)


@pytest.fixture
def nifti(tmp_path, pixels):
    """A file with a spacing of 0.3 x 0.25 mm."""
    import SimpleITK as sitk

    image = sitk.GetImageFromArray(pixels[None])
    image.SetSpacing((0.25, 0.3, 1.0))
    sitk.WriteImage(image, str(tmp_path / "plane.nii.gz"))
    return tmp_path / "plane.nii.gz"


# Precedence of spacings


def test_the_spacing_of_the_file_counts(nifti):
    plane = read_plane(nifti)
    assert plane.spacing_mm == pytest.approx(SPACING) and plane.spacing_source == "file" and plane.file == nifti


def test_a_given_spacing_wins_with_a_warning(nifti):
    plane = read_plane(nifti, spacing_mm=(0.31, 0.25))
    assert plane.spacing_mm == (0.31, 0.25) and plane.spacing_source == "argument"
    assert "carries a spacing of 0.3 x 0.25 mm; the 0.31 x 0.25 mm given was used" in plane.warnings[0]


def test_a_given_spacing_within_two_per_cent_needs_no_warning(nifti):
    assert read_plane(nifti, spacing_mm=(0.303, 0.248)).warnings == ()


def test_a_file_without_spacing_names_the_fields_and_its_own(tmp_path, pixels):
    Image.fromarray(pixels).save(tmp_path / "p.png")
    words = (
        r"coronal plane .*p\.png carries no pixel spacing.*"
        r"give coronal_spacing_mm in mm, pixel_spacing_mm, or coronal_length\."
    )
    with pytest.raises(InputError, match=words) as caught:
        read_plane(tmp_path / "p.png", name="coronal")
    assert caught.value.field == "coronal"


@pytest.mark.parametrize("spacing", [(0, 0.3), (0.3, -1), (np.nan, 0.3), (np.inf, 0.3), (0.3,), 0.3, "ab", None])
def test_a_spacing_that_is_none_is_refused(pixels, spacing):
    with pytest.raises(InputError, match=r"axial plane: the spacing given is .* expected two positive numbers"):
        plane_from_array(pixels, spacing)


@pytest.mark.parametrize(
    "size, spacing, message",
    [
        ((80, 100), (0.009, 0.009), "outside 0.01 to 5 mm"),
        ((80, 100), (0.009, 0.3), "outside 0.01 to 5 mm"),
        ((80, 100), (5.1, 5.1), "outside 0.01 to 5 mm"),
        ((80, 100), (0.25, 1.1), "differ more than 4 times"),
        ((80, 100), (0.18, 0.18), "would show 14.4 x 18 mm"),
        ((80, 200), (4.9, 4.9), "would show 392 x 980 mm"),
    ],
)
def test_an_absurd_spacing_is_refused(size, spacing, message):
    pixels = np.arange(np.prod(size)).reshape(size) % 251
    with pytest.raises(
        InputError, match=rf"axial plane .*{message}.*give the true one by axial_spacing_mm in mm"
    ) as found:
        plane_from_array(pixels, spacing)
    assert found.value.field == "axial_spacing_mm"


# Rejected images


@pytest.mark.parametrize("shape", [(1, 1), (31, 100), (100, 31), (1, 100)])
def test_too_few_pixels(shape):
    with pytest.raises(InputError, match=rf"has {shape[0]} x {shape[1]} pixels: expected at least 32 a side"):
        plane_from_array(np.arange(np.prod(shape), dtype=float).reshape(shape), SPACING)


def test_one_pixel_file(tmp_path):
    Image.new("L", (1, 1), 5).save(tmp_path / "p.png")
    with pytest.raises(InputError, match="has 1 x 1 pixels"):
        read_plane(tmp_path / "p.png", spacing_mm=SPACING)


@pytest.mark.parametrize("value", [0, 255])
def test_black_and_white_files(tmp_path, value):
    Image.new("RGB", (100, 80), (value,) * 3).save(tmp_path / "p.png")
    with pytest.raises(InputError, match=r"p\.png is one grey level throughout"):
        read_plane(tmp_path / "p.png", spacing_mm=SPACING)


@pytest.mark.parametrize("shape", [(3, 80, 100), (80, 100, 5), (2, 80, 100, 3), (100,), (), (0, 100), (1, 0, 100)])
def test_arrays_that_are_no_plane(shape):
    with pytest.raises(InputError, match=r"axial plane is an array of shape|has 0 x 100 pixels"):
        plane_from_array(np.ones(shape), SPACING)


@pytest.mark.parametrize("dtype", [object, "U4", np.complex64])
def test_arrays_that_are_no_numbers(dtype):
    with pytest.raises(InputError, match="expected real numbers"):
        plane_from_array(np.ones((80, 100), dtype), SPACING)


# Arrays


def test_an_array_is_a_plane(pixels):
    plane = plane_from_array(pixels, SPACING, "sagittal")
    np.testing.assert_array_equal(plane.pixels, pixels)
    assert plane == PlaneImage(plane.pixels, SPACING, "argument", None, ())
    assert plane.size == (80, 100) and plane.pixels.dtype == np.float32


@pytest.mark.parametrize("shape", [(1, 80, 100), (80, 100, 1), (1, 80, 100, 1)])
def test_a_single_slice_is_a_plane(pixels, shape):
    np.testing.assert_array_equal(plane_from_array(pixels.reshape(shape), SPACING).pixels, pixels)


def test_the_caller_keeps_the_array(pixels):
    array = pixels.astype(np.float32)
    plane_from_array(array, SPACING).pixels[:] = 0
    np.testing.assert_array_equal(array, pixels)


@given(rows=st.integers(32, 80), columns=st.integers(32, 80), side=st.floats(0.47, 5), ratio=st.floats(0.5, 2))
def test_a_plane_keeps_size_and_spacing(rows, columns, side, ratio):
    spacing = (side, side * ratio)
    assume(0.47 <= spacing[1] <= 5)
    plane = plane_from_array(np.arange(rows * columns).reshape(rows, columns), spacing)
    assert plane.size == (rows, columns) and plane.spacing_mm == spacing
    assert plane.pixels.min() >= 0 and plane.pixels.max() <= 255


def test_a_large_array_is_averaged_down():
    array = np.arange(5000 * 70).reshape(5000, 70) % 200
    plane = plane_from_array(array, (0.1, 0.3))
    assert plane.size == (2500, 35) and plane.spacing_mm == pytest.approx((0.2, 0.6))
    assert "averaged into one" in plane.warnings[0]


# Real images


def table(path) -> list[dict[str, str]]:
    with path.open(newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.mark.real_data
def test_hc18_images_are_read_to_the_bit(shared_data):
    rows = table(shared_data / "hc18" / "hc18.csv")
    extremes = sorted(rows, key=lambda row: float(row["pixel_mm"]))
    for row in (*extremes[:3], *extremes[-3:], *rows[::100]):
        side = float(row["pixel_mm"])
        path = shared_data / "hc18" / row["file"]
        plane = read_plane(path, spacing_mm=(side, side))
        np.testing.assert_array_equal(plane.pixels, np.asarray(Image.open(path).convert("L")))
        assert plane.warnings == ()


@pytest.mark.real_data
def test_fetal_planes_are_read(shared_data):
    rows = table(shared_data / "us_planes" / "us_planes.csv")
    for row in rows[:5]:
        side = float(row["mm_per_px_listed"])
        assert read_plane(shared_data / "us_planes" / row["file"], spacing_mm=(side, side)).size == (661, 959)


@pytest.mark.real_data
def test_the_same_picture_as_nifti_and_png_differs_in_the_storage_only(shared_data):
    picture = read_plane(shared_data / "ood" / "adult_skull_axial.png", spacing_mm=(0.8984, 1.0))
    volume = read_plane(shared_data / "ood" / "adult_skull_axial.nii.gz")
    np.testing.assert_array_equal(volume.pixels, picture.pixels)
    assert volume.spacing_mm == pytest.approx((0.898437, 1.0), abs=1e-5)


@pytest.mark.real_data
def test_a_real_volume_is_refused(shared_data):
    volume = next((shared_data / "fetal_heads_spina_bifida").glob("*_t2.nii.gz"))
    with pytest.raises(InputError, match="volume of 135 x 189 x 155 samples, expected a single plane"):
        read_plane(volume)


def test_a_general_spacing_yields_to_the_file(tmp_path):
    import SimpleITK as sitk

    image = sitk.GetImageFromArray(np.random.default_rng(0).integers(0, 255, (60, 80)).astype(np.uint8))
    image.SetSpacing((0.5, 0.5))
    sitk.WriteImage(image, str(tmp_path / "plane.mha"))
    plane = read_plane(tmp_path / "plane.mha", spacing_mm=(0.3, 0.3), file_wins=True)
    assert plane.spacing_mm == (0.5, 0.5)
    assert plane.spacing_source == "file"
    assert "the 0.3 x 0.3 mm given for all planes is for images that carry none" in plane.warnings[0]


def test_a_label_takes_the_place_of_the_path_in_every_sentence(nifti, tmp_path, pixels):
    image = read_plane(nifti, spacing_mm=(0.7, 0.7), name="sagittal", shown_as="Node 3")
    assert image.file == nifti and image.label == image.shown_name == "Node 3"
    assert image.warnings[0].startswith("sagittal plane Node 3 carries a spacing of")
    assert read_plane(nifti).shown_name == nifti.name and plane_from_array(pixels, (0.3, 0.3)).shown_name == ""
    Image.fromarray(pixels).save(tmp_path / "picture.png")
    with pytest.raises(InputError, match=r"^axial plane Node 4 carries no pixel spacing"):
        read_plane(tmp_path / "picture.png", shown_as="Node 4")
    with pytest.raises(InputError, match=r"^axial plane Node 5 does not exist"):
        read_plane(tmp_path / "absent.png", shown_as="Node 5")


def test_warnings_name_the_file_by_its_own_name_and_errors_by_its_path(nifti, tmp_path):
    """Warnings are part of the results, which must not contain folders; errors contain the path."""
    (warning,) = read_plane(nifti, spacing_mm=(0.7, 0.7)).warnings
    assert warning.startswith(f"axial plane {nifti.name} carries") and str(tmp_path) not in warning
    with pytest.raises(InputError, match=f"^axial plane {tmp_path}/absent.png does not exist"):
        read_plane(tmp_path / "absent.png")


# Images in memory


def test_an_image_in_memory_is_a_plane_with_its_own_spacing_or_the_given_one(pixels):
    image = GivenImage(pixels, "given as axial (image)", (0.3, 0.25))
    plane = read_plane(image)
    np.testing.assert_array_equal(plane.pixels, pixels)
    assert (plane.spacing_mm, plane.spacing_source, plane.file) == ((0.3, 0.25), "file", None)
    assert plane.shown_name == "given as axial (image)" and plane.warnings == ()
    for file_wins, spacing, source in ((False, (0.7, 0.7), "argument"), (True, (0.3, 0.25), "file")):
        plane = read_plane(image, spacing_mm=(0.7, 0.7), file_wins=file_wins)
        assert (plane.spacing_mm, plane.spacing_source) == (spacing, source)
        assert plane.warnings[0].startswith("axial plane given as axial (image) carries a spacing of")


def test_an_image_in_memory_is_refused_as_a_file_is(pixels):
    for image, words in (
        (GivenImage(pixels, "x"), r"^sagittal plane x carries no pixel spacing: give sagittal_spacing_mm"),
        (GivenImage(pixels[:20], "x", SPACING), "^sagittal plane x has 20 x 100 pixels"),
        (GivenImage(np.zeros((3, 80, 100)), "x", SPACING), r"^sagittal plane x is an array of shape \(3, 80, 100\)"),
        (GivenImage(np.full((80, 100), np.nan), "x", SPACING), "^sagittal plane x "),
        (GivenImage(pixels, "x", (9.0, 9.0)), "outside 0.01 to 5 mm"),
    ):
        with pytest.raises(InputError, match=words):
            read_plane(image, name="sagittal")
    with pytest.raises(InputError, match=r"^sagittal plane Node 3 carries no"):
        read_plane(GivenImage(pixels, "x"), name="sagittal", shown_as="Node 3")


def test_a_colour_image_in_memory_is_grey(pixels):
    colour = np.repeat(pixels[..., None], 3, axis=2)
    np.testing.assert_allclose(read_plane(GivenImage(colour, "x", SPACING)).pixels, pixels, atol=0.51)
