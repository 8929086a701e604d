"""Latent space of a heart bundle: encoding, decoding, sampling, walks; and refused bundles."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from GenerativeModelsLib.bundle.manifest import Component
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.heart.infer import code as heart_code
from GenerativeModelsLib.heart.infer.code import CODE_SIZE
from GenerativeModelsLib.heart.infer.model import HeartModel, Placed, load_heart_model
from GenerativeModelsLib.heart.infer.walk import walk
from GenerativeModelsLib.heart.population.hearts import sample_hearts
from GenerativeModelsLib.heart.shape.ray_batch import RayBatch
from GenerativeModelsLib.training.heart.card import heart_card_text
from GenerativeModelsLib.training.shared.prior_part import add_prior
from GenerativeModelsLib.uncertainty.flow_prior import FlowPrior
from Testing.helpers.tiny_hearts import NETWORK, tiny_hearts, write_tiny_heart_bundle


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_heart_bundle(tmp_path_factory.mktemp("heart") / "bundle")


@pytest.fixture(scope="module")
def model(bundle: Path) -> HeartModel:
    return load_heart_model(bundle)


@pytest.fixture(scope="module")
def hearts() -> RayBatch:
    return tiny_hearts()[0]


def same(one: RayBatch, other: RayBatch) -> bool:
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in RayBatch.FIELDS)


def test_hearts_are_placed_on_every_level(model: HeartModel, hearts: RayBatch) -> None:
    placed = model.place(hearts)
    assert model.levels == tuple(NETWORK["latents"])
    assert [z.shape for z in placed.levels] == [(80, d) for d in NETWORK["latents"]]
    assert placed.z_top is placed.levels[-1]
    assert ((placed.hcm_probability >= 0) & (placed.hcm_probability <= 1)).all()
    label = tiny_hearts()[1]
    assert ((placed.hcm_probability > 0.5) == (label == 1)).mean() > 0.9
    assert len(placed.in_distribution) == 80
    assert {judged.verdict for judged in placed.in_distribution} <= {"typical", "unusual", "outside"}


def test_the_interval_of_the_probability_is_that_of_thinner_and_thicker_walls(
    model: HeartModel, hearts: RayBatch
) -> None:
    placed = model.place(hearts)
    low, high = placed.hcm_interval90.T
    assert ((low >= 0) & (low <= placed.hcm_probability) & (placed.hcm_probability <= high) & (high <= 1)).all()
    thicker, thinner = (
        model.place(replace(hearts, epi_mm=np.maximum(hearts.epi_mm + shift, hearts.endo_mm + 0.5))).hcm_probability
        for shift in (1.645, -1.645)
    )
    every = np.stack([thinner, placed.hcm_probability, thicker])
    np.testing.assert_allclose(placed.hcm_interval90, np.stack([every.min(0), every.max(0)], axis=1), atol=1e-6)
    assert (high - low).max() > 0.05


def test_a_heart_is_placed_alike_alone_and_among_others(model: HeartModel, hearts: RayBatch) -> None:
    alone, among = model.place(hearts[3:4]), model.place(hearts)
    np.testing.assert_allclose(alone.z_top[0], among.z_top[3], atol=1e-5)
    assert alone.in_distribution[0].verdict == among.in_distribution[3].verdict


def assert_same(one: Placed, other: Placed) -> None:
    """Bit-identical placements."""
    for a, b in zip(one.levels, other.levels, strict=True):
        np.testing.assert_array_equal(a, b)
    np.testing.assert_array_equal(one.hcm_probability, other.hcm_probability)
    np.testing.assert_array_equal(one.error_mm, other.error_mm)
    assert one.in_distribution == other.in_distribution


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), st.lists(st.booleans(), min_size=5, max_size=5))
def test_what_a_batch_holds_for_an_absent_phase_has_no_say(
    model: HeartModel, hearts: RayBatch, seed: int, with_es: list[bool]
) -> None:
    some = hearts[38:43].keeping([[True, seen] for seen in with_es])
    rng = np.random.default_rng(seed)
    noise = {}
    for name in RayBatch.FIELDS:
        values = getattr(some, name).copy()
        values[~some.present] = rng.choice([np.nan, -1.0, 1e4]) * rng.standard_normal(values[~some.present].shape)
        noise[name] = values
    found = model.place(some)
    assert_same(found, model.place(replace(some, **noise)))
    np.testing.assert_array_equal(found.present, some.present)
    rebuilt = model.reconstruct(found)
    assert rebuilt.present.all() and np.isfinite(rebuilt.endo_mm).all()


def test_an_absent_phase_is_known_to_be_absent(bundle: Path, hearts: RayBatch) -> None:
    """End diastole alone has another placement and another calibration than both phases."""
    calibration = {"both phases": {"slope": 1.0, "offset": 0.0}, "end diastole alone": {"slope": 0.5, "offset": 2.0}}
    other = load_heart_model(
        write_tiny_heart_bundle(bundle.parent / "calibrated", calibration={"hcm_probability": calibration})
    )
    whole, alone = other.place(hearts[:4]), other.place(hearts[:4].keeping((True, False)))
    assert not np.allclose(whole.z_top, alone.z_top)
    logits = other.net.classify(torch.from_numpy(alone.z_top).float()).double().numpy()
    expected = 1 / (1 + np.exp(-(0.5 * (logits[:, 1] - logits[:, 0]) + 2.0)))
    np.testing.assert_allclose(alone.hcm_probability, expected, rtol=1e-6)
    found = walk(other, hearts[:1].keeping((True, False)), "hcm", steps=1)
    assert found.hcm_probability[0] == pytest.approx(expected[0])


def test_hearts_with_one_phase_and_with_both_are_placed_in_one_batch(model: HeartModel, hearts: RayBatch) -> None:
    seen = np.array([[True, True], [True, False], [True, False], [True, True]])
    mixed = model.place(hearts[:4].keeping(seen))
    for number in range(4):
        alone = model.place(hearts[number : number + 1].keeping(seen[number]))
        np.testing.assert_allclose(mixed.z_top[number], alone.z_top[0], atol=1e-5)
        assert mixed.hcm_probability[number] == pytest.approx(alone.hcm_probability[0], abs=1e-5)
        assert mixed.error_mm[number] == pytest.approx(alone.error_mm[0], rel=1e-4)
        assert mixed.in_distribution[number].score == pytest.approx(alone.in_distribution[0].score, abs=1e-4)


@pytest.mark.parametrize("count", [1, 3])
def test_hearts_with_another_number_of_phases_are_refused(model: HeartModel, hearts: RayBatch, count: int) -> None:
    other = RayBatch.stacked(*[hearts[:4, 0]] * count)
    words = rf"shape \(4, {count}\), and the model's code takes \(N, 2\): end diastole and end systole\."
    with pytest.raises(ValueError, match=words):
        model.place(other)


@pytest.mark.parametrize(("seen", "words"), [((False, True), "has end systole,"), ((False, False), "has no phase,")])
def test_phases_the_model_is_not_calibrated_for_are_refused(
    model: HeartModel, hearts: RayBatch, seen: tuple[bool, bool], words: str
) -> None:
    with pytest.raises(ValueError, match=f"{words} and the model places hearts with both phases or end diastole alone"):
        model.place(hearts[:2].keeping(seen))


def test_what_is_no_heart_of_the_population_is_outside(model: HeartModel, hearts: RayBatch) -> None:
    strange = RayBatch(2.5 * hearts.reach_mm[:1], 2.5 * hearts.endo_mm[:1], 2.5 * hearts.endo_mm[:1] + 3.0)
    judged = model.place(strange).in_distribution[0]
    assert judged.verdict == "outside" and judged.reasons


def test_reconstruction_is_decoding_of_all_levels(model: HeartModel, hearts: RayBatch) -> None:
    placed = model.place(hearts)
    rebuilt = model.reconstruct(placed)
    assert same(rebuilt, model.decode(1, placed.levels[0], above=placed.levels[1:]))
    alone = model.decode(1, placed.levels[0])  # the levels above are at the middle of the population
    assert same(alone, model.decode(1, placed.levels[0], above=[model.middle(2)[None], model.middle(3)[None]]))
    assert not same(alone, rebuilt)
    error = np.sqrt(np.mean((rebuilt.endo_mm - hearts.endo_mm) ** 2))
    assert error < np.sqrt(np.mean((hearts.endo_mm.mean(0) - hearts.endo_mm) ** 2))


def test_the_top_level_tells_the_thickest_wall_in_mm(model: HeartModel) -> None:
    z = np.array([[0.5, -1.0], [2.0, 0.3]])
    net = model.net
    told = net.attribute_centre + net.attribute_scale * net.attribute(torch.tensor(z).float())
    np.testing.assert_allclose(model.thickest_mm(z), told[:, 0].numpy(), rtol=1e-6)


def test_lower_levels_follow_their_means_or_are_drawn(model: HeartModel) -> None:
    z = np.zeros((2, 2))
    means = model.decode(3, z)
    assert means.reach_mm.shape == (2, 2) and same(means, model.decode(3, z))
    drawn = model.decode(3, z, sampled=(1, 2), seed=4)
    assert same(drawn, model.decode(3, z, sampled=(1, 2), seed=4))
    assert not same(drawn, model.decode(3, z, sampled=(1, 2), seed=5)) and not same(drawn, means)
    partly = model.decode(3, z, sampled=(2,), seed=4)
    assert not same(partly, drawn) and not same(partly, means)


@pytest.mark.parametrize(("level", "size", "words"), [(0, 2, "level is 0"), (4, 2, "level is 4"), (2, 2, "expected 6")])
def test_a_level_that_is_not_there_is_named(model: HeartModel, level: int, size: int, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        model.decode(level, np.zeros((1, size)))


def test_cluster_means_and_samples_are_of_their_class(model: HeartModel) -> None:
    healthy, hcm = (model.place(model.cluster_mean(name)).z_top[0] for name in ("healthy", "hcm"))
    assert (
        model.probability(model.typical.density.mean(1)[None])[0]
        > model.probability(model.typical.density.mean(0)[None])[0]
    )
    assert healthy.shape == hcm.shape == (2,)
    drawn = model.sample("hcm", 3, seed=1)
    assert drawn.reach_mm.shape == (3, 2) and same(drawn, model.sample("hcm", 3, seed=1))
    assert not same(drawn, model.sample("hcm", 3, seed=2))
    with pytest.raises(ValueError, match=r"'sick'.*healthy, hcm"):
        model.sample("sick", 1)


def test_samples_follow_another_prior_where_one_is_given(model: HeartModel) -> None:
    hcm = FlowPrior.fit(model.typical.density.sample(1, 150, np.random.default_rng(1)), kind="maf", epochs=2)
    drawn = model.sample("hcm", 5, 1, hcm)
    assert same(drawn, model.decode(3, hcm.draw(5, np.random.default_rng(1)).vectors, (1, 2), 1))
    assert not same(drawn, model.sample("hcm", 5, 1)) and not same(drawn, model.sample("hcm", 5, 2, hcm))
    assert same(model.sample("hcm", 5, 1), model.sample("hcm", 5, 1, "kernel"))
    wide = FlowPrior.fit(np.random.default_rng(0).standard_normal((100, 3)), kind="maf", epochs=0)
    with pytest.raises(ValueError, match="z has 3 values a heart"):
        model.sample("hcm", 1, prior=wide)


def test_a_bundle_without_flows_says_so_and_one_with_them_draws_each_class_from_its_own(
    model: HeartModel, bundle: Path, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match=r"'tiny-heart 0' holds no flow to draw from: use prior kernel, give a bundle"):
        model.sample("hcm", 1, prior="flow")
    with pytest.raises(InputError, match=r"^prior is 'normal': give kernel or flow"):
        model.sample("hcm", 1, prior="normal")
    points = [model.typical.density.sample(k, 150, np.random.default_rng(k)) for k in (0, 1)]
    flows = {name: FlowPrior.fit(z, kind="maf", epochs=1) for name, z in zip(("healthy", "hcm"), points)}
    folder = Path(shutil.copytree(bundle, tmp_path / "bundle"))
    add_prior(folder, flows, heart_card_text)
    with_flows = load_heart_model(folder)
    for name, flow in flows.items():
        assert same(with_flows.sample(name, 4, 1, "flow"), model.sample(name, 4, 1, flow))
    assert same(with_flows.sample("hcm", 4, 1), model.sample("hcm", 4, 1))
    assert with_flows.place(tiny_hearts()[0]).in_distribution == model.place(tiny_hearts()[0]).in_distribution


def test_a_walk_climbs_towards_its_class_and_stays_within_the_population(model: HeartModel, hearts: RayBatch) -> None:
    placed = model.place(hearts[:40])
    density = np.where(placed.hcm_probability < 0.5, model.typical.density.log_density(placed.z_top), -np.inf)
    start = hearts[int(np.argmax(density))][None]
    up = walk(model, start, "hcm", steps=40)
    assert (np.diff(up.hcm_probability) > -1e-6).all() and up.hcm_probability[-1] > up.hcm_probability[0]
    inside = model.typical.density.log_density(up.z_top) >= model.typical.density.limit
    assert inside.all()
    assert up.hearts.reach_mm.shape == (len(up.z_top), 2)
    down = walk(model, start, "healthy", steps=5)
    assert down.hcm_probability[-1] <= down.hcm_probability[0]
    endless = walk(model, start, "hcm", steps=2000)
    assert endless.at_border and len(endless.z_top) < 2001


def test_a_walk_starts_with_the_hearts_own_reconstruction(model: HeartModel, hearts: RayBatch) -> None:
    placed = model.place(hearts[2:3])
    found = walk(model, placed, "hcm", steps=1)
    np.testing.assert_allclose(found.hearts.endo_mm[0], model.reconstruct(placed).endo_mm[0], atol=1e-3)
    with pytest.raises(ValueError, match="expected one"):
        walk(model, hearts[:2], "hcm")


def test_a_walk_ends_before_the_walls_cross(
    model: HeartModel, hearts: RayBatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = 3
    monkeypatch.setattr(heart_code, "is_heart", lambda codes: np.arange(len(codes)) < whole)
    found = walk(model, hearts[2:3], "hcm", steps=5)
    assert len(found.z_top) == len(found.hcm_probability) == len(found.hearts.reach_mm) == 3 and found.at_border
    whole = 0
    with pytest.raises(InputError, match=r"^There is no heart at this point"):
        walk(model, hearts[2:3], "hcm", steps=5)


def test_a_traversal_moves_one_dimension(model: HeartModel, hearts: RayBatch) -> None:
    strip = model.traverse(3, 1, [-2.0, 0.0, 2.0])
    assert strip.reach_mm.shape == (3, 2) and not np.array_equal(strip.endo_mm[0], strip.endo_mm[2])
    np.testing.assert_allclose(strip.endo_mm[1], model.decode(3, model.middle(3)[None]).endo_mm[0], atol=1e-4)
    placed = model.place(hearts[5:6])
    around = model.traverse(1, 0, [0.0, 1.0], placed)
    assert around.reach_mm.shape == (2, 2)
    with pytest.raises(ValueError, match="no dimension 2 of level 3"):
        model.traverse(3, 2, [0.0])


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"kind": "fetal-skull"}, "kind fetal-skull, where a heart-shape"),
        ({"calibration": {}}, "calibration cannot be read"),
        ({"in_distribution": {}}, "calibration cannot be read"),
    ],
)
def test_a_bundle_that_does_not_fit_is_refused(tmp_path: Path, changes: dict, words: str) -> None:
    with pytest.raises(InputError, match=words):
        load_heart_model(write_tiny_heart_bundle(tmp_path / "b", **changes))


@pytest.mark.parametrize(
    ("parameters", "class_name", "words"),
    [
        ({"latents": [12, 6, 10**9]}, "LadderVAE", "expected whole numbers from 1"),
        ({"latents": [True, 6, 2]}, "LadderVAE", "expected whole numbers from 1"),
        ({"inputs": CODE_SIZE - 1}, "LadderVAE", "get the bundle that goes with"),
        ({"latents": [12, 6]}, "LadderVAE", "cannot be built"),
        ({"latents": [12, 5, 2]}, "LadderVAE", "do not fit its architecture"),
        ({}, "RecCVAE", "does not know there"),
    ],
)
def test_an_architecture_that_is_not_known_is_refused(
    tmp_path: Path, parameters: dict, class_name: str, words: str
) -> None:
    given = {"inputs": CODE_SIZE, **NETWORK} | parameters
    architecture = {
        "lvae": Component(class_name=class_name, parameters=given),
        "typical": Component(class_name="TypicalHeart"),
    }
    with pytest.raises(InputError, match=words):
        load_heart_model(write_tiny_heart_bundle(tmp_path / "b", architecture=architecture))


def test_a_heart_of_another_population_draws_an_unlike_verdict(model: HeartModel) -> None:
    dilated = model.place(sample_hearts(6, 3, "dilated").rays)
    assert np.mean([judged.score for judged in dilated.in_distribution]) > 0.9
