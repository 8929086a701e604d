"""Heads found in painted planes, with and without corrections of the user."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.skull.corrections import PARSERS, PlaneCorrection
from GenerativeModelsLib.skull.infer.find_heads import FoundPlane, find_heads
from GenerativeModelsLib.skull.infer.model import SkullModel
from GenerativeModelsLib.skull.infer.reconstruct import Reconstruction, reconstruct
from GenerativeModelsLib.skull.locate.corrected import corrected_image, ellipse_in_px
from GenerativeModelsLib.skull.planes.image import PlaneImage, plane_from_array
from GenerativeModelsLib.skull.population.heads import mean_head
from Testing.helpers.painted import SIZE, SPACING, painted_planes

SHAPE = mean_head(250.0)
PLANES = ("axial", "sagittal", "coronal")


def correction(**texts: str) -> PlaneCorrection:
    return PlaneCorrection(**{kind: PARSERS[kind](text) for kind, text in texts.items()})


def find(
    model: SkullModel, images: Mapping[str, PlaneImage], corrections: Mapping[str, PlaneCorrection]
) -> dict[str, FoundPlane]:
    read = {
        name: corrected_image(image, corrections.get(name, PlaneCorrection()), name) for name, image in images.items()
    }
    return find_heads(model, read, corrections)


@pytest.fixture(scope="module")
def images() -> dict[str, PlaneImage]:
    return painted_planes(SHAPE)


@pytest.fixture(scope="module")
def plain(tiny_model: SkullModel, images: dict[str, PlaneImage]) -> dict[str, FoundPlane]:
    return find(tiny_model, images, {})


def test_without_a_correction_there_is_nothing_to_compare(plain: dict[str, FoundPlane]) -> None:
    assert list(plain) == list(PLANES)
    for found in plain.values():
        assert found.uncorrected is None and found.correction == PlaneCorrection()


@pytest.mark.parametrize("plane", PLANES)
def test_a_flip_is_kept_beside_what_was_found(
    plane: str, tiny_model: SkullModel, images: dict[str, PlaneImage], plain: dict[str, FoundPlane]
) -> None:
    """Nothing warns of a facing that the user has told."""
    flipped = find(tiny_model, images, {plane: correction(facing="flip")})
    np.testing.assert_allclose(flipped[plane].upright.finding.faces, -plain[plane].upright.finding.faces)
    np.testing.assert_allclose(flipped[plane].uncorrected.finding.faces, plain[plane].upright.finding.faces)
    unsure = "which way the head faces could not be determined"
    assert any(unsure in warning for warning in plain[plane].warnings)  # the stand-in network never knows
    assert not any(unsure in warning for warning in flipped[plane].warnings)
    for name in set(PLANES) - {plane}:
        assert flipped[name].uncorrected is None
        np.testing.assert_array_equal(flipped[name].upright.finding.faces, plain[name].upright.finding.faces)


def test_a_given_ellipse_is_where_the_border_is_read(
    tiny_model: SkullModel, images: dict[str, PlaneImage], plain: dict[str, FoundPlane]
) -> None:
    """15 % larger than the head: the border does not return to the head."""
    was = plain["axial"].upright.finding.ellipse
    e = ellipse_in_px(was, SPACING)
    text = ",".join(map(repr, map(float, (e.column, e.row, 1.15 * e.first, 1.15 * e.second, e.angle_deg))))
    found = find(tiny_model, images, {"axial": correction(ellipse=text)})["axial"]
    assert found.upright.finding.ellipse.perimeter == pytest.approx(1.15 * was.perimeter, rel=0.02)
    np.testing.assert_allclose(found.uncorrected.finding.ellipse.points(), was.points(), atol=1e-9)
    assert any("hardly any echo of the skull is seen along the ellipse" in warning for warning in found.warnings)


def test_a_drawn_head_needs_no_other(tiny_model: SkullModel) -> None:
    """Where the locator finds nothing, the ellipse of the user is taken, with a warning."""
    nothing = {"axial": plane_from_array(255 * np.eye(*SIZE, dtype=np.uint8), SPACING, "axial")}
    with pytest.raises(InputError, match="shows no fetal head"):
        find(tiny_model, nothing, {})
    found = find(tiny_model, nothing, {"axial": correction(ellipse="75,60,38,30,10")})["axial"]
    assert found.uncorrected is None and found.upright.finding.presence == 0
    assert found.upright.finding.ellipse.semi_major == pytest.approx(38 * SPACING[0], rel=0.05)
    assert any("the program finds no fetal head there; the ellipse given was used" in w for w in found.warnings)
    with pytest.raises(InputError, match="a head only 24 pixels across"):
        find(tiny_model, nothing, {"axial": correction(ellipse="75,60,15,12,10")})


def test_a_mask_changes_the_finding_and_is_compared_with_the_whole_picture(
    tiny_model: SkullModel, images: dict[str, PlaneImage], plain: dict[str, FoundPlane]
) -> None:
    found = find(tiny_model, images, {"axial": correction(mask="0,40,45,80")})["axial"]
    was = plain["axial"].upright.finding.ellipse.points()
    np.testing.assert_allclose(found.uncorrected.finding.ellipse.points(), was, atol=1e-9)
    assert np.abs(found.upright.finding.ellipse.points() - was).max() > 0.5


def test_a_short_known_length_is_warned_of(tiny_model: SkullModel, images: dict[str, PlaneImage]) -> None:
    made = {"axial": correction(length="10,10,50,10,44"), "coronal": correction(length="10,10,80,10,77")}
    found = find(tiny_model, images, made)
    assert found["axial"].uncorrected is None
    assert any("40 pixels apart, so the spacing is known to about 2 % only" in w for w in found["axial"].warnings)
    assert not any("pixels apart" in warning for warning in found["coronal"].warnings)


@pytest.fixture(scope="module")
def corrected(tiny_model: SkullModel, images: dict[str, PlaneImage]) -> Reconstruction:
    made = {"axial": correction(ellipse="73,61,38,30,20", facing="flip"), "coronal": correction(mask="0,0,60,30")}
    read = {name: corrected_image(image, made.get(name, PlaneCorrection()), name) for name, image in images.items()}
    return reconstruct(tiny_model, read, samples=6, seed=2, corrections=made)


def test_the_same_corrections_give_the_same_bits(
    corrected: Reconstruction, tiny_model: SkullModel, images: dict[str, PlaneImage]
) -> None:
    """From what `result.json` says of them."""
    made = {
        name: correction(**(plane.correction.document() or {"options": {}})["options"])
        for name, plane in corrected.planes.items()
    }
    read = {name: corrected_image(image, made[name], name) for name, image in images.items()}
    again = reconstruct(tiny_model, read, samples=6, seed=2, corrections=made)
    np.testing.assert_array_equal(again.surface.points, corrected.surface.points)
    np.testing.assert_array_equal(again.distance_mm, corrected.distance_mm)
    assert again.biometry == corrected.biometry and again.warnings == corrected.warnings


def test_the_locator_is_not_judged_by_a_head_that_was_given(corrected: Reconstruction) -> None:
    measures = corrected.in_distribution.measures
    assert "axial head" not in measures and {"coronal head", "sagittal head", "axial misfit"} <= set(measures)
