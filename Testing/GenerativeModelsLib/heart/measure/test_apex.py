"""Stacks that end before the apex: found, measured up to their last slice, or refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.heart.labels.label_map import LabelMap
from GenerativeModelsLib.heart.measure.apex import MOST_MISSING
from GenerativeModelsLib.heart.measure.load import load_phase
from Testing.helpers.heart_phantoms import bullet, short_axis, voxelised

HEART = bullet()
STACK = voxelised(HEART, spacing_mm=(1.6, 1.6, 8.0), grid_axes=short_axis(tilt_degrees=2), name="ed.nii")
"""Its first slice is the apex."""


def without_apex(label_map: LabelMap, slices: int) -> LabelMap:
    """The stack without its lowest slices of cavity; its file ends there."""
    first = int(np.flatnonzero(label_map.mask("lv").any((1, 2)))[0])
    size = np.array(label_map.values.shape[::-1])
    return label_map.window(np.array([0, 0, first + slices]), size)


def test_a_whole_stack_reaches_its_apex() -> None:
    assert load_phase(STACK, "ed").apex is None
    assert load_phase(without_apex(STACK, 1), "ed").apex is None, "one slice less is rounded off, as before"


@pytest.mark.parametrize("ends", ["with the file", "before the file", "at its first slice"])
def test_a_stack_that_ends_before_the_apex_is_measured_up_to_its_last_slice(ends: str) -> None:
    whole, short = load_phase(STACK, "ed"), without_apex(STACK, 2)
    if ends == "before the file":
        values = STACK.values.copy()
        values[: len(values) - len(short.values)] = 0
        short = replace(STACK, values=values)
    if ends == "at its first slice":
        to_lps = short.to_lps.copy()
        to_lps[:3, 3] += (len(short.values) - 1) * to_lps[:3, 2]
        to_lps[:3, 2] *= -1
        short = replace(short, values=short.values[::-1], to_lps=to_lps)
    found = load_phase(short, "ed")
    assert found.warnings == (), "what is missing is said where it is completed"
    assert found.frame.axes[2] @ whole.frame.axes[2] > np.cos(np.radians(4))
    apex = found.apex
    assert 1 - apex.depth_mm / HEART.cavity_length_mm == pytest.approx(0.29, abs=0.03)
    assert apex.length_mm == pytest.approx(HEART.cavity_length_mm, rel=0.1)
    assert found.ventricle.cavity_length_mm == pytest.approx(apex.length_mm, abs=2)
    seen = ~apex.beyond(found.frame.to_lps(found.ventricle.points("endo")))
    assert seen[:8].all() and not seen[-6:].any()
    # Below the base and within the slices, the radii are those of the whole stack.
    np.testing.assert_allclose(found.ventricle.endo_mm[2:6], whole.ventricle.endo_mm[2:6], atol=1.5)
    assert found.cavity_ml == pytest.approx(short.volume_ml("lv")) and found.cavity_ml < 0.95 * whole.cavity_ml


def test_a_cap_of_myocardium_is_an_apex() -> None:
    values = STACK.values.copy()
    first = int(np.flatnonzero(STACK.mask("lv").any((1, 2)))[0]) + 3
    values[:first] = 0
    values[first - 1][STACK.values[first] > 1] = 2
    assert load_phase(replace(STACK, values=values), "ed").apex is None


def test_less_than_two_thirds_of_a_heart_are_refused() -> None:
    with pytest.raises(InputError) as caught:
        load_phase(without_apex(STACK, 4), "es")
    message = str(caught.value)
    assert message.startswith("es ed.nii ends long before the apex, its last slice shows ") and message.endswith(
        "give a label map that reaches the apex, or lacks less than a third."
    )
    assert pytest.approx(1 / 3) == MOST_MISSING and "\n" not in message and message.count(". ") == 0
