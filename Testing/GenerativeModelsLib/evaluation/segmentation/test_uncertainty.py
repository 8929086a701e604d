"""The benchmark of uncertainty: its scores on closed forms, and its tables of two tiny patients."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.evaluation.segmentation import uncertainty as module
from GenerativeModelsLib.evaluation.segmentation.judged import judged_slices
from GenerativeModelsLib.evaluation.segmentation.sunnybrook_images import ImagedCase
from GenerativeModelsLib.evaluation.segmentation.uncertainty_scores import (
    JudgedPixels,
    contour_distance,
    patient_scores,
    pixel_score,
)
from GenerativeModelsLib.evaluation.segmentation.unet import probabilities
from GenerativeModelsLib.segmentation.maps import CODES
from Testing.helpers.segmentation_phantoms import maps_of, stack
from Testing.helpers.tiny_uncertainty import write_uncertainty_bundle

LV, MYO = CODES["lv"], CODES["myo"]


def case(patient: str, phase: str, scale: float = 1.0) -> ImagedCase:
    """Four slices whose wall is drawn at end diastole alone."""
    values = np.where(stack(scale, 4) == CODES["rv"], 0, stack(scale, 4)).astype(np.uint8)[None]
    there = np.ones((1, 4), bool)
    images = (60 * values + 20).astype(np.uint8)
    return ImagedCase(patient, phase, images, maps_of(values), {"lv": there, "myo": there & (phase == "ED")})


def test_slices_are_judged_by_what_an_expert_drew() -> None:
    known = {"lv": np.array([[True, True, True, False]]), "myo": np.array([[True, False, True, False]])}
    one = replace(case("a", "ED"), known=known)
    labels = one.truth.values.copy()
    labels[0, 0, 5, 5] = MYO
    labels[0, 1, 5, 5:7] = MYO, LV
    labels[0, 2] = 0
    found = {slices.structures: slices for slices in judged_slices(one, labels)}
    assert list(found) == [("lv",), ("lv", "myo")]
    assert found["lv", "myo"].which.tolist() == [0] and found["lv", "myo"].wrong.sum() == 1
    cavity = found["lv",]
    assert cavity.which.tolist() == [1] and np.argwhere(cavity.wrong).tolist() == [[0, 5, 6]]
    assert set(np.unique(cavity.known_labels)) == {0, LV} and (cavity.labels == MYO).any()


def test_the_distance_is_to_the_nearest_other_label_in_mm() -> None:
    labels = np.zeros((2, 5, 9), np.uint8)
    labels[0, :, 6:] = LV
    found = contour_distance(labels, np.array([1.0, 2.0]))
    np.testing.assert_allclose(found[0, 2], [12, 10, 8, 6, 4, 2, 2, 4, 6])
    assert np.isinf(found[1]).all()


def test_entropy_takes_what_nobody_drew_for_background() -> None:
    shares = np.array([[0.25, 0.5, 0.25], [0.5, 0.5, 0.0]])[:, :, None, None]
    np.testing.assert_allclose(module.entropy(shares, ("lv",))[:, 0, 0], np.log(2))
    expected = [-(0.5 * np.log(0.5) + 0.5 * np.log(0.25)), np.log(2)]
    np.testing.assert_allclose(module.entropy(shares, ("lv", "myo"))[:, 0, 0], expected)


def test_a_perfect_and_a_useless_measure_have_known_scores() -> None:
    wrong = np.arange(1000) < 100
    best = pixel_score(wrong.astype(float), wrong.astype(float), wrong)
    assert (best["auc"], best["ece"], best["wrong_share"]) == (1.0, 0.0, 0.1) and best["ause"] == pytest.approx(0)
    flat = pixel_score(np.full(1000, 0.1), np.zeros(1000), np.arange(1000) % 10 == 0)
    assert flat["auc"] == 0.5 and flat["ece"] == pytest.approx(0)
    assert pixel_score(np.full(1000, 0.4), np.zeros(1000), np.arange(1000) % 10 == 0)["ece"] == pytest.approx(0.3)
    assert pixel_score(np.zeros(4), np.zeros(4), np.zeros(4, bool))["auc"] is None


def test_no_patient_calibrates_himself() -> None:
    """Of two patients every label is wrong from the level 0.5 on, of the other none is."""

    def pixels(patient: str, wrong_from: float) -> JudgedPixels:
        level = np.linspace(0, 1, 400, dtype=np.float32)
        return JudgedPixels(patient, 0, "ED", level >= wrong_from, np.zeros(400), {"m": level})

    one, other, third = pixels("a", 0.5), pixels("b", 2.0), pixels("c", 0.5)
    found = {score.patient: score for score in patient_scores([one, other, third], "m", ["all"])}
    assert found["b"].ece == pytest.approx(0.5, abs=0.02) and found["b"].auc is None
    assert found["a"].ece == pytest.approx(0.25, abs=0.02) and found["a"].auc == 1
    with pytest.raises(ValueError, match="right and wrong"):
        patient_scores([one, other], "m", ["all"])


def test_the_band_is_about_the_contour() -> None:
    distance = np.array([1.0, 4.9, 5.1, 80.0])
    pixels = JudgedPixels("a", 0, "ED", np.array([1, 0, 0, 1], bool), distance, {"m": np.arange(4.0)})
    assert [values.tolist() for values in pixels.of("m", "band")] == [[0.0, 1.0], [True, False]]
    assert len(pixels.of("m", "all")[0]) == 4


def test_the_views_of_an_image_are_turned_back() -> None:
    """For a network that looks at each pixel alone, mirroring changes nothing and turning only the rim of a disc."""
    rows, columns = np.indices((64, 64))
    apart = np.hypot(rows - 20, columns - 38)
    images = np.where(apart < 8, 200, 50)[None].astype(np.float32)

    def net(seen: torch.Tensor) -> torch.Tensor:
        return torch.cat([torch.zeros_like(seen), 20 * seen.sign()], 1)

    plain, mirrored, all_ways = (probabilities(net, images, views)[0, 1] for views in (1, 2, 10))
    np.testing.assert_allclose(mirrored, plain, atol=1e-4)
    assert all_ways[apart < 6].min() > 0.99 and all_ways[apart > 10].max() < 0.01
    assert not np.allclose(all_ways, plain, atol=0.05)


class Erring(torch.nn.Module):
    """Takes pixels brighter than one boundary for wall and than another for cavity, each network with its own."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self.shift = 0.1 * seed

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        grey = images + 0.3 * torch.sin(7 * torch.arange(images.shape[-1])) - self.shift
        return torch.cat([-4 * grey, torch.zeros_like(grey) + 0.5, 4 * grey - 6], 1)[:, [0, 2, 1]]


