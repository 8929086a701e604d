"""The axes of the image, and averaging."""

import numpy as np
import pytest

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.skull.planes.stored import averaged, plane_axes, reduction_for, refuse_if_too_large


@pytest.mark.parametrize(
    "sizes, axes",
    [
        ((60, 40), (0, 1)),
        ((60, 40, 1), (0, 1)),
        ((60, 1, 40), (0, 2)),
        ((1, 60, 40), (1, 2)),
        ((60, 40, 1, 1), (0, 1)),
        ((60, 1), (0, 1)),
        ((1, 1, 1), (0, 1)),
        ((1, 1, 9), (0, 2)),
        ((9,), (0, 1)),
    ],
)
def test_the_lower_long_axis_runs_to_the_right(sizes, axes):
    assert plane_axes("plane", sizes) == axes


@pytest.mark.parametrize("sizes", [(60, 40, 2), (60, 40, 1, 5)])
def test_refuses_a_volume(sizes):
    with pytest.raises(InputError, match=rf"volume of {' x '.join(map(str, sizes))} samples, expected a single plane"):
        plane_axes("plane", sizes)


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.float32])
@pytest.mark.parametrize("shape", [(13, 17), (13, 17, 3)])
def test_averages_are_means_of_blocks(dtype, shape):
    values = np.random.default_rng(0).integers(0, 256, shape).astype(dtype)
    result = averaged(values, 4)
    assert result.shape[:2] == (3, 4) and result.dtype == dtype
    expected = values[4:8, 8:12].astype(float).mean(axis=(0, 1))
    np.testing.assert_allclose(result[1, 2], expected, atol=0.5 if np.issubdtype(dtype, np.integer) else 1e-4)


def test_reduces_only_what_is_too_large():
    assert [reduction_for(rows, 10) for rows in (1, 4096, 4097, 8192, 20000)] == [1, 1, 2, 2, 5]


def test_refuses_what_would_not_fit_into_memory():
    refuse_if_too_large("plane", 20000, 20000, 1)
    with pytest.raises(InputError, match="plane has 20000 x 20000 pixels, too large"):
        refuse_if_too_large("plane", 20000, 20000, 4)
