"""What an image in memory is told apart by."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from GenerativeModelsLib.image_files.given import GivenImage

PIXELS = np.arange(12, dtype=np.uint8).reshape(3, 4)
IMAGE = GivenImage(PIXELS, "given as axial (array)", (0.2, 0.3), np.eye(4))


@pytest.mark.parametrize(
    "change",
    [
        {"values": PIXELS + 1},
        {"values": PIXELS.astype(np.int8)},
        {"values": PIXELS.astype(np.uint16)},
        {"values": PIXELS.reshape(4, 3)},
        {"values": PIXELS.T},
        {"values": PIXELS[..., None]},
        {"spacing_mm": (0.3, 0.2)},
        {"spacing_mm": (0.2, 0.30000000000000004)},
        {"spacing_mm": None},
        {"to_lps": None},
        {"to_lps": np.diag([1.0, 1.0, -1.0, 1.0])},
    ],
    ids=lambda change: " ".join(change),
)
def test_whatever_it_holds_changes_the_checksum(change: dict) -> None:
    assert replace(IMAGE, **change).checksum() != IMAGE.checksum()


def test_two_dtypes_of_the_same_bytes_differ() -> None:
    one, other = (GivenImage(PIXELS.view(kind), "x") for kind in (np.uint8, np.int8))
    assert one.values.tobytes() == other.values.tobytes() and one.checksum() != other.checksum()


def test_its_name_and_the_order_of_its_memory_do_not() -> None:
    assert replace(IMAGE, name="other").checksum() == IMAGE.checksum()
    assert replace(IMAGE, values=np.asfortranarray(PIXELS)).checksum() == IMAGE.checksum()
    assert replace(IMAGE, values=np.repeat(PIXELS, 2, axis=0)[::2]).checksum() == IMAGE.checksum()


KINDS = st.sampled_from(["?", "u1", "<i2", ">u2", "<f4", ">f8", "<f2"])
SHAPES = arrays.array_shapes(min_dims=2, max_dims=3, min_side=0, max_side=3)


@given(KINDS.flatmap(lambda kind: arrays.arrays(kind, SHAPES)), KINDS.flatmap(lambda kind: arrays.arrays(kind, SHAPES)))
def test_images_are_the_same_when_their_arrays_are(one: np.ndarray, other: np.ndarray) -> None:
    same = (one.dtype, one.shape, one.tobytes()) == (other.dtype, other.shape, other.tobytes())
    assert (GivenImage(one, "x").checksum() == GivenImage(other, "x").checksum()) == same
    assert len(GivenImage(one, "x").checksum()) == 64


def test_it_is_called_by_its_name() -> None:
    assert str(IMAGE) == f"{IMAGE}" == "given as axial (array)"
