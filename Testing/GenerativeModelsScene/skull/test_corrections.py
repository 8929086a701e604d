"""Corrections kept with image nodes, and points of a markups line in the pixels of a plane."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.skull.planes.image import read_plane
from GenerativeModelsScene.skull.corrections import (
    corrections_of,
    forget_corrections,
    found_ellipse,
    marked_points,
    remember_ellipse,
    set_correction,
)
from GenerativeModelsScene.skull.planes import (
    geometry_of,
    plane_from_node,
    ruler_offer,
    set_known_length,
    set_spacing,
    spacing_of,
)
from GenerativeModelsScene.skull.request import case_request
from Testing.helpers.drawn_over import sector, upright_ruler


def placed(rotation: Rotation | None = None) -> np.ndarray:
    matrix = np.eye(4)
    matrix[:3, :3] = (np.eye(3) if rotation is None else rotation.as_matrix()) * [0.3, 0.4, 1.0]
    matrix[:3, 3] = 5, -3, 2
    return matrix


@pytest.fixture
def node(add_volume, rng):
    return add_volume(rng.integers(0, 255, (1, 80, 100)).astype(np.uint8), placed(), "head")


def test_corrections_are_kept_with_the_image_and_become_those_of_the_request(node, tmp_path) -> None:
    for kind, text in {"facing": "flip", "ellipse": "50,40,30,24,10", "mask": "0,0,9,9"}.items():
        set_correction(node, kind, text)
    plane = plane_from_node(node, "axial")
    request = case_request({"axial": plane}, tmp_path, mask_text=True, imagine=True)
    assert (request.axial_facing, request.axial_ellipse) == ("flip", (50, 40, 30, 24, 10))
    assert request.mask_text and request.imagine
    assert request.axial_mask == (((0, 0), (9, 0), (9, 9), (0, 9)),) and request.axial_length is None
    forget_corrections(node)
    assert corrections_of(node) == {} and plane.corrections["facing"] == "flip", "the plane was taken before"


def test_the_ellipse_that_was_found_is_kept_with_the_image(node) -> None:
    assert found_ellipse(node) == ""
    remember_ellipse(node, {"head": {"ellipse_px": [50.04, 40.0, 30.0, 24.0, 10.0]}})
    assert found_ellipse(node) == "50,40,30,24,10" and corrections_of(node) == {}


def test_a_text_that_cannot_be_used_leaves_what_there_was(node) -> None:
    set_correction(node, "facing", "left")
    with pytest.raises(InputError, match="facing is 'sideways'"):
        set_correction(node, "facing", "sideways")
    assert corrections_of(node) == {"facing": "left"}
    set_correction(node, "facing", " ")
    assert corrections_of(node) == {}


@pytest.mark.parametrize("rotation", [None, Rotation.from_rotvec([0.3, -0.2, 0.9])], ids=["upright", "oblique"])
def test_a_line_over_the_image_gives_pixels(a_scene, add_volume, rng, rotation) -> None:
    node = add_volume(rng.integers(0, 255, (1, 80, 100)).astype(np.uint8), placed(rotation), "head")
    line = a_scene.AddNewNodeByClass("vtkMRMLMarkupsLineNode", "ruler")
    with pytest.raises(InputError, match="The line 'ruler' has no two points"):
        marked_points(line, geometry_of(node))
    for column, row in ((10, 20), (70, 55)):
        line.AddControlPointWorld(*(placed(rotation) @ [column, row, 0, 1])[:3])
    assert marked_points(line, geometry_of(node)) == [(10, 20), (70, 55)]
    with pytest.raises(InputError, match="No line is chosen"):
        marked_points(None, geometry_of(node))


def test_a_known_length_makes_the_spacing_and_the_result_says_so(add_volume, rng, tmp_path) -> None:
    """The command line given the picture and the length says the same."""
    node = add_volume(rng.integers(0, 255, (1, 80, 100)).astype(np.uint8), name="picture")
    assert spacing_of(node).source == "unknown"
    set_known_length(node, "20,40,80,40,24")
    assert (spacing_of(node).source, spacing_of(node).spacing_mm) == ("length", (0.4, 0.4))
    plane = plane_from_node(node, "axial")
    asked = case_request({"axial": plane}, tmp_path).planes()["axial"]
    found = read_plane(asked.image, spacing_mm=asked.spacing_mm, length=asked.correction.length)
    assert (found.spacing_source, found.spacing_mm) == ("length", (0.4, 0.4))
    np.testing.assert_array_equal(found.pixels, plane.pixels)
    set_known_length(node, "20,40,80,40,30")
    assert spacing_of(node).spacing_mm == (0.5, 0.5)
    set_known_length(node, "")
    assert (spacing_of(node).source, node.GetSpacing()[:2]) == ("unknown", (1, 1)) and corrections_of(node) == {}


def test_a_known_length_that_makes_no_spacing_is_refused(add_volume, rng) -> None:
    node = add_volume(rng.integers(0, 255, (1, 80, 100)).astype(np.uint8), name="picture")
    with pytest.raises(InputError, match=r"each 0\.01 to 5 mm"):
        set_known_length(node, "20,40,40,40,400")
    assert corrections_of(node) == {} and spacing_of(node).source == "unknown"


def test_a_spacing_that_is_there_stays_and_a_length_that_contradicts_it_is_refused(node, tmp_path) -> None:
    set_known_length(node, "20,40,80,40,30")
    assert (spacing_of(node).source, spacing_of(node).spacing_mm) == ("file", pytest.approx((0.4, 0.3)))
    asked = case_request({"axial": plane_from_node(node, "axial")}, tmp_path).planes()["axial"]
    with pytest.raises(InputError, match=r"the spacing of the file, 0\.4 x 0\.3 mm, makes 18\.0 mm"):
        read_plane(asked.image, spacing_mm=asked.spacing_mm, length=asked.correction.length)
    set_spacing(node, (0.5, 0.5))
    assert spacing_of(node).source == "length", "typed, and the same"
    set_spacing(node, (0.5, 0.45))
    assert spacing_of(node).source == "user"


def test_a_ruler_is_offered_and_never_used(add_volume) -> None:
    picture = upright_ruler(sector(), 20, 10.0)
    node = add_volume(picture[None], name="picture")
    assert "ruler on its left side has ticks every 10.0 pixels" in ruler_offer(node, "axial")
    assert "the spacing of the axial plane" in ruler_offer(node, "axial")
    assert spacing_of(node).source == "unknown"
    assert ruler_offer(add_volume(sector()[None], name="without"), "axial") == ""
    assert ruler_offer(None, "axial") == ""
