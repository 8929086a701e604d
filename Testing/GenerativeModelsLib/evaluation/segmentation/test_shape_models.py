"""The window in mm, the shape model and the auto-encoder: what they give back of ventricles of known size."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from GenerativeModelsLib.evaluation.segmentation import autoencoder as dae
from GenerativeModelsLib.evaluation.segmentation.faults import FAULTS
from GenerativeModelsLib.evaluation.segmentation.shape_model import ShapeModel, fit_shape_model
from GenerativeModelsLib.evaluation.segmentation.window import SIDE, STEP_MM, Window, contracted
from GenerativeModelsLib.segmentation.check import check_maps
from GenerativeModelsLib.segmentation.maps import CODES
from Testing.helpers.segmentation_phantoms import PIXEL_MM, maps_of, ring

LV, MYO, RV = (CODES[name] for name in ("lv", "myo", "rv"))


def dice(one: np.ndarray, other: np.ndarray) -> float:
    return 2 * (one & other).sum() / (one.sum() + other.sum())


def test_the_window_holds_a_ventricle_at_its_size_in_mm_and_gives_it_back() -> None:
    values = ring(right=False)
    window = Window.around(values, PIXEL_MM)
    square = window.cut(values == LV, 0.0)
    assert square.shape == (SIDE, SIDE)
    assert (square > 0.5).sum() * STEP_MM**2 == pytest.approx(np.pi * 22**2, rel=0.02)
    assert np.argwhere(square > 0.5).mean(axis=0) == pytest.approx([(SIDE - 1) / 2] * 2, abs=1)
    assert dice(window.back(square, 0.0) > 0.5, values == LV) > 0.98
    assert Window.around(np.full((9, 9), RV), PIXEL_MM) is None


@pytest.mark.parametrize("share", [1.0, 0.5, 0.25])
def test_a_contracted_ventricle_has_its_share_of_cavity_and_all_its_wall(share: float) -> None:
    values = ring(right=False)
    made = contracted(values, share)
    assert (made == LV).sum() == pytest.approx(share * (values == LV).sum(), rel=0.08)
    assert (made == MYO).sum() == pytest.approx((values == MYO).sum(), rel=0.08)
    assert not made[values == 0].any()


def rings() -> list[np.ndarray]:
    return [ring(r, r + wall, right=False) for r in (17.0, 23.0) for wall in (7.0, 11.0)]


def test_the_shape_model_rebuilds_a_ventricle_and_mends_its_faults() -> None:
    model = fit_shape_model(rings(), PIXEL_MM)
    model = ShapeModel.of(model.arrays())
    assert np.allclose(model.modes @ model.modes.T, np.eye(len(model.modes)), atol=1e-4)
    values = ring(20.0, 29.0, right=False)
    rng = np.random.default_rng(1)
    for kind, size in (("lv_hole", 4.0), ("opened_wall", 10.0)):
        faulty = FAULTS[kind].make(values, PIXEL_MM, size, rng)
        made = model.repair(maps_of(faulty[None])).maps
        assert not check_maps(made).faults
        assert dice(made.values[0, 0] == LV, values == LV) > 0.93
        assert dice(made.values[0, 0] == MYO, values == MYO) > 0.85


def test_no_component_leaves_three_standard_deviations() -> None:
    model = fit_shape_model(rings(), PIXEL_MM)
    still = ShapeModel(model.mean, model.modes, 0 * model.deviations)
    small, large = (still.repair(maps_of(ring(r, r + 9, right=False)[None])).maps.values for r in (15.0, 30.0))
    assert np.array_equal(small, large) and (small == LV).any()
    free = [model.repair(maps_of(ring(r, r + 9, right=False)[None])).maps.values for r in (15.0, 30.0)]
    assert not np.array_equal(*free)


def test_a_corrupted_map_differs_and_the_same_seed_gives_the_same() -> None:
    square = Window.around(ring(right=False), PIXEL_MM).cut(ring(right=False), 0, order=0).astype(np.uint8)
    made = [dae.corrupted_square(square, np.random.default_rng(seed)) for seed in (1, 1, 2)]
    assert np.array_equal(made[0], made[1]) and not np.array_equal(made[0], made[2])
    assert any((dae.corrupted_square(square, np.random.default_rng(seed)) != square).any() for seed in range(5))


def test_the_same_seed_gives_the_same_autoencoder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dae, "SETTINGS", {**dae.SETTINGS, "widths": [2, 4], "code": 4, "batch": 2})
    nets = [dae.train_autoencoder(rings()[:2], PIXEL_MM, seed, steps=1) for seed in (0, 0, 1)]
    weights = [torch.cat([w.flatten() for w in net.parameters()]) for net in nets]
    assert torch.equal(weights[0], weights[1]) and not torch.equal(weights[0], weights[2])
    assert nets[0](torch.zeros(1, 3, SIDE, SIDE)).shape == (1, 3, SIDE, SIDE)


def test_an_autoencoder_that_changes_nothing_gives_back_the_map(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dae, "autoencoder", torch.nn.Identity)
    values = ring(20.0, 29.0)
    made = dae.DenoisingAutoencoder({}).repair(maps_of(values[None])).maps.values[0, 0]
    assert dice(made == LV, values == LV) > 0.97 and dice(made == MYO, values == MYO) > 0.95
    assert ((made == RV) == ((values == RV) & ~np.isin(made, (LV, MYO)))).all()
    empty = maps_of(np.zeros((1, 90, 80), np.uint8), structures=["lv", "myo"])
    assert not dae.DenoisingAutoencoder({}).repair(empty).maps.values.any()


def test_an_autoencoder_that_erases_leaves_no_ventricle_and_the_other_structures(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Background(torch.nn.Module):
        def forward(self, shares: torch.Tensor) -> torch.Tensor:
            return torch.stack([torch.ones_like(shares[:, 0]), *2 * [torch.zeros_like(shares[:, 0])]], 1)

    monkeypatch.setattr(dae, "autoencoder", Background)
    values = ring(20.0, 29.0)
    made = dae.DenoisingAutoencoder({}).repair(maps_of(values[None])).maps.values[0, 0]
    assert np.array_equal(made, np.where(values == RV, RV, 0))
