"""Batches for the skull models."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from GenerativeModelsLib.skull.locate.canonical import pose_vector
from GenerativeModelsLib.skull.locate.locator import PLANES
from GenerativeModelsLib.training.skull.crops import Crops, RealCrops
from Testing.helpers.tiny_models import RANK

pytest.importorskip("lightning")

from GenerativeModelsLib.training.skull.data import FixedBatches, SkullData, picture_axes, to_float

MIRROR = -torch.eye(RANK)


@pytest.fixture(scope="module")
def crops(painted_crops: Path) -> Crops:
    return Crops.load(painted_crops / "crops-000000.npz")


@pytest.fixture(scope="module")
def real(crops: Crops) -> RealCrops:
    t = np.linspace(0, 2 * np.pi, 64, endpoint=False)
    ring = np.stack([0.5 * np.cos(t), 0.6 * np.sin(t)], -1).astype(np.float32)
    return RealCrops(crops.pictures[:3, 0], crops.scalars[:3, 0], np.broadcast_to(ring, (3, 64, 2)).copy())


def data(painted_crops: Path, real: RealCrops | None = None, seed: int = 1) -> SkullData:
    return SkullData([painted_crops / "crops-000000.npz"], real, MIRROR, 5, 3 if real else 0, seed)


def test_bytes_become_grey_values_and_a_mask() -> None:
    values = to_float(torch.tensor([0, 255], dtype=torch.uint8).view(1, 1, 1, 2).expand(1, 2, 1, 2))
    assert values[0, :, 0].tolist() == [[0, 1.25], [0, 1]]


def test_pose_vectors_become_centres_and_axes(crops: Crops) -> None:
    origin, axes = picture_axes(crops.poses)
    for k, plane in enumerate(PLANES):
        back = pose_vector(plane, origin[2, k], *axes[2, k].astype(float))
        np.testing.assert_allclose(back, crops.poses[2, k], atol=1e-4)


def test_a_batch_is_its_number(painted_crops: Path, real: RealCrops) -> None:
    one, same, other = data(painted_crops, real)[4], data(painted_crops, real)[4], data(painted_crops, real)[5]
    for name, value in vars(one).items():
        assert torch.equal(value, getattr(same, name)), name
    assert not torch.equal(one.pictures, other.pictures)
    assert not torch.equal(one.pictures, data(painted_crops, real, seed=2)[4].pictures)


def test_known_heads_come_first_then_real_outlines(painted_crops: Path, real: RealCrops) -> None:
    batch = data(painted_crops, real)[0]
    assert len(batch.pictures) == len(batch.log_size) == len(batch.coefficients) == 8
    assert batch.outline.shape == (3, 64, 2)
    assert batch.present[5:].tolist() == [[True, False, False]] * 3
    assert batch.present[:5].any(1).all()
    radius = batch.outline.norm(dim=-1)
    assert radius.min() > 0.4 and radius.max() < 0.8  # moved, not removed
    alone = data(painted_crops)[0]
    assert alone.outline is None and len(alone.pictures) == 5


def test_plain_cases_are_as_stored(painted_crops: Path, crops: Crops) -> None:
    batch = data(painted_crops).plain(np.array([3, 1]))
    np.testing.assert_allclose(batch.pictures[0, :, 1], crops.pictures[3, :, 1] / 255, atol=1e-6)
    np.testing.assert_array_equal(batch.coefficients[1], crops.coefficients[1])
    np.testing.assert_allclose(batch.log_size, crops.log_size[[3, 1]], atol=1e-6)
    assert all(value.dtype in (torch.float32, torch.bool) for value in vars(batch).values() if value is not None)


def test_a_plane_that_was_not_found_is_never_said_to_be_there(
    painted_crops: Path, crops: Crops, tmp_path: Path
) -> None:
    present = crops.present.copy()
    present[:, 1] = False
    np.savez(tmp_path / "crops-000001.npz", **vars(replace(crops, present=present)))
    found = SkullData([tmp_path / "crops-000001.npz"], None, MIRROR, 16, 0, 0)
    assert not any(found[i].present[:, 1].any() for i in range(3))


def test_new_files_are_taken_in_once(painted_crops: Path) -> None:
    first, second = sorted(painted_crops.glob("*.npz"))
    held = SkullData([first], None, MIRROR, 5, 0, 0)
    assert len(held.crops.pictures) == 6
    held.refresh([first, second])
    assert len(held.crops.pictures) == len(held.axes) == len(held.origin) == 11
    held.refresh([first, second])
    assert len(held.crops.pictures) == 11


def test_scales_are_the_standard_deviations(painted_crops: Path, crops: Crops) -> None:
    scale = data(painted_crops).x_scale()
    np.testing.assert_allclose(scale[:-1], crops.coefficients.std(0), rtol=1e-5)
    assert scale[-1] == pytest.approx(max(crops.log_size.std(), 1e-4), rel=1e-5)
    still = replace(crops, coefficients=np.zeros_like(crops.coefficients))
    held = data(painted_crops)
    held.crops = still
    assert held.x_scale()[:-1].tolist() == pytest.approx([1e-4] * RANK)


def test_validation_goes_through_the_cases_in_order(painted_crops: Path, crops: Crops) -> None:
    fixed = FixedBatches(data(painted_crops), 2)
    assert len(fixed) == 3
    np.testing.assert_array_equal(fixed[1].coefficients, crops.coefficients[2:4])
    assert torch.equal(fixed[1].pictures, fixed[1].pictures)
