"""Slices that both phases share, and stacks that cannot be realigned."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.heart.labels.label_map import LabelMap
from GenerativeModelsLib.heart.realign.slices import shared_slices
from Testing.helpers.heart_phantoms import bullet, short_axis, voxelised

STACK = voxelised(bullet(), spacing_mm=(1.6, 1.8, 8.0), grid_axes=short_axis(), name="ed.nii")


def from_slice(first: int, name: str = "es.nii") -> LabelMap:
    """The stack from a slice on, as a map cropped to another phase is."""
    low = np.array([0, 0, first])
    return replace(STACK.window(low, np.array(STACK.values.shape[::-1])), name=name)


def test_a_slice_has_its_number_in_the_file_whatever_was_cropped_away() -> None:
    found = shared_slices({"ed": from_slice(2, "ed.nii"), "es": from_slice(1)})
    assert (found.first, found.count, dict(found.start)) == (1, STACK.slices - 1, {"ed": 1, "es": 0})
    assert found.of("ed", 3) == slice(1, 4)


def test_two_phases_on_other_slices_are_refused() -> None:
    between = STACK.to_lps.copy()
    between[:3, 3] += 0.4 * between[:3, 2]
    thinner = STACK.to_lps @ np.diag([1.0, 1.0, 0.9, 1.0])
    turned = STACK.to_lps.copy()
    turned[:3, :3] = turned[:3, :3] @ np.array([[0.99, -0.14, 0], [0.14, 0.99, 0], [0, 0, 1]])
    for to_lps in (between, thinner, turned):
        with pytest.raises(InputError, match=r"^realign needs both phases on the same slices, and ed ed\.nii and es "):
            shared_slices({"ed": STACK, "es": replace(STACK, to_lps=to_lps, name="es.nii")})


def test_maps_that_are_no_stack_or_too_short_are_refused() -> None:
    solid = voxelised(bullet(), spacing_mm=(2.0, 2.0, 2.0), name="solid.nii")
    with pytest.raises(InputError, match=r"^realign needs a stack of short-axis slices, and ed solid\.nii is none"):
        shared_slices({"ed": solid})
    shown = np.flatnonzero(STACK.mask("lv").any(axis=(1, 2)))
    assert shared_slices({"ed": from_slice(shown[-4], "ed.nii")}).count >= 4
    with pytest.raises(InputError, match=r"^realign needs 4 slices with the left ventricle, and ed ed\.nii has 3: "):
        shared_slices({"ed": from_slice(shown[-3], "ed.nii")})
