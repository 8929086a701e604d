"""Colours of signed values."""

from __future__ import annotations

import numpy as np

from GenerativeModelsLib.page.colours import PLAIN
from GenerativeModelsScene.nodes.diverging import show_diverging_colours, symmetric_range
from GenerativeModelsScene.nodes.store import NodeStore


def test_zero_is_white_between_blue_and_red(a_scene) -> None:
    store = NodeStore(a_scene, "case")
    node = show_diverging_colours(store, "Signed", "signed")
    below, zero, above = (node.GetColorTransferFunction().GetColor(at) for at in (-1, 0, 1))
    assert below[2] > 0.5 > below[0] and min(zero) > 0.95 and above[0] > 0.5 > above[2]
    assert node.CreateLookupTableCopy().GetNanColor()[:3] == PLAIN, "without a value is neither"
    assert show_diverging_colours(store, "Signed", "signed") is node and not node.GetHideFromEditors()


def test_the_range_is_as_far_on_both_sides() -> None:
    assert symmetric_range(np.array([-2.2, 0.1, 1.0, np.nan])) == (-2.5, 2.5)
    assert symmetric_range(np.linspace(-1, 3, 1001)) == (-3.0, 3.0)
    assert symmetric_range(np.array([np.nan])) == (-0.5, 0.5)
    assert symmetric_range(np.zeros(4)) == (-0.5, 0.5)