def test_the_tables_of_tiny_patients(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    cases = [case(patient, phase, scale) for patient in "bcd" for phase, scale in (("ED", 1.0), ("ES", 0.8))]
    monkeypatch.setattr(module, "imaged_stacks", lambda data: iter(cases))
    monkeypatch.setattr(module, "patients_of", lambda data, final: ("d",) if final else ("b", "c"))
    monkeypatch.setattr(module, "trained_network", lambda job: Erring(job.seed).eval())
    monkeypatch.setattr(module, "checksum_of_images", lambda data: "0")
    monkeypatch.setattr(module, "parallel_map", lambda work, jobs, *_, **__: [work(job) for job in jobs])
    monkeypatch.setattr(module, "VIEWS", 2)
    bundle = write_uncertainty_bundle(tmp_path / "bundle")
    report = module.run(bundle, tmp_path, 0, 1)
    assert [table.title.split(":")[0] for table in report.tables] == [
        f"{phase}, {where}"
        for where in ("all pixels of a slice", "pixels at most 5 mm from a predicted contour")
        for phase in ("ED", "ES")
    ]
    assert [row[0] for row in report.tables[0].rows] == list(module.METHODS)
    assert "2 patients" in report.tables[0].title and "(" in report.tables[0].rows[1][1]
    scores = report.figures["scores"]
    assert {score["patient"] for score in scores} == {"b", "c"} and len(scores) == 2 * 2 * 2 * len(module.METHODS)
    by = {(s["method"], s["region"]): s["auc"] for s in scores if s["phase"] == "ED" and s["patient"] == "b"}
    assert all(0 < value < 1 for value in by.values()) and by[module.DISTANCE, "all"] != by[module.DISTANCE, "band"]
    final = module.run(bundle, tmp_path, 0, 1, final=True)
    assert {score["patient"] for score in final.figures["scores"]} == {"d"} and final.figures["final"]
    monkeypatch.setattr(module, "patients_of", lambda data, final: ("a", "b"))
    with pytest.raises(InputError, match="The model was trained on a, who are tested here"):
        module.run(bundle, tmp_path, 0, 1)
