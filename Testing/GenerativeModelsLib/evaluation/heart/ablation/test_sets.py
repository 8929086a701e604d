"""The hearts of the comparison."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from GenerativeModelsLib.evaluation.data.acdc import AcdcPatient
from GenerativeModelsLib.evaluation.data.heart_label_maps import Pose, label_map
from GenerativeModelsLib.evaluation.heart.ablation import sets
from GenerativeModelsLib.heart.infer.code import encode
from GenerativeModelsLib.heart.population.hearts import sample_hearts
from GenerativeModelsLib.heart.population.simulate import simulated_hearts
from Testing.helpers.heart_phantoms import write_label_map


def test_half_of_the_simulated_hearts_are_hypertrophic():
    found = sets.simulated_set(6, 3)
    assert found.group.tolist() == ["healthy"] * 3 + ["hcm"] * 3
    assert not found.noisy and found.seen is found.truth
    np.testing.assert_array_equal(encode(found.truth)[3:], encode(simulated_hearts(3, 3, "hcm")))


def test_errors_of_label_maps_leave_the_truth_as_it_is():
    clean = sets.simulated_set(4, 3)
    noisy, again, other = (sets.with_errors(clean, seed) for seed in (0, 0, 1))
    assert noisy.noisy and noisy.truth is clean.truth and noisy.group is clean.group
    np.testing.assert_array_equal(encode(noisy.seen), encode(again.seen))
    assert np.abs(encode(noisy.seen) - encode(clean.truth)).mean() > 0.2
    assert not np.allclose(encode(noisy.seen), encode(other.seen))


def test_hypertrophy_has_more_hearts_and_others_than_shapes():
    shapes, found = sets.simulated_set(2, sets.ABLATION_SET), sets.diagnosed_set(2, 0)
    assert len(found) == sets.DIAGNOSED * 2 and found.noisy
    assert not np.allclose(encode(shapes.truth)[0], encode(found.truth)[0])
    assert sets.ABLATION_SET + 10_000 < sets.DIAGNOSED_SET


def test_patients_whose_label_maps_are_refused_are_named_and_left_out(tmp_path, monkeypatch):
    heart, files = sample_hearts(1, 2, "hcm").heart(0), []
    for phase in ("ed", "es"):
        pose = Pose(np.eye(3), np.zeros(3))
        found = label_map(getattr(heart, phase), pose, (1.5, 1.5, 1.5), np.eye(3), np.full(3, 0.4), phase)
        files.append(write_label_map(found, tmp_path / f"{phase}.nii.gz"))
    (tmp_path / "broken.nii.gz").write_bytes(b"no label map")
    rows = [("one", "NOR", tmp_path / "broken.nii.gz", files[1]), ("two", "HCM", *files)]
    patients = [AcdcPatient(name, group, ed, es, 1.0, 1.0, 1.0) for name, group, ed, es in rows]
    monkeypatch.setattr(sets, "read_acdc", lambda folder: patients)
    found = sets.patients_set(Path("nowhere"), 1)
    assert found.group.tolist() == ["HCM"] and found.truth is found.seen
    assert list(found.refused) == ["one"] and "broken.nii.gz" in found.refused["one"]
    assert found.seen.cavity_ml[0, 0] == pytest.approx(heart.ed.cavity_ml, rel=0.05)
