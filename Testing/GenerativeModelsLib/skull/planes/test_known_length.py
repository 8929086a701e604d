"""The spacing by a known length, beside that of the file or of the user."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.image_files.given import GivenImage
from GenerativeModelsLib.skull.corrections import KnownLength
from GenerativeModelsLib.skull.planes.image import PlaneImage, read_plane
from GenerativeModelsLib.skull.planes.known_length import spacing_by_length
from GenerativeModelsLib.skull.planes.stored import StoredPlane
from Testing.helpers.drawn_over import sector

PIXELS = sector((200, 240), slanted=False)
LENGTH = KnownLength(20, 30, 140, 190, 50)  # 200 pixels


def read(own: tuple[float, float] | None = None, length: KnownLength = LENGTH, **options) -> PlaneImage:
    return read_plane(GivenImage(PIXELS, "given as axial (array)", own), length=length, **options)


def test_it_is_the_spacing_of_a_picture_without_one() -> None:
    plane = read()
    assert plane.spacing_mm == (0.25, 0.25) and plane.spacing_source == "length" and plane.warnings == ()


def test_a_spacing_that_agrees_with_it_is_kept() -> None:
    """Of pixels that are not square too."""
    assert read((0.255, 0.251)).spacing_mm == (0.255, 0.251) and read((0.255, 0.251)).spacing_source == "file"
    given = read(spacing_mm=(0.248, 0.248))
    assert given.spacing_mm == (0.248, 0.248) and given.spacing_source == "argument"
    oblong = KnownLength(20, 30, 140, 190, float(np.hypot(120 * 0.2, 160 * 0.4)))
    assert read((0.4, 0.2), oblong).spacing_mm == (0.4, 0.2)


@pytest.mark.parametrize(
    ("own", "options", "words"),
    [
        ((0.26, 0.26), {}, r"^axial_length says 50 mm, and the spacing of the file, 0.26 x 0.26 mm, makes 52.0 mm"),
        (None, {"spacing_mm": (0.24, 0.24)}, r"the spacing given, 0.24 x 0.24 mm, makes 48.0 mm"),
        (None, {"spacing_mm": (0.3, 0.3), "file_wins": True}, r"the spacing given, 0.3 x 0.3 mm, makes 60.0 mm"),
        ((0.25, 0.25), {"spacing_mm": (0.3, 0.3)}, r"or give the true spacing by axial_spacing_mm"),
    ],
)
def test_a_spacing_that_contradicts_it_is_refused(own, options, words: str) -> None:
    with pytest.raises(InputError, match=words) as caught:
        read(own, **options)
    assert caught.value.field == "axial_length"


@pytest.mark.parametrize("point", [(-1, 30), (240, 30), (20, 200), (20, -0.6)])
def test_a_point_outside_the_picture_is_refused(point: tuple[float, float]) -> None:
    with pytest.raises(InputError, match="has a point outside the 240 x 200 pixels of axial plane given as axial"):
        read(length=LENGTH._replace(x0=point[0], y0=point[1]))


def test_it_is_measured_in_pixels_of_the_file() -> None:
    stored = replace(StoredPlane(PIXELS, None), reduction=2)
    assert spacing_by_length(LENGTH, stored, None, "axial", "a") == (0.25, 0.25)
    assert spacing_by_length(LENGTH, stored, (0.25, 0.25), "axial", "a") == (0.25, 0.25)
    with pytest.raises(InputError, match=r"makes 25\.0 mm"):
        spacing_by_length(LENGTH, stored, (0.125, 0.125), "axial", "a")
    with pytest.raises(InputError, match="outside the 480 x 400 pixels"):
        spacing_by_length(LENGTH._replace(x0=480), stored, None, "axial", "a")
