"""Right ventricles have the volumes that they name, and their septum is the left one's."""

from __future__ import annotations

import numpy as np
import pytest

from GenerativeModelsLib.segmentation.population.outlines import level_radii
from GenerativeModelsLib.segmentation.population.right_ventricle import FAILING_ML, right_ventricle
from GenerativeModelsLib.segmentation.population.simulated_heart import SimulatedHeart, simulated_hearts


@pytest.fixture(scope="module")
def hearts() -> list[SimulatedHeart]:
    return list(simulated_hearts(50, 21, 6))


def measured_ml(heart: SimulatedHeart, right, frame: int, steps: int = 200) -> float:
    """Volume of the crescents of all levels."""
    angles = 2 * np.pi * np.arange(heart.epi.shape[2]) / heart.epi.shape[2]
    length = -heart.epi[frame, -1, 0, 2]
    total = 0.0
    for height in -length * (np.arange(steps) + 0.5) / steps:
        inner = level_radii(heart.epi[frame], np.array([height]))[0]
        outer = inner + right.width_at(heart, frame, height, angles)
        total += 0.5 * float((outer**2 - inner**2).sum()) * 2 * np.pi / len(angles) * length / steps
    return total / 1000


def test_its_sections_add_up_to_its_volume(hearts: list[SimulatedHeart]) -> None:
    for number, heart in enumerate(hearts[:12]):
        right = right_ventricle(heart, np.random.default_rng(number))
        for frame in (0, 2):
            assert measured_ml(heart, right, frame) == pytest.approx(right.volume_ml[frame], rel=0.04, abs=2)


def test_volumes_are_the_published_ones_and_both_ventricles_eject_the_same(hearts: list[SimulatedHeart]) -> None:
    ratio, failing = [], []
    for number, heart in enumerate(hearts):
        right = right_ventricle(heart, np.random.default_rng(number))
        left = heart.left.cavity_ml
        if heart.condition in ("healthy", "hcm"):
            ratio.append(right.volume_ml[0] / left[0])
            assert np.ptp(right.volume_ml) == pytest.approx(np.ptp(left), rel=0.25)
        else:
            failing.append(right.volume_ml[0])
        assert np.ptp(right.volume_ml) <= 0.7 * right.volume_ml[0] + 1e-9
    assert np.mean(ratio) == pytest.approx(1.10, abs=0.05) and np.std(ratio) == pytest.approx(0.11, abs=0.04)
    assert np.mean(failing) == pytest.approx(np.mean([mean for mean, _ in FAILING_ML.values()]), abs=25)


def test_it_is_a_crescent_on_the_septum_that_ends_above_the_apex(hearts: list[SimulatedHeart]) -> None:
    angles = np.radians(np.arange(360))
    for number, heart in enumerate(hearts[:12]):
        right = right_ventricle(heart, np.random.default_rng(number))
        length = -heart.epi[0, -1, 0, 2]
        width = right.width_at(heart, 0, -0.3 * length, angles)
        assert width[0] > 8 and not width[100:260].any(), "beside the septum, which is at angle 0, alone"
        assert width.max() < 65
        assert not right.width_at(heart, 0, -0.98 * length, angles).any()
