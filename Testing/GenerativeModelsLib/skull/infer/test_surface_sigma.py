"""Sigma of the surface along its normal: that of the distance divided by the slope of the mean distance."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial import cKDTree

from GenerativeModelsLib.skull.infer.calibration import SurfaceCalibration
from GenerativeModelsLib.skull.infer.model import SkullModel
from GenerativeModelsLib.skull.infer.reconstruct import reconstruct
from GenerativeModelsLib.skull.population.heads import mean_head
from Testing.helpers.painted import painted_planes


def test_a_field_of_another_slope_has_the_same_surface_and_the_same_sigma(tiny_model: SkullModel) -> None:
    """A field times k has the same zero level and k times the SD and the slope, so sigma is unchanged."""
    k = 0.6
    basis = deepcopy(tiny_model.basis)
    basis.mean.mul_(k)
    basis.modes.mul_(k)
    planes = painted_planes(mean_head(250.0))
    plain = replace(tiny_model, surface_calibration=SurfaceCalibration())
    found = [reconstruct(replace(plain, basis=b), planes, samples=6, seed=2) for b in (tiny_model.basis, basis)]
    np.testing.assert_allclose(found[1].sd_mm, k * found[0].sd_mm, rtol=1e-3, atol=0.01)
    one, other = (f.surface for f in found)
    apart, nearest = cKDTree(one.points).query(other.points)
    assert apart.max() < 0.15
    ratio = other.point_data["uncertainty_mm"] / one.point_data["uncertainty_mm"][nearest]
    assert np.median(ratio) == pytest.approx(1.0, abs=0.05)  # undivided it would be the factor
    low, high = np.quantile(ratio, [0.005, 0.995])  # the tiny model's SD is a few hundredths of a millimetre
    assert low > 0.8 and high < 1.25
