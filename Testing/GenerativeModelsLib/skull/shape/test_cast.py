import numpy as np
import pytest

from GenerativeModelsLib.skull.shape.cast import cast_head, head_about_largest_section, largest_section, last_exit
from GenerativeModelsLib.skull.shape.star_surface import ellipsoid

SPACING = 1.5
HALF = np.array([36.0, 46.0, 40.0])
CENTRE = np.array([60.0, 66.0, 57.0])


@pytest.fixture(scope="module")
def distance() -> np.ndarray:
    z, y, x = np.meshgrid(*(SPACING * np.arange(n) for n in (80, 90, 82)), indexing="ij")
    return ellipsoid(*HALF).implicit(np.stack([x, y, z], axis=-1) - CENTRE).astype(np.float32)


def test_the_largest_section_goes_through_the_middle(distance: np.ndarray) -> None:
    level, middle = largest_section(distance)
    assert level * SPACING == pytest.approx(CENTRE[2], abs=SPACING)
    assert middle * SPACING == pytest.approx(CENTRE[:2], abs=0.1 * SPACING)


def test_an_ellipsoid_comes_back(distance: np.ndarray) -> None:
    shape, outline, centre = head_about_largest_section(distance, SPACING)
    assert centre == pytest.approx(CENTRE, abs=SPACING)
    assert (outline.semi_minor, outline.semi_major) == pytest.approx(HALF[:2], abs=0.2)
    assert shape.scaled(1, 1, 1).axial_outline().max() == pytest.approx(46, abs=0.3)


def test_rays_end_where_they_leave_for_the_last_time() -> None:
    radii = np.arange(1.0, 12.0, 0.25)
    leaves_once, enters_again = radii - 6.1, np.where(radii < 8.0, radii - 3.0, radii - 9.6)
    values = np.stack([leaves_once, enters_again, np.ones_like(radii)], axis=1)
    assert last_exit(values, radii) == pytest.approx([6.1, 9.6, 1.0])


def test_the_frame_may_be_turned(distance: np.ndarray) -> None:
    quarter = np.array([[0.0, -1, 0], [1, 0, 0], [0, 0, 1]])
    turned = cast_head(distance, SPACING, CENTRE, turn=quarter)
    expected = ellipsoid(46, 36, 40)
    assert np.exp(turned.log_radius) == pytest.approx(np.exp(expected.log_radius), abs=0.4)
