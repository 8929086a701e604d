"""Agreement of the population with the charts, as table and pictures."""

from __future__ import annotations

from pathlib import Path

import pytest

from GenerativeModelsLib.errors import InputError
from tools.head_population import (
    ChartAgreement,
    chart_agreement,
    markdown_table,
    read_hc18_index,
    write_population_check,
)


def test_deviations_are_relative_to_the_chart() -> None:
    row = ChartAgreement("HC", 20.0, 10, 200.0, 8.0, 202.0, 7.2)
    assert row.mean_deviation_percent == pytest.approx(1.0)
    assert row.sd_deviation_percent == pytest.approx(-10.0)


def test_measured_means_agree_with_the_chart() -> None:
    rows = chart_agreement(weeks=(24.0,), heads_per_week=150)
    assert [row.quantity for row in rows] == ["HC", "BPD", "OFD"]
    assert all(abs(row.mean_deviation_percent) < 2 for row in rows)
    assert len(markdown_table(rows).splitlines()) == 3


def test_pictures_are_written(tmp_path: Path) -> None:
    table = write_population_check(tmp_path, heads=12, heads_per_week=2)
    assert {p.name for p in tmp_path.iterdir()} == {"population.png", "head_variants.png", "head_ages.png"}
    assert table.startswith("| week |")


def test_missing_hc18_table_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="hc18"):
        read_hc18_index(tmp_path)
