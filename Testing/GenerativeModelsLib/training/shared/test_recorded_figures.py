import json

import pytest

from GenerativeModelsLib.bundle.bundle import read_bundle, read_card
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.evaluation.skull.real import Reading, report
from GenerativeModelsLib.training.shared.recorded_figures import record, summary

SUBSETS = ("three planes", "axial + sagittal", "axial")
ACCURACY = {"dice": 0.97, "hausdorff_mm": 3.2, "absolute_volume_difference": 0.021}
SKULL = {
    "cases": 200,
    "accuracy": {"rigid": dict.fromkeys(SUBSETS, ACCURACY)},
    "coverage90": {"rigid": dict.fromkeys(SUBSETS, 0.9)},
}


def hc18(half: float | None) -> dict:
    """Figures of a picture whose circumference is off by 3 mm."""
    interval = None if half is None else (203.0 - half, 203.0 + half)
    return report([Reading("1_HC.png", 200.0, "", 203.0, 203.0, interval, 0.97, "typical")], "test").figures


def test_the_summary_is_a_line_a_subset_and_one_for_real_pictures():
    found = summary({"skull": SKULL, "hc18": hc18(4.0)})
    assert found["axial, 200 simulated heads"] == (
        "Dice 0.970, Hausdorff 3.2 mm, volume off by 2.1 %, 90 % coverage 0.90"
    )
    assert found["HC >= 150 mm, 1 real pictures"] == "mean absolute error 3.0 mm, 90 % intervals cover 100 %"


def test_what_has_no_interval_covers_nothing():
    found = summary({"skull": SKULL | {"coverage90": {"rigid": dict.fromkeys(SUBSETS)}}, "hc18": hc18(None)})
    assert found["axial, 200 simulated heads"] == "Dice 0.970, Hausdorff 3.2 mm, volume off by 2.1 %"
    assert found["HC >= 150 mm, 1 real pictures"] == "mean absolute error 3.0 mm"


def test_figures_reach_manifest_and_card_and_leave_the_weights_alone(tiny_bundle, tmp_path):
    import shutil

    bundle, benchmarks = tmp_path / "bundle", tmp_path / "benchmarks"
    shutil.copytree(tiny_bundle, bundle)
    benchmarks.mkdir()
    (benchmarks / "skull.json").write_text(json.dumps(SKULL))
    (benchmarks / "skull.md").write_text("### Accuracy\n\n| a |\n|---|\n| 1 |\n")
    before = read_bundle(bundle)
    record(bundle, benchmarks)
    after = read_bundle(bundle)
    assert "| 1 |" in read_card(bundle)
    assert after.manifest.validation["summary"]
    assert all(
        bool((after.tensors[k] - v).abs().max() <= 2e-3 * v.abs().max()) for k, v in before.tensors.items() if v.numel()
    )


def test_a_folder_without_benchmarks_is_one_sentence(tiny_bundle, tmp_path):
    with pytest.raises(InputError, match=r"contains no skull\.json"):
        record(tiny_bundle, tmp_path)
