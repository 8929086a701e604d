"""What the shipped heart bundle promises, on the sample heart, on held-out simulated hearts and on real ones."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from GenerativeModelsLib.evaluation.data.acdc import read_acdc
from GenerativeModelsLib.evaluation.data.lv_cap import read_lv_cap
from GenerativeModelsLib.heart.infer.model import HeartModel, Placed, load_heart_model
from GenerativeModelsLib.heart.infer.walk import walk
from GenerativeModelsLib.heart.labels.label_map import parse_labels
from GenerativeModelsLib.heart.measure.load import heart_from_maps, load_hearts
from GenerativeModelsLib.heart.population.simulate import observed_hearts, simulated_hearts
from GenerativeModelsLib.heart.shape.ray_batch import RayBatch
from GenerativeModelsLib.resources import default_bundle
from GenerativeModelsLib.training.heart.figures import area_under_curve, myocardial_dice

HELD_OUT = 7_300_000
COUNT = 60


@pytest.fixture(scope="module")
def model() -> HeartModel:
    return load_heart_model(default_bundle("heart"))


@pytest.fixture(scope="module")
def hearts() -> RayBatch:
    """Sixty healthy hearts, then sixty hypertrophic ones, that no training has seen."""
    return RayBatch.joined([simulated_hearts(COUNT, HELD_OUT, name) for name in ("healthy", "hcm")])


@pytest.fixture(scope="module")
def seen(model: HeartModel, hearts: RayBatch) -> Placed:
    """The same as label maps would show them."""
    return model.place(observed_hearts(np.random.default_rng(5), hearts))


def test_held_out_hearts_are_rebuilt(model: HeartModel, hearts: RayBatch) -> None:
    rebuilt = model.reconstruct(model.place(hearts))
    assert (myocardial_dice(rebuilt, hearts).mean(axis=0) > 0.93).all()
    assert (np.abs(rebuilt.cavity_ml / hearts.cavity_ml - 1).mean(axis=0) < 0.03).all()


def test_the_true_shape_is_given_back_and_not_the_errors_of_its_label_map(
    model: HeartModel, hearts: RayBatch, seen: Placed
) -> None:
    shown = observed_hearts(np.random.default_rng(5), hearts)
    assert myocardial_dice(model.reconstruct(seen), hearts).mean() > myocardial_dice(shown, hearts).mean()


def test_the_top_level_tells_class_and_thickest_wall(model: HeartModel, hearts: RayBatch, seen: Placed) -> None:
    label = np.repeat([0, 1], COUNT)
    assert area_under_curve(seen.hcm_probability, label) > 0.97
    assert ((seen.hcm_probability > 0.5) == label).mean() > 0.92
    assert np.abs(model.thickest_mm(seen.z_top) - hearts[:, 0].thickest_mm).mean() < 1.2


def test_end_diastole_alone_tells_the_class_too(model: HeartModel, hearts: RayBatch) -> None:
    alone = model.place(hearts.keeping((True, False)))
    assert area_under_curve(alone.hcm_probability, np.repeat([0, 1], COUNT)) > 0.97


def test_hearts_of_the_population_are_typical_and_dilated_ones_are_not(model: HeartModel, seen: Placed) -> None:
    assert np.mean([one.verdict == "typical" for one in seen.in_distribution]) > 0.85
    dilated = model.place(simulated_hearts(COUNT, HELD_OUT, "dilated")).in_distribution
    assert np.mean([one.verdict == "typical" for one in dilated]) < 0.1


@pytest.mark.parametrize(("towards", "first"), [("hcm", 0), ("healthy", COUNT)])
def test_a_walk_arrives(model: HeartModel, hearts: RayBatch, towards: str, first: int) -> None:
    sign = 1 if towards == "hcm" else -1
    for heart in range(first, first + 5):
        found = walk(model, hearts[heart][None], towards)
        assert (sign * np.diff(found.hcm_probability) > -1e-9).all()
        assert (found.hcm_probability[-1] > 0.5) == (towards == "hcm")
        thickest = found.hearts[:, 0].thickest_mm
        assert sign * (thickest[-1] - thickest[0]) > 0


def test_class_means_are_what_their_class_is_defined_by(model: HeartModel) -> None:
    healthy, hcm = (model.cluster_mean(name) for name in ("healthy", "hcm"))
    assert hcm.thickest_mm[0, 0] > healthy.thickest_mm[0, 0] + 3
    assert hcm.myocardium_ml[0, 0] > healthy.myocardium_ml[0, 0]


def test_patients_with_hypertrophy_are_told_from_normal_ones(model: HeartModel, shared_data: Path) -> None:
    chosen = {
        group: [p for p in read_acdc(shared_data / "acdc_labels") if p.group == group][:4] for group in ("NOR", "HCM")
    }
    labels = parse_labels("acdc")
    found = {
        group: model.place(RayBatch.of([load_hearts(p.ed, p.es, labels).heart for p in patients])).hcm_probability
        for group, patients in chosen.items()
    }
    assert np.median(found["NOR"]) < 0.5 < np.median(found["HCM"])
    assert found["HCM"].min() > np.median(found["NOR"])


def test_a_real_person_is_rebuilt(model: HeartModel, shared_data: Path) -> None:
    cohort = read_lv_cap(shared_data / "lv_cap")
    row = int(cohort.sample(1)[0])
    heart = RayBatch.of([heart_from_maps(*(cohort.person(row, p).label_map() for p in ("ed", "es"))).heart])
    rebuilt = model.reconstruct(model.place(heart))
    assert (myocardial_dice(rebuilt, heart) > 0.86).all()
    assert (np.abs(rebuilt.cavity_ml / heart.cavity_ml - 1) < 0.05).all()


def test_the_command_analyses_the_sample(sample_heart: Path, tmp_path: Path) -> None:
    from GenerativeModelsLib.cli.main import app

    files = ["--ed", str(sample_heart / "ed.nii.gz"), "--es", str(sample_heart / "es.nii.gz")]
    done = CliRunner().invoke(app, ["heart", "analyse", *files, "--labels", "acdc", "--output", str(tmp_path / "out")])
    assert done.exit_code == 0, done.stderr
    result = json.loads((tmp_path / "out" / "result.json").read_text())
    truth = json.loads((sample_heart / "sample.json").read_text())
    assert result["edv_ml"] == pytest.approx(truth["edv_ml"], rel=0.02)
    assert result["hcm_probability"] > 0.9 and result["in_distribution"]["verdict"] == "typical"
    assert min(result["reconstruction"][name] for name in ("dice_ed", "dice_es")) > 0.9
    assert result["latent"]["levels"] == [64, 32, 2] and len(result["latent"]["z_top"]) == 2
