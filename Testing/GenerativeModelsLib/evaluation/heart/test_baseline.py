"""The baseline VAE: loading from a training's weights, latent means, reconstruction; metrics of levels."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.evaluation.heart.baseline import HeartBaseline, load_heart_baseline
from GenerativeModelsLib.evaluation.heart.levels import levels_of
from GenerativeModelsLib.heart.infer.bundle import baseline_parameters
from GenerativeModelsLib.heart.infer.code import CODE_SIZE, PHASE_OF_CODE, encode
from GenerativeModelsLib.heart.infer.error import reconstruction_error
from GenerativeModelsLib.heart.population.hearts import sample_hearts
from GenerativeModelsLib.heart.shape.ray_batch import RayBatch
from GenerativeModelsLib.models.ladder_vae import LadderVAE

SIZES = {"inputs": CODE_SIZE, "features": 12, "latents": [6, 4, 2], "widths": [10, 8, 6]}


@pytest.fixture(scope="module")
def rays():
    return sample_hearts(24, 1).rays


@pytest.fixture
def vae(rays):
    torch.manual_seed(0)
    net = LadderVAE(**baseline_parameters(SIZES))
    shapes = torch.from_numpy(encode(rays))
    net.set_population(
        shapes, torch.ones(CODE_SIZE), torch.from_numpy(PHASE_OF_CODE).long(), torch.ones(len(shapes), 1)
    )
    return net


LADDER = SimpleNamespace(manifest=SimpleNamespace(architecture={"lvae": SimpleNamespace(parameters=SIZES)}))


def test_the_vae_beside_the_ladder_is_found_by_its_name(tmp_path, vae, rays):
    ladder = {f"lvae.{name}": tensor for name, tensor in LadderVAE(**SIZES).state_dict().items()}
    own = {f"vae.{name}": tensor.contiguous() for name, tensor in vae.state_dict().items()}
    save_file(ladder | own, tmp_path / "heart.safetensors")
    found = load_heart_baseline(tmp_path / "heart.safetensors", LADDER)
    for name, tensor in vae.state_dict().items():
        assert torch.equal(found.net.state_dict()[name], tensor)
    placed = found.place(rays)
    assert placed.levels[0].shape == (24, 6)
    assert placed.in_distribution == ()
    assert ((placed.hcm_probability > 0) & (placed.hcm_probability < 1)).all()
    rebuilt = encode(found.reconstruct(placed))
    assert reconstruction_error(encode(rays), rebuilt, rays.present) == pytest.approx(placed.error_mm, rel=0.05)


def test_without_end_systole_its_half_of_the_batch_is_left_out_of_the_error(vae, rays):
    ed = rays[:, 0]
    one, other = (HeartBaseline(vae).place(RayBatch.stacked(ed, es).keeping((True, False))) for es in (rays[:, 1], ed))
    np.testing.assert_array_equal(one.error_mm, other.error_mm)
    assert not np.allclose(one.error_mm, HeartBaseline(vae).place(rays).error_mm)


def test_weights_that_are_not_there_or_of_another_size_are_refused(tmp_path, vae):
    with pytest.raises(InputError, match="does not exist: give the heart"):
        load_heart_baseline(tmp_path / "heart.safetensors", LADDER)
    save_file({"lvae.x": torch.zeros(1)}, tmp_path / "alone.safetensors")
    with pytest.raises(InputError, match=r"alone\.safetensors holds no VAE"):
        load_heart_baseline(tmp_path / "alone.safetensors", LADDER)


def test_a_unit_without_information_is_not_active(vae, rays):
    head = vae.estimates[0].head
    with torch.no_grad():
        head.weight.zero_()
        head.bias.zero_()
        vae.straight_up[0].weight.zero_()
        vae.straight_up[0].weight[0, 0] = 1.0
    (level,) = levels_of(vae, torch.from_numpy(encode(rays)))
    assert (level.size, level.active) == (6, 1)
    assert level.spread[0] > 0
    assert level.spread[1:] == (0.0,) * 5
    # With unit variances the divergence is half the mean square of the mean.
    mean = vae.features(torch.from_numpy(encode(rays)))[:, 0]
    assert level.kl == pytest.approx(float(0.5 * (mean**2).mean()), rel=1e-4)
