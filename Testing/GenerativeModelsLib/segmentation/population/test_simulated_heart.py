"""Simulated hearts over the cycle: seeds, names, volumes and the descent of the base."""

from __future__ import annotations

from itertools import islice

import numpy as np
import pytest

from GenerativeModelsLib.segmentation.population.simulated_heart import SimulatedHeart, simulated_hearts

FRAMES = 20


@pytest.fixture(scope="module")
def hearts() -> list[SimulatedHeart]:
    return list(simulated_hearts(52, 8, FRAMES))


def test_the_same_seed_gives_the_same_hearts_whatever_their_number(hearts: list[SimulatedHeart]) -> None:
    again = list(islice(simulated_hearts(1000, 8, FRAMES), 3))
    for one, other in zip(hearts, again):
        np.testing.assert_array_equal(one.endo, other.endo)
        np.testing.assert_array_equal(one.epi, other.epi)
        assert (one.name, one.condition, one.cycle_s) == (other.name, other.condition, other.cycle_s)
    other = next(simulated_hearts(1, 9, FRAMES))
    assert not np.array_equal(hearts[0].endo, other.endo)


def test_names_are_unique_and_all_conditions_occur(hearts: list[SimulatedHeart]) -> None:
    assert len({heart.name for heart in hearts}) == len(hearts) == 52
    assert {heart.condition for heart in hearts} == {"healthy", "hcm", "dilated", "infarct"}
    assert not {heart.name for heart in hearts} & {heart.name for heart in simulated_hearts(3, 9, FRAMES)}


def test_the_cavity_empties_in_systole_and_the_cycle_is_closed(hearts: list[SimulatedHeart]) -> None:
    for heart in hearts:
        volume, end = heart.left.cavity_ml, int(heart.ejected.argmax())
        assert (np.diff(volume[: end + 1]) < 0).all()
        assert volume[0] == volume.max() and 0.25 <= end / FRAMES <= 0.5
        stroke = volume[0] - volume[end]
        assert abs(volume[-1] - volume[0]) < 0.35 * stroke, "the last frame is followed by the first"


def test_the_base_descends_as_far_as_measured_in_health(hearts: list[SimulatedHeart]) -> None:
    healthy = [heart.descent_mm for heart in hearts if heart.condition == "healthy"]
    assert 12 < np.mean([descent.max() for descent in healthy]) < 16, "12 to 15 mm (HUNT3)"
    for descent in healthy:
        assert descent[0] == 0 and abs(np.diff(descent)).max() < 0.5 * descent.max()


def test_walls_are_uneven_and_never_thinner_than_two_pixels(hearts: list[SimulatedHeart]) -> None:
    walls = np.stack([heart.left.epi_mm[0] - heart.left.endo_mm[0] for heart in hearts])
    assert walls.min() >= 3.6 - 1e-9
    around = walls[:, 8].std(axis=-1) / walls[:, 8].mean(axis=-1)
    assert 0.15 < around.mean() < 0.3
    assert np.ptp(walls[:, -1], axis=-1).max() < 1e-9, "one apex"
