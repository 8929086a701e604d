"""Crops of shards: agreement of pictures and labels."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from GenerativeModelsLib.evaluation.data.hc18 import Hc18Case
from GenerativeModelsLib.skull.locate.canonical import HALF_WIDTH, PICTURE_SIZE, pose_axes
from GenerativeModelsLib.skull.locate.locator import PLANES
from GenerativeModelsLib.skull.locate.window import Window
from GenerativeModelsLib.skull.shape.field import unit_field
from GenerativeModelsLib.training.skull import crops as module
from GenerativeModelsLib.training.skull.bank import Shard, shard_path
from GenerativeModelsLib.training.skull.crops import Crops, crop_file, crop_real, crop_shard, load_locator
from Testing.helpers.painted import LEVELS, GreyLevelLocator
from Testing.helpers.tiny_models import CHANNELS, tiny_basis, tiny_locator

UNIT = Window(np.zeros(2), np.array([1.0, 0]), np.array([0, 1.0]), 1.0)


@pytest.fixture(scope="module")
def shard(painted_bank: Path) -> Shard:
    return Shard.load(shard_path(painted_bank, 0))


@pytest.fixture(scope="module")
def crops(shard: Shard) -> Crops:
    return crop_shard(shard, GreyLevelLocator(), tiny_basis())


class WrongWayRound(GreyLevelLocator):
    """Returns the opposite orientation of every head."""

    def forward(self, image, inside, plane):
        out = super().forward(image, inside, plane)
        return type(out)(out.mask, -out.first_half, out.second_half, out.presence, out.features)


def seen_points(crops: Crops, i: int, k: int) -> np.ndarray:
    """Head-frame positions (N, N, 3) in mm of the pixels of a crop, by its labels."""
    origin, right, down = pose_axes(PLANES[k], crops.poses[i, k])
    ab = HALF_WIDTH * UNIT.pixel_centres(PICTURE_SIZE)
    s = crops.head_size_mm[i] / np.exp(crops.log_size[i])
    return s * (origin + ab[..., :1] * right + ab[..., 1:] * down)


def assert_labels_agree(shard: Shard, crops: Crops) -> None:
    """Where the labels say that a pixel lies in the head, its picture shows it, with the grey of that quarter."""
    assert crops.present.all() and len(crops.pictures) == len(shard.images)
    flipped = 0
    for i in range(len(shard.images)):
        for k, plane in enumerate(PLANES):
            points = seen_points(crops, i, k)
            _, u, v = shard.frames[i, k]
            mirrored = np.cross(u, v) @ np.cross(*np.abs(np.round(pose_axes(plane, np.zeros(6))[1:]))) < 0
            flipped += mirrored
            inside = shard.head(i).contains(points)
            mask = crops.pictures[i, k, 1] > 127
            assert 2 * (inside & mask).sum() / (inside.sum() + mask.sum()) > 0.96
            level = np.asarray(LEVELS)[2 * (points[..., 1] < 0) + (points[..., 2] > 0)]
            shown = crops.pictures[i, k, 0] / 255 * 1.25
            deep = shard.head(i).implicit(points) < -3
            assert np.mean(np.abs(shown - level)[deep] < 0.06) > 0.9
    assert flipped > 0


def test_labels_say_where_every_pixel_of_the_picture_lies(shard: Shard, crops: Crops) -> None:
    assert_labels_agree(shard, crops)


def test_a_head_found_the_wrong_way_round_is_turned_back(shard: Shard, crops: Crops) -> None:
    wrong = crop_shard(shard, WrongWayRound(), tiny_basis())
    assert_labels_agree(shard, wrong)
    np.testing.assert_allclose(wrong.poses, crops.poses, atol=0.02)
    np.testing.assert_allclose(wrong.scalars, crops.scalars, atol=0.02)
    assert np.abs(wrong.pictures.astype(float) - crops.pictures).mean() < 2


def test_poses_are_those_of_unmirrored_pictures_near_the_standard_planes(crops: Crops) -> None:
    assert np.linalg.norm(crops.poses[..., 3:], axis=-1).max() < np.radians(40)
    assert np.abs(crops.poses[..., :3]).max() < 0.6


def test_size_and_shape_are_the_true_ones(shard: Shard, crops: Crops) -> None:
    np.testing.assert_allclose(crops.head_size_mm, shard.hc_mm / (2 * np.pi), rtol=1e-6)
    assert np.abs(crops.log_size).max() < 0.06
    field = torch.from_numpy(unit_field(shard.head(2), crops.head_size_mm[2]))[None]
    np.testing.assert_allclose(crops.coefficients[2], tiny_basis().project(field)[0], rtol=1e-5)


def test_a_case_without_an_axial_head_is_left_out_and_another_plane_is_absent(shard: Shard) -> None:
    images = shard.images.copy()
    images[1, 0] = images[3, 1] = 0
    found = crop_shard(Shard(**{**vars(shard), "images": images}), GreyLevelLocator(), tiny_basis())
    assert len(found.pictures) == len(images) - 1
    np.testing.assert_allclose(found.head_size_mm, np.delete(shard.hc_mm, 1) / (2 * np.pi), rtol=1e-6)
    assert found.present.tolist()[2] == [True, False, True] and found.present.sum() == 3 * len(found.present) - 1
    unsure = crop_shard(shard, GreyLevelLocator(presence=0.1), tiny_basis())
    assert len(unsure.pictures) == 0


def test_crops_of_files_are_made_once_and_read_back(
    painted_bank: Path, crops: Crops, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "load_locator", lambda folder: GreyLevelLocator())
    monkeypatch.setattr(module, "load_basis", lambda path: tiny_basis())
    files = [shard_path(painted_bank, seed) for seed in (0, 900_000)]
    (tmp_path / "crops").mkdir()
    paths = [crop_file(file, tmp_path / "crops", tmp_path, tmp_path) for file in files]
    assert [path.name for path in paths] == ["crops-000000.npz", "crops-900000.npz"]
    assert sorted(p.name for p in (tmp_path / "crops").iterdir()) == [path.name for path in paths]
    read = Crops.load(paths[0])
    for name in Crops.__dataclass_fields__:
        np.testing.assert_array_equal(getattr(read, name), getattr(crops, name), err_msg=name)
    monkeypatch.setattr(module, "crop_shard", lambda *_: pytest.fail("made again"))
    assert crop_file(files[0], tmp_path / "crops", tmp_path, tmp_path) == paths[0]
    both = Crops.concatenate([read, Crops.load(paths[1])])
    assert len(both.pictures) == len(both.weeks) == len(read.weeks) + 5


def test_a_locator_is_loaded_with_the_channels_it_was_trained_with(tmp_path: Path) -> None:
    net = tiny_locator()
    save_file({k: v.contiguous() for k, v in net.state_dict().items()}, tmp_path / "locator.safetensors")
    read = load_locator(tmp_path)
    assert [len(block[0].weight) for block in read.down] == CHANNELS and not read.training
    for name, value in net.state_dict().items():
        assert torch.equal(read.state_dict()[name], value)


def test_outlines_of_real_pictures_lie_on_the_head(shard: Shard, tmp_path: Path) -> None:
    from PIL import Image

    from GenerativeModelsLib.skull.locate.locator import locate

    spacing = float(shard.spacing[0, 0, 0])
    ellipse = locate(GreyLevelLocator(), shard.images[0, 0], (spacing, spacing), "axial").ellipse
    Image.fromarray(shard.images[0, 0]).save(tmp_path / "a.png")
    good = Hc18Case(tmp_path / "a.png", spacing, ellipse, ellipse.perimeter)
    mistaken = Hc18Case(tmp_path / "a.png", spacing, ellipse, 1.5 * ellipse.perimeter)
    real = crop_real([good, mistaken], GreyLevelLocator())
    assert real.pictures.shape == (1, 2, PICTURE_SIZE, PICTURE_SIZE) and real.outline.shape == (1, 64, 2)
    assert np.abs(np.linalg.norm(real.outline[0], axis=1) * HALF_WIDTH - 1).max() < 0.25
    mask = real.pictures[0, 1] / 255.0
    for factor, inside in ((0.9, True), (1.1, False)):
        index = np.clip(((real.outline[0] * factor + 1) * PICTURE_SIZE / 2).astype(int), 0, PICTURE_SIZE - 1)
        assert ((mask[index[:, 1], index[:, 0]] > 0.5) == inside).all()
