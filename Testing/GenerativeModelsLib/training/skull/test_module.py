"""Loss of the skull models: geometry against scipy and heads, terms, and decrease by training."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from GenerativeModelsLib.models.cvae import Level
from GenerativeModelsLib.models.gaussian import DiagonalGaussian
from GenerativeModelsLib.models.low_rank_field import LowRankField
from GenerativeModelsLib.skull.locate.canonical import HALF_WIDTH, pose_vector
from GenerativeModelsLib.skull.locate.locator import PLANES
from GenerativeModelsLib.skull.shape.field import GRID_SIZE, unit_field
from GenerativeModelsLib.skull.shape.star_surface import HeadShape, ellipsoid
from GenerativeModelsLib.training.skull.augmentation import STANDARD, Batch
from Testing.helpers.tiny_models import NETWORK, tiny_basis

pytest.importorskip("lightning")

from GenerativeModelsLib.training.skull.data import SkullData
from GenerativeModelsLib.training.skull.module import (
    SUBSET_SHARES,
    SUBSETS,
    SkullTraining,
    outline_distance,
    rotation_vectors,
)


@settings(max_examples=30, deadline=None)
@given(st.tuples(*[st.floats(-0.6, 0.6)] * 3))
def test_rotation_vectors_are_scipys_and_those_of_the_pose(rotation) -> None:
    turn = Rotation.from_rotvec(rotation)
    axes = np.stack([turn.apply(STANDARD[k].numpy()) for k in range(3)])
    found, near = rotation_vectors(torch.tensor(axes[None], dtype=torch.float64))
    np.testing.assert_allclose(found[0], np.broadcast_to(rotation, (3, 3)), atol=1e-5)
    assert near.all()
    for k, plane in enumerate(PLANES):
        np.testing.assert_allclose(found[0, k], pose_vector(plane, np.zeros(3), *axes[k])[3:], atol=1e-5)


@pytest.mark.parametrize(("degrees", "near"), [(59.0, True), (61.0, False), (180.0, False), (120.0, False)])
def test_planes_turned_by_more_than_sixty_degrees_are_left_to_themselves(degrees: float, near: bool) -> None:
    turn = Rotation.from_rotvec(np.radians(degrees) * np.array([0.6, 0.0, 0.8])).as_matrix()
    axes = torch.einsum("ij,klj->kli", torch.tensor(turn, dtype=torch.float32), STANDARD)
    found, decided = rotation_vectors(axes[None])
    assert decided.tolist() == [[near] * 3] and found.isfinite().all()


def test_subsets_are_all_there_and_their_shares_a_distribution() -> None:
    assert len({tuple(row) for row in SUBSETS.tolist()}) == 7 and SUBSETS.any(1).all()
    assert SUBSET_SHARES.sum() == pytest.approx(1)


@pytest.fixture(scope="module")
def heads() -> list[HeadShape]:
    return [ellipsoid(*half) for half in ((0.9, 1.1, 0.95), (0.85, 1.15, 1.0), (0.95, 1.05, 0.9), (0.92, 1.08, 1.05))]


@pytest.fixture(scope="module")
def exact(heads: list[HeadShape]) -> tuple[LowRankField, torch.Tensor]:
    """A basis that represents these heads exactly, and their coefficients."""
    fields = torch.from_numpy(np.stack([unit_field(head, 1.0) for head in heads]))
    basis = LowRankField(len(heads) - 1, GRID_SIZE)
    return basis, basis.fit(fields, torch.full_like(fields[0], 1 / fields[0].numel()))


@pytest.mark.parametrize("pose", [(0.0, 0.0, 0.0), (0.06, -0.04, 0.3), (-0.1, 0.05, -0.5)])
@pytest.mark.parametrize("log_size", [0.0, 0.08])
def test_the_true_outline_lies_at_distance_zero_and_beyond_it_is_positive(heads, exact, pose, log_size: float) -> None:
    """The outline of a true head, put into a picture that is shifted and turned in its plane."""
    basis, coefficients = exact
    x, y, angle = pose
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])  # right, down as columns
    over_s = np.exp(log_size) * np.stack([head.axial_outline(64) for head in heads])
    in_window = (over_s - [x, y]) @ turn / HALF_WIDTH
    six = torch.tensor([[x, y, 0.0, 0.0, 0.0, angle]], dtype=torch.float32).expand(len(heads), -1)
    size = torch.full((len(heads),), log_size)

    def distance(window: np.ndarray) -> torch.Tensor:
        return outline_distance(basis, coefficients, size, six, torch.tensor(window, dtype=torch.float32))

    assert distance(in_window).abs().max() < 0.01
    outward = over_s * (1 + 0.05 * np.exp(log_size) / np.linalg.norm(over_s, axis=-1, keepdims=True))
    beyond = distance((outward - [x, y]) @ turn / HALF_WIDTH)
    torch.testing.assert_close(beyond, torch.full_like(beyond, 0.05), rtol=0, atol=0.012)
    assert distance(np.zeros((len(heads), 1, 2))).max() < -0.4


@pytest.fixture(scope="module")
def data(painted_crops: Path) -> SkullData:
    return SkullData(sorted(painted_crops.glob("*.npz")), None, torch.eye(NETWORK["rank"]), 8, 0, 1)


def module_for(data: SkullData, **options) -> SkullTraining:
    torch.manual_seed(0)
    given_ = {"learning_rate": 2e-3, "steps": 100, "kl_warm_up": 0.3, "free_bits": 0.01, "real_weight": 1.0}
    return SkullTraining("HiRecCVAE", NETWORK, tiny_basis(), data.x_scale(), **(given_ | options))


def with_real(batch: Batch, real: int) -> Batch:
    """The batch with its last `real` cases as pictures of which only the outline is known."""
    t = torch.arange(64) * (2 * torch.pi / 64)
    ring = torch.stack([0.9 * t.cos(), 1.1 * t.sin()], -1) / HALF_WIDTH
    return replace(batch, outline=ring.expand(real, -1, -1))


def test_training_lowers_every_part_of_the_loss_of_one_batch(data: SkullData) -> None:
    module = module_for(data)
    batch = with_real(data.plain(np.arange(8)), 2)
    optimiser = torch.optim.Adam(module.net.parameters(), 3e-3)
    history = []
    for _ in range(14):
        losses = module.losses(batch, torch.Generator().manual_seed(1), beta=0.5)
        optimiser.zero_grad()
        losses["loss"].backward()
        optimiser.step()
        history.append({name: float(value.detach()) for name, value in losses.items()})
    assert set(history[0]) == {"reconstruction", "kl", "mean_path", "pose", "upright", "outline", "mean_prior", "loss"}
    assert all(np.isfinite(list(step.values())).all() for step in history)
    for name in ("reconstruction", "mean_path", "pose", "upright", "loss"):
        assert history[-1][name] < history[0][name], name


def test_what_is_not_known_of_real_pictures_is_not_trained_on(data: SkullData) -> None:
    module = module_for(data).eval()
    plain = data.plain(np.arange(6))
    batch = with_real(plain, 2)
    lies = replace(
        batch,
        coefficients=torch.cat([batch.coefficients[:4], torch.full_like(batch.coefficients[4:], 7.0)]),
        origin=torch.cat([batch.origin[:4], torch.full_like(batch.origin[4:], 7.0)]),
        log_size=torch.cat([batch.log_size[:4], torch.full_like(batch.log_size[4:], 7.0)]),
    )
    one, other = (module.losses(b, torch.Generator().manual_seed(1), 1.0) for b in (batch, lies))
    for name in one:
        torch.testing.assert_close(one[name], other[name], msg=name)
    assert "outline" not in module.losses(plain, None, 1.0)


def test_real_pictures_add_the_outline_and_two_terms_that_regularise_the_rest_of_the_head(data: SkullData) -> None:
    batch = data.plain(np.arange(8))
    present = batch.present.clone()
    present[:, 0], present[:3, 1:] = True, False
    batch = with_real(replace(batch, present=present), 2)
    weighted, simulated = (
        module_for(data, real_weight=weight).eval().losses(batch, torch.Generator().manual_seed(1), 1.0)
        for weight in (2.0, 0.0)
    )
    added = 10 * weighted["outline"] + 5 * weighted["mean_prior"] + 5 * weighted["spread_match"]
    assert weighted["spread_match"] > 0
    torch.testing.assert_close(weighted["loss"] - simulated["loss"], 2 * added, rtol=1e-3, atol=1e-3)


def test_poses_of_absent_planes_cost_nothing(data: SkullData) -> None:
    module = module_for(data).eval()
    batch = data.plain(np.arange(4))
    present = batch.present.clone()
    present[:, 1:] = False
    batch = replace(batch, present=present)
    origin = batch.origin.clone()
    origin[:, 1:] += 3.0
    one, other = (module.losses(b, None, 1.0)["pose"] for b in (batch, replace(batch, origin=origin)))
    torch.testing.assert_close(one, other)


def test_the_divergence_is_that_of_the_posterior_from_the_prior(
    data: SkullData, monkeypatch: pytest.MonkeyPatch
) -> None:
    """KL[N(1, 0.5^2) || N(0, 2^2)] = ln 4 + (0.25 + 1) / 8 - 1 / 2 per dimension; the reverse is 8.1."""
    module = module_for(data).eval()
    net = module.net

    def gaussian(mu: float, sigma: float, cases: int) -> DiagonalGaussian:
        shape = (cases, net.latent)
        return DiagonalGaussian(torch.full(shape, mu), torch.full(shape, math.log(sigma)))

    def descend(features: torch.Tensor, noise: torch.Tensor | None, x: torch.Tensor | None = None) -> list[Level]:
        n = len(features)
        posterior = None if x is None else gaussian(1.0, 0.5, n)
        return [Level(gaussian(0.0, 2, n), posterior, torch.zeros(n, net.latent)) for _ in net.levels]

    monkeypatch.setattr(net, "descend", descend)
    found = module.losses(data.plain(np.arange(4)), None, 1.0)
    one = math.log(4) + 1.25 / 8 - 0.5
    assert found["kl"].item() == pytest.approx(len(net.levels) * net.latent * one, rel=1e-5)


def test_the_basis_is_not_trained_and_goes_into_the_checkpoint(data: SkullData) -> None:
    module = module_for(data)
    optimised = {id(p) for group in module.configure_optimizers()["optimizer"].param_groups for p in group["params"]}
    assert optimised == {id(p) for p in module.net.parameters()}
    assert "basis.modes" in module.state_dict() and "net.x_scale" in module.state_dict()
    torch.testing.assert_close(module.net.x_scale, data.x_scale())
