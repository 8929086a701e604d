"""Training of the implicit head: its heads and points, its continuation after a stop, and what it learns."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from GenerativeModelsLib.skull.predictors.load import load_predictor
from GenerativeModelsLib.skull.shape.field import unit_points
from GenerativeModelsLib.training.skull.augmentation import STANDARD, mirrored
from GenerativeModelsLib.training.skull.data import SkullData, picture_axes
from GenerativeModelsLib.training.skull.readings import Readings
from Testing.helpers.known_borders import conditions, ellipsoid_borders
from Testing.helpers.tiny_models import RANK, tiny_basis

pytest.importorskip("lightning")

from lightning import seed_everything

from GenerativeModelsLib.training.rivals import implicit
from GenerativeModelsLib.training.rivals.implicit import HeadPoints, ImplicitTraining, TrainingHeads, train_implicit
from GenerativeModelsLib.training.shared.progress import Stages

NETWORK = {"code": 4, "width": 16, "depth": 2, "heads": 6, "points": 64}
NET = {name: value for name, value in NETWORK.items() if name not in ("heads", "points")}
OPTIONS = {"num_sanity_val_steps": 0, "accelerator": "cpu"}


def readings(heads: int, seed: int = 0) -> Readings:
    """Faultless readings of heads with random coefficients and poses."""
    rng = np.random.default_rng(seed)
    truth = 1 + 0.1 * rng.random((heads, 3, 64))
    borders = np.stack([truth, np.full_like(truth, -4), np.ones_like(truth)], axis=2)
    present, coefficients = np.ones((heads, 3), bool), 0.03 * rng.normal(size=(heads, RANK))
    poses, size = 0.1 * rng.normal(size=(heads, 3, 6)), 0.02 * rng.normal(size=heads)
    columns = (size, np.exp(size), coefficients, np.zeros(heads), np.zeros(heads))
    return Readings(borders, truth, present, poses.astype(np.float32), *columns)


def test_training_heads_are_half_mirrored_with_their_poses() -> None:
    mirror = torch.diag(torch.tensor([1.0] * (RANK - 1) + [-1.0]))  # all modes of the tiny basis are symmetric
    data = SkullData(readings(40), None, None, mirror, 8, 0, 0)
    heads = TrainingHeads(data, mirror, 30, seed=1)
    assert len(heads) == 30 and heads.views.shape == (30, 19)
    everyone = data.plain(np.arange(40))
    image = mirrored(everyone, torch.ones(40, dtype=torch.bool), mirror)
    flips = 0
    for k in range(30):
        plain = int((everyone.log_size - heads.views[k, 0]).abs().argmin())
        flipped = not torch.allclose(heads.coefficients[k], everyone.coefficients[plain])
        flips += flipped
        expected = image if flipped else everyone
        assert torch.allclose(heads.coefficients[k], expected.coefficients[plain], atol=1e-5)
        origin, axes = picture_axes(heads.views[k, 1:].view(1, 3, 6).numpy())
        np.testing.assert_allclose(origin[0], expected.origin[plain], atol=1e-5)
        np.testing.assert_allclose(axes[0], expected.axes[plain], atol=1e-5)
    assert 5 < flips < 25 and STANDARD.shape == (3, 2, 3)


def test_points_are_drawn_by_the_batch_and_most_are_near_the_surface() -> None:
    data = HeadPoints(20, tiny_basis().weight, 8, 4000, seed=3)
    heads, points = data[5]
    assert len(set(heads.tolist())) == 8 and torch.equal(points, data[5][1])
    assert not torch.equal(points, data[6][1])
    near = (tiny_basis().mean[points].abs() < 0.2).float().mean()
    assert 0.7 < near < 0.95
    assert len(HeadPoints(3, tiny_basis().weight, 8, 4, seed=3)[0][0]) == 3


def test_network_and_codes_learn_the_heads() -> None:
    torch.manual_seed(0)
    heads = 0.1 * torch.randn(4, RANK) / torch.arange(1, RANK + 1)
    module = ImplicitTraining({"code": 4, "width": 32, "depth": 3}, tiny_basis(), heads, 0.01, 450)
    module.log_dict = lambda *_, **__: None
    data, optimiser = HeadPoints(4, tiny_basis().weight, 4, 256, seed=0), module.configure_optimizers()["optimizer"]
    for step in range(450):
        loss = module.training_step(data[step], 0)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    points = torch.from_numpy(unit_points()).float().view(-1, 3)
    with torch.no_grad():
        found = tiny_basis().project(module.net(module.codes.weight, points).clamp(-0.6, 0.6).view(4, 32, 32, 32))
    assert float((found - heads).norm() / heads.norm()) < 0.35


def test_the_prior_has_the_moments_of_codes_sizes_and_poses() -> None:
    module = ImplicitTraining(NET, tiny_basis(), torch.zeros(30, RANK), 0.01, 10)
    torch.nn.init.normal_(module.codes.weight)
    views = torch.randn(30, 19)
    tensors = module.tensors(views)
    values = torch.cat([module.codes.weight.detach(), views], dim=1).double()
    torch.testing.assert_close(tensors["prior.mean"], values.mean(0))
    covariance = np.cov(values.numpy().T)
    np.testing.assert_allclose(tensors["prior.covariance"].diagonal(), covariance.diagonal(), rtol=1e-5)
    assert 0 < float(tensors["prior.covariance"][0, 7] / covariance[0, 7]) < 1
    torch.linalg.cholesky(tensors["prior.covariance"].float())


def test_a_training_is_written_loaded_and_goes_on_where_it_stopped(config_of, monkeypatch) -> None:
    fields = {"network": NETWORK, "batch_size": 4, "items_per_epoch": 8}
    whole = config_of("whole", "implicit-head", **fields)
    seed_everything(1)
    assert train_implicit(whole, True, OPTIONS, Stages()) == whole.output
    expected = load_file(whole.output / "predictor.safetensors")
    net = load_predictor(whole.output, tiny_basis())
    found = net.predict(conditions(ellipsoid_borders(0.86, 1.08, 0.88)), 3, torch.Generator().manual_seed(0))
    assert found.mean.isfinite().all() and found.draws.shape == (3, RANK + 1)

    halted = config_of("halted", "implicit-head", **fields)
    original, batches = ImplicitTraining.training_step, iter(range(100))

    def stopping(module: ImplicitTraining, batch: tuple[torch.Tensor, torch.Tensor], index: int) -> torch.Tensor:
        if next(batches) == 3:  # within the second epoch
            raise RuntimeError("stopped")
        return original(module, batch, index)

    monkeypatch.setattr(implicit.ImplicitTraining, "training_step", stopping)
    seed_everything(1)
    with pytest.raises(RuntimeError, match="stopped"):
        train_implicit(halted, True, OPTIONS, Stages())
    assert not (halted.output / "predictor.safetensors").exists()
    monkeypatch.setattr(implicit.ImplicitTraining, "training_step", original)
    seed_everything(2)
    train_implicit(halted, True, OPTIONS, Stages())
    continued = load_file(halted.output / "predictor.safetensors")
    assert all(torch.equal(continued[name], value) for name, value in expected.items())
