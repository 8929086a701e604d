"""Exact standard planes: upright, whole, without anything burned in, and the same but for the shape."""

from __future__ import annotations

import numpy as np
import pytest

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.skull.shape.star_surface import ellipsoid
from GenerativeModelsLib.skull.ultrasound.standard_cut import StandardCut

HEAD = ellipsoid(40.0, 50.0, 43.0)
LARGER = ellipsoid(41.0, 51.5, 45.0)
SMALL = (144, 192)
HALF_MM = {"sagittal": (50.0, 43.0), "coronal": (40.0, 43.0), "axial": (40.0, 50.0)}


@pytest.mark.parametrize("plane", HALF_MM)
def test_the_whole_section_lies_upright_in_the_middle(plane: str) -> None:
    cut = StandardCut.of(HEAD, plane, SMALL)
    across, down = np.ptp(cut.outline_px(HEAD), axis=0) * cut.spacing_mm / 2
    assert (across, down) == pytest.approx(HALF_MM[plane], rel=1e-3)
    middle = (np.array(SMALL[::-1]) - 1) / 2
    np.testing.assert_allclose(cut.outline_px(HEAD).mean(axis=0), middle, atol=0.05)
    np.testing.assert_allclose(cut.in_pixels(np.zeros(2)), middle, atol=0.05)
    at = cut.image_pose.points(*(middle * cut.spacing_mm))
    np.testing.assert_allclose(at, 0.0, atol=0.05)


def test_the_near_wall_is_the_outline_and_nothing_is_burned_in() -> None:
    cut = StandardCut.of(HEAD, "coronal", SMALL)
    picture = cut.picture(HEAD, 3)
    assert picture.shape == SMALL and picture.dtype == np.uint8
    assert picture[~cut.scan.seen].max() == 0 and cut.scan.seen.mean() > 0.5
    top = np.argmin(cut.outline_px(HEAD)[:, 1])
    column, row = np.round(cut.outline_px(HEAD)[top]).astype(int)
    brightest = int(picture[: SMALL[0] // 2, column + 6].argmax())
    assert abs(brightest - row) * cut.spacing_mm < 2.5


def test_pictures_of_a_seed_differ_by_the_shape_alone() -> None:
    cut = StandardCut.of(HEAD, "sagittal", SMALL)
    first = cut.picture(HEAD, 5)
    np.testing.assert_array_equal(first, cut.picture(HEAD, 5))

    def alike(picture: np.ndarray) -> float:
        """Correlation within the head, away from the skull and the borders of its contents."""
        inside = np.zeros(SMALL, bool)
        inside[58:72, 60:130] = True
        return float(np.corrcoef(first[inside], picture[inside])[0, 1])

    assert alike(cut.picture(LARGER, 5)) > 0.6
    assert alike(cut.picture(HEAD, 6)) < 0.4
    assert alike(cut.picture(HEAD, 5, texture_seed=6)) < 0.98, "the contents stay, the speckle does not"


def test_an_unknown_plane_is_refused() -> None:
    with pytest.raises(InputError, match="'oblique'"):
        StandardCut.of(HEAD, "oblique")
