"""The diffusion on closed forms: noising, velocity, sampling with a network that is right; and the codes."""

from __future__ import annotations

import pytest
import torch

pytest.importorskip("monai")
pytest.importorskip("einops")

from GenerativeModelsLib.synthesis.images.latent_diffusion import DECAY, TIMES, LatentDiffusion, schedulers, vqvae
from Testing.helpers.tiny_images import CODES, NETWORK

TIME = torch.tensor([0, 400, TIMES - 1])


def alphas() -> torch.Tensor:
    """a_t of the definition, from betas whose square roots lie on a line."""
    return torch.cumprod(1 - torch.linspace(0.0015**0.5, 0.0195**0.5, TIMES, dtype=torch.float64) ** 2, 0)


def network() -> LatentDiffusion:
    torch.manual_seed(0)
    net = LatentDiffusion(32, 6, **NETWORK["ldm"], codes=CODES).eval()
    for parameter in net.unet.out.parameters():  # 0 in an untrained network
        torch.nn.init.normal_(parameter, std=0.3)
    return net


def test_noising_and_velocity_are_their_closed_forms() -> None:
    ddpm, _ = schedulers()
    latent, noise = torch.randn(2, 3, 4, 8, 8)
    a = alphas()[TIME].float()[:, None, None, None]
    torch.testing.assert_close(ddpm.add_noise(latent, noise, TIME), a.sqrt() * latent + (1 - a).sqrt() * noise)
    torch.testing.assert_close(ddpm.get_velocity(latent, noise, TIME), a.sqrt() * noise - (1 - a).sqrt() * latent)
    assert alphas()[-1] < 0.01  # hardly anything of the image is left at the end


def test_a_network_that_is_right_samples_the_latent_it_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    net, wanted = network(), 3 * torch.randn(2, 3, 8, 8)  # outside of -1 to 1: nothing is clipped
    a = alphas().float()

    def velocity(noisy: torch.Tensor, times: torch.Tensor, *_: torch.Tensor) -> torch.Tensor:
        at = a[times][:, None, None, None]
        truth = wanted.repeat(len(noisy) // 2, 1, 1, 1)
        noise = (noisy - at.sqrt() * truth) / (1 - at).sqrt()
        return at.sqrt() * noise - (1 - at).sqrt() * truth

    monkeypatch.setattr(net, "velocity", velocity)
    classes, style = torch.zeros(2, 32, 32), torch.zeros(2, 3)
    for guidance in (1.0, 2.0):
        found = net.sample(torch.randn(2, 3, 8, 8), classes, style, guidance)
        torch.testing.assert_close(found, wanted, atol=2e-2, rtol=0)


def test_guidance_goes_from_no_labels_through_the_labels_and_beyond(monkeypatch: pytest.MonkeyPatch) -> None:
    net = network()
    classes, style, noise = torch.randint(1, 6, (1, 32, 32)), torch.zeros(1, 3), torch.randn(1, 3, 8, 8)
    with torch.no_grad():
        with_labels, without = (net.sample(noise, each, style, 1.0, steps=1) for each in (classes, 0 * classes))
        for weight in (0.0, 1.0, 2.5):
            found = net.sample(noise, classes, style, weight, steps=1)
            torch.testing.assert_close(found, without + weight * (with_labels - without), atol=1e-4, rtol=1e-3)
    assert not torch.allclose(with_labels, without)


def test_the_labels_are_shares_of_the_quarters_of_a_latent_pixel() -> None:
    net, classes = network(), torch.zeros(1, 32, 32, dtype=torch.uint8)
    classes[0, 4:6, 4:6] = 1
    classes[0, 6, 6] = 2
    shares = net.shares(classes)
    assert shares.shape == (1, 24, 8, 8)
    at = shares[0, :, 1, 1].unflatten(0, (6, 4))
    assert at[1].tolist() == [1, 0, 0, 0] and at[2].tolist() == [0, 0, 0, 0.25] and at[0].tolist() == [0, 1, 1, 0.75]


def test_the_gradient_passes_straight_through_the_nearest_vector() -> None:
    torch.manual_seed(0)
    net = vqvae(**CODES).eval()
    codes = torch.randn(2, 3, 8, 8, requires_grad=True)
    nearest, _ = net.quantize(codes)
    vectors = net.quantizer.quantizer.embedding.weight
    flat = codes.detach().movedim(1, -1).flatten(0, -2)
    expected = vectors[torch.cdist(flat, vectors).argmin(1)].unflatten(0, (2, 8, 8)).movedim(-1, 1)
    torch.testing.assert_close(nearest, expected)
    weight = torch.randn_like(nearest)
    (weight * nearest).sum().backward()
    torch.testing.assert_close(codes.grad, weight)


def test_vectors_that_a_batch_does_not_use_stay_where_they_are() -> None:
    torch.manual_seed(0)
    net = vqvae(**CODES).train()
    quantiser = net.quantizer.quantizer
    before = quantiser.embedding.weight.clone()
    net.quantize(before[:1].reshape(1, 3, 1, 1).expand(1, 3, 8, 8))
    assert quantiser.decay == DECAY == 0.99
    torch.testing.assert_close(quantiser.embedding.weight, before, atol=1e-3, rtol=1e-3)


def test_an_image_of_latents_undoes_their_scale() -> None:
    net, image = network(), torch.rand(1, 32, 32) * 2 - 1
    plain = net.images(net.latents(image))
    net.scale.fill_(5.0)
    torch.testing.assert_close(net.images(net.latents(image)), plain)
    torch.testing.assert_close(net.latents(image), 5 * net.vqvae.encode(image[:, None]))


def test_a_size_that_cannot_be_halved_is_refused() -> None:
    with pytest.raises(ValueError, match="36 pixels cannot be halved 3 times"):
        LatentDiffusion(36, 6, **NETWORK["ldm"], codes=CODES)
    with pytest.raises(ValueError, match="two channels are needed, not 1"):
        vqvae(channels=(4,))
