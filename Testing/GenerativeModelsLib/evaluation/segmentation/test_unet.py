"""The segmentation network of the benchmark: its loss, its randomness, and what it is trained and tested on."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.evaluation.kept import digest_of, kept
from GenerativeModelsLib.evaluation.segmentation import unet as module
from GenerativeModelsLib.evaluation.segmentation.expert_maps import DEVELOPMENT, sunnybrook_maps
from GenerativeModelsLib.evaluation.segmentation.sunnybrook_images import (
    TRAINING_PATIENTS,
    ImagedCase,
    imaged_cines,
    imaged_stacks,
    patients_of,
)
from GenerativeModelsLib.segmentation.maps import CODES
from Testing.helpers.segmentation_phantoms import maps_of, ring

LV, MYO = CODES["lv"], CODES["myo"]


def logits_of(labels: torch.Tensor, sure: float = 12.0) -> torch.Tensor:
    return sure * torch.nn.functional.one_hot(labels, 3).permute(0, 3, 1, 2).float()


def test_wall_where_none_is_labelled_costs_nothing_and_where_it_is_labelled_it_does() -> None:
    found = torch.from_numpy(ring(right=False)[None].astype(np.int64))
    cavity = torch.where(found == MYO, 0, found)
    assert module.segmentation_loss(logits_of(found), cavity, torch.tensor([False])) < 0.01
    assert module.segmentation_loss(logits_of(found), cavity, torch.tensor([True])) > 1
    no_cavity = torch.zeros_like(found)
    assert module.segmentation_loss(logits_of(no_cavity), cavity, torch.tensor([False])) > 1


def test_the_loss_of_even_shares_is_known() -> None:
    labels = torch.zeros(1, 4, 4, dtype=torch.long)
    dice = 1 / (16 / 3 + 1)
    expected = -np.log(2 / 3) + 1 - dice
    assert float(module.segmentation_loss(torch.zeros(1, 3, 4, 4), labels, torch.tensor([False]))) == pytest.approx(
        expected, rel=1e-5
    )


def phantom_case() -> ImagedCase:
    labels = np.zeros((1, 2, 96, 96), np.uint8)
    labels[:, :, :90, :80] = ring(right=False)
    noise = np.random.default_rng(0).normal(0, 5, labels.shape)
    images = (np.array([90, 200, 40])[labels] + noise).clip(0, 255).astype(np.uint8)
    there = np.ones((1, 2), bool)
    return ImagedCase("phantom", "ED", images, maps_of(labels), {"lv": there, "myo": there})


def test_the_network_learns_a_phantom_and_its_seed_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("monai")
    monkeypatch.setattr(module, "SETTINGS", {**module.SETTINGS, "channels": [4, 8], "crop": 64, "batch": 2})
    case = phantom_case()
    nets = [module.train_unet([case], seed, steps) for seed, steps in ((0, 1), (0, 1), (1, 1), (0, 100))]
    weights = [torch.cat([w.flatten() for w in net.parameters()]) for net in nets]
    assert torch.equal(weights[0], weights[1]) and not torch.equal(weights[0], weights[2])
    right = [(module.predicted(net, case) == case.truth.values).mean() for net in (nets[0], nets[3])]
    assert module.predicted(nets[0], case).shape == case.images.shape
    assert right[1] > max(0.75, right[0])


def test_without_monai_its_absence_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "monai.networks.nets", None)
    with pytest.raises(InputError, match=r'pip install "monai>=1.6"'):
        module.unet()


def test_arrays_are_kept_under_their_settings_and_a_broken_file_is_made_again(tmp_path: Path) -> None:
    made = []

    def make() -> dict[str, np.ndarray]:
        made.append(1)
        return {"a": np.arange(len(made))}

    for _ in range(2):
        assert kept(tmp_path, "x", {"seed": 1}, make)["a"].tolist() == [0]
    assert kept(tmp_path, "x", {"seed": 2}, make)["a"].tolist() == [0, 1]
    (tmp_path / f"x-{digest_of({'seed': 1})}.npz").write_bytes(b"PK")
    assert kept(tmp_path, "x", {"seed": 1}, make)["a"].tolist() == [0, 1, 2]
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.real_data
def test_training_development_and_final_patients_are_apart(shared_data: Path) -> None:
    development, final = (set(patients_of(shared_data, final=final)) for final in (False, True))
    assert len(development) == 7 and len(final) == 13
    assert not development & final and not (development | final) & set(TRAINING_PATIENTS)
    steering = {expert.patient.split()[0] for expert in sunnybrook_maps(shared_data) if expert.part == DEVELOPMENT}
    assert steering == development | set(TRAINING_PATIENTS)
    assert not {case.patient for case in imaged_cines(shared_data)} & set(TRAINING_PATIENTS)


@pytest.mark.real_data
def test_images_and_contours_lie_on_each_other(shared_data: Path) -> None:
    cases = [*imaged_stacks(shared_data), *imaged_cines(shared_data)]
    assert len(cases) == 55
    for case in cases:
        assert case.images.shape == case.truth.values.shape
        cavity = case.truth.values == LV
        assert (cavity.any(axis=(2, 3)) == case.known["lv"]).all()
        assert not (case.truth.values[~case.known["myo"]] == MYO).any()
    cines = [case for case in cases if case.kind == "cine"]
    assert [case.truth.slice_mm for case in cines] == [10.0, 8.0, 8.0]
    blood, wall = ([case.images[case.truth.values == code].mean() for case in cines] for code in (LV, MYO))
    assert all(b > w + 30 for b, w in zip(blood, wall))


def test_missing_data_are_named(tmp_path: Path) -> None:
    for read in (imaged_stacks, imaged_cines):
        with pytest.raises(InputError, match="name the folder of the data set"):
            list(read(tmp_path))
