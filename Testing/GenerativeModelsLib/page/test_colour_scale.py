import numpy as np

from GenerativeModelsLib.anatomy.record import Mesh
from GenerativeModelsLib.page.colour_scale import Legend, Scale, scale_data, scale_of
from Testing.helpers.case_page import HEIGHT, SHARE

WALL = Mesh("wall.vtp", "Wall", "wall_mm", "Wall", "mm", (0.0, 30.0), 1.0, 2.0)


def test_a_legend_says_where_values_are_cut() -> None:
    assert HEIGHT.legends[0].ticks == ["0", "10", "20", "30", "≥ 40 mm"]
    assert SHARE.legends[0].ticks == ["≤ -0.5", "-0.25", "0", "0.25", "≥ 0.5 %"]
    assert [Scale("x", "mm", 0, high).digits for high in (0.05, 0.4, 4, 40)] == [3, 2, 1, 1]


def test_a_scale_is_fitted_to_the_known_values_of_all_meshes() -> None:
    scale = scale_of(WALL, [np.linspace(6.2, 10, 500), None, np.array([np.nan, *np.full(500, 20.4)])])
    assert scale == Scale("Wall", "mm", 0.0, 30.0, (6.0, 21.0), 2.0)
    assert scale.ends == (6.0, 21.0)
    assert scale.legends == [Legend("fit", 6.0, 21.0, "mm"), Legend("compare", 0.0, 30.0, "mm")]
    assert scale_data(scale) == {
        "ranges": {"fit": [6.0, 21.0], "compare": [0.0, 30.0]},
        "unit": "mm",
        "digits": 1,
        "line_step": 2.0,
    }


def test_without_known_values_there_is_one_range() -> None:
    for values in ([], [None], [np.full(3, np.nan)]):
        scale = scale_of(WALL, values)
        assert scale.fitted is None and scale.ends == (0.0, 30.0)
        assert scale.legends == [Legend("always", 0.0, 30.0, "mm")]
