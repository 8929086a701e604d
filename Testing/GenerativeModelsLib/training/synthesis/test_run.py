"""Trainings of image synthesis from their YAML to a bundle that draws an image; and their continuation."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
import torch

pytest.importorskip("lightning")
pytest.importorskip("monai")
pytest.importorskip("einops")

from GenerativeModelsLib.anatomy.run import run_case
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.synthesis.images.anatomy import IMAGES
from GenerativeModelsLib.synthesis.images.model import load_synthesiser
from GenerativeModelsLib.synthesis.images.request import ImageSynthesisRequest
from GenerativeModelsLib.training.config import read_config
from GenerativeModelsLib.training.run import train
from GenerativeModelsLib.training.shared.trainer import last_checkpoint
from GenerativeModelsLib.training.synthesis.cases import parts_of
from GenerativeModelsLib.training.synthesis.data import SynthesisBatches
from GenerativeModelsLib.training.synthesis.gan_module import GanTraining, feature_distance
from GenerativeModelsLib.training.synthesis.ldm_module import LdmTraining, scale_of
from GenerativeModelsLib.training.synthesis.run import trained_codes
from GenerativeModelsLib.training.synthesis.vqvae_module import VqvaeTraining
from Testing.helpers.tiny_images import config_file, write_imaged

OPTIONS = {"num_sanity_val_steps": 0, "enable_progress_bar": False, "accelerator": "cpu"}


def draws_an_image(folder: Path, bundle: Path, method: str) -> None:
    labels, style = (folder / "data" / name / "p0.nii.gz" for name in ("labels", "images"))
    request = ImageSynthesisRequest(
        labels=labels, output=folder / "drawn", style=style, method=method, model=bundle, device="cpu"
    )
    content = run_case(IMAGES, request).result
    found, wanted = (sitk.ReadImage(str(path)) for path in (folder / "drawn" / "image.nii.gz", labels))
    assert found.GetSize() == wanted.GetSize() and found.GetSpacing() == wanted.GetSpacing()
    assert content["method"] == method and set(content["fidelity"]["by_label"]) == {"lv", "myo"}


@pytest.mark.parametrize("model", ["spade", "cgan"])
def test_a_gan_ends_in_a_bundle_that_draws_images_and_goes_on_where_it_ended(tmp_path: Path, model: str) -> None:
    write_imaged(tmp_path / "data", 3)
    bundle = {"output": str(tmp_path / "bundle"), "name": "tiny", "version": "1"}
    assert train(config_file(tmp_path, model, bundle=bundle), **OPTIONS).folder == tmp_path / "bundle"
    made = load_synthesiser(tmp_path / "bundle").manifest
    told = made.training_population
    assert len(told["patients"]) == 2 and len(told["validation_patients"]) == 1
    assert not set(told["patients"]) & set(told["validation_patients"])
    assert made.validation["slices"] == 4 and 0 < made.validation["histogram_distance"] < 1
    card = (tmp_path / "bundle" / "CARD.md").read_text(encoding="utf-8")
    assert "2 patients train, 1 others validate" in card and "shows no patient" in card and str(tmp_path) not in card
    draws_an_image(tmp_path, tmp_path / "bundle", model)
    first = torch.load(last_checkpoint(tmp_path / model), weights_only=True)
    train(config_file(tmp_path, model, epochs=2), **OPTIONS)
    second = torch.load(last_checkpoint(tmp_path / model), weights_only=True)
    assert (first["epoch"], second["epoch"]) == (0, 1) and second["global_step"] == 2 * first["global_step"]


def test_codes_and_a_diffusion_on_them_end_in_a_bundle_that_draws_images(tmp_path: Path) -> None:
    write_imaged(tmp_path / "data", 3)
    with pytest.raises(InputError, match=r"no trained VQ-VAE: run generative-models train vqvae\.yaml"):
        train(config_file(tmp_path, "ldm"), **OPTIONS)
    train(config_file(tmp_path, "vqvae"), **OPTIONS)
    codes, _ = trained_codes(tmp_path / "vqvae")
    assert codes.codebook == 16 and codes.channels == (4, 6)
    bundle = {"output": str(tmp_path / "bundle"), "name": "tiny", "version": "1"}
    assert train(config_file(tmp_path, "ldm", bundle=bundle), **OPTIONS).folder == tmp_path / "bundle"
    net = load_synthesiser(tmp_path / "bundle").painter.net
    assert net.scale != 1
    draws_an_image(tmp_path, tmp_path / "bundle", "ldm")
    first = torch.load(last_checkpoint(tmp_path / "ldm"), weights_only=True)
    train(config_file(tmp_path, "ldm", epochs=2), **OPTIONS)
    second = torch.load(last_checkpoint(tmp_path / "ldm"), weights_only=True)
    assert second["global_step"] == 2 * first["global_step"]
    kept = "net.vqvae.quantizer.quantizer.embedding.weight"
    assert torch.equal(first["current_model_state"][kept], second["current_model_state"][kept])


@pytest.fixture
def batches(tmp_path: Path) -> SynthesisBatches:
    write_imaged(tmp_path / "data", 3)
    config = read_config(config_file(tmp_path, "vqvae", batch_size=8))
    return SynthesisBatches(parts_of(config).training, config)


def test_the_loss_of_the_codes_falls(tmp_path: Path, batches: SynthesisBatches) -> None:
    torch.manual_seed(0)
    module = VqvaeTraining(config=batches.config, steps=40)
    assert module.renew(batches[0].images) == 16
    optimiser = torch.optim.Adam(module.parameters(), 1e-2)
    losses = []
    for number in range(80):
        found = module.losses(batches[number % 4])
        optimiser.zero_grad()
        found["loss"].backward()
        optimiser.step()
        losses.append(float(found["image"].detach()))
    assert np.mean(losses[-4:]) < 0.8 * np.mean(losses[:4])
    assert 1 < float(found["perplexity"]) <= 16


def test_vectors_that_nobody_uses_are_renewed_and_others_stay(batches: SynthesisBatches) -> None:
    module, images = VqvaeTraining(config=batches.config, steps=40), batches[0].images
    quantiser = module.net.quantizer.quantizer
    before = quantiser.embedding.weight.clone()
    quantiser.ema_cluster_size[3:] = 7.0
    assert module.renew(images, 2.0) == 3
    codes = module.net.encode(images[:, None]).movedim(1, -1).flatten(0, -2)
    assert torch.equal(quantiser.embedding.weight[3:], before[3:])
    assert torch.cdist(quantiser.embedding.weight[:3], codes).min(1).values.max() < 1e-4
    assert torch.equal(quantiser.ema_w[:3], quantiser.embedding.weight[:3])


def test_the_loss_of_the_diffusion_falls(tmp_path: Path, batches: SynthesisBatches) -> None:
    torch.manual_seed(0)
    codes = VqvaeTraining(config=batches.config, steps=1)
    config = read_config(config_file(tmp_path, "ldm"))
    module = LdmTraining(config=config, steps=1, codes=batches.config.network, weights=codes.net.state_dict())
    module.net.scale.copy_(scale_of(module.net, [batches[0]]))
    latents = module.net.latents(batches[0].images)
    assert float(latents.detach().std()) == pytest.approx(1, abs=1e-4)
    optimiser = module.configure_optimizers()["optimizer"]
    optimiser.param_groups[0]["lr"] = 5e-3
    losses = []
    for number in range(40):
        loss = module.loss(batches[0], number, True)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(float(loss.detach()))
    assert np.mean(losses[-10:]) < 0.6 * np.mean(losses[:10])
    assert all(each.grad is None for each in module.net.vqvae.parameters())


@pytest.mark.parametrize("model", ["spade", "cgan"])
def test_the_image_loss_of_a_gan_falls(tmp_path: Path, model: str) -> None:
    write_imaged(tmp_path / "data", 3)
    path = config_file(tmp_path, model, epochs=1, items_per_epoch=160, batch_size=4, learning_rate=5e-3)
    config = read_config(path)
    parts = parts_of(config)

    def error(weights: dict | None) -> float:
        torch.manual_seed(0)
        module = GanTraining(config=config, steps=1)
        if weights:
            module.net.load_state_dict(weights)
        batch = SynthesisBatches(parts.validation, config)[0]
        with torch.no_grad():
            return float(
                (module.net.eval()(batch.classes, module.net.encoder(batch.images).mu) - batch.images).abs().mean()
            )

    train(path, **OPTIONS)
    from safetensors.torch import load_file

    assert error(load_file(tmp_path / model / f"{model}.safetensors")) < 0.7 * error(None)


def test_matched_features_are_absolute_differences_of_layers() -> None:
    drawn = [torch.zeros(2, 3, 4, 4), torch.zeros(2, 1, 2, 2, requires_grad=True)]
    real = [torch.ones(2, 3, 4, 4), torch.full((2, 1, 2, 2), 3.0, requires_grad=True)]
    loss = feature_distance(drawn, real)
    loss.backward()
    assert float(loss.detach()) == 2.0 and real[1].grad is None and drawn[1].grad is not None
