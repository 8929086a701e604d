"""A heart bundle as a latent space: placing, decoding, sampling, walking; and bundles that are refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from GenerativeModelsLib.bundle.manifest import Component
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.heart.infer.code import CODE_SIZE
from GenerativeModelsLib.heart.infer.model import HeartModel, load_heart_model
from GenerativeModelsLib.heart.population.hearts import sample_hearts
from GenerativeModelsLib.heart.shape.ray_batch import RayBatch
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


def test_a_heart_is_placed_alike_alone_and_among_others(model: HeartModel, hearts: RayBatch) -> None:
    alone, among = model.place(hearts[3:4]), model.place(hearts)
    np.testing.assert_allclose(alone.z_top[0], among.z_top[3], atol=1e-5)
    assert alone.in_distribution[0].verdict == among.in_distribution[3].verdict


def test_without_end_systole_its_half_of_the_batch_has_no_say(model: HeartModel, hearts: RayBatch) -> None:
    ed = hearts[:4, 0]
    one = model.place(RayBatch.stacked(ed, hearts[:4, 1]), es_present=False)
    other = model.place(RayBatch.stacked(ed, ed), es_present=False)
    np.testing.assert_array_equal(one.z_top, other.z_top)
    np.testing.assert_array_equal(one.error_mm, other.error_mm)
    assert not np.allclose(one.z_top, model.place(hearts[:4]).z_top)


def test_what_is_no_heart_of_the_population_is_outside(model: HeartModel, hearts: RayBatch) -> None:
    strange = RayBatch(2.5 * hearts.reach_mm[:1], 2.5 * hearts.endo_mm[:1], 2.5 * hearts.endo_mm[:1] + 3.0)
    judged = model.place(strange).in_distribution[0]
    assert judged.verdict == "outside" and judged.reasons


def test_reconstruction_is_decoding_of_all_levels(model: HeartModel, hearts: RayBatch) -> None:
    placed = model.place(hearts)
    rebuilt = model.reconstruct(placed)
    assert same(rebuilt, model.decode(1, placed.levels[0], above=placed.levels[1:]))
    alone = model.decode(1, placed.levels[0])  # the levels above in the middle of the population
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


def test_a_walk_climbs_towards_its_class_and_stays_within_the_population(model: HeartModel, hearts: RayBatch) -> None:
    placed = model.place(hearts[:40])
    density = np.where(placed.hcm_probability < 0.5, model.typical.density.log_density(placed.z_top), -np.inf)
    start = hearts[int(np.argmax(density))][None]
    up = model.walk(start, "hcm", steps=40)
    assert (np.diff(up.hcm_probability) > -1e-6).all() and up.hcm_probability[-1] > up.hcm_probability[0]
    inside = model.typical.density.log_density(up.z_top) >= model.typical.density.limit
    assert inside.all()
    assert up.hearts.reach_mm.shape == (len(up.z_top), 2)
    down = model.walk(start, "healthy", steps=5)
    assert down.hcm_probability[-1] <= down.hcm_probability[0]
    endless = model.walk(start, "hcm", steps=2000)
    assert endless.at_border and len(endless.z_top) < 2001


def test_a_walk_starts_with_the_hearts_own_reconstruction(model: HeartModel, hearts: RayBatch) -> None:
    placed = model.place(hearts[2:3])
    walk = model.walk(placed, "hcm", steps=1)
    np.testing.assert_allclose(walk.hearts.endo_mm[0], model.reconstruct(placed).endo_mm[0], atol=1e-3)
    with pytest.raises(ValueError, match="expected one"):
        model.walk(hearts[:2], "hcm")


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
