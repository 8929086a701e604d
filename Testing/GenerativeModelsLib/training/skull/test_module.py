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
from GenerativeModelsLib.models.predictor import Conditions
from GenerativeModelsLib.skull.locate.canonical import PROFILE, pose_vector, profile
from GenerativeModelsLib.skull.locate.locator import PLANES
from GenerativeModelsLib.skull.locate.window import Window
from GenerativeModelsLib.skull.shape.field import GRID_SIZE, unit_field
from GenerativeModelsLib.skull.shape.star_surface import HeadShape, ellipsoid
from GenerativeModelsLib.training.skull.augmentation import STANDARD, Batch
from GenerativeModelsLib.training.skull.readings import Readings
from Testing.helpers.tiny_models import NETWORK, tiny_basis

pytest.importorskip("lightning")

from GenerativeModelsLib.training.skull import module as loss_module
from GenerativeModelsLib.training.skull.data import SkullData
from GenerativeModelsLib.training.skull.module import (
    FISHER_RIDGE,
    SIZE_SIGMA,
    SUBSET_SHARES,
    SUBSETS,
    SkullTraining,
    border_distance,
    rotation_vectors,
    separability,
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
def test_the_true_border_lies_at_distance_zero_and_beyond_it_is_positive(heads, exact, pose, log_size: float) -> None:
    """The outline of a true head, read in a picture that is shifted and turned in its plane."""
    basis, coefficients = exact
    x, y, angle = pose
    right = np.array([np.cos(angle), np.sin(angle)])
    window = Window(np.array([x, y]), right, np.array([-right[1], right[0]]), 1.0)
    over_s = np.exp(log_size) * np.stack([head.axial_outline(256) for head in heads])
    radius = np.stack([profile(outline, window, 1.0) for outline in over_s])
    six = torch.tensor([[x, y, 0.0, 0.0, 0.0, angle]], dtype=torch.float32).expand(len(heads), -1)
    size = torch.full((len(heads),), log_size)

    def distance(at: np.ndarray) -> torch.Tensor:
        return border_distance(basis, coefficients, size, six, torch.tensor(at, dtype=torch.float32))

    assert distance(radius).abs().max() < 0.01
    # 0.05 true head sizes along the rays, nearly normal to the outline
    beyond = distance(radius + 0.05 * np.exp(log_size))
    torch.testing.assert_close(beyond, torch.full_like(beyond, 0.05), rtol=0, atol=0.014)
    assert distance(np.zeros_like(radius)).max() < -0.4


def two_kinds(seed: int = 0, real: int = 9, simulated: int = 14, by: float = 0.7) -> tuple[torch.Tensor, torch.Tensor]:
    """Features of two kinds, the first moved by `by` standard deviations along one of five axes of different scale."""
    g = torch.Generator().manual_seed(seed)
    first, second = (torch.randn(n, 5, generator=g, dtype=torch.float64) for n in (real, simulated))
    first[:, 1] += by
    scale = torch.tensor([0.1, 1.0, 3, 10, 1]).double()
    return scale * first + 2, scale * second + 2


@pytest.mark.parametrize("by", [0.0, 0.5, 2.0, 6.0])
def test_the_separability_is_the_squared_distance_in_standard_deviations_whatever_the_counts(by: float) -> None:
    """log(1 + d^2) of many cases, the variance raised by the ridge; equal for other counts and after a linear map."""
    first, second = two_kinds(0, 4000, 4000, by)
    expected = math.log1p(by**2 / (1 + FISHER_RIDGE))
    assert separability(first, second).item() == pytest.approx(expected, rel=0.07, abs=0.01)
    # neither the order nor how often each kind is repeated matters
    torch.testing.assert_close(separability(second.flip(0), first), separability(first, second))
    torch.testing.assert_close(separability(first.repeat(2, 1), second.repeat(2, 1)), separability(first, second))
    torch.testing.assert_close(
        separability(50 * first - 7, 50 * second - 7), separability(first, second), rtol=0.01, atol=1e-4
    )
    assert separability(*two_kinds(1, 400, 4000, by)).item() == pytest.approx(expected, rel=0.15, abs=0.05)


def test_correlated_features_are_separated_along_the_axis_of_least_variance() -> None:
    """Two features that are nearly equal: moved along their sum by one standard deviation, along their difference by
    the same length, which is five of its standard deviations."""
    g = torch.Generator().manual_seed(0)
    wide, narrow = torch.randn(2, 8000, generator=g, dtype=torch.float64)
    x = torch.stack([wide + 0.2 * narrow, wide - 0.2 * narrow], -1)
    first, second = x[:4000], x[4000:]
    # with the ridge, the variances of sum and difference are 2 + r and 0.08 + r, r = 2 * 0.02 * 1.04
    ridge = 2 * FISHER_RIDGE * 1.04
    for direction, variance in (((1.0, 1.0), 4.0), ((1.0, -1.0), 0.16)):
        moved = separability(first + torch.tensor(direction).double(), second).item()
        assert moved == pytest.approx(math.log1p(4 / (variance + ridge)), rel=0.06)


def test_constant_features_are_not_separable() -> None:
    same = torch.ones(6, 3)
    found = separability(same, same.clone().requires_grad_())
    assert found.item() == 0 and found.isfinite()


def test_the_separability_draws_both_kinds_together() -> None:
    """Both gradients make it smaller, and descent of a shift alone finds it."""
    first, second = two_kinds(1, 300, 300)
    first.requires_grad_(), second.requires_grad_()
    before = separability(first, second)
    before.backward()
    # to shift one kind is to shift the other the opposite way
    torch.testing.assert_close(first.grad.sum(0), -second.grad.sum(0))
    for moved in ((first - first.grad, second), (first, second - second.grad)):
        assert separability(*moved) < before
    shift = torch.zeros(5, dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.Adam([shift], 0.05)
    for _ in range(200):
        optimiser.zero_grad()
        separability(first.detach() + shift, second.detach()).backward()
        optimiser.step()
    assert separability(first + shift, second).item() < 0.01 < before.item()
    assert shift[1].item() == pytest.approx(-0.7, abs=0.25)


def test_a_step_draws_the_same_noise_whenever_it_is_taken(data: SkullData, monkeypatch: pytest.MonkeyPatch) -> None:
    """So a training that was stopped and resumed is the same; other steps and seeds draw other noise."""
    monkeypatch.setattr(SkullTraining, "log_dict", lambda *_, **__: None)
    monkeypatch.setattr(SkullTraining, "log", lambda *_, **__: None)

    def loss(step: int, seed: int) -> float:
        monkeypatch.setattr(SkullTraining, "global_step", step)
        torch.manual_seed(0)
        made = module_for(data, seed=seed)
        torch.manual_seed(step + 5)  # the global generator plays no part
        return made.training_step(data[0], 0).item()

    first = loss(3, 1)
    assert first == loss(3, 1) and first != loss(4, 1) and first != loss(3, 2)


@pytest.fixture(scope="module")
def data(painted_readings: Path) -> SkullData:
    parts = [Readings.load(path) for path in sorted(painted_readings.glob("*.npz"))]
    return SkullData(Readings.concatenate(parts), None, None, torch.eye(NETWORK["rank"]), 8, 0, 1)


def module_for(data: SkullData, network: dict = NETWORK, **options) -> SkullTraining:
    torch.manual_seed(0)
    given_ = {"learning_rate": 2e-3, "steps": 100, "kl_warm_up": 0.3, "free_bits": 0.01, "real_weight": 1.0}
    return SkullTraining("HiRecCVAE", network, tiny_basis(), data.x_scale(), **(given_ | options))


def with_real(batch: Batch, real: int) -> Batch:
    """The batch with its last `real` cases as axial pictures of which only the border is known."""
    borders, present = batch.borders.clone(), batch.present.clone()
    t = torch.arange(PROFILE) * (2 * torch.pi / PROFILE)
    borders[-real:, 0, 0] = 0.9 * 1.1 / torch.hypot(1.1 * t.cos(), 0.9 * t.sin())
    present[-real:, 1:] = False
    return replace(batch, borders=borders, present=present, real=real)


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
    assert set(history[0]) == {
        "reconstruction", "kl", "mean_path", "pose", "border", "size", "mean_prior", "domain", "loss",
    }  # fmt: skip
    assert all(np.isfinite(list(step.values())).all() for step in history)
    for name in ("reconstruction", "mean_path", "pose", "loss"):
        assert history[-1][name] < history[0][name], name


def test_what_is_not_known_of_real_pictures_is_not_trained_on(data: SkullData) -> None:
    module = module_for(data).eval()
    plain = data.plain(np.arange(6))
    batch = with_real(plain, 2)
    lies = replace(
        batch,
        coefficients=torch.cat([batch.coefficients[:4], torch.full_like(batch.coefficients[4:], 7.0)]),
        origin=torch.cat([batch.origin[:4], torch.full_like(batch.origin[4:], 7.0)]),
    )
    one, other = (module.losses(b, torch.Generator().manual_seed(1), 1.0) for b in (batch, lies))
    for name in one:
        torch.testing.assert_close(one[name], other[name], msg=name)
    assert not {"border", "size", "domain"} & set(module.losses(plain, None, 1.0))


@pytest.mark.parametrize(("sigmas", "expected"), [(0.0, 0.0), (1.0, 0.5), (-1.0, 0.5), (2.0, 2.0), (-5.0, 8.0)])
def test_the_size_of_a_real_head_is_fitted_to_its_annotated_circumference(
    data: SkullData, monkeypatch: pytest.MonkeyPatch, sigmas: float, expected: float
) -> None:
    """Huber loss of the error in standard deviations: its half square, 2 (|error| - 1) beyond two of them."""
    module = module_for(data, {**NETWORK, "members": 1}).eval()
    batch = with_real(data.plain(np.arange(6)), 2)
    net = module.net.members[0]
    with torch.no_grad():
        features = net.encode_planes(Conditions(batch.borders, batch.present))
        predicted = net.decode(features, net.descend(features, None))[:, -1]

    def found(size: torch.Tensor) -> dict[str, torch.Tensor]:
        return module.losses(replace(batch, log_size=size), torch.Generator().manual_seed(1), 1.0)

    size = torch.cat([batch.log_size[:4], predicted[4:] - sigmas * SIZE_SIGMA])
    assert found(size)["size"].item() == pytest.approx(expected, abs=1e-4)
    one, other = found(size), found(torch.cat([batch.log_size[:4], predicted[4:] + 3 * SIZE_SIGMA]))
    changed = {name for name in one if not torch.allclose(one[name], other[name])}
    assert changed <= {"size", "loss"} and "size" in changed


def test_real_pictures_add_the_border_and_terms_that_regularise_the_rest_of_the_head(data: SkullData) -> None:
    batch = data.plain(np.arange(8))
    present = batch.present.clone()
    present[:, 0], present[:3, 1:] = True, False
    batch = with_real(replace(batch, present=present), 2)
    weighted, simulated = (
        module_for(data, real_weight=weight).eval().losses(batch, torch.Generator().manual_seed(1), 1.0)
        for weight in (2.0, 0.0)
    )
    terms = {"border": 10, "size": 10, "mean_prior": 5, "spread_match": 5, "domain": 10}
    added = sum(weight * weighted[name] for name, weight in terms.items())
    assert all(weighted[name] > 0 for name in ("border", "size", "spread_match", "domain"))
    torch.testing.assert_close(weighted["loss"] - simulated["loss"], 2 * added, rtol=1e-3, atol=1e-3)


def test_a_term_on_real_pictures_that_is_left_out_adds_nothing(data: SkullData) -> None:
    batch = with_real(data.plain(np.arange(8)), 2)
    both, border = (
        module_for(data, real_terms=terms).eval().losses(batch, torch.Generator().manual_seed(1), 1.0)
        for terms in ({"border": 10.0, "size": 3.0}, {"border": 10.0})
    )
    torch.testing.assert_close(both["loss"] - border["loss"], 3 * both["size"], rtol=1e-3, atol=1e-3)


def test_beta_rises_from_a_twentieth_to_its_value(data: SkullData, monkeypatch: pytest.MonkeyPatch) -> None:
    logged: list[float] = []
    monkeypatch.setattr(SkullTraining, "log_dict", lambda *_, **__: None)
    monkeypatch.setattr(SkullTraining, "log", lambda self, name, value, **_: logged.append(value))
    for step in (0, 15, 30, 90):
        monkeypatch.setattr(SkullTraining, "global_step", step)
        module_for(data, beta=4.0).training_step(data[0], 0)
    assert logged == pytest.approx([0.2, 2.1, 4.0, 4.0])


def test_a_doubtful_border_of_a_real_picture_weighs_less(data: SkullData) -> None:
    """Its distance is over its own standard deviation: tenfold, and the Huber loss falls to about a tenth or less."""
    module = module_for(data).eval()
    batch = with_real(data.plain(np.arange(8)), 2)
    borders = batch.borders.clone()
    borders[-2:, 0, 0] *= 1.2
    sure, unsure = borders.clone(), borders.clone()
    sure[-2:, 0, 1], unsure[-2:, 0, 1] = np.log(0.01), np.log(0.2)
    # features must not change with the doubt, only the weight
    features = module.net.members[0].encode_planes
    module.net.members[0].encode_planes = lambda y: features(Conditions(borders, y.present))
    found = [
        module.member_losses(
            module.net.members[0],
            replace(batch, borders=b),
            torch.Generator().manual_seed(1),
            1.0,
        )
        for b in (sure, unsure)
    ]
    assert found[1]["border"] < 0.2 * found[0]["border"]


def test_the_loss_is_the_mean_over_the_members_each_with_noise_of_its_own(data: SkullData) -> None:
    module, batch = module_for(data).eval(), with_real(data.plain(np.arange(6)), 2)
    together = module.losses(batch, torch.Generator().manual_seed(1), 1.0)
    generator = torch.Generator().manual_seed(1)
    each = [module.member_losses(net, batch, generator, 1.0) for net in module.net.members]
    assert len(each) == NETWORK["members"] == 2
    for name, value in together.items():
        torch.testing.assert_close(value, (each[0][name] + each[1][name]) / 2)
    assert each[0]["loss"] != each[1]["loss"]
    for net in module.net.members:
        torch.testing.assert_close(net.x_scale, data.x_scale())


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
    module = module_for(data, {**NETWORK, "members": 1}).eval()
    net = module.net.members[0]

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
    assert "basis.modes" in module.state_dict() and "net.members.1.x_scale" in module.state_dict()
    torch.testing.assert_close(module.net.x_scale, data.x_scale())


def test_the_axial_features_of_the_cases_that_have_an_axial_plane_are_compared(
    data: SkullData, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = module_for(data, {**NETWORK, "members": 1}).eval()
    plain = data.plain(np.arange(8))
    present = plain.present.clone()
    present[:2, 0] = False
    batch = with_real(replace(plain, present=present), 3)
    net, seen = module.net.members[0], []
    monkeypatch.setattr(
        loss_module, "separability", lambda real, simulated: seen.append((real, simulated)) or real.sum() * 0
    )
    module.losses(batch, None, 1.0)
    features = net.encode_planes(Conditions(batch.borders, batch.present))
    ((real, simulated),) = seen
    torch.testing.assert_close(real, features[5:, 0])
    torch.testing.assert_close(simulated, features[2:5, 0])
