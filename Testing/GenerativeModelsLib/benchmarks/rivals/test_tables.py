"""Tables, figures and picture of the comparison from scores with known answers."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from GenerativeModelsLib.benchmarks.rivals.cases import COMPARED
from GenerativeModelsLib.benchmarks.rivals.cost import Cost
from GenerativeModelsLib.benchmarks.rivals.methods import METHODS
from GenerativeModelsLib.benchmarks.rivals.picture import write_picture
from GenerativeModelsLib.benchmarks.rivals.results import MethodScores
from GenerativeModelsLib.benchmarks.rivals.tables import Results, figures_of, tables_of
from GenerativeModelsLib.evaluation.scores.tables import Table
from Testing.GenerativeModelsLib.benchmarks.rivals.helpers import score_of

BASE, TL_NET = METHODS[0], METHODS[2]


def scores_of(title: str, mean_mm: float, *, draws: bool, subsets=COMPARED, known: bool = True) -> MethodScores:
    rng = np.random.default_rng(1)
    rows = []
    for subset in subsets:
        for k in range(12):
            spread = {"sigma_mm": [1.0] * 50, "offset_mm": rng.standard_normal(50).tolist()} if draws else {}
            fields = {} if known else {"accuracy": None, "region_mm": None, "biometry": {"hc_mm": mean_mm}}
            of_head = mean_mm + 0.1 * rng.standard_normal()
            rows.append(score_of(f"{k}-0", subset, k % 3, of_head, seconds=0.01, **fields, **spread))
    rows.append(score_of("12-0", subsets[-1], 0, failure="no head", accuracy=None, biometry=None))
    return MethodScores(title, [rows])


@pytest.fixture
def results() -> Results:
    methods = (BASE, TL_NET)

    def of(**options) -> dict[str, MethodScores]:
        return {m.key: scores_of(m.title, 1.0 + k, draws=k == 0, **options) for k, m in enumerate(methods)}

    costs = {BASE.key: Cost(300.0, 0.01, 400.0, 1_000_000), TL_NET.key: Cost(None, 0.02, None, 2_000_000)}
    return Results(methods, of(), of(), of(subsets=("axial",), known=False), costs)


def row_of(table: Table, *begin: str) -> dict[str, str]:
    (found,) = [row for row in table.rows if tuple(row[: len(begin)]) == begin]
    assert len(found) == len(table.columns)
    return dict(zip(table.columns, found, strict=True))


def table_of(results: Results, title: str) -> Table:
    (found,) = [table for table in tables_of(results) if table.title.startswith(title)]
    return found


def test_each_method_stands_beside_the_paper_and_its_refusals_are_counted(results: Results) -> None:
    row = row_of(table_of(results, "Methods and the published"), "axial", "TL-net")
    assert row["Dice"] == "0.900 +- 0.000" and row["refused"] == "1 of 13"
    assert row["paper: DC, SEN, PPV, HD, RVD"].startswith(
        "0.85 +- 0.04, 0.88 +- 0.05, 0.80 +- 0.09, 7.04 +- 2.34, 0.17"
    )
    assert row_of(table_of(results, "Methods and"), "three planes", "HiREC-CVAE")["refused"] == "0 of 12"


def test_differences_have_their_interval_and_a_verdict(results: Results) -> None:
    for title in ("Difference from HiREC-CVAE: simulated", "Difference from HiREC-CVAE: real heads"):
        table = table_of(results, title)
        cell = row_of(table, "axial", "TL-net")["mean distance, mm"]
        assert float(cell.split()[0]) == pytest.approx(1, abs=0.1) and cell.endswith("worse")
        assert row_of(table, "axial", "TL-net")["Dice"] == "+0.000 (+0.000 to +0.000)"
        assert not [row for row in table.rows if row[1] == BASE.title]


def test_a_method_without_draws_has_dashes_for_its_coverage(results: Results) -> None:
    table = table_of(results, "Uncertainty")
    assert row_of(table, "axial", "TL-net")["coverage of the draws"] == "-"
    assert float(row_of(table, "axial", "HiREC-CVAE")["coverage with it"].split()[0]) == pytest.approx(0.9, abs=0.04)


def test_pictures_compare_the_circumference(results: Results) -> None:
    row = row_of(table_of(results, "Real pictures"), "TL-net")
    assert (row["HC error, mm"], row["bias, mm"], row["pictures"], row["refused"]) == (
        "2.00 +- 0.00",
        "+2.00",
        "12",
        "1 of 13",
    )
    assert row["difference from HiREC-CVAE, mm"].startswith("+1.00")


def test_cost_of_a_stopped_training_is_not_known(results: Results) -> None:
    table = table_of(results, "Cost")
    assert row_of(table, "HiREC-CVAE")["training, minutes of one core"] == "5.0"
    assert row_of(table, "TL-net")["training, minutes of one core"] == "-"
    assert row_of(table, "TL-net")["peak memory, MB"] == "-"


def test_figures_are_json_and_hold_what_the_tables_show(results: Results) -> None:
    found = json.loads(json.dumps(figures_of(results), default=float))
    assert found["tl-net"]["simulated"]["axial"]["mean"]["mean_mm"] == pytest.approx(2, abs=0.1)
    assert found["tl-net"]["simulated"]["axial"]["change"]["mean_mm"]["verdict"] == "worse"
    assert found["tl-net"]["pictures"]["axial"]["mean"] == {"hc_mm error": 2.0}
    assert found["tl-net"]["simulated"]["axial"]["refused"] == 1
    assert found["tl-net"]["simulated"]["axial"]["predictions"] == 13
    assert found["tl-net"]["pictures"]["axial"]["hc_bias_mm"] == 2.0 and found["tl-net"]["seeds"] == [1]
    assert found["tl-net"]["published"]["axial"]["dice"] == [0.85, 0.04]
    assert found["hirec-cvae"]["simulated"]["axial"]["change"] == {}


def test_without_real_data_their_tables_are_left_out(results: Results) -> None:
    alone = Results(results.methods, results.simulated, {}, {}, results.costs)
    assert not [t for t in tables_of(alone) if "eal" in t.title]
    assert set(figures_of(alone)["tl-net"]) == {"title", "seeds", "settings", "cost", "published", "simulated"}


def test_the_picture_has_a_panel_for_each_kind_of_cases(results: Results, tmp_path: Path) -> None:
    from PIL import Image

    write_picture(results, tmp_path / "new" / "rivals.png")
    alone = Results(results.methods, results.simulated, {}, {}, results.costs)
    write_picture(alone, tmp_path / "alone.png")
    with Image.open(tmp_path / "new" / "rivals.png") as three, Image.open(tmp_path / "alone.png") as one:
        assert three.width > 2 * one.width
