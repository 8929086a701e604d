"""Calibrated bundles from trained weights, with tiny networks and painted cases."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from GenerativeModelsLib.bundle.verify import verify_bundle
from GenerativeModelsLib.evaluation.data.test_heads import CALIBRATION_SET, TEST_SET, SimulatedCase
from GenerativeModelsLib.evaluation.skull.records import evaluate_case
from GenerativeModelsLib.skull.infer.calibration import QUANTITIES
from GenerativeModelsLib.skull.infer.model import load_skull_model
from GenerativeModelsLib.skull.infer.reconstruct import reconstruct
from GenerativeModelsLib.skull.planes import image
from GenerativeModelsLib.skull.population.heads import sample_heads
from GenerativeModelsLib.training.skull import cohort_figures as own_figures
from GenerativeModelsLib.training.skull import publish as module
from GenerativeModelsLib.training.skull.cohort_figures import HELD_OUT_SEED
from GenerativeModelsLib.training.skull.config import CohortConfig, SkullTrainingConfig
from GenerativeModelsLib.training.skull.publish import FEATURE_SET, gather, publish
from Testing.helpers.cohorts import write_cohort
from Testing.helpers.painted import painted_planes
from Testing.helpers.tiny_models import (
    CHANNELS,
    NETWORK,
    RANK,
    load_seeing,
    seeing,
    tiny_basis,
    tiny_locator,
    tiny_skull,
)

HEADS = list(sample_heads(30, 12, weeks=(22.0, 28.0)))


def painted_case(set_seed: int, index: int) -> SimulatedCase:
    head = HEADS[index % len(HEADS)]
    return SimulatedCase(index, head, painted_planes(head.shape))


def painted_set(bundle: Path, set_seed: int, cases: int, **_):
    assert set_seed == CALIBRATION_SET
    model = load_seeing(bundle)
    for index in range(3):
        case = painted_case(set_seed, index)
        yield evaluate_case(model, index, case.head.shape, case.images, samples=8)


@pytest.fixture
def config(tmp_path: Path) -> SkullTrainingConfig:
    folder = tmp_path / "trained"
    folder.mkdir()
    for name, net in (("locator", tiny_locator()), ("basis", tiny_basis()), ("skull", tiny_skull())):
        save_file({k: v.contiguous() for k, v in net.state_dict().items()}, folder / f"{name}.safetensors")
    bundle = {"output": tmp_path / "bundle", "name": "tiny-hirec", "version": "0.2", "population": "Thirty heads."}
    return SkullTrainingConfig(
        model="HiRecCVAE", output=folder, locator=folder, bank={"folder": tmp_path}, network=NETWORK, bundle=bundle
    )


@pytest.fixture
def painted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "simulated_case", painted_case)
    monkeypatch.setattr(module, "FEATURE_CASES", len(HEADS))
    monkeypatch.setattr(module, "evaluate_set", painted_set)
    monkeypatch.setattr(module, "load_skull_model", load_seeing)


def test_the_sets_of_cases_are_disjoint() -> None:
    assert len({CALIBRATION_SET, TEST_SET, FEATURE_SET, HELD_OUT_SEED, 20261120}) == 5


def test_matrices_are_halved_and_scales_are_not(config: SkullTrainingConfig) -> None:
    tensors = gather(config)
    assert tensors["basis.modes"].dtype == torch.float16 and tensors["basis.mean"].dtype == torch.float32
    assert tensors["skull.x_scale"].dtype == torch.float32
    assert {name.partition(".")[0] for name in tensors} == {"locator", "skull", "basis"}
    modes = tiny_basis().modes
    assert (tensors["basis.modes"].float() - modes).abs().max() < 1e-3 * modes.abs().max()


@pytest.mark.slow
def test_a_published_bundle_is_whole_calibrated_and_reconstructs(config: SkullTrainingConfig, painted: None) -> None:
    folder = publish(config)
    assert folder == config.bundle.output
    assert all(check.passed for check in verify_bundle(folder))
    model = load_skull_model(folder)
    architecture = model.manifest.architecture
    assert architecture["locator"].parameters == {"channels": CHANNELS}
    assert architecture["skull"].class_name == "HiRecCVAE" and architecture["basis"].parameters["rank"] == RANK
    calibration = model.manifest.calibration
    assert calibration["set"].startswith("3 simulated cases of seed 71") and calibration["failures"] == 0
    for part in ("scale", "floor"):
        assert len(calibration["surface"][part]) == 3
        assert set(calibration["biometry"][part]) == set(QUANTITIES)
    assert set(model.typical.planes) == {"axial", "sagittal", "coronal"}
    assert sum(map(len, model.typical.worst.values())) == 3 * 4
    assert "Thirty heads." in (folder / "CARD.md").read_text(encoding="utf-8")

    case = painted_case(CALIBRATION_SET, 1)
    found = reconstruct(seeing(model), case.images, samples=8, seed=1)
    assert found.surface.is_closed and found.biometry.hc_mm.value == pytest.approx(case.head.hc_mm, rel=0.1)
    assert set(found.in_distribution.measures) >= {"axial picture", "axial head", "axial misfit", "shape"}
    assert found.in_distribution.verdict == "typical"


@pytest.mark.slow
def test_publishing_again_replaces_the_bundle(config: SkullTrainingConfig, painted: None) -> None:
    first = publish(config)
    content = (first / "model.safetensors").read_bytes()
    assert (publish(config) / "model.safetensors").read_bytes() == content


@pytest.mark.slow
def test_own_cases_join_the_calibration_and_their_test_the_card(
    config: SkullTrainingConfig, painted: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own_figures, "load_skull_model", load_seeing)
    monkeypatch.setattr(own_figures, "imaged", lambda shape, rng: painted_planes(shape))
    table = write_cohort(tmp_path / "cohort", ("train", "test", "calibration", "test"))
    folder = publish(config.model_copy(update={"cohort": CohortConfig(table=table)}))
    manifest = load_skull_model(folder).manifest
    assert manifest.calibration["set"] == "3 simulated cases of seed 71, 1 own cases"
    card = (folder / "CARD.md").read_text(encoding="utf-8")
    assert "| own pictures | axial + sagittal | 1 |" in card and "No result for 0 of 2 cases." in card
    assert all(check.passed for check in verify_bundle(folder))


def test_feature_models_are_fitted_to_a_set_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Models fitted to the calibration cases would underestimate the distances that are ranked."""
    asked: list[tuple[int, int]] = []

    def case(set_seed: int, index: int) -> SimpleNamespace:
        asked.append((set_seed, index))
        return SimpleNamespace(images={"axial": index})

    feature = np.random.default_rng(0).normal(size=(module.FEATURE_CASES, 30))
    monkeypatch.setattr(module, "simulated_case", case)
    monkeypatch.setattr(module, "case_features", lambda model, images: {"axial": feature[images["axial"]]})
    found = module._feature_models(None, None, None)
    assert asked == [(FEATURE_SET, index) for index in range(module.FEATURE_CASES)]
    np.testing.assert_allclose(found.tensors["axial.mean"], feature.mean(0))


