"""Scale and floor applied to predicted standard deviations, from the calibration in a bundle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from GenerativeModelsLib.skull.anatomy import QUANTITIES as ALL

QUANTITIES = tuple(quantity.key for quantity in ALL)
"""Keys of the calibrated measurements."""


@dataclass(frozen=True)
class SurfaceCalibration:
    """sigma'^2 = scale^2 sigma^2 + (floor * head size)^2, a pair for each number of planes 1, 2, 3.

    The floor is relative to the head size (HC / 2 pi), so that the uncertainty scales with the picture.
    """

    scale: tuple[float, float, float] = (1.0, 1.0, 1.0)
    floor: tuple[float, float, float] = (0.0, 0.0, 0.0)

    @staticmethod
    def from_manifest(calibration: Mapping[str, Any]) -> SurfaceCalibration:
        surface = calibration.get("surface", {})
        return SurfaceCalibration(_three(surface.get("scale", (1, 1, 1))), _three(surface.get("floor", (0, 0, 0))))

    def apply(self, sigma_mm: np.ndarray, planes: int, head_size_mm: float) -> np.ndarray:
        """Calibrated standard deviation in mm, of the shape of `sigma_mm`."""
        return np.sqrt((self.scale[planes - 1] * sigma_mm) ** 2 + (self.floor[planes - 1] * head_size_mm) ** 2)


@dataclass(frozen=True)
class BiometryCalibration:
    """Calibration of a measurement's standard deviation: sd'^2 = (scale sd)^2 + (floor value)^2.

    `scale` and `floor` map a quantity of QUANTITIES to three numbers, for 1, 2, 3 planes.
    """

    scale: Mapping[str, tuple[float, float, float]]
    floor: Mapping[str, tuple[float, float, float]]

    @staticmethod
    def from_manifest(calibration: Mapping[str, Any]) -> BiometryCalibration:
        biometry = calibration.get("biometry", {})

        def numbers(name: str, default: float) -> dict[str, tuple[float, float, float]]:
            given = biometry.get(name, {})
            return {q: _three(given.get(q, (default,) * 3)) for q in QUANTITIES}

        return BiometryCalibration(numbers("scale", 1.0), numbers("floor", 0.0))

    def sd(self, quantity: str, sd: float, value: float, planes: int) -> float:
        """Calibrated standard deviation of one quantity."""
        k = planes - 1
        return float(np.hypot(self.scale[quantity][k] * sd, self.floor[quantity][k] * value))


def _three(values: Sequence[float]) -> tuple[float, float, float]:
    first, second, third = (float(value) for value in values)
    if min(first, second, third) < 0:
        raise ValueError(f"a scale or floor is negative: {list(values)}")
    return first, second, third
