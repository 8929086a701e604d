"""Grey levels: standard ranges are kept, all others are scaled to 0..255, the order is preserved."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.skull.planes.grey import grey_pixels


@pytest.fixture
def ramp() -> np.ndarray:
    return np.arange(256).reshape(8, 32)


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.uint16, np.int64, np.float32, np.float64])
def test_eight_bit_values_stay_in_every_container(ramp, dtype):
    grey = grey_pixels(ramp.astype(dtype), "plane")
    np.testing.assert_array_equal(grey.pixels, ramp)
    assert grey.pixels.dtype == np.float32
    assert grey.warnings == ()


@pytest.mark.parametrize("bits", [10, 12, 16])
def test_deeper_images_span_the_same_range(ramp, bits):
    deep = np.round(ramp / 255 * (2**bits - 1)).astype(np.uint16)
    np.testing.assert_allclose(grey_pixels(deep, "plane").pixels, ramp, atol=255 / (2**bits - 1))


def test_a_dim_deep_image_is_not_stretched_to_white():
    assert grey_pixels(np.array([[0, 2100]], np.uint16), "plane").pixels.max() == pytest.approx(2100 / 4095 * 255)


@pytest.mark.parametrize("dtype", [bool, np.uint8, np.float32])
def test_zero_to_one_becomes_black_to_white(dtype):
    np.testing.assert_array_equal(grey_pixels(np.array([[0, 1]], dtype), "plane").pixels, [[0, 255]])


def test_colour_becomes_luminance_and_alpha_is_ignored(ramp):
    colour = np.stack([ramp, ramp[::-1], ramp[:, ::-1], np.zeros_like(ramp)], axis=-1).astype(np.uint8)
    expected = 0.299 * ramp + 0.587 * ramp[::-1] + 0.114 * ramp[:, ::-1]
    np.testing.assert_allclose(grey_pixels(colour, "plane").pixels, expected, atol=1e-3)
    np.testing.assert_allclose(grey_pixels(colour[..., :3], "plane").pixels, expected, atol=1e-3)


def test_inverted_images_are_turned(ramp):
    np.testing.assert_array_equal(grey_pixels(ramp.astype(np.uint8), "plane", inverted=True).pixels, 255 - ramp)


def test_negative_values_are_stretched_with_a_warning():
    values = np.linspace(-1000, 1000, 4000).reshape(40, 100).astype(np.int16)
    grey = grey_pixels(values, "axial plane ct.nii")
    assert grey.pixels.min() == 0 and grey.pixels.max() == 255
    assert grey.pixels.ravel()[2000] == pytest.approx(127.5, abs=0.2)
    assert "axial plane ct.nii has pixel values from -1000 to 1000" in grey.warnings[0]


def test_one_outlier_does_not_darken_a_float_image():
    values = np.linspace(0, 500, 10000).reshape(100, 100)
    values[0, 0] = 1e9
    assert np.median(grey_pixels(values, "plane").pixels) == pytest.approx(127.5, abs=1)


def test_some_nan_become_black_with_a_warning(ramp):
    values = ramp.astype(np.float32)
    values[0, 5], values[7, 31] = np.nan, np.inf
    grey = grey_pixels(values, "axial plane a.nii")
    assert grey.pixels[0, 5] == 0 and grey.pixels[7, 31] == 0
    np.testing.assert_array_equal(grey.pixels[1:7], ramp[1:7])
    assert grey.warnings == ("axial plane a.nii: 2 of 256 pixel values are NaN or infinite and were set to 0.",)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_refuses_an_image_without_a_finite_pixel(value):
    with pytest.raises(InputError, match="plane has no finite pixel"):
        grey_pixels(np.full((8, 8), value), "plane")


@pytest.mark.parametrize("value, dtype", [(0, np.uint8), (255, np.uint8), (1, bool), (-3.5, float), (65535, np.uint16)])
def test_refuses_one_grey_level(value, dtype):
    with pytest.raises(InputError, match="plane is one grey level throughout"):
        grey_pixels(np.full((8, 8), value, dtype), "plane")


def test_refuses_complex_numbers():
    with pytest.raises(InputError, match="complex64 pixels: expected real numbers"):
        grey_pixels(np.ones((8, 8), np.complex64), "plane")


numbers = st.one_of(
    arrays(np.uint16, (4, 5)),
    arrays(np.int32, (4, 5)),
    arrays(np.float32, (4, 5), elements=st.floats(width=32)),
    arrays(np.float64, (4, 5)),
)


@given(numbers)
@settings(max_examples=200, deadline=None)
def test_grey_is_finite_in_range_and_keeps_the_order(values):
    with np.errstate(all="ignore"):
        try:
            pixels = grey_pixels(values, "plane").pixels
        except InputError:
            return
    assert np.all((pixels >= 0) & (pixels <= 255))
    good = np.isfinite(values.astype(float)).ravel()
    order = np.argsort(values.ravel()[good], kind="stable")
    assert np.all(np.diff(pixels.ravel()[good][order]) >= 0)
