from dataclasses import replace

import numpy as np
import pytest

from GenerativeModelsLib.evaluation.scores.surfaces import Accuracy
from GenerativeModelsLib.evaluation.skull.benchmark import (
    ORDER,
    interval_share,
    means,
    offsets_of,
    paired_gain,
    report,
)
from GenerativeModelsLib.evaluation.skull.records import CaseRecords, Record
from GenerativeModelsLib.skull.shape.biometry import Biometry

TRUTH = Biometry(80.0, 100.0, 283.0, 80.0, 400.0)

HEIGHT = np.linspace(-0.9, 0.9, 400)
POINTS = np.stack([0 * HEIGHT, np.where(np.arange(400) % 2, 0.5, -0.5), HEIGHT], -1).astype(np.float32)
"""Alternately in front and behind, at all heights."""


def accuracy(distance: float, volume: float = 0.02) -> Accuracy:
    return Accuracy(1 - distance / 40, 0.97, 0.97, 4 * distance, 2 * distance, distance, volume, 0.1)


def record(case: int, subset: str, distance: float, rng: np.random.Generator) -> Record:
    d = rng.normal(0, 1.0, 400).astype(np.float32)
    both = {"none": accuracy(distance + 0.2, -0.02), "rigid": accuracy(distance)}
    found = Biometry(81.0, 100.0, 285.0, 81.0, 408.0)
    return Record(
        case=case,
        subset=subset,
        accuracy=both,
        offsets_mm={"none": d, "rigid": d},
        sigma_mm=np.ones(400, np.float32),
        areas=np.ones(400, np.float32),
        points=POINTS,
        truth=TRUTH,
        found=found,
        sd=dict.fromkeys(vars(found), 1.0),
        interval90={name: (value - 2.0, value + 2.0) for name, value in vars(found).items()},
        verdict="typical",
        score=0.5,
        measures={},
    )


@pytest.fixture
def cases(rng):
    made = []
    for case in range(12):
        records = {s: record(case, s, 0.5 + 0.2 * k, rng) for k, s in enumerate(ORDER)}
        baseline = {"rigid": accuracy(2.0), "none": accuracy(2.5)}
        made.append(CaseRecords(case, records, baseline, "typical", 20.0 + case))
    return made


def test_the_tables_say_what_the_records_hold(cases):
    made = report([*cases, CaseRecords(99, {}, {}, "lemon", 17.0, "no head")])
    text = "\n".join(table.markdown() for table in made.tables)
    assert "12 of 13 held-out simulated heads" in text
    assert "| three planes | 0.988 +- 0.000 | 2.00 +- 0.00 |" in text
    assert "0.91 / 4.12 / 0.03" in text
    assert made.figures["failures"] == {99: "no head"}
    for subset in ORDER:
        assert made.figures["coverage90"]["rigid"][subset] == pytest.approx(0.90, abs=0.02)


def test_uncertainty_is_told_for_the_whole_head_and_by_region(cases):
    table = next(t for t in report(cases).tables if t.title.startswith("Uncertainty of the surface"))
    assert [row[:2] for row in table.rows[:4]] == [["three planes", n] for n in ("whole", "vault", "face", "base")]
    whole, vault = (offsets_of(cases, "axial", "rigid", region) for region in (None, 0))
    share = (POINTS[:, 2] >= -0.35).mean()
    assert len(vault.d_mm) == round(share * len(whole.d_mm))


def test_every_age_of_the_population_is_in_one_group(cases):
    aged = [replace(c, weeks=w) for c, w in zip(cases, (11.0, 15.9, 16.0, 42.0, 40.0, 38.0), strict=False)]
    table = next(t for t in report(aged).tables if t.title == "Mean surface distance by variant and age")
    assert [row[:2] for row in table.rows[1:]] == [
        ["11 to 16 weeks", "2"],
        ["16 to 22 weeks", "1"],
        ["38 to 42 weeks", "3"],
    ]


def test_volume_differences_are_averaged_without_their_sign(cases):
    assert means(cases, "axial", "none")["absolute_volume_difference"] == pytest.approx(0.02)
    assert means(cases, "axial", "none")["relative_volume_difference"] == pytest.approx(-0.02)


def test_the_gain_is_baseline_minus_model_with_an_interval_about_it(cases):
    gain, low, high = paired_gain(cases, "three planes", "rigid")
    assert gain == pytest.approx(1.5)
    assert low <= gain <= high
    assert paired_gain(cases, "axial", "none")[0] == pytest.approx(2.5 - 1.3)


def test_biometry_counts_intervals_that_hold_the_truth(cases):
    table = next(t for t in report(cases).tables if t.title.startswith("Biometry"))
    row = dict(zip(table.columns, table.rows[0], strict=True))
    assert row["HC, mm"] == "2.00 (+2.00), 1.00"
    assert row["volume, ml"] == "8.00 (+8.00), 0.00"


def test_a_model_without_draws_has_accuracy_and_no_calibration(cases):
    def bare(one: Record) -> Record:
        nothing = dict.fromkeys(one.sd)
        return replace(one, sigma_mm=None, sd=nothing, interval90=nothing)

    without = [replace(case, records={s: bare(r) for s, r in case.records.items()}) for case in cases]
    full, found = report(cases), report(without)
    titles = [[table.title for table in made.tables] for made in (full, found)]
    assert [title for title in titles[0] if title not in titles[1]] == [
        "Uncertainty of the surface, after rigid alignment"
    ]
    assert found.figures["accuracy"] == full.figures["accuracy"]
    assert found.figures["coverage90"] == {align: dict.fromkeys(ORDER) for align in ("rigid", "none")}
    rows = {table.title: dict(zip(table.columns, table.rows[0], strict=True)) for table in found.tables}
    assert rows["Accuracy after rigid alignment"]["90 % coverage"] == "-"
    biometry = rows["Biometry: mean absolute error (bias), coverage of the 90 % interval"]
    assert biometry["HC, mm"] == "2.00 (+2.00), -"


def test_the_share_of_intervals_counts_their_ends():
    truth = np.array([1.0, 2.0, 3.0, 4.0])
    assert interval_share(truth, [(1.0, 2.0), (1.0, 2.0), (3.1, 4.0), (0.0, 3.9)]) == 0.5
    assert interval_share(truth[:2], [(1.0, 2.0), None]) is None
