"""What a slice of a stack is: base, outflow, middle or apex, whichever end of the file is which."""

from __future__ import annotations

import numpy as np
import pytest

from GenerativeModelsLib.segmentation.check import check_maps
from GenerativeModelsLib.segmentation.roles import base_is_first, role_without_ventricle, slice_roles
from Testing.helpers.segmentation_phantoms import MYO, RV, cine, ellipse, maps_of, ring, stack


def opened(values: np.ndarray, slices: list[int]) -> np.ndarray:
    values = values.copy()
    for slice_ in slices:
        part = values[slice_]
        part[(part == MYO) & (np.indices(part.shape)[1] > 50)] = 0
    return values


@pytest.mark.parametrize("turned", [False, True])
def test_the_base_is_the_large_end_and_the_apex_the_small_one(turned: bool) -> None:
    values = stack()[::-1] if turned else stack()
    maps = maps_of(values)
    assert base_is_first(maps) is not turned
    (roles,) = slice_roles(maps)
    roles = roles[::-1] if turned else roles
    assert roles == ["base", *["mid"] * 6, "apex"]


def test_open_slices_beside_the_base_are_the_outflow_up_to_twenty_millimetres() -> None:
    (roles,) = slice_roles(maps_of(opened(stack(), [0, 1, 2, 3]), slice_mm=8.0))
    assert roles == ["base", "outflow", "outflow", *["mid"] * 4, "apex"]
    (roles,) = slice_roles(maps_of(opened(stack(), [3]), slice_mm=8.0))
    assert roles == ["base", *["mid"] * 6, "apex"], "an opening in the middle is none"


def test_empty_slices_have_no_role_and_a_single_one_is_alone() -> None:
    values = np.concatenate([np.zeros_like(stack()[:2]), stack(), np.zeros_like(stack()[:1])])
    (roles,) = slice_roles(maps_of(values))
    assert roles[:3] == [None, None, "base"] and roles[-2:] == ["apex", None]
    assert slice_roles(maps_of(ring()[None])) == [["alone"]]
    assert slice_roles(maps_of(np.stack([ring(), ring(14, 23)]))) == [["base", "apex"]]


def test_each_frame_has_its_own_ends() -> None:
    values = cine(4, 6)
    values[2, 0] = 0
    roles = slice_roles(maps_of(values))
    assert roles[1][0] == "base" and roles[2][:2] == [None, "base"]


@pytest.mark.parametrize("turned", [False, True])
def test_right_ventricle_beyond_the_base_may_be_in_two_pieces(turned: bool) -> None:
    cut = np.zeros_like(ring())
    cut[ellipse((8.0, 8.0), (30.0, 30.0)) | ellipse((8.0, 8.0), (75.0, 30.0))] = RV
    values = np.concatenate([cut[None], stack(), cut[None]])
    found = check_maps(maps_of(values[::-1] if turned else values))
    beyond_apex = 0 if turned else 9
    assert [(v.criterion.name, v.slice) for v in found.violations] == [("rv_pieces", beyond_apex)]
    assert role_without_ventricle([None, None], 0) == role_without_ventricle(["alone", None], 1) == "mid"
