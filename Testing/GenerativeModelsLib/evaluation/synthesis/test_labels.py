import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from GenerativeModelsLib.evaluation.synthesis import labels
from GenerativeModelsLib.evaluation.synthesis.labels import is_monotone, run
from GenerativeModelsLib.resources import default_bundle


@given(st.lists(st.floats(1, 500), min_size=2, max_size=9))
def test_sorted_values_are_monotone_both_ways(values):
    assert is_monotone(sorted(values)) and is_monotone(sorted(values, reverse=True))


def test_a_step_back_is_found_beyond_its_slack():
    assert not is_monotone([100, 103, 102.4, 110])
    assert is_monotone([100, 103, 102.5, 110], slack=0.005)
    assert not is_monotone([100, 103, 102.3, 110], slack=0.005)
    assert not is_monotone(np.array([110, 102, 103, 100]))


def test_two_held_out_hearts_give_a_row_of_shares(tmp_path, monkeypatch):
    monkeypatch.setattr(labels, "STEPS", 3)
    report = run(default_bundle("heart"), tmp_path, 1, 0, 1)
    (row,) = report.tables[0].rows
    assert row[:3] == ["simulated", "1", "100.0 % (3 to 100)"] and len(row) == len(report.tables[0].columns)
    (way,) = report.figures["ways"]
    assert way["pair"] == ("healthy 0", "hcm 1") and len(way["passed"]) == 3 and way["refused"] == ""
    assert "ACDC is not there" in report.tables[0].notes[-1]


def test_real_hearts_are_paired_across_diagnoses(shared_data, monkeypatch):
    monkeypatch.setattr(
        labels, "_scored", lambda job: labels.WayScore(job.population, tuple(f.name for f in job.files))
    )
    report = run(default_bundle("heart"), shared_data, 0, 0, 1)
    pairs = [way["pair"] for way in report.figures["ways"]]
    assert len(pairs) == 25 and len({name for pair in pairs for name in pair}) == 50
    assert report.tables[0].rows[0][:3] == ["ACDC", "25", "0.0 % (0 to 14)"]


def test_a_heart_that_cannot_be_read_is_named(tmp_path):
    job = labels._Job(default_bundle("heart"), labels.REAL, 0, 0, (tmp_path / "a.nii.gz", tmp_path / "b.nii.gz"))
    assert "does not exist" in labels._scored(job).refused
    assert labels._scored(job).passed == ()
