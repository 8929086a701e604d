"""The summary of a batch: a line a case, by column."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from GenerativeModelsLib.batch.summary import CaseOutcome, summary_columns, summary_line
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.heart.anatomy import HEART
from GenerativeModelsLib.output.table_file import write_table
from GenerativeModelsLib.skull.anatomy import SKULL
from GenerativeModelsLib.skull.request import SkullRequest
from Testing.helpers.results import write_result

COLUMNS = summary_columns(SKULL)


@pytest.fixture
def finished(tmp_path: Path) -> SkullRequest:
    request = SkullRequest(axial=Path("a.png"), output=tmp_path / "p1", seed=3)
    write_result(request)
    return request


def test_the_line_of_a_finished_case_repeats_its_result(finished: SkullRequest) -> None:
    line = summary_line(SKULL, CaseOutcome("p1", "done", finished.output))
    assert (line["bpd_mm"], line["bpd_low90"], line["bpd_high90"], line["bpd_percentile"]) == (70.25, 68.5, 72.0, 41.0)
    assert (line["hc_mm"], line["ofd_percentile"]) == (260.125, "")
    assert (line["cephalic_index_percent"], line["head_volume_ml"]) == (77.6, 310.0)
    assert (line["device"], line["seconds"], line["uncertainty_mean_mm"]) == ("cpu", 1.5, 0.875)
    assert (line["in_distribution_score"], line["in_distribution_verdict"], line["warnings"]) == (0.5, "typical", 1)
    assert set(line) == set(COLUMNS)


def test_null_measures_stay_empty(finished: SkullRequest) -> None:
    result = json.loads((finished.output / "result.json").read_text())
    result["biometry"]["hc_mm"] = {"value": 260.0, "sd": None, "interval90": None, "percentile": None}
    result["uncertainty_mm"] = {"mean": None}
    (finished.output / "result.json").write_text(json.dumps(result))
    line = summary_line(SKULL, CaseOutcome("p1", "done", finished.output))
    assert (line["hc_mm"], line["hc_low90"], line["uncertainty_mean_mm"]) == (260.0, "", "")


def test_a_case_without_its_result_is_no_done_case(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"result\.json is missing or broken"):
        summary_line(SKULL, CaseOutcome("p1", "done", tmp_path))


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"schema": "heart-analysis/1"}'])
def test_a_foreign_result_is_refused(finished: SkullRequest, content: str) -> None:
    (finished.output / "result.json").write_text(content)
    with pytest.raises(InputError, match=r"result\.json"):
        summary_line(SKULL, CaseOutcome("p1", "done", finished.output))


def test_the_columns_are_those_of_the_documents() -> None:
    """Scripts read them by name: add to them, never rename."""
    stems = {"bpd_mm": "bpd", "ofd_mm": "ofd", "hc_mm": "hc"}
    stems |= {"cephalic_index_percent": "cephalic_index", "head_volume_ml": "head_volume"}
    measures = [
        c
        for key, s in stems.items()
        for c in (key, f"{s}_low90", f"{s}_high90", f"{s}_percentile", f"{s}_z_score")
        if c not in ("cephalic_index_z_score", "head_volume_z_score")
    ]
    last = ("in_distribution_score", "in_distribution_verdict", "warnings", "case_id", "examination_date", "outlier")
    assert summary_columns(SKULL) == (
        *("case", "status", "error", "resumed", "device", "seconds"),
        *measures,
        *("gestational_age_weeks", "chart", "age_from_hc_weeks", "age_from_hc_low90_weeks"),
        *("age_from_hc_high90_weeks", "scale_warning"),
        *("uncertainty_mean_mm", *last),
    )
    assert summary_columns(HEART) == (
        *("case", "status", "error", "resumed", "device", "seconds"),
        *("edv_ml", "esv_ml", "ef_percent", "myocardial_mass_g", "sv_ml", "wall_thickening_percent"),
        *("edv_ml_per_m2", "esv_ml_per_m2", "mass_g_per_m2", "rv_edv_ml", "rv_esv_ml", "rv_ef_percent"),
        *("hcm_probability", "thickest_segment", "thickest_segment_mean_mm", "hypertrophy"),
        *("wall_mean_ed_mm", "wall_p95_ed_mm", "wall_max_ed_mm", "wall_mean_es_mm", "wall_p95_es_mm", "wall_max_es_mm"),
        *("dice_ed", "dice_es", "hausdorff_mm_ed", "hausdorff_mm_es", "z_top_1", "z_top_2"),
        *last,
    )


def test_a_heart_without_end_systole_leaves_its_cells_empty(tmp_path: Path) -> None:
    result = {
        "schema": "heart-analysis/1",
        "edv_ml": 150.123456,
        "esv_ml": None,
        "hcm_probability": 0.25,
        "wall_thickness_mm": {"ed": {"mean": 9.0, "p95": 12.5, "max": 14.0}, "es": None},
        "reconstruction": {"dice_ed": 0.95, "dice_es": None, "hausdorff_ed_mm": 2.5},
        "latent": {"z_top": [0.5, -0.25]},
    }
    (tmp_path / "result.json").write_text(json.dumps(result))
    line = summary_line(HEART, CaseOutcome("p1", "done", tmp_path))
    assert (line["edv_ml"], line["esv_ml"], line["ef_percent"]) == (150.1235, "", "")
    assert (line["wall_p95_ed_mm"], line["wall_p95_es_mm"]) == (12.5, "")
    assert (line["dice_ed"], line["dice_es"], line["hausdorff_mm_ed"]) == (0.95, "", 2.5)
    assert (line["z_top_1"], line["z_top_2"], line["warnings"], line["device"]) == (0.5, -0.25, 0, "")
    assert set(line) == set(summary_columns(HEART))


def test_the_table_is_read_back_with_its_awkward_sentences(tmp_path: Path) -> None:
    sentence = 'The file "a,b.png" is empty: name another,\nor none.'
    write_table(tmp_path / "summary.csv", COLUMNS, [summary_line(SKULL, CaseOutcome("p1", "failed", None, sentence))])
    with (tmp_path / "summary.csv").open(newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["error"], row["status"], row["hc_mm"]) == (sentence, "failed", "")
    assert list(row) == list(COLUMNS)
