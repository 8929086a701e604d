import pytest

from GenerativeModelsLib.heart.shape.reference import RANGES, SEXES, Range, position


def test_both_sexes_have_all_measures() -> None:
    assert set(RANGES) == set(SEXES)
    keys = {"edv_ml", "esv_ml", "ef_percent", "myocardial_mass_g"}
    assert all(set(ranges) == keys for ranges in RANGES.values())


def test_a_range_holds_95_per_cent() -> None:
    edv = RANGES["male"]["edv_ml"]
    assert (edv.low, edv.high) == (pytest.approx(103.28), pytest.approx(228.72))


@pytest.mark.parametrize(("value", "where"), [(79.9, "below"), (80.5, "within"), (119.5, "within"), (120.1, "above")])
def test_position(value: float, where: str) -> None:
    assert position(value, Range(100.0, 10.0 / 0.98)) == where


def test_ejection_fraction_follows_from_the_mean_volumes() -> None:
    for ranges in RANGES.values():
        from_volumes = 100 * (1 - ranges["esv_ml"].mean / ranges["edv_ml"].mean)
        assert from_volumes == pytest.approx(ranges["ef_percent"].mean, abs=1.5)
