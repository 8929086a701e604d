import base64

import numpy as np
import pytest

from GenerativeModelsLib.page.colours import colour_table
from GenerativeModelsLib.page.meshes import (
    UNKNOWN,
    micrometres,
    packed,
    shaded_picture,
    value_colours,
    vertex_normals,
)

QUAD = np.array([[-1.0, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0]])
TWO = np.array([[0, 1, 2], [0, 2, 3]])
RED = np.tile([1.0, 0.0, 0.0], (4, 1))


def test_arrays_are_packed_as_little_endian_bytes() -> None:
    assert base64.b64decode(packed(np.array([1, 258]), "<u2")) == bytes([1, 0, 2, 1])


def test_millimetres_become_micrometres_and_nan_unknown() -> None:
    assert micrometres(np.array([0.0014, 2.5, np.nan, 99.0]), 4).tolist() == [1, 2500, UNKNOWN, UNKNOWN - 1]
    assert micrometres(None, 2).tolist() == [UNKNOWN, UNKNOWN]


def test_colours_run_along_the_scale_and_stop_at_its_end() -> None:
    colours = value_colours(np.array([4.0, 2.0, 10.0, 25.0, np.nan]), 5, (4.0, 10.0), (0.5, 0.5, 0.5))
    table = colour_table() / 255
    np.testing.assert_allclose(colours, [table[0], table[0], table[255], table[255], (0.5, 0.5, 0.5)])


def test_normals_of_a_plane() -> None:
    np.testing.assert_allclose(vertex_normals(QUAD, TWO), np.tile([0.0, 0, 1], (4, 1)))


@pytest.mark.parametrize(("turn", "both_sides", "seen"), [(1, False, True), (-1, False, False), (-1, True, True)])
def test_a_picture_shows_outer_sides_or_both(turn: int, both_sides: bool, seen: bool) -> None:
    rotation = np.diag([turn, 1.0, turn])
    picture = shaded_picture(QUAD, TWO, RED, rotation, 2.0, 40, both_sides=both_sides)
    assert picture.shape == (40, 40, 4)
    assert (picture[20, 20, 0] > 150 and picture[20, 20, 3] == 255) == seen
    assert picture[2, 2, 3] == 0, "nothing around it"
