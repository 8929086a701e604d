"""An atrium has the areas, lengths and diameters that it names."""

from __future__ import annotations

import numpy as np
import pytest

from GenerativeModelsLib.segmentation.population.atrium import WIDEST, Atrium, drawn_atrium

EJECTED = np.array([0.0, 0.5, 1.0, 0.4])


def shoelace(points: np.ndarray) -> float:
    x, y = points.T
    return 0.5 * abs(float(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))))


def drawn(seed: int, enlarged: float = 1.0) -> Atrium:
    return drawn_atrium(EJECTED, 13.0 * EJECTED, 1.0, enlarged, np.random.default_rng(seed))


@pytest.mark.parametrize("seed", range(8))
def test_the_outline_has_the_area_the_valve_and_the_length(seed: int) -> None:
    atrium = drawn(seed)
    for frame in range(len(EJECTED)):
        outline = atrium.outline(frame, 400)
        assert shoelace(outline) == pytest.approx(atrium.area_mm2[frame], rel=0.01)
        assert outline[0, 0] - outline[-1, 0] == pytest.approx(atrium.valve_mm[frame])
        assert outline[:, 1].max() == 0 and -outline[:, 1].min() == pytest.approx(atrium.length_mm[frame])


def test_it_fills_while_the_ventricle_ejects_and_its_roof_stays() -> None:
    for seed in range(20):
        atrium = drawn(seed)
        assert (np.argsort(atrium.area_mm2) == np.argsort(EJECTED)).all()
        assert atrium.valve_mm[2] - atrium.valve_mm[0] == pytest.approx(4.0)
        assert (atrium.area_mm2 <= WIDEST * atrium.length_mm**2 + 1e-9).all()
    np.testing.assert_allclose(atrium.length_mm - 13.0 * EJECTED, atrium.length_mm[0], atol=1e-9)


def test_sizes_are_the_published_ones() -> None:
    atria = [drawn(seed) for seed in range(300)]
    areas, lengths = (np.array([getattr(a, name)[2] for a in atria]) for name in ("area_mm2", "length_mm"))
    assert areas.mean() == pytest.approx(2070, abs=80) and lengths.mean() == pytest.approx(53, abs=1)
    volume = np.array([a.area_mm2**2 / a.length_mm for a in atria])
    assert (volume[:, 0] / volume[:, 2]).mean() == pytest.approx(0.45, abs=0.03)
    assert drawn(1, 1.2).area_mm2[2] > 1.1 * drawn(1).area_mm2[2]
