"""The CycleGAN: losses in closed form, losses that fall, and a training from its YAML to a bundle that translates."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

pytest.importorskip("lightning")
pytest.importorskip("monai")

from GenerativeModelsLib.synthesis.translate.model import PARTS, load_translator
from GenerativeModelsLib.synthesis.translate.request import TranslationRequest
from GenerativeModelsLib.synthesis.translate.run import translate_image
from GenerativeModelsLib.training.config import read_config
from GenerativeModelsLib.training.run import train
from GenerativeModelsLib.training.shared.trainer import last_checkpoint
from GenerativeModelsLib.training.synthesis.looks import UNKNOWN, looks_of
from GenerativeModelsLib.training.synthesis.translation_data import TranslationBatch, TranslationBatches
from GenerativeModelsLib.training.synthesis.translation_module import (
    SMALL,
    ImagePool,
    TranslationTraining,
    apart,
    moved_regions,
)
from Testing.helpers.tiny_translation import VENDORS, cyclegan_file, write_two_vendors

OPTIONS = {"num_sanity_val_steps": 0, "enable_progress_bar": False, "accelerator": "cpu"}


def two_vendors(folder: Path, **fields: object) -> Path:
    first, second = (str(folder / vendor) for vendor in VENDORS)
    data = {"kind": "folders", "first": first, "second": second, "names": list(VENDORS)}
    return cyclegan_file(folder, data, **fields)


@pytest.fixture
def module(tmp_path: Path) -> TranslationTraining:
    write_two_vendors(tmp_path)
    torch.manual_seed(0)
    return TranslationTraining(config=read_config(two_vendors(tmp_path)), steps=10, regions=5)


def some_batch(size: int = 32, seed: int = 0) -> TranslationBatch:
    draw = torch.Generator().manual_seed(seed)
    first, second = (torch.rand(2, size, size, generator=draw) * 2 - 1 for _ in range(2))
    regions = (first > 0).to(torch.uint8)
    return TranslationBatch(first, second, regions, torch.full_like(regions, UNKNOWN))


def test_differences_count_by_their_square_when_small_and_by_their_size_else() -> None:
    zero = torch.zeros(4)
    assert float(apart(zero, zero + 0.5 * SMALL)) == pytest.approx(0.125 * SMALL)
    assert float(apart(zero, zero - 3 * SMALL)) == pytest.approx(2.5 * SMALL)


def test_regions_that_stay_cost_nothing_and_others_their_divergence() -> None:
    before = torch.log(torch.tensor([0.8, 0.2])).reshape(1, 2, 1, 1).expand(1, 2, 3, 3)
    after = torch.log(torch.tensor([0.5, 0.5])).reshape(1, 2, 1, 1).expand(1, 2, 3, 3)
    assert float(moved_regions(before, before)) == pytest.approx(0, abs=1e-6)
    wanted = 0.8 * np.log(0.8 / 0.5) + 0.2 * np.log(0.2 / 0.5)
    assert float(moved_regions(before, after)) == pytest.approx(wanted, rel=1e-5)


def test_the_pool_shows_what_it_is_given_until_it_is_full_and_then_earlier_images_too() -> None:
    pool = ImagePool(4, 0)
    images = torch.arange(40.0)[:, None, None].expand(-1, 2, 2)
    first = pool.shown(images[:4])
    assert torch.equal(first, images[:4])
    shown = pool.shown(images[4:])[:, 0, 0]
    earlier = (shown < torch.arange(4, 40)).float().mean()
    assert 0.2 < float(earlier) < 0.8 and len(set(shown.tolist())) == 36  # none is shown twice from the pool
    assert torch.equal(ImagePool(0, 0).shown(images), images)


def test_generators_that_begin_have_no_loss_but_the_verdict(module: TranslationTraining) -> None:
    batch = some_batch()
    found = module.generator_losses(batch, module.drawn(batch))
    assert all(float(found[name]) == pytest.approx(0, abs=1e-6) for name in ("cycle", "identity", "moved"))
    verdicts = sum(
        float((module.critics[part](images[:, None])[-1] - 1).square().mean())
        for part, images in (("to_second", batch.first), ("to_first", batch.second))
    )
    assert float(found["fooled"]) == pytest.approx(verdicts, rel=1e-4)  # without an activation


def test_each_generator_is_judged_by_the_discriminator_of_its_domain(module: TranslationTraining) -> None:
    batch = some_batch()
    made = module.drawn(batch)
    assert torch.allclose(made["to_second"], batch.first) and torch.allclose(made["to_first"], batch.second)
    assert torch.allclose(made["first_back"], batch.first) and torch.allclose(made["second_again"], batch.second)
    loss = float(module.critic_loss(batch, made))
    wanted = 0.0
    for part, real, fake in (("to_first", batch.first, batch.second), ("to_second", batch.second, batch.first)):
        scores = [module.critics[part](each[:, None])[-1] for each in (real, fake)]
        wanted += float((scores[0] - 1).square().mean() + scores[1].square().mean())
    assert loss == pytest.approx(wanted, rel=1e-4)


def test_regions_that_are_not_known_do_not_count(module: TranslationTraining) -> None:
    batch = some_batch()
    both = module.region_loss(batch)
    scores = module.regions(batch.first)
    alone = torch.nn.functional.cross_entropy(scores, batch.first_regions.long())
    assert float(both) == pytest.approx(float(alone), rel=1e-5)
    unknown = batch._replace(first_regions=batch.second_regions)
    assert float(module.region_loss(unknown)) == 0


def test_the_term_of_the_regions_has_its_weight_after_its_share_of_the_steps(
    module: TranslationTraining, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert module.weights()["moved"] == 0
    monkeypatch.setattr(TranslationTraining, "_step_number", 5)
    module.config.region_share = 0.9
    assert module.weights()["moved"] == pytest.approx(5 / 9 * module.config.region_weight)
    module.config.region_share = 0.5
    assert module.weights()["moved"] == module.config.region_weight


def test_the_losses_fall(tmp_path: Path) -> None:
    """Images come back, and the regions are learned, by generators that begin far from the identity."""
    write_two_vendors(tmp_path)
    config = read_config(two_vendors(tmp_path))
    batches = TranslationBatches(looks_of(config).training, config)
    torch.manual_seed(0)
    module = TranslationTraining(config=config, steps=100, regions=5)
    for part in PARTS:
        torch.nn.init.normal_(module.net[part].unet.last.weight, std=0.5)
    (generators, _, regions), _ = module.configure_optimizers()
    for optimiser, rate in ((generators, 5e-3), (regions, 2e-2)):
        optimiser.param_groups[0]["lr"] = rate
    losses = []
    for number in range(60):
        batch = batches[number % 4]
        found = module.generator_losses(batch, module.drawn(batch))
        known = module.region_loss(batch)
        losses.append((float((found["cycle"] + found["identity"]).detach()), float(known.detach())))
        for optimiser, loss in ((generators, found["cycle"] + found["identity"]), (regions, known)):
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
    first, last = np.mean(losses[:4], axis=0), np.mean(losses[-4:], axis=0)
    assert last[0] < 0.5 * first[0] and last[1] < 0.6 * first[1]


def test_a_training_ends_in_a_bundle_that_translates_and_goes_on_where_it_ended(tmp_path: Path) -> None:
    write_two_vendors(tmp_path)
    bundle = {"output": str(tmp_path / "bundle"), "name": "tiny", "version": "1", "limits": ["Phantoms alone."]}
    assert train(two_vendors(tmp_path, bundle=bundle), **OPTIONS).folder == tmp_path / "bundle"
    made = load_translator(tmp_path / "bundle")
    assert tuple(made.generators) == VENDORS and made.scale.grid_mm == 4.0
    assert made.manifest.training_population["images"] == [8, 8] and made.manifest.validation["images"] == 4
    assert 0 < made.manifest.validation["change"] < 0.5
    card = (tmp_path / "bundle" / "CARD.md").read_text(encoding="utf-8")
    assert "must not be measured" in card and "Phantoms alone." in card and str(tmp_path) not in card
    image = tmp_path / VENDORS[0] / "images" / "p0.nii.gz"
    content = translate_image(TranslationRequest(image, VENDORS[1], tmp_path / "out", tmp_path / "bundle"))
    assert content["domains"] == {"from": VENDORS[0], "to": VENDORS[1]}
    first = torch.load(last_checkpoint(tmp_path / "cyclegan"), weights_only=True)
    train(two_vendors(tmp_path, epochs=2), **OPTIONS)
    second = torch.load(last_checkpoint(tmp_path / "cyclegan"), weights_only=True)
    assert (first["epoch"], second["epoch"]) == (0, 1) and second["global_step"] == 2 * first["global_step"] == 24
    kept = "net.to_first.unet.last.weight"
    assert not torch.equal(first["state_dict"][kept], first["current_model_state"][kept])  # averaged


def test_mixed_precision_trains_finite_weights(tmp_path: Path) -> None:
    from safetensors.torch import load_file

    write_two_vendors(tmp_path, labelled=False)
    folder = train(two_vendors(tmp_path, trainer={"precision": "bf16-mixed"}), **OPTIONS).folder
    assert all(value.isfinite().all() for value in load_file(folder / "cyclegan.safetensors").values())
