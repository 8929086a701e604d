"""Tests of the density by a normalising flow."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.uncertainty.flow import FlowDensity
from GenerativeModelsLib.uncertainty.flow_shape import KINDS, FlowShape

QUICK = {"transforms": 4, "hidden": (32, 32), "batch": 128, "epochs": 40, "rate": 5e-3}


def banana(count: int, seed: int) -> np.ndarray:
    """(count, 2) of x2 = x1^2 + noise."""
    x = np.random.default_rng(seed).standard_normal((count, 2))
    return np.stack([x[:, 0], 0.4 * x[:, 1] + x[:, 0] ** 2], axis=1)


def banana_log_density(x: np.ndarray) -> np.ndarray:
    noise = (x[:, 1] - x[:, 0] ** 2) / 0.4
    return -0.5 * (x[:, 0] ** 2 + noise**2) - np.log(2 * np.pi * 0.4)


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> None:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module", params=sorted(KINDS))
def bent(request: pytest.FixtureRequest) -> FlowDensity:
    """A flow of a banana, in coordinates far from unit scale."""
    return FlowDensity.fit(banana(2500, 0) * [20, 0.5] + [300, -7], kind=request.param, seed=1, **QUICK)


def test_the_density_is_the_normal_one_times_the_determinant_of_the_map(bent: FlowDensity) -> None:
    """Change of variables, with the determinant of the whole map from autograd."""
    flow, x = bent._flow(), banana(20, 5) * [20, 0.5] + [300, -7]
    mean, whiten = (torch.from_numpy(part.astype(float)) for part in (bent.mean, bent.whiten))

    def whole(row: torch.Tensor) -> torch.Tensor:
        return flow.transform((row - mean) @ whiten)

    determinants = []
    for row in torch.from_numpy(x):
        u, jacobian = whole(row), torch.autograd.functional.jacobian(whole, row)
        due = -0.5 * (u @ u) - np.log(2 * np.pi) + torch.linalg.slogdet(jacobian)[1]
        assert bent.log_density(row.numpy()) == pytest.approx(float(due), abs=1e-9)
        determinants.append(float(torch.linalg.slogdet(jacobian)[1]))
    assert np.std(determinants) > 0.01, "the map is not linear"


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_maps_of_many_dimensions_have_the_determinant_of_their_jacobian(kind: str) -> None:
    shape = FlowShape(kind, 7, 3, (16,))
    torch.manual_seed(0)
    weights = [(2 * own).detach().half().numpy() for own in shape.network().parameters()]
    flow = FlowDensity(shape, np.zeros(7, np.float32), np.eye(7, dtype=np.float32), weights)._flow()
    row = torch.linspace(-2, 2, 7, dtype=float)
    _, log_determinant = flow.transform.call_and_ladj(row)
    due = torch.linalg.slogdet(torch.autograd.functional.jacobian(flow.transform, row))[1]
    assert float(log_determinant) == pytest.approx(float(due), abs=1e-9) and abs(float(due)) > 0.01
    torch.testing.assert_close(flow.transform.inv(flow.transform(row)), row)


def test_it_integrates_to_one(bent: FlowDensity) -> None:
    x, y = np.linspace(180, 420, 401), np.linspace(-8.5, 3, 401)
    grid = np.stack(np.meshgrid(x, y), axis=-1)
    total = np.exp(bent.log_density(grid)).sum() * (x[1] - x[0]) * (y[1] - y[0])
    assert total == pytest.approx(1, abs=0.01)


def test_it_finds_the_density_of_a_banana(bent: FlowDensity) -> None:
    x = banana(2000, 2)
    found = bent.log_density(x * [20, 0.5] + [300, -7]) + np.log(20 * 0.5)
    difference = banana_log_density(x) - found
    assert difference.mean() == pytest.approx(0.03, abs=0.07) and np.median(abs(difference)) < 0.15


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_gaussian_stays_one(kind: str) -> None:
    from scipy.stats import multivariate_normal

    rng = np.random.default_rng(0)
    mix = rng.standard_normal((6, 6))
    true = multivariate_normal(np.arange(6), mix @ mix.T)
    density = FlowDensity.fit(true.rvs(4000, random_state=1), kind=kind, seed=0, **QUICK)
    x = true.rvs(1000, random_state=2)
    difference = true.logpdf(x) - density.log_density(x)
    assert 0 <= difference.mean() < 0.03 and np.std(difference) < 0.25


def test_draws_have_the_moments_of_the_samples_and_repeat(bent: FlowDensity) -> None:
    drawn, due = bent.sample(4000, np.random.default_rng(3)), banana(4000, 4) * [20, 0.5] + [300, -7]
    np.testing.assert_allclose((drawn.mean(0) - due.mean(0)) / due.std(0), 0, atol=0.1)
    np.testing.assert_allclose(drawn.std(0), due.std(0), rtol=0.15)
    skew = [(((z - z.mean(0)) / z.std(0)) ** 3).mean(0)[1] for z in (drawn, due)]
    assert skew[0] == pytest.approx(skew[1], rel=0.5) and skew[1] > 1
    np.testing.assert_array_equal(drawn, bent.sample(4000, np.random.default_rng(3)))


def test_the_same_seed_gives_the_same_density_and_leaves_torchs_generator() -> None:
    options = QUICK | {"epochs": 2}
    torch.manual_seed(5)
    before = torch.get_rng_state()
    first = FlowDensity.fit(banana(400, 0), kind="maf", seed=7, **options)
    assert torch.equal(before, torch.get_rng_state())
    torch.manual_seed(6)
    again, other = (FlowDensity.fit(banana(400, 0), kind="maf", seed=s, **options) for s in (7, 8))
    for name, values in first.tensors().items():
        np.testing.assert_array_equal(values, again.tensors()[name])
    assert any(np.any(a != b) for a, b in zip(first.weights, other.weights))


def test_without_a_kind_it_takes_the_more_likely_one() -> None:
    found = {kind: FlowDensity.fit(banana(600, 0), kind=kind, seed=0, **QUICK) for kind in (None, *KINDS)}
    best = max(KINDS, key=lambda kind: found[kind].nats_per_dimension)
    assert found[None].shape.kind == best
    np.testing.assert_array_equal(found[None].held_out, found[best].held_out)


def test_samples_of_one_group_are_held_out_together() -> None:
    """Ten copies of each of forty samples: split one by one, every held-out sample would have a copy in the fit."""
    x, groups = np.repeat(banana(40, 0), 10, axis=0), np.repeat(np.arange(40)[::-1], 10)
    options = QUICK | {"epochs": 2}
    whole = FlowDensity.fit(x, kind="maf", groups=groups, seed=0, **options)
    assert len(whole.held_out) == 10 * round(0.15 * 40)
    copies = whole.held_out.reshape(-1, 10)  # increasing, so copies are neighbours
    np.testing.assert_allclose(copies, copies[:, :1].repeat(10, 1), atol=1e-4)
    alone = FlowDensity.fit(x, kind="maf", groups=np.arange(400), seed=0, **options)
    np.testing.assert_array_equal(alone.held_out, FlowDensity.fit(x, kind="maf", seed=0, **options).held_out)


def test_samples_that_were_not_fitted_give_the_rank(bent: FlowDensity) -> None:
    x = banana(2000, 9) * [20, 0.5] + [300, -7]
    ranks = bent.rank(x)
    np.testing.assert_allclose(np.quantile(ranks, [0.1, 0.5, 0.9]), [0.1, 0.5, 0.9], atol=0.07)
    assert len(bent.held_out) == 375 and np.all(np.diff(bent.held_out) >= 0)
    assert bent.rank(np.array([300.0, -20.0])) == 1 and bent.rank(np.array([[300.0, -7.0]]))[0] < 0.3
    order = np.argsort(bent.log_density(x))
    assert np.all(np.diff(ranks[order]) <= 0)


def test_it_comes_back_from_a_bundles_file_to_the_bit(bent: FlowDensity) -> None:
    import json

    from safetensors.numpy import load, save

    stored = {name: np.ascontiguousarray(values) for name, values in bent.tensors().items()}
    content = save(stored)
    settings = json.loads(json.dumps(bent.settings()))
    x = banana(50, 1).reshape(5, 10, 2)
    # Bundles are read as float32 whatever type they store.
    for tensors in (load(content), {name: values.astype(np.float32) for name, values in load(content).items()}):
        again = FlowDensity.from_bundle(tensors, settings)
        np.testing.assert_array_equal(again.log_density(x), bent.log_density(x))
        np.testing.assert_array_equal(again.rank(x), bent.rank(x))
        assert again.settings() == bent.settings()


def test_a_flow_of_seventy_numbers_stays_small() -> None:
    for kind in KINDS:
        x = np.random.default_rng(0).standard_normal((300, 70))
        density = FlowDensity.fit(x, kind=kind, epochs=1)
        assert sum(values.nbytes for values in density.tensors().values()) < 500_000


def test_changed_weights_and_shapes_are_refused(bent: FlowDensity) -> None:
    tensors, settings = bent.tensors(), bent.settings()
    with pytest.raises(ValueError, match="log density of the probe"):
        FlowDensity.from_bundle(tensors | {"weights.01": tensors["weights.01"] + 0.5}, settings)
    with pytest.raises(ValueError, match="has weights of shapes"):
        FlowDensity.from_bundle(tensors, settings | {"hidden": [32]})
    with pytest.raises(ValueError, match="of 3 features has shapes"):
        FlowDensity.from_bundle(tensors, settings | {"features": 3})
    with pytest.raises(KeyError):
        FlowDensity.from_bundle({k: v for k, v in tensors.items() if k != "mean"}, settings)


def test_vectors_of_another_size_or_not_finite_are_refused(bent: FlowDensity) -> None:
    with pytest.raises(InputError, match=r"shape \(4, 3\): give \(\.\.\., 2\)"):
        bent.log_density(np.zeros((4, 3)))
    with pytest.raises(InputError, match="hold NaN or infinity"):
        bent.log_density(np.array([0.0, np.nan]))
    assert bent.log_density(np.zeros((0, 2))).shape == (0,)
    np.testing.assert_array_equal(bent.log_density(np.array([[1e200, 0], [1e308, 1e308]])), -np.inf)


GOOD = np.random.default_rng(0).standard_normal((120, 3))


def with_value(value: float, *index: int) -> np.ndarray:
    x = GOOD.copy()
    x[index] = value
    return x


@pytest.mark.parametrize(
    ("x", "options", "words"),
    [
        (GOOD[0], {}, r"have shape \(3,\): give \(N, d\)"),
        (GOOD[:, :1], {}, r"have shape \(120, 1\)"),
        (GOOD[:99], {}, "99 samples of 3 numbers: give at least 100"),
        (np.zeros((150, 80)), {}, "150 samples of 80 numbers: give at least 160"),
        (with_value(np.nan, 5, 1), {}, "hold NaN or infinity"),
        (with_value(4.0, slice(None), 1), {}, "Column 1 of the samples is constant"),
        (GOOD, {"kind": "glow"}, "The kind of flow is 'glow': give one of maf, realnvp"),
        (GOOD, {"transforms": 99}, "transforms is 99"),
        (GOOD, {"held_out_share": 1.0}, "held-out share is 1.0"),
    ],
)
def test_samples_and_options_that_cannot_be_used_are_refused_in_one_sentence(x, options, words) -> None:
    with pytest.raises(InputError, match=words) as error:
        FlowDensity.fit(x, **options)
    assert str(error.value).endswith(".") and "\n" not in str(error.value)


def test_many_held_out_densities_are_stored_as_quantiles() -> None:
    x = np.random.default_rng(4).standard_normal((3000, 2))
    found = FlowDensity.fit(x, kind="realnvp", epochs=1, held_out_share=0.8)
    assert found.held_out.shape == (2000,) and np.all(np.diff(found.held_out) >= 0)
    every = np.sort(found.log_density(x))
    np.testing.assert_allclose(np.median(found.held_out), np.median(every), atol=0.1)
