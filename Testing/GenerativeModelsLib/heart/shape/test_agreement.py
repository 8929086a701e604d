import numpy as np
import pytest

from GenerativeModelsLib.heart.shape.agreement import agreement
from GenerativeModelsLib.heart.shape.ventricle import AZIMUTHS, ROWS, Ventricle


def capsule(inner: float, outer: float) -> Ventricle:
    return Ventricle(45.0, np.full((ROWS, AZIMUTHS), inner), np.full((ROWS, AZIMUTHS), outer))


def volume(radius: float) -> float:
    return np.pi * radius**2 * 45.0 + 2 / 3 * np.pi * radius**3


def test_a_shape_agrees_with_itself() -> None:
    found = agreement(capsule(20, 29), capsule(20, 29))
    assert (found.dice, found.cavity_dice, found.hausdorff_mm) == (1.0, 1.0, 0.0)


def test_capsules_overlap_as_their_volumes_say() -> None:
    found = agreement(capsule(20, 29), capsule(21, 32))
    both = volume(29) - volume(21)
    total = volume(29) - volume(20) + volume(32) - volume(21)
    assert found.dice == pytest.approx(2 * both / total, abs=0.004)
    assert found.cavity_dice == pytest.approx(2 * volume(20) / (volume(20) + volume(21)), abs=0.004)
    assert found.hausdorff_mm == pytest.approx(3.0, abs=0.05), "of the epicardia, which differ most"


def test_it_does_not_matter_which_is_which() -> None:
    one, other = capsule(18, 30), capsule(20, 28)
    assert agreement(one, other) == agreement(other, one)
