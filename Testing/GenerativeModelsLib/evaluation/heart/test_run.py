"""Evaluation of hearts with a model that returns every heart slightly too large."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from GenerativeModelsLib.evaluation.data.acdc import AcdcPatient
from GenerativeModelsLib.evaluation.data.heart_label_maps import LABELS, Pose, label_map
from GenerativeModelsLib.evaluation.data.test_hearts import TEST_SET
from GenerativeModelsLib.evaluation.heart import run as heart_runs
from GenerativeModelsLib.evaluation.heart.run import Models, evaluate_patients, evaluate_simulated
from GenerativeModelsLib.heart.population.hearts import sample_hearts
from Testing.helpers.heart_phantoms import write_label_map
from Testing.helpers.stand_in_hearts import StandInModel


@pytest.fixture(autouse=True)
def stand_in(monkeypatch):
    monkeypatch.setattr(heart_runs, "loaded_models", lambda models: {"lvae": StandInModel()})


MODELS = Models(Path("bundle"))


def test_a_simulated_heart_is_read_rebuilt_and_measured():
    (record,) = evaluate_simulated(MODELS, TEST_SET, 1, "isotropic 1.5 mm", 1)
    assert (record.name, record.group, record.failure) == ("healthy 0", "healthy", "")
    answer = record.models["lvae"]
    assert answer.verdict == "typical"
    assert answer.probability < 0.5
    for phase in ("ed", "es"):
        # The measured shape is close to the truth; the model adds one and three per cent.
        assert record.seen[phase].dice > 0.97
        assert 0.85 < answer.truth[phase].dice < record.seen[phase].dice
        assert answer.truth[phase].dice == pytest.approx(answer.measured[phase].dice, abs=0.02)
        assert 0.3 < answer.measured[phase].hausdorff_mm < 3.0
        assert abs(record.base_mm[phase]) < 2.0
    assert answer.volumes.edv / record.measured.edv == pytest.approx(1.01**2, rel=0.005)
    assert record.measured.edv == pytest.approx(record.true.edv, rel=0.05)
    assert record.labelled.muscle_ed == pytest.approx(record.true.muscle_ed, rel=0.05)


def written(folder: Path, name: str, ventricle) -> Path:
    pose = Pose(np.eye(3), np.zeros(3))
    found = label_map(ventricle, pose, (1.5, 1.5, 1.5), np.eye(3), np.full(3, 0.4), name)
    return write_label_map(found, folder / f"{name}.nii.gz")


def test_a_patient_is_read_from_its_files_and_its_wall_measured(tmp_path):
    heart = sample_hearts(1, 2, "hcm").heart(0)
    assert (LABELS.lv, LABELS.myo, LABELS.rv) == (3, 2, 1)
    files = [written(tmp_path, name, v) for name, v in (("ed", heart.ed), ("es", heart.es))]
    (record,) = evaluate_patients(MODELS, [AcdcPatient("patient 1", "HCM", *files, 1.0, 1.0, 1.0)], 1)
    assert record.group == "HCM"
    assert not record.seen
    assert 8 < record.wall_p95_mm <= record.wall_max_mm
    assert record.models["lvae"].probability > 0.5


def test_refused_label_maps_are_reported_and_stop_nothing(tmp_path):
    heart = sample_hearts(1, 2).heart(0)
    good = [written(tmp_path, name, v) for name, v in (("ed", heart.ed), ("es", heart.es))]
    broken = tmp_path / "broken.nii.gz"
    broken.write_bytes(b"no label map")
    patients = [
        AcdcPatient("patient 1", "NOR", broken, good[1], 1.0, 1.0, 1.0),
        AcdcPatient("patient 2", "NOR", *good, 1.0, 1.0, 1.0),
    ]
    first, second = evaluate_patients(MODELS, patients, 1)
    assert "broken.nii.gz" in first.failure
    assert not first.models
    assert second.failure == ""
