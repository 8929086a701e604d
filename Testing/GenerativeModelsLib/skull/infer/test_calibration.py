"""Calibration read from a bundle and applied."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from GenerativeModelsLib.models.predictor import Prediction
from GenerativeModelsLib.skull.infer.calibration import (
    QUANTITIES,
    BiometryCalibration,
    SizeCalibration,
    SurfaceCalibration,
)
from GenerativeModelsLib.skull.infer.model import SkullModel
from GenerativeModelsLib.skull.infer.reconstruct import Reconstruction, reconstruct
from GenerativeModelsLib.skull.population.heads import mean_head
from Testing.helpers.painted import painted_planes

POSITIVE = st.floats(0.01, 20)


def test_without_calibration_nothing_changes() -> None:
    sigma = np.array([0.0, 0.5, 2.0])
    for planes in (1, 2, 3):
        np.testing.assert_array_equal(SurfaceCalibration.from_manifest({}).apply(sigma, planes, 40.0), sigma)
        for name in QUANTITIES:
            assert BiometryCalibration.from_manifest({}).sd(name, 1.5, 80.0, planes) == 1.5


def test_each_number_of_planes_has_its_own_pair() -> None:
    given_ = {"surface": {"scale": [3.0, 2.0, 1.0], "floor": [0.0, 0.1, 0.2]}}
    calibration = SurfaceCalibration.from_manifest(given_)
    assert calibration.apply(np.array([1.0]), 1, 10.0)[0] == 3
    assert calibration.apply(np.array([0.0]), 2, 10.0)[0] == pytest.approx(1)
    assert calibration.apply(np.array([1.5]), 3, 10.0)[0] == pytest.approx(2.5)
    biometry = BiometryCalibration.from_manifest({"biometry": {"scale": {"hc_mm": [3, 2, 1]}, "floor": {}}})
    assert [biometry.sd("hc_mm", 1.0, 200.0, n) for n in (1, 2, 3)] == [3, 2, 1]
    assert biometry.sd("bpd_mm", 1.0, 200.0, 2) == 1


@given(POSITIVE, POSITIVE, st.floats(0, 5), st.floats(0, 0.2), st.floats(0.1, 10))
def test_magnified_pictures_have_magnified_uncertainty(sigma: float, size: float, scale: float, floor: float, k: float):
    surface = SurfaceCalibration((scale,) * 3, (floor,) * 3)
    one, other = surface.apply(np.array([sigma]), 1, size), surface.apply(np.array([k * sigma]), 1, k * size)
    assert other[0] == pytest.approx(k * one[0])
    biometry = BiometryCalibration({"hc_mm": (scale,) * 3}, {"hc_mm": (floor,) * 3})
    assert biometry.sd("hc_mm", k * sigma, k * size, 1) == pytest.approx(k * biometry.sd("hc_mm", sigma, size, 1))


def test_floor_and_scale_add_as_variances() -> None:
    calibration = BiometryCalibration({"hc_mm": (2.0,) * 3}, {"hc_mm": (0.02,) * 3})
    assert calibration.sd("hc_mm", 1.5, 200.0, 1) == pytest.approx(5.0)


def test_a_negative_scale_or_floor_is_refused() -> None:
    for part in ("scale", "floor"):
        with pytest.raises(ValueError, match="negative"):
            SurfaceCalibration.from_manifest({"surface": {part: [1.0, -0.1, 1.0]}})


def calibrated(model: SkullModel, scale: tuple[float, ...], floor: tuple[float, ...], planes: int) -> Reconstruction:
    every = dict.fromkeys(QUANTITIES, scale), dict.fromkeys(QUANTITIES, floor)
    model = replace(
        model, surface_calibration=SurfaceCalibration(scale, floor), biometry_calibration=BiometryCalibration(*every)
    )
    images = dict(list(painted_planes(mean_head(250.0)).items())[:planes])
    return reconstruct(model, images, samples=4, seed=1)


def test_the_weight_of_the_size_moves_the_mean_and_no_deviation_from_it() -> None:
    predicted = Prediction(
        torch.tensor([[1.0, 2.0, 0.04]]), torch.tensor([[1.5, 2.5, 0.05], [0.5, 1.5, 0.01]]), torch.zeros(1, 18)
    )
    found = SizeCalibration((0.25, 0.5, 1.0)).apply(predicted, 1)
    torch.testing.assert_close(found.mean, torch.tensor([[1.0, 2.0, 0.01]]))
    torch.testing.assert_close(found.draws, torch.tensor([[1.5, 2.5, 0.02], [0.5, 1.5, -0.02]]))
    assert found.poses is predicted.poses
    assert SizeCalibration.from_manifest({}).apply(predicted, 1).draws.equal(predicted.draws)
    assert SizeCalibration().apply(replace(predicted, draws=None), 2).draws is None


def test_a_reconstruction_uses_the_weight_of_the_size_of_its_number_of_planes(tiny_model: SkullModel) -> None:
    planes = painted_planes(mean_head(250.0))
    found = {
        weight: {
            names: reconstruct(changed, {n: planes[n] for n in names}, samples=0).biometry.hc_mm.value
            for names in (("axial",), ("axial", "sagittal"))
        }
        for weight in (0.0, 1.0)
        for changed in [replace(tiny_model, size_calibration=SizeCalibration((weight, 1.0, 1.0)))]
    }
    axial, two = ("axial",), ("axial", "sagittal")
    assert found[0.0][axial] != found[1.0][axial] and found[0.0][two] == found[1.0][two]


@pytest.mark.parametrize("planes", [1, 2, 3])
def test_a_reconstruction_uses_the_pair_of_its_own_number_of_planes(tiny_model: SkullModel, planes: int) -> None:
    scale, floor = (3.0, 2.0, 1.0), (0.06, 0.04, 0.02)
    found = calibrated(tiny_model, scale, floor, planes)
    own = (scale[planes - 1],) * 3, (floor[planes - 1],) * 3
    expected = calibrated(tiny_model, *own, planes)
    np.testing.assert_array_equal(found.sd_mm, expected.sd_mm)
    uncertainty = found.surface.point_data["uncertainty_mm"], expected.surface.point_data["uncertainty_mm"]
    np.testing.assert_array_equal(*uncertainty)
    assert found.biometry == expected.biometry
