"""`benchmark synthesis` on tiny hearts: its parts, a whole run, and that a second one trains nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from GenerativeModelsLib.benchmarks.synthesis import benchmark, downstream, fidelity, generators, networks
from GenerativeModelsLib.benchmarks.synthesis.downstream import (
    AUGMENTATION,
    OWN,
    Arm,
    ArmScores,
    arms_of,
    synthetic_cases,
)
from GenerativeModelsLib.benchmarks.synthesis.fidelity import REAL, STYLES, FidelityJob, fidelity_of
from GenerativeModelsLib.benchmarks.synthesis.generators import Generator, generators_of
from GenerativeModelsLib.benchmarks.synthesis.patients import patients, some_patients
from GenerativeModelsLib.benchmarks.synthesis.stacks import deformed, drawn_case, labelled_volume, style_image
from GenerativeModelsLib.benchmarks.synthesis.tables import change_of, downstream_table, verdicts
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.evaluation.segmentation.unet import SETTINGS
from GenerativeModelsLib.segmentation.check import check_maps
from GenerativeModelsLib.segmentation.maps import CODES
from GenerativeModelsLib.synthesis.images.synthesiser import Drawn
from GenerativeModelsLib.training.synthesis.cases import TRAINING, VALIDATION
from Testing.helpers.tiny_images import NETWORK, write_images_bundle
from Testing.helpers.tiny_sunnybrook import write_tiny_sunnybrook

TINY = {"channels": [6, 12], "crop": 48, "batch": 4}
OWN_CHANGES = {
    "epochs": 1, "items_per_epoch": 8, "batch_size": 4, "grid": 32, "grid_mm": 2.5, "network": NETWORK["spade"],
    "critic_channels": 4, "critic_layers": 2,
}  # fmt: skip
SIZES = benchmark.Sizes(counts=(1, 2), own=2, seeds=(0,), steps=4, judging_steps=4, own_changes=OWN_CHANGES)


class Copies:
    """Returns the images of the stack whose labels it gets: the perfect method."""

    name, manifest = "copies", None

    def __init__(self, cases) -> None:
        self._images = {case.truth.values.tobytes(): case.images for case in cases}

    def draw(self, volume, style, rng) -> Drawn:
        values = self._images[volume.codes.tobytes()].astype(np.float32)
        return Drawn(values, np.ones(values.shape[2:], bool), "style")


@pytest.fixture(autouse=True)
def nothing_shipped(monkeypatch: pytest.MonkeyPatch) -> None:
    """No image bundle is shipped, whatever the installation has."""

    def missing(name: str) -> Path:
        raise InputError(name)

    monkeypatch.setattr(generators, "default_bundle", missing)


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, value in TINY.items():
        monkeypatch.setitem(SETTINGS, name, value)
    monkeypatch.setattr(downstream, "MAPS", 2)
    monkeypatch.setattr(fidelity, "SQUARE", 16)
    return write_tiny_sunnybrook(tmp_path / "data")


def test_tested_patients_train_nothing(data: Path) -> None:
    found = patients(data, final=False)
    assert set(found.names) == set(TRAINING)
    assert found.tested_names and not set(found.tested_names) & {*TRAINING}
    final = patients(data, final=True)
    assert not set(final.tested_names) & set(found.tested_names)
    assert len(patients(data, final=False, most=1).tested_names) == 1


def test_the_held_out_patients_of_the_real_data_are_those_of_the_repair(shared_data: Path) -> None:
    found, final = (patients(shared_data, final=which) for which in (False, True))
    assert set(VALIDATION) <= set(found.tested_names) and len(final.tested_names) == 13
    assert not {*found.names, *found.tested_names} & set(final.tested_names)


def test_more_patients_are_those_of_fewer_and_further_ones() -> None:
    assert some_patients(TRAINING, 2, 5) == some_patients(TRAINING, 8, 5)[:2]
    assert len({some_patients(TRAINING, 4, seed) for seed in range(3)}) == 3


def test_a_deformed_map_is_another_one_that_keeps_to_the_rules(data: Path) -> None:
    case = next(case for case in patients(data, final=False).training if case.kind == "ED")
    codes = deformed(case, np.random.default_rng(0))
    assert (codes != case.truth.values[0]).mean() > 0.01 and set(np.unique(codes)) == {0, 1, 2}
    maps = case.truth.__class__(codes[None], case.truth.to_lps, None, case.truth.labels, "made")
    assert not [fault for fault in check_maps(maps).faults if not fault.criterion.acquisition]


def test_a_synthetic_stack_has_the_labels_it_was_drawn_of_and_the_tone_of_its_style(data: Path) -> None:
    case = next(case for case in patients(data, final=False).training if case.kind == "ED")
    codes = deformed(case, np.random.default_rng(1))
    style = style_image(case, on_grid=True)
    made, _ = drawn_case(Generator("s", "S", "synthseg").load(), case, codes, style, np.random.default_rng(0))
    assert np.array_equal(made.truth.values[0], codes) and made.images.dtype == np.uint8
    assert made.known["myo"].all() and made.images.shape == case.images.shape
    cavity, wall = (np.median(made.images[0][codes == CODES[name]]) for name in ("lv", "myo"))
    assert abs(cavity - 150) < 25 and abs(wall - 30) < 25
    assert labelled_volume(case).named == {"lv": 1, "myo": 2}


def test_the_perfect_method_keeps_every_label_and_copies(data: Path, tmp_path: Path, monkeypatch) -> None:
    found = patients(data, final=False)
    job = FidelityJob(data, found, tmp_path / "kept", (0,), 20)
    monkeypatch.setattr(Generator, "load", lambda self: Copies(found.tested))
    real, own, other = fidelity_of([Generator("copies", "copies", "synthseg")], job, 1)
    assert (real.title, real.style) == (REAL, "") and (own.style, other.style) == STYLES
    assert own.scores == real.scores
    assert own.distances["precision"] == 1.0 and abs(own.distances["frechet"]) < 1e-8 < real.distances["frechet"]
    assert max(own.histogram.values()) < 0.01


def test_a_run_is_whole_and_a_second_one_trains_nothing(data: Path, tmp_path: Path, monkeypatch) -> None:
    write_images_bundle(tmp_path / "trained" / "cgan" / "bundle", "cgan")
    given = {"output": tmp_path / "out", "folder": tmp_path / "kept", "trained": tmp_path / "trained", "sizes": SIZES}
    report = benchmark.run(data, None, 1, **given)
    drawn, training = report.tables
    assert [row[0] for row in drawn.rows] == [REAL, *2 * ["SynthSeg-style"], *2 * ["conditional GAN"]]
    assert any("latent diffusion: no weights" in note for note in drawn.notes)
    assert [row[:2] for row in training.rows] == [
        ["1", "none"], ["1", "SynthSeg-style"], ["1", "conditional GAN"],
        ["2", "none"], ["2", "SynthSeg-style"], ["2", "conditional GAN"], ["2", "SPADE of the same 2 patients"],
    ]  # fmt: skip
    assert all((tmp_path / "out" / name).stat().st_size > 5000 for name in
               ("synthesis_images.png", "synthesis_downstream.png"))  # fmt: skip
    assert report.figures["seeds"] == [0] and set(report.figures["methods"]) == {"synthseg", "cgan"}

    def never(*_, **__):
        raise AssertionError("trained again")

    monkeypatch.setattr(networks, "train_unet", never)
    monkeypatch.setattr("GenerativeModelsLib.training.run.train", never)
    again = benchmark.run(data, None, 1, **given)
    assert [table.rows for table in again.tables] == [table.rows for table in report.tables]


def test_the_own_spade_sees_its_patients_alone(data: Path, tmp_path: Path) -> None:
    from GenerativeModelsLib.bundle.bundle import read_bundle
    from GenerativeModelsLib.synthesis.images.model import KIND

    made = generators.own_generator(TRAINING[:3], 0, data, tmp_path / "trained", OWN_CHANGES)
    manifest = read_bundle(made.bundle, KIND).manifest
    assert manifest.training_population["patients"] == sorted(TRAINING[:3])
    other = generators.own_generator(TRAINING[:3], 1, data, tmp_path / "trained", OWN_CHANGES)
    assert other.bundle != made.bundle


def test_synthetic_cases_follow_their_seed(data: Path) -> None:
    real = [case for case in patients(data, final=False).training if case.patient in TRAINING[:2]]
    generator = Generator("s", "S", "synthseg")
    one, same, other = (synthetic_cases(generator, real, seed) for seed in (0, 0, 1))
    assert all(np.array_equal(a.images, b.images) for a, b in zip(one, same, strict=True))
    assert any(not np.array_equal(a.images, b.images) for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize("count", [2, 3])
def test_half_of_the_synthetic_stacks_are_in_the_style_of_another_patient(data: Path, monkeypatch, count: int) -> None:
    real = [case for case in patients(data, final=False).training if case.patient in TRAINING[:count]]
    monkeypatch.setattr(downstream, "MAPS", 6)
    monkeypatch.setattr(downstream, "deformed", lambda case, rng: case.truth.values[0])
    drawn = []
    monkeypatch.setattr(
        downstream,
        "drawn_case",
        lambda method, case, codes, style, rng: [drawn.append((case.patient, style.name, style.on_grid))],
    )
    synthetic_cases(Generator("s", "S", "synthseg"), real, 0)
    assert [patient == style for patient, style, _ in drawn] == [on_grid for *_, on_grid in drawn]
    assert [on_grid for *_, on_grid in drawn] == count * [True, False, True, False, True, False]


def scores(key: str, count: int, seed: int, better: float) -> ArmScores:
    by_case = {f"P{n} {phase}": {"dice_lv": 0.7 + 0.01 * n + better} for n in range(6) for phase in ("ED", "ES")}
    return ArmScores(Arm(key, count, seed), by_case)


def test_slow_methods_are_trained_with_one_number_of_patients() -> None:
    methods = [Generator("synthseg", "S", "synthseg"), Generator("ldm", "L", "ldm")]
    found = arms_of(methods, (2, 4), 4, (0, 1))
    assert {(arm.key, arm.count) for arm in found} == {
        (AUGMENTATION, 2), (AUGMENTATION, 4), ("synthseg", 2), ("synthseg", 4), ("ldm", 4), (OWN, 4),
    }  # fmt: skip
    assert len(found) == len(set(found)) == 12


def test_the_verdict_follows_the_paired_interval() -> None:
    found = [scores(AUGMENTATION, n, seed, 0) for n in (2, 4) for seed in (0, 1)]
    found += [scores("synthseg", 2, seed, 0.05 + 0.001 * seed) for seed in (0, 1)]
    found += [scores(OWN, 4, seed, (-1) ** seed * 1e-3) for seed in (0, 1)]
    change = change_of(found, "synthseg", 2, "dice_lv")
    assert change.difference == pytest.approx(0.0505) and change.subjects == 6 and change.verdict == "better"
    titles = {AUGMENTATION: "none", "synthseg": "SynthSeg-style", OWN: "own"}
    assert verdicts(found, titles) == [
        "SynthSeg-style, Dice of the cavity: better with 2 real patients.",
        "own, Dice of the cavity: no difference shown with 4 real patients.",
    ]
    assert len(downstream_table(found, titles).rows) == 4
    assert verdicts([scores(*arm) for arm in ((AUGMENTATION, 2, 0, 0), ("synthseg", 2, 0, 0.1))], titles) == [
        "SynthSeg-style, Dice of the cavity: better with 2 real patients."
    ]
    few = [ArmScores(one.arm, {name: one.scores[name] for name in list(one.scores)[:8]}) for one in found]
    assert verdicts(few, titles)[0] == "SynthSeg-style, Dice of the cavity: too few to say with 2 real patients."


def test_shipped_bundles_come_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_images_bundle(tmp_path / "spade" / "bundle", "spade")
    shipped = write_images_bundle(tmp_path / "shipped", "spade")
    monkeypatch.setattr(generators, "default_bundle", lambda name: shipped)
    found, _ = generators_of(tmp_path)
    assert found[1].bundle == shipped


def test_bundles_are_found_where_the_shipped_configs_write_them(tmp_path: Path) -> None:
    found, missing = generators_of(tmp_path)
    assert [one.key for one in found] == ["synthseg"] and len(missing) == 3
    write_images_bundle(tmp_path / "ldm" / "bundle", "ldm")
    found, missing = generators_of(tmp_path)
    assert [one.key for one in found] == ["synthseg", "ldm"] and len(missing) == 2
    assert found[1].settings()["weights"] and found[1].load().name == "ldm"


def test_missing_data_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="sunnybrook_slices"):
        benchmark.run(tmp_path, None, 1, folder=tmp_path / "kept", trained=tmp_path)
