"""Calibrated bundles from trained weights, with tiny networks and painted cases."""

from __future__ import annotations

import json
from pathlib import Path
from shutil import copy, copytree
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from GenerativeModelsLib.bundle.bundle import read_bundle, write_bundle
from GenerativeModelsLib.bundle.verify import verify_bundle
from GenerativeModelsLib.evaluation.data.test_heads import CALIBRATION_SET, TEST_SET, SimulatedCase
from GenerativeModelsLib.evaluation.skull.records import evaluate_case
from GenerativeModelsLib.skull.infer.calibration import EVEN, QUANTITIES
from GenerativeModelsLib.skull.infer.model import HEADS as PRIOR_OF_HEADS
from GenerativeModelsLib.skull.infer.model import load_skull_model
from GenerativeModelsLib.skull.infer.reconstruct import reconstruct
from GenerativeModelsLib.skull.infer.typicality import border_vector
from GenerativeModelsLib.skull.population.heads import sample_heads
from GenerativeModelsLib.training.shared.card import card_text
from GenerativeModelsLib.training.shared.cohort_table import CohortRow
from GenerativeModelsLib.training.shared.prior_part import add_prior
from GenerativeModelsLib.training.shared.progress import Stages
from GenerativeModelsLib.training.shared.rewritten import as_stored, changed
from GenerativeModelsLib.training.skull import bundle_files, cohort, finished, own_case, own_results, usual_inputs
from GenerativeModelsLib.training.skull import publish as module
from GenerativeModelsLib.training.skull.bundle_files import gather
from GenerativeModelsLib.training.skull.calibrate import UsualVectors, predicted_shapes, usual_vectors
from GenerativeModelsLib.training.skull.cohort import OwnCohort, OwnReadings
from GenerativeModelsLib.training.skull.config import CohortConfig, SkullTrainingConfig
from GenerativeModelsLib.training.skull.derived import readings_folder
from GenerativeModelsLib.training.skull.finished import FinishedTraining
from GenerativeModelsLib.training.skull.own_results import HELD_OUT_SEED, Circumference, OwnResult
from GenerativeModelsLib.training.skull.publish import publish
from GenerativeModelsLib.training.skull.readings import Readings, RealReadings
from GenerativeModelsLib.training.skull.start import with_start
from GenerativeModelsLib.uncertainty.own_inputs import MOST_RANK, PRIOR_CASES
from Testing.helpers.cohorts import painted_views, write_cohort
from Testing.helpers.painted import painted_planes, seeing_nets
from Testing.helpers.tiny_models import (
    CHANNELS,
    NETWORK,
    RANK,
    load_seeing,
    seeing,
    tiny_basis,
    tiny_locator,
    tiny_prior,
    tiny_reader,
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
def config(tmp_path: Path, painted_bank: Path, painted_readings: Path) -> SkullTrainingConfig:
    """The config of a training whose networks and readings are there."""
    folder = tmp_path / "trained"
    folder.mkdir()
    nets = {"locator": tiny_locator(), "reader": tiny_reader(), "basis": tiny_basis(), "skull": tiny_skull()}
    for name, net in nets.items():
        save_file({k: v.contiguous() for k, v in net.state_dict().items()}, folder / f"{name}.safetensors")
    made = SimpleNamespace(output=folder, locator=folder, reader=folder, derived=None)
    copytree(painted_readings, readings_folder(made, folder / "basis.safetensors"))
    bundle = {"output": tmp_path / "bundle", "name": "tiny-hirec", "version": "0.2", "population": "Thirty heads."}
    bundle["workers"] = 1
    return SkullTrainingConfig(
        model="HiRecCVAE",
        output=folder,
        locator=folder,
        reader=folder,
        bank={"folder": painted_bank, "shards": 1, "validation_shards": 1, "workers": 1},
        network=NETWORK,
        shapes=0,
        bundle=bundle,
    )


@pytest.fixture
def painted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Painted cases in place of simulated ones; a few painted readings stand for the many that a density needs."""

    def blurred(*arguments) -> dict[str, UsualVectors]:
        rng = np.random.default_rng(0)
        found = {name: np.repeat(usual.rows, 60, axis=0) for name, usual in usual_vectors(*arguments).items()}
        found = {name: rows + rng.normal(0, 0.05, rows.shape) for name, rows in found.items()}
        return {name: UsualVectors(rows, np.arange(len(rows))) for name, rows in found.items()}

    monkeypatch.setattr(usual_inputs, "usual_vectors", blurred)
    monkeypatch.setattr(module, "evaluate_set", painted_set)
    monkeypatch.setattr(own_results, "load_skull_model", load_seeing)
    monkeypatch.setattr(own_results, "imaged", lambda shape, rng: painted_planes(shape))
    monkeypatch.setattr(cohort, "load_reader", lambda *folders: seeing_nets())
    monkeypatch.setattr(own_case, "simulated_views", painted_views)


def test_the_sets_of_cases_are_disjoint() -> None:
    assert len({CALIBRATION_SET, TEST_SET, HELD_OUT_SEED, 20261120}) == 4


def test_matrices_are_halved_and_scales_are_not(config: SkullTrainingConfig) -> None:
    tensors = gather(config)
    assert tensors["basis.modes"].dtype == torch.float16 and tensors["basis.mean"].dtype == torch.float32
    assert tensors["skull.members.1.x_scale"].dtype == torch.float32
    assert {name.partition(".")[0] for name in tensors} == {"locator", "border", "facing", "skull", "basis"}
    modes = tiny_basis().modes
    assert (tensors["basis.modes"].float() - modes).abs().max() < 1e-3 * modes.abs().max()


@pytest.mark.slow
def test_a_published_bundle_is_whole_calibrated_and_reconstructs(config: SkullTrainingConfig, painted: None) -> None:
    folder, report = publish(config, Stages())
    assert folder == config.bundle.output and report is None
    assert all(check.passed for check in verify_bundle(folder))
    model = load_skull_model(folder)
    architecture = model.manifest.architecture
    assert architecture["locator"].parameters == {"channels": CHANNELS}
    assert architecture["skull"].parameters == NETWORK and architecture["border"].class_name == "BorderReader"
    assert architecture["skull"].class_name == "HiRecCVAE" and architecture["basis"].parameters["rank"] == RANK
    calibration = model.manifest.calibration
    assert calibration["set"].startswith("3 simulated cases of seed 71") and calibration["failures"] == 0
    for part in ("scale", "floor"):
        assert len(calibration["surface"][part]) == 3
        assert set(calibration["biometry"][part]) == set(QUANTITIES)
    measures = {"axial picture", "sagittal picture", "coronal picture", "shape"}
    assert set(model.typical.densities) == measures <= set(model.typical.quantiles)
    assert architecture["typical"].class_name == "FlowDensity" and model.head_calibration is None
    assert set(model.manifest.provenance["data"]) == {"shape basis"}
    assert sum(map(len, model.typical.worst.values())) == 3 * 4
    assert "Thirty heads." in (folder / "CARD.md").read_text(encoding="utf-8")

    case = painted_case(CALIBRATION_SET, 1)
    found = reconstruct(seeing(model), case.images, samples=8, seed=1)
    assert found.surface.is_closed and found.biometry.hc_mm.value == pytest.approx(case.head.hc_mm, rel=0.1)
    assert set(found.in_distribution.measures) >= {"axial picture", "axial head", "axial misfit", "shape"}
    assert found.in_distribution.verdict in ("typical", "unusual")


@pytest.mark.slow
def test_real_pictures_and_real_heads_calibrate_each_by_its_own_part(
    config: SkullTrainingConfig, painted: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Densities see the training part of HC18, size and biometry the calibration part; heads are judged by a draft
    without their calibration."""
    asked: dict[str, list] = {}
    parts = {part: [part] for part in ("training", "calibration", "test", "final")}
    fit, weigh = usual_inputs.usual_vectors, module.size_calibration

    class Readings(list):
        """No readings of pictures; it knows which pictures they would be of."""

        def __init__(self, pictures: list[str]) -> None:
            super().__init__()
            self.pictures = pictures

    (tmp_path / "hc18.csv").write_text("file\n")
    mask = tmp_path / "sb_ga27_mask.nii.gz"
    mask.write_bytes(b"mask")

    def examined(draft: Path, paths: list[Path], views: int, *_, **__) -> list[SimpleNamespace]:
        asked.update(heads=paths, views=[views])
        assert load_skull_model(draft).head_calibration is None and load_skull_model(draft).manifest.calibration
        return [SimpleNamespace(name=name, cases=list(painted_set(draft, CALIBRATION_SET, 3))) for name in "ab"]

    for place in (module, bundle_files):
        monkeypatch.setattr(place, "read_hc18", lambda folder: [])
        monkeypatch.setattr(place, "evaluation_templates", lambda data: [mask])
    monkeypatch.setattr(module, "split_hc18", lambda cases: SimpleNamespace(**parts))
    monkeypatch.setattr(finished, "read_real", lambda cases, nets: Readings(cases))
    monkeypatch.setattr(usual_inputs, "usual_vectors", lambda *a: asked.update(densities=a[2].pictures) or fit(*a))
    monkeypatch.setattr(module, "size_calibration", lambda *a: asked.update(size=a[2].pictures) or weigh(*a))
    monkeypatch.setattr(module, "read_biometry", lambda model, cases, progress: asked.update(biometry=cases) or [])
    monkeypatch.setattr(module, "examine", examined)
    given = {"hc18": tmp_path, "heads": tmp_path, "head_views": 4}
    folder = publish(config.model_copy(update=given), Stages()).folder
    of_hc18 = {"densities": ["training"], "size": ["calibration"], "biometry": ["calibration"]}
    assert asked == of_hc18 | {"heads": [mask], "views": [4]}
    model = load_skull_model(folder)
    assert model.head_calibration is not None and model.manifest.calibration["heads"]["set"].startswith("2 real heads")
    assert set(model.manifest.provenance["data"]) == {"shape basis", "HC18", "real heads"}


@pytest.mark.slow
def test_the_prior_is_of_the_drawn_heads_and_few_heads_make_none(
    config: SkullTrainingConfig, painted: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    without = load_skull_model(publish(config, Stages()).folder)
    assert without.prior is None and "prior" not in without.manifest.architecture
    monkeypatch.setattr(module, "head_priors", lambda config: {PRIOR_OF_HEADS: tiny_prior()})
    found = load_skull_model(publish(config, Stages()).folder)
    np.testing.assert_array_equal(found.prior.density.mean, tiny_prior().density.mean)
    assert "* prior to draw from: normalising flow of heads" in (config.bundle.output / "CARD.md").read_text()
    assert set(found.typical.densities) == set(without.typical.densities)


@pytest.mark.slow
def test_publishing_again_replaces_the_bundle(config: SkullTrainingConfig, painted: None) -> None:
    first = publish(config, Stages()).folder
    content = (first / "model.safetensors").read_bytes()
    assert (publish(config, Stages()).folder / "model.safetensors").read_bytes() == content


@pytest.mark.slow
def test_own_cases_join_the_calibration_and_their_test_the_card(
    config: SkullTrainingConfig, painted: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "compared_bundle", lambda config: None)
    table = write_cohort(tmp_path / "cohort", ("train", "test", "calibration", "test"))
    folder, report = publish(config.model_copy(update={"cohort": CohortConfig(table=table)}), Stages())
    manifest = load_skull_model(folder).manifest
    assert manifest.calibration["set"] == "3 simulated cases of seed 71, 1 own cases"
    assert manifest.in_distribution["own"]["cases"] == 2
    found = json.loads(report.with_suffix(".json").read_text(encoding="utf-8"))
    assert found["models"]["before"] is None and found["held_out"]["cases"] == 2
    card = (folder / "CARD.md").read_text(encoding="utf-8")
    assert "| own pictures | axial + sagittal | 1 |" in card and "No result for 0 of 2 cases." in card
    assert all(check.passed for check in verify_bundle(folder))


@pytest.mark.slow
def test_a_fine_tuning_keeps_what_it_has_no_data_for(
    config: SkullTrainingConfig,
    painted: None,
    painted_readings: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The first model has a calibration on real heads, a prior and densities; its intervals are wide."""
    first = publish(config, Stages()).folder
    heads = {"weight": [1.0] * 3, "log_excess": [[-14.0] + [0.0] * (len(EVEN) - 1)] * 3, "factor": [[1.0] * 3] * 3}
    heads |= {"volume_floor": [0.0] * 3, "set": "7 real heads"}
    bundle = read_bundle(first)
    known = dict(bundle.manifest.calibration)
    wide = {part: known[part] | {"floor": floor} for part, floor in (
        ("surface", [0.5] * 3), ("biometry", dict.fromkeys(QUANTITIES, [0.4] * 3)))}  # fmt: skip
    size = {"weight": [0.35, 0.9, 1.0]}
    calibration = known | wide | {"heads": heads, "size": size, "set": "90 simulated cases and 80 HC18 pictures"}
    write_bundle(first, as_stored(bundle), changed(bundle, calibration=calibration), "# first\n")
    add_prior(first, {PRIOR_OF_HEADS: tiny_prior()}, card_text)

    table = write_cohort(tmp_path / "cohort", ("train", "test", "calibration", "train"))
    wanted = config.bundle.model_copy(update={"output": tmp_path / "tuned", "name": "tuned"})
    own = {"start_from": first, "locator": None, "reader": None, "bundle": wanted, "output": tmp_path / "again"}
    begun = with_start(config.model_copy(update=own))
    copy(config.output / "skull.safetensors", begun.output)
    copytree(painted_readings, readings_folder(begun, begun.output / "basis.safetensors"))
    monkeypatch.setattr(usual_inputs, "fit_densities", lambda *_: pytest.fail("densities were fitted"))
    monkeypatch.setattr(module, "head_priors", lambda *_: pytest.fail("a prior was fitted"))
    shown: list[tuple] = []
    stages = Stages(lambda *values: shown.append(values))
    folder, report = publish(config.model_copy(update=own | {"cohort": CohortConfig(table=table)}), stages)

    start, tuned = read_bundle(first), read_bundle(folder)
    ours, theirs = tuned.manifest, start.manifest
    for name in ("flows", "quantiles", "worst"):
        assert ours.in_distribution[name] == theirs.in_distribution[name]
    for name, values in start.tensors.items():
        if name.startswith(("typical.", "prior.")):
            assert torch.equal(tuned.tensors[name], values), name
    assert ours.calibration["size"] == size
    assert ours.calibration["heads"] == heads and ours.in_distribution["own"]["cases"] == 3
    assert min(ours.calibration["surface"]["floor"]) > 0.4
    assert min(min(floor) for floor in ours.calibration["biometry"]["floor"].values()) > 0.3
    card = (folder / "CARD.md").read_text(encoding="utf-8")
    assert "* factors of real heads: kept from tiny-hirec 0.2 (7 real heads)." in card
    assert "* what is called typical: kept from tiny-hirec 0.2; and what is usual among 3 own cases." in card
    assert "the mean variance is not smaller than that of tiny-hirec 0.2 (calibrated on 90 simulated" in card
    assert f"started from: tiny-hirec 0.2, SHA-256 of the bundle {start.checksum}" in card
    assert all(check.passed for check in verify_bundle(folder))

    found = json.loads(report.with_suffix(".json").read_text(encoding="utf-8"))
    assert found["models"]["before"]["bundle_sha256"] == start.checksum
    assert found["models"]["after"]["bundle_sha256"] == tuned.checksum
    assert found["cases"][0]["case"] == "p1" and found["simulated"]["cases"] == 3
    done = [share for _, share, _ in shown]
    assert done == sorted(done)
    assert {"Calibrating, 306 of 306", "Comparing before and after, 2 of 2"} <= {text for text, _, _ in shown}


def made_of(monkeypatch: pytest.MonkeyPatch) -> dict:
    """Keeps what the densities are fitted to."""
    kept: dict = {}

    def vectors(readings: Readings, shapes: np.ndarray, borders: np.ndarray | None) -> dict:
        kept.update(readings=readings, shapes=shapes, borders=borders)
        return {}

    monkeypatch.setattr(usual_inputs, "usual_vectors", vectors)
    return kept


def test_densities_are_fitted_to_the_readings_of_the_training_alone(
    config: SkullTrainingConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Densities of the calibration cases would underestimate the surprises that are ranked."""
    kept = made_of(monkeypatch)
    found = usual_inputs.usual_inputs(FinishedTraining(config), None, OwnCohort({}, {}), None)
    readings = kept["readings"]
    assert found.kept_from == "" and len(readings) == 6 and kept["borders"] is None
    expected = predicted_shapes(tiny_skull().eval(), readings.borders, readings.present)
    np.testing.assert_array_equal(kept["shapes"], expected)


def test_real_and_own_cases_of_the_training_alone_join_them(
    config: SkullTrainingConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, asked = made_of(monkeypatch), []
    own = Readings.load(readings_folder(config, config.output / "basis.safetensors") / "readings-900000.npz")
    real = SimpleNamespace(training=["training"], calibration=["calibration"], test=["test"], final=["final"])
    monkeypatch.setattr(finished, "read_real", lambda cases, nets: asked.extend(cases) or np.zeros((3, 3, 64)))
    parts = {part: OwnReadings(own, np.ones(len(own), int)) for part in ("train", "calibration")}
    usual_inputs.usual_inputs(FinishedTraining(config), None, OwnCohort(parts, {}), real)
    assert asked == ["training"] and kept["borders"].shape == (3, 3, 64)
    assert len(kept["readings"]) == 6 + 5
    np.testing.assert_array_equal(kept["readings"].head_size_mm[6:], own.head_size_mm)


def test_own_inputs_are_of_all_own_cases_but_the_test(config: SkullTrainingConfig) -> None:
    readings = Readings.load(readings_folder(config, config.output / "basis.safetensors") / "readings-900000.npz")
    unknown = Readings(**{**vars(readings), "poses": np.full_like(readings.poses, np.nan)})
    heads = {"train": OwnReadings(unknown, np.ones(len(unknown), int))}
    pictures = {"calibration": RealReadings(readings.borders[:2, 0], np.zeros(2, np.float32))}

    def result(number: int, part: str, head: float, *, own: bool = True) -> OwnResult:
        row = CohortRow(number, f"p{number}", None, "largest", {}, f"p{number}", part, 30.0, 250.0)
        measures = {"axial head": head, "axial misfit": 0.1, "axial picture": 5.0}
        return OwnResult(row, 250.0, own, None, Circumference(250.0, None, {}, "typical", measures))

    seen = [result(1, "train", 0.4), result(2, "calibration", 0.2), result(3, "train", 0.9, own=False)]
    found = usual_inputs.own_inputs(
        FinishedTraining(config), OwnCohort(heads, pictures), [*seen, result(4, "test", 0.99)]
    )
    assert found.cases == 3 and set(found.quantiles) == {"axial head", "axial misfit"}
    assert found.quantiles["axial head"].tolist() == [0.2, 0.4], "simulated pictures say nothing of the scanner"
    assert set(found.vectors) == {"axial picture", "sagittal picture", "coronal picture", "shape"}
    assert found.vectors["axial picture"].freedom - found.vectors["sagittal picture"].freedom == 2
    assert found.vectors["shape"].freedom == found.vectors["axial picture"].freedom
    for border in readings.borders[:, 0]:
        assert found.vectors["axial picture"].rank(border_vector(border, "axial")) <= MOST_RANK
    assert usual_inputs.own_inputs(FinishedTraining(config), OwnCohort({}, {}), []) is None


def test_the_shape_of_an_imaged_own_head_counts_and_its_pictures_do_not(config: SkullTrainingConfig) -> None:
    readings = Readings.load(readings_folder(config, config.output / "basis.safetensors") / "readings-900000.npz")
    heads = {"train": OwnReadings(readings, np.array([3, len(readings) - 3]))}
    row = CohortRow(1, "p1", Path("p.vtp"), "largest", {}, "p1", "train", 30.0)
    found = usual_inputs.own_inputs(
        FinishedTraining(config), OwnCohort(heads, {}), [OwnResult(row, 250.0, False, None, None, "lost")]
    )
    assert set(found.vectors) == {"shape"} and found.vectors["shape"].freedom == PRIOR_CASES + 2
