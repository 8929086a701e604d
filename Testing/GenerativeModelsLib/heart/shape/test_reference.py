import pytest

from GenerativeModelsLib.heart.shape.reference import RANGES, SEXES, Range, body_surface_m2, hypertrophy_of, position


def test_both_sexes_have_all_measures() -> None:
    assert set(RANGES) == set(SEXES)
    keys = {"edv_ml", "esv_ml", "ef_percent", "myocardial_mass_g", "mass_g_per_m2"}
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


@pytest.mark.parametrize(
    ("wall_mm", "judgement"),
    [
        *((wall, "normal") for wall in (9.0, 12.94)),
        *((wall, "borderline") for wall in (12.96, 13.5, 14.9)),
        *((wall, "hypertrophic") for wall in (14.96, 15.0, 22.0)),
    ],
)
def test_walls_are_judged_by_the_guidelines_as_they_are_shown(wall_mm: float, judgement: str) -> None:
    assert hypertrophy_of(wall_mm) == judgement


def test_body_surface_by_mosteller() -> None:
    assert body_surface_m2(180.0, 80.0) == pytest.approx(2.0)
