"""PNG, JPEG, TIFF and BMP: pixels as stored, no spacing, damaged files rejected."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import GenerativeModelsLib
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.skull.case.imagined_files import write_picture
from GenerativeModelsLib.skull.planes.image import read_plane, read_plane_or_clip

SPACING = (0.3, 0.25)
SUFFIX = {"PNG": ".png", "JPEG": ".jpg", "TIFF": ".tif", "BMP": ".bmp", "GIF": ".gif"}


@pytest.fixture
def pixels() -> np.ndarray:
    """(80, 100) uint8, smooth, without symmetry."""
    row, column = np.mgrid[:80, :100]
    return (row * 1.5 + column).astype(np.uint8)


def saved(folder, image: Image.Image, kind: str, **options):
    path = folder / f"plane{SUFFIX[kind]}"
    image.save(path, kind, **options)
    return path


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "BMP"])
def test_grey_pixels_are_read_to_the_bit(tmp_path, pixels, kind):
    plane = read_plane(saved(tmp_path, Image.fromarray(pixels), kind), spacing_mm=SPACING)
    np.testing.assert_array_equal(plane.pixels, pixels)
    assert plane.spacing_mm == SPACING and plane.spacing_source == "argument" and plane.warnings == ()


def test_jpeg_is_read_to_its_own_loss(tmp_path, pixels):
    plane = read_plane(saved(tmp_path, Image.fromarray(pixels), "JPEG", quality=95), spacing_mm=SPACING)
    np.testing.assert_allclose(plane.pixels, pixels, atol=4)


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "LA", "P", "CMYK"])
def test_every_colour_mode_of_a_grey_picture_gives_its_grey(tmp_path, pixels, mode):
    image = Image.fromarray(pixels)
    image = image.convert("RGB").convert(mode) if mode in ("CMYK", "RGBA") else image.convert(mode)
    path = saved(tmp_path, image, "TIFF" if mode == "CMYK" else "PNG")
    np.testing.assert_allclose(read_plane(path, spacing_mm=SPACING).pixels, pixels, atol=0.01)


def test_transparency_is_ignored(tmp_path, pixels):
    image = Image.fromarray(pixels).convert("RGBA")
    image.putalpha(0)
    np.testing.assert_allclose(read_plane(saved(tmp_path, image, "PNG"), spacing_mm=SPACING).pixels, pixels, atol=0.01)


def test_black_and_white_bits_become_0_and_255(tmp_path, pixels):
    image = Image.fromarray(pixels).point(lambda value: 255 if value > 99 else 0).convert("1")
    assert set(np.unique(read_plane(saved(tmp_path, image, "PNG"), spacing_mm=SPACING).pixels)) == {0.0, 255.0}


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_sixteen_bits_span_the_same_range(tmp_path, pixels, kind):
    path = saved(tmp_path, Image.fromarray(pixels.astype(np.uint16) * 257), kind)
    np.testing.assert_allclose(read_plane(path, spacing_mm=SPACING).pixels, pixels, rtol=1e-3)


def test_float_tiff_of_unit_range(tmp_path, pixels):
    path = saved(tmp_path, Image.fromarray((pixels / 255).astype(np.float32)), "TIFF")
    np.testing.assert_allclose(read_plane(path, spacing_mm=SPACING).pixels, pixels, atol=1e-3)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "BMP"])
def test_print_resolution_is_no_spacing(tmp_path, pixels, kind):
    path = saved(tmp_path, Image.fromarray(pixels), kind, dpi=(96, 96))
    with pytest.raises(
        InputError, match=r"carries no pixel spacing \(.*print size.*\): give axial_spacing_mm in mm, pixel_sp"
    ):
        read_plane(path)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_pictures_are_turned_as_viewers_turn_them(tmp_path, pixels, kind, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = saved(tmp_path, Image.fromarray(pixels), kind, exif=exif)
    # The EXIF standard defines where row 0 and column 0 of the file appear: 2 top right, 3 bottom right, 4 bottom left,
    # then with rows and columns exchanged 5 left top, 6 right top, 7 right bottom, 8 left bottom.
    shown = {
        1: pixels,
        2: np.fliplr(pixels),
        3: np.rot90(pixels, 2),
        4: np.flipud(pixels),
        5: pixels.T,
        6: np.rot90(pixels, -1),
        7: np.rot90(pixels.T, 2),
        8: np.rot90(pixels, 1),
    }[orientation]
    plane = read_plane(path, spacing_mm=SPACING)
    np.testing.assert_allclose(plane.pixels, shown, atol=4 if kind == "JPEG" else 0)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "BMP"])
@pytest.mark.parametrize("part", [0.01, 0.1, 0.5, 0.9])
def test_truncated_pictures_are_refused(tmp_path, kind, part):
    noise = np.random.default_rng(0).integers(0, 256, (80, 100)).astype(np.uint8)
    path = saved(tmp_path, Image.fromarray(noise), kind)
    whole = path.read_bytes()
    path.write_bytes(whole[: max(9, int(len(whole) * part))])
    with pytest.raises(InputError, match=r"plane.*cannot be decoded as .* truncated") as caught:
        read_plane(path, spacing_mm=SPACING)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "GIF"])
def test_several_pictures_in_one_file_are_a_clip(tmp_path, pixels, kind):
    images = [Image.fromarray(pixels), Image.fromarray(pixels[::-1].copy())]
    path = saved(tmp_path, images[0], kind, save_all=True, append_images=images[1:])
    for frame in (0, 1):
        plane = read_plane(path, spacing_mm=SPACING, frame=frame)
        np.testing.assert_allclose(plane.pixels, np.asarray(images[frame]), atol=1)
        assert (plane.frame.number, plane.frame.count) == (frame, 2)
    assert read_plane_or_clip(path, spacing_mm=SPACING).count == 2
    with pytest.raises(InputError, match="holds 2 frames, where one picture is expected"):
        read_plane(path, spacing_mm=SPACING)
    with pytest.raises(InputError, match="has no frame 2"):
        read_plane(path, spacing_mm=SPACING, frame=2)


def test_damaged_bytes_never_escape_as_another_error(tmp_path, pixels):
    rng = np.random.default_rng(0)
    for kind in SUFFIX:
        path = saved(tmp_path, Image.fromarray(pixels), kind)
        whole = path.read_bytes()
        for _ in range(60):
            broken = bytearray(whole)
            for position in rng.integers(8, len(whole), 12):
                broken[position] = rng.integers(256)
            path.write_bytes(broken)
            try:
                read_plane(path, spacing_mm=SPACING)
            except InputError:
                continue


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF"])
def test_a_large_picture_is_averaged_down_and_keeps_its_millimetres(tmp_path, kind):
    image = Image.new("L", (5000, 4500), 40)
    image.paste(200, (1000, 2000, 2000, 4000))
    plane = read_plane(saved(tmp_path, image, kind), spacing_mm=(0.05, 0.06))
    assert plane.size == (2250, 2500)
    assert plane.spacing_mm == pytest.approx((0.1, 0.12))
    assert plane.pixels[1000:2000, 500:1000].mean() == pytest.approx(200, abs=1)
    assert plane.pixels[:990].mean() == pytest.approx(40, abs=1)
    assert "2 x 2 pixels each were averaged into one, leaving 2250 x 2500" in plane.warnings[0]


@pytest.mark.slow
def test_a_huge_grey_picture_is_read_in_bounded_memory(tmp_path):
    image = Image.new("L", (20000, 20000), 40)
    image.paste(200, (5000, 5000, 9000, 15000))
    path = saved(tmp_path, image, "PNG")
    code = (
        "import resource, sys\n"
        "from GenerativeModelsLib.skull.planes.image import read_plane\n"
        "plane = read_plane(sys.argv[1], spacing_mm=(0.01, 0.01))\n"
        "assert plane.size == (4000, 4000), plane.size\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)\n"
    )
    package = Path(GenerativeModelsLib.__file__).parents[1]
    result = subprocess.run(
        [sys.executable, "-c", code, path],
        env={**os.environ, "PYTHONPATH": str(package)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert int(result.stdout) < 1_200_000, "kilobytes"


def test_a_tiff_that_pillow_holds_for_a_bomb_is_told_to_be_scaled_down(tmp_path, pixels, monkeypatch):
    path = saved(tmp_path, Image.fromarray(pixels), "TIFF")
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1000)
    with pytest.raises(InputError, match="too many pixels to be decoded safely: scale it down to 4096 pixels a side"):
        read_plane(path, spacing_mm=SPACING)


def test_a_picture_that_was_imagined_is_no_input(tmp_path, pixels):
    write_picture(tmp_path / "sagittal_mean.png", pixels)
    with pytest.raises(InputError, match=r"sagittal_mean\.png was imagined by this software: give a picture that was"):
        read_plane(tmp_path / "sagittal_mean.png", spacing_mm=SPACING)


@pytest.mark.slow
def test_a_huge_colour_picture_is_refused_before_it_is_decoded(tmp_path):
    image = Image.new("P", (20000, 20000))
    path = saved(tmp_path, image, "PNG")
    with pytest.raises(InputError, match="20000 x 20000 pixels, too large"):
        read_plane(path, spacing_mm=(0.01, 0.01))
