"""Calibration of predicted standard deviations, from that in a bundle: simulated heads first, then real ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch

from GenerativeModelsLib.models.predictor import Prediction
from GenerativeModelsLib.skull.anatomy import QUANTITIES as ALL
from GenerativeModelsLib.skull.shape.harmonics import mirror_signs, synthesise
from GenerativeModelsLib.skull.shape.regions import REGIONS, region_shares
from GenerativeModelsLib.skull.shape.star_surface import HeadShape

QUANTITIES = tuple(quantity.key for quantity in ALL)
"""Keys of the calibrated measurements."""


@dataclass(frozen=True)
class SizeCalibration:
    """Head size s exp(w rho): s is that of the axial border, rho the correction of it that the network predicts.

    `weight` has w for 1, 2 and 3 planes. rho makes up for an oblique axial plane, which one plane alone hardly shows.
    """

    weight: tuple[float, float, float] = (1.0, 1.0, 1.0)

    @staticmethod
    def from_manifest(calibration: Mapping[str, Any]) -> SizeCalibration:
        return SizeCalibration(_three(calibration.get("size", {}).get("weight", (1, 1, 1))))

    def apply(self, predicted: Prediction, planes: int) -> Prediction:
        """The prediction with w rho for the mean of rho; the draws keep their deviations from it."""
        shift = torch.zeros_like(predicted.mean)
        shift[:, -1] = (self.weight[planes - 1] - 1) * predicted.mean[:, -1]
        draws = None if predicted.draws is None else predicted.draws + shift
        return replace(predicted, mean=predicted.mean + shift, draws=draws)


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


EXCESS_DEGREE = 6
EVEN = np.flatnonzero(mirror_signs(EXCESS_DEGREE) > 0)
"""Indices of the harmonics that are even in x; real heads are too few for a difference between left and right."""


@dataclass(frozen=True)
class HeadCalibration:
    """What real heads add to the standard deviations calibrated on simulated ones.

        sigma'(p)^2 = k(p)^2 (a^2 sigma(p)^2 + (s exp L(p / |p|))^2),    sd'(volume)^2 = sd^2 + (f volume)^2

    a is the weight of the predicted standard deviation; L is a field of low-degree harmonics on the directions p / |p|
    from the centre of the head, even in x; k is a factor for each region, blended between them; s is the head size.
    Each has an entry for 1, 2 and 3 planes.

    Attributes
    ----------
    weight : (3,) a.
    log_excess : (3, E) coefficients of L in the harmonics `EVEN` of degree up to `EXCESS_DEGREE`.
    factor : (3, 3) k of vault, face and base.
    volume_floor : (3,) f.
    """

    weight: np.ndarray
    log_excess: np.ndarray
    factor: np.ndarray
    volume_floor: np.ndarray

    @staticmethod
    def from_manifest(calibration: Mapping[str, Any]) -> HeadCalibration | None:
        """That of a bundle; None if it has none. Raises ValueError if the shapes are wrong or a factor is negative."""
        heads = calibration.get("heads")
        if not heads:
            return None
        parts = [np.asarray(heads[name], float) for name in ("weight", "log_excess", "factor", "volume_floor")]
        shapes = [part.shape for part in parts]
        if (
            shapes != [(3,), (3, len(EVEN)), (3, len(REGIONS)), (3,)]
            or min(p.min() for p in (*parts[:1], *parts[2:])) < 0
        ):
            raise ValueError(f"the calibration on real heads has shapes {shapes} or a negative factor")
        return HeadCalibration(*parts)

    def surface(self, sigma_mm: np.ndarray, points_mm: np.ndarray, planes: int, head_size_mm: float) -> np.ndarray:
        """Calibrated standard deviations (...) in mm at head-frame points (..., 3)."""
        excess = head_size_mm * excess_sd(self.log_excess[planes - 1], points_mm)
        factor = region_shares(points_mm, head_size_mm) @ self.factor[planes - 1]
        return factor * np.hypot(self.weight[planes - 1] * sigma_mm, excess)

    def volume_sd(self, sd: float, volume: float, planes: int) -> float:
        """Calibrated standard deviation of the head volume."""
        return float(np.hypot(sd, self.volume_floor[planes - 1] * volume))


def excess_sd(log_excess: np.ndarray, points_mm: np.ndarray) -> np.ndarray:
    """exp L (...) in head sizes in the directions of `points_mm` (..., 3), from the coefficients (E,) of L."""
    coefficients = np.zeros((EXCESS_DEGREE + 1) ** 2)
    coefficients[EVEN] = log_excess
    return HeadShape(synthesise(coefficients)).radius(points_mm)


def _three(values: Sequence[float]) -> tuple[float, float, float]:
    first, second, third = (float(value) for value in values)
    if min(first, second, third) < 0:
        raise ValueError(f"a scale or floor is negative: {list(values)}")
    return first, second, third