def test_real_and_own_cases_of_the_training_alone_join_the_feature_models(monkeypatch: pytest.MonkeyPatch) -> None:
    parts: list[str] = []
    used: list[str] = []
    real = SimpleNamespace(
        training=[SimpleNamespace(pixels=lambda: "training", spacing_mm=0.2)] * 4,
        calibration=[SimpleNamespace(pixels=lambda: "calibration", spacing_mm=0.2)] * 4,
    )

    def features(model: None, images: dict) -> dict:
        used.append(images["axial"])
        return {"axial": np.random.default_rng(len(used)).normal(size=30)}

    monkeypatch.setattr(module, "FEATURE_CASES", 3)
    monkeypatch.setattr(module, "simulated_case", lambda seed, index: SimpleNamespace(images={"axial": "simulated"}))
    monkeypatch.setattr(module, "case_features", features)
    monkeypatch.setattr(image, "plane_from_array", lambda pixels, spacing, plane: pixels)
    monkeypatch.setattr(module, "own_cases", lambda cohort, part: parts.append(part) or ["own"])
    monkeypatch.setattr(module, "own_images", lambda case: {"axial": case})
    module._feature_models(None, real, CohortConfig(table=Path("cohort.csv")))
    assert parts == ["train"]
    assert set(used) == {"simulated", "training", "own"}
