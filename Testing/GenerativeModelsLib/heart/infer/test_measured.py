"""Measurements of a heart and its reconstruction, per phase."""

from __future__ import annotations

import numpy as np
import pytest

from GenerativeModelsLib.heart.infer.measured import MeasuredHeart, measure_heart, rays_of
from GenerativeModelsLib.heart.measure.load import LoadedHeart, heart_from_maps
from Testing.helpers.heart_phantoms import bullet, voxelised
from Testing.helpers.stand_in_hearts import StandInModel

MAPS = [voxelised(shape) for shape in (bullet(), bullet(radius_mm=17.0, length_mm=70.0, wall_mm=13.0))]


@pytest.fixture(scope="module")
def loaded() -> LoadedHeart:
    return heart_from_maps(*MAPS)


def measured(loaded: LoadedHeart) -> tuple[MeasuredHeart, list[tuple[str, float]]]:
    told: list[tuple[str, float]] = []
    return measure_heart(loaded, StandInModel(), lambda message, share: told.append((message, share))), told


def test_the_model_gets_a_row_of_phases_and_which_of_them_are_there(loaded: LoadedHeart) -> None:
    both = rays_of(loaded)
    assert both.present.tolist() == [[True, True]]
    np.testing.assert_array_equal(both.endo_mm[0], [loaded.ed.ventricle.endo_mm, loaded.es.ventricle.endo_mm])
    alone = rays_of(LoadedHeart({"ed": loaded.ed}, ()))
    assert alone.present.tolist() == [[True, False]]
    np.testing.assert_array_equal(alone.epi_mm[0], [loaded.ed.ventricle.epi_mm] * 2)


def test_both_phases_are_measured_in_the_order_of_time(loaded: LoadedHeart) -> None:
    found, told = measured(LoadedHeart({"es": loaded.es, "ed": loaded.ed}, ("Look here.",)))
    assert list(found.phases) == ["ed", "es"] and found.ed is found.phases["ed"] and found.es is found.phases["es"]
    assert found.es.agreement.dice > 0.9 and found.ed.agreement.dice > 0.9
    assert found.ef_percent == pytest.approx(100 * (1 - found.esv_ml / found.edv_ml))
    assert found.warnings == ("Look here.",)
    assert [message for message, _ in told[1:]] == [
        "measuring the wall at end diastole",
        "measuring the wall at end systole",
    ]
    shares = [share for _, share in told]
    assert shares == sorted(shares) and shares[0] >= 0 and shares[-1] < 1


def test_of_end_diastole_alone_nothing_is_measured_at_end_systole(loaded: LoadedHeart) -> None:
    found, told = measured(LoadedHeart({"ed": loaded.ed}, ()))
    assert list(found.phases) == ["ed"] and (found.es, found.esv_ml, found.ef_percent) == (None, None, None)
    assert len(told) == 2
    assert len(found.warnings) == 1 and "was read from end diastole alone" in found.warnings[0]
