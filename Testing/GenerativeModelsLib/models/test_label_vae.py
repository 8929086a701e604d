"""The VAE of label maps: shapes, what the encoder sees of labels that are not drawn, and its closed forms."""

from __future__ import annotations

import pytest
import torch

from GenerativeModelsLib.models.label_vae import LabelVAE
from Testing.helpers.tiny_labels import GRID, NETWORK, tiny_net


@pytest.fixture(scope="module")
def maps() -> torch.Tensor:
    return torch.randint(0, 5, (3, GRID, GRID), generator=torch.Generator().manual_seed(0))


def test_maps_become_codes_and_codes_maps_of_the_same_size(maps: torch.Tensor) -> None:
    net = tiny_net()
    posterior = net.encode(maps)
    assert posterior.mu.shape == posterior.log_sigma.shape == (3, 8)
    assert net.decode(posterior.mu).shape == (3, 5, GRID, GRID) and net.regress(posterior.mu).shape == (3,)
    found = net.maps(posterior.mu)
    assert found.dtype == torch.uint8 and torch.equal(found.long(), net.decode(posterior.mu).argmax(1))


def test_a_map_has_one_code_whatever_its_batch(maps: torch.Tensor) -> None:
    net = tiny_net()
    torch.testing.assert_close(net.encode(maps).mu[1:2], net.encode(maps[1:2]).mu)


def test_the_labels_that_a_source_draws_are_an_input(maps: torch.Tensor) -> None:
    net = tiny_net()
    all_known, no_right = torch.ones(3, 5, dtype=torch.bool), torch.tensor([[0, 1, 1, 0, 1]] * 3).bool()
    torch.testing.assert_close(net.encode(maps).mu, net.encode(maps, all_known).mu)
    assert (net.encode(maps, no_right).mu - net.encode(maps).mu).abs().max() > 1e-3


def test_the_neuron_is_linear() -> None:
    net, z = tiny_net(), torch.randn(2, 8, generator=torch.Generator().manual_seed(1))
    middle = net.regress((0.25 * z[0] + 0.75 * z[1])[None])
    torch.testing.assert_close(middle[0], 0.25 * net.regress(z)[0] + 0.75 * net.regress(z)[1])


def test_a_training_step_reads_every_parameter(maps: torch.Tensor) -> None:
    net = LabelVAE(size=GRID, **NETWORK)
    posterior = net.encode(maps)
    z = posterior.sample(torch.ones_like(posterior.mu))
    (net.decode(z).square().mean() + net.regress(z).mean()).backward()
    assert all(
        p.grad is not None and p.grad.abs().sum() > 0 for name, p in net.named_parameters() if "0.bias" not in name
    )


def test_a_size_that_cannot_be_halved_is_refused() -> None:
    with pytest.raises(ValueError, match="20 pixels cannot be halved 3 times"):
        LabelVAE(size=20, channels=(4, 8, 8))
