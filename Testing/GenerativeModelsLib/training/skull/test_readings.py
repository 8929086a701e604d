"""Readings of shards: agreement of borders and labels."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from GenerativeModelsLib.evaluation.data.hc18 import Hc18Case
from GenerativeModelsLib.skull.locate.canonical import CHANNELS, PROFILE, pose_axes
from GenerativeModelsLib.skull.locate.locator import PLANES
from GenerativeModelsLib.skull.shape.ellipse import fit_ellipse
from GenerativeModelsLib.skull.shape.field import unit_field
from GenerativeModelsLib.skull.shape.star_surface import HeadShape, ellipsoid
from GenerativeModelsLib.training.skull import readings as module
from GenerativeModelsLib.training.skull.bank import Shard, shard_path
from GenerativeModelsLib.training.skull.readings import (
    ReaderNets,
    Readings,
    load_reader,
    read_file,
    read_real,
    read_shard,
)
from Testing.helpers.painted import (
    GreyLevelBorder,
    GreyLevelLocator,
    SteadyFacing,
    painted_shard,
    seeing_nets,
)
from Testing.helpers.tiny_models import CHANNELS as LOCATOR_CHANNELS
from Testing.helpers.tiny_models import tiny_basis, tiny_locator, tiny_reader

THETA = np.arange(PROFILE) * (2 * np.pi / PROFILE)


@pytest.fixture(scope="module")
def shard(painted_bank: Path) -> Shard:
    return Shard.load(shard_path(painted_bank, 0))


@pytest.fixture(scope="module")
def readings(shard: Shard) -> Readings:
    return read_shard(shard, seeing_nets(), tiny_basis())


@pytest.fixture(scope="module")
def lopsided() -> Shard:
    """Heads without any symmetry: a border on the wrong side misses them by millimetres."""
    smooth = ellipsoid(38, 48, 42).log_radius
    theta, phi = np.linspace(0, np.pi, 65)[:, None], np.arange(128) * (2 * np.pi / 128)
    x, y, z = np.sin(theta) * np.cos(phi), np.sin(theta) * np.sin(phi), np.cos(theta) + 0 * phi
    bumps = 0.06 * x * y + 0.06 * y * z + 0.05 * x * z + 0.04 * x * (5 * x**2 - 3) + 0.05 * y * (5 * z**2 - 1)
    shapes = [HeadShape(smooth + sign * bumps) for sign in (1, -1, 1, -1, 1)]
    return painted_shard(shapes, [43.0] * len(shapes), np.random.default_rng(1))


class WrongWayRound(GreyLevelLocator):
    """Returns the opposite orientation of every head."""

    def forward(self, image, inside, plane):
        out = super().forward(image, inside, plane)
        return type(out)(out.mask, -out.first_half, out.second_half, out.presence, out.features)


def in_head(readings: Readings, i: int, k: int, radius: np.ndarray) -> np.ndarray:
    """Head-frame positions (A, 3) in mm of a canonical border of case i, by its labels."""
    origin, right, down = pose_axes(PLANES[k], readings.poses[i, k])
    s = readings.head_size_mm[i] / np.exp(readings.log_size[i])
    return s * (origin + radius[:, None] * (np.cos(THETA)[:, None] * right + np.sin(THETA)[:, None] * down))


def assert_labels_agree(shard: Shard, readings: Readings) -> None:
    """Border and true outline lie on the head's surface, where the labels say that the picture lies."""
    assert readings.present.all() and len(readings) == len(shard.images)
    flipped = 0
    for i in range(len(shard.images)):
        for k, plane in enumerate(PLANES):
            _, u, v = shard.frames[i, k]
            flipped += np.cross(u, v) @ np.cross(*np.abs(np.round(pose_axes(plane, np.zeros(6))[1:]))) < 0
            truth = shard.head(i).implicit(in_head(readings, i, k, readings.truth[i, k].astype(float)))
            assert np.abs(truth).max() < 0.25
            border = shard.head(i).implicit(in_head(readings, i, k, readings.borders[i, k, 0].astype(float)))
            assert np.abs(border).max() < 0.9 and np.abs(border).mean() < 0.35  # pixels of 1.1 mm
    assert flipped > 0


@pytest.mark.parametrize("locator", [GreyLevelLocator, WrongWayRound])
def test_borders_lie_where_their_labels_say_also_of_a_head_found_the_wrong_way_round(
    lopsided: Shard, locator: type
) -> None:
    assert_labels_agree(lopsided, read_shard(lopsided, ReaderNets(locator(), *_others()), tiny_basis()))


def _others() -> tuple[GreyLevelBorder, SteadyFacing]:
    return GreyLevelBorder(), SteadyFacing()


def test_a_head_found_the_wrong_way_round_has_the_readings_of_the_right_way(shard: Shard, readings: Readings) -> None:
    wrong = read_shard(shard, ReaderNets(WrongWayRound(), *_others()), tiny_basis())
    np.testing.assert_allclose(wrong.poses, readings.poses, atol=0.02)
    np.testing.assert_allclose(wrong.borders[:, :, 0], readings.borders[:, :, 0], atol=0.02)
    np.testing.assert_allclose(wrong.truth, readings.truth, atol=0.01)


def test_readings_have_the_shapes_and_types_of_the_networks_input(readings: Readings) -> None:
    assert readings.borders.shape == (6, 3, len(CHANNELS), PROFILE) and readings.borders.dtype == np.float32
    assert readings.truth.shape == (6, 3, PROFILE) and readings.poses.shape == (6, 3, 6)
    assert np.isfinite(readings.borders).all() and np.isfinite(readings.truth).all()
    assert np.exp(readings.borders[:, :, 1]).max() < 0.05 and readings.borders[:, :, 2].min() > 0.9
    np.testing.assert_allclose(readings.borders[:, :, 0], readings.truth, atol=0.035)
    assert np.abs(np.log(readings.borders[:, :, 0] / readings.truth)).mean() < 0.01


def test_poses_are_those_of_unmirrored_pictures_near_the_standard_planes(readings: Readings) -> None:
    assert np.linalg.norm(readings.poses[..., 3:], axis=-1).max() < np.radians(40)
    assert np.abs(readings.poses[..., :3]).max() < 0.6


def test_size_and_shape_are_the_true_ones(shard: Shard, readings: Readings) -> None:
    np.testing.assert_allclose(readings.head_size_mm, shard.hc_mm / (2 * np.pi), rtol=1e-6)
    assert np.abs(readings.log_size).max() < 0.06
    # s is the size of the axial section as it was read
    around = [fit_ellipse(outline).perimeter / (2 * np.pi) for outline in shard.outline[:, 0].astype(float)]
    np.testing.assert_allclose(readings.log_size, np.log(readings.head_size_mm / around), atol=0.006)
    field = torch.from_numpy(unit_field(shard.head(2), readings.head_size_mm[2]))[None]
    np.testing.assert_allclose(readings.coefficients[2], tiny_basis().project(field)[0], rtol=1e-5)


def test_a_case_without_an_axial_head_is_left_out_and_another_plane_is_absent(shard: Shard) -> None:
    images = shard.images.copy()
    images[1, 0] = images[3, 1] = 0
    found = read_shard(Shard(**{**vars(shard), "images": images}), seeing_nets(), tiny_basis())
    assert len(found) == len(images) - 1
    np.testing.assert_allclose(found.head_size_mm, np.delete(shard.hc_mm, 1) / (2 * np.pi), rtol=1e-6)
    assert found.present.tolist()[2] == [True, False, True] and found.present.sum() == 3 * len(found.present) - 1
    assert np.isnan(found.truth[2, 1]).all() and not found.borders[2, 1].any()
    assert np.isfinite(found.truth[found.present]).all()
    assert len(read_shard(shard, seeing_nets(presence=0.1), tiny_basis())) == 0


def test_readings_of_files_are_made_once_and_read_back(
    painted_bank: Path, readings: Readings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "load_reader", lambda *folders: seeing_nets())
    monkeypatch.setattr(module, "load_basis", lambda path: tiny_basis())
    files = [shard_path(painted_bank, seed) for seed in (0, 900_000)]
    folder = tmp_path / "readings"
    folder.mkdir()
    paths = [read_file(file, folder, tmp_path, tmp_path, tmp_path) for file in files]
    assert [path.name for path in paths] == ["readings-000000.npz", "readings-900000.npz"]
    assert sorted(p.name for p in folder.iterdir()) == [path.name for path in paths]
    read = Readings.load(paths[0])
    for name in Readings.__dataclass_fields__:
        np.testing.assert_array_equal(getattr(read, name), getattr(readings, name), err_msg=name)
    monkeypatch.setattr(module, "read_shard", lambda *_: pytest.fail("made again"))
    assert read_file(files[0], folder, tmp_path, tmp_path, tmp_path) == paths[0]
    both = Readings.concatenate([read, Readings.load(paths[1])])
    assert len(both) == len(both.borders) == len(both.weeks) == len(read) + 5


def test_networks_are_loaded_as_they_were_trained(tmp_path: Path) -> None:
    nets = {"locator": tiny_locator(), "reader": tiny_reader()}
    for name, net in nets.items():
        (tmp_path / name).mkdir()
        tensors = {k: v.contiguous() for k, v in net.state_dict().items()}
        save_file(tensors, tmp_path / name / f"{name}.safetensors")
    read = load_reader(tmp_path / "locator", tmp_path / "reader")
    assert [len(block[0].weight) for block in read.locator.down] == LOCATOR_CHANNELS
    for found, net in ((read.locator, nets["locator"]), *((getattr(read, k), v) for k, v in nets["reader"].items())):
        assert not found.training
        for name, value in net.state_dict().items():
            assert torch.equal(found.state_dict()[name], value), name


class Turning(torch.nn.Module):
    """Says that the second of two orientations is upright."""

    def forward(self, picture: torch.Tensor, plane: torch.Tensor) -> torch.Tensor:
        return torch.tensor([-3.0, 3.0])


def test_borders_of_real_pictures_lie_on_the_head_as_the_facing_network_turns_it(shard: Shard, tmp_path: Path) -> None:
    from PIL import Image

    spacing, outline = float(shard.spacing[0, 0, 0]), shard.outline[0, 0].astype(float)
    ellipse = fit_ellipse(outline)
    Image.fromarray(shard.images[0, 0]).save(tmp_path / "a.png")
    Image.fromarray(np.eye(120, dtype=np.uint8) * 255).save(tmp_path / "b.png")
    good = Hc18Case(tmp_path / "a.png", spacing, ellipse, ellipse.perimeter)
    mistaken = Hc18Case(tmp_path / "a.png", spacing, ellipse, 1.5 * ellipse.perimeter)
    empty = Hc18Case(tmp_path / "b.png", spacing, ellipse, ellipse.perimeter)
    found = read_real([mistaken, good, empty], seeing_nets())
    assert len(found) == len(found.borders) == len(found.log_size) == 1
    kept = found.borders
    turned = read_real([good], ReaderNets(GreyLevelLocator(), GreyLevelBorder(), Turning())).borders
    assert kept.shape == (1, len(CHANNELS), PROFILE) and kept.dtype == np.float32
    np.testing.assert_allclose(np.roll(kept[0], PROFILE // 2, axis=-1), turned[0], atol=1e-4)
    # half axes of the located section, in its own size: the long one points down
    size = ellipse.perimeter / (2 * np.pi)
    assert kept[0, 0, [0, PROFILE // 2]].mean() == pytest.approx(ellipse.semi_minor / size, abs=0.07)
    assert kept[0, 0, [PROFILE // 4, 3 * PROFILE // 4]].mean() == pytest.approx(ellipse.semi_major / size, abs=0.07)


@pytest.mark.parametrize("error", [0.1, 0.0, -0.1])
def test_the_size_of_a_real_head_is_annotated_over_read_circumference(
    shard: Shard, tmp_path: Path, error: float
) -> None:
    """Positive if the head is larger than the border that was read."""
    from PIL import Image

    ellipse = fit_ellipse(shard.outline[0, 0].astype(float))
    Image.fromarray(shard.images[0, 0]).save(tmp_path / "a.png")
    case = Hc18Case(tmp_path / "a.png", float(shard.spacing[0, 0, 0]), ellipse, np.exp(error) * ellipse.perimeter)
    found = read_real([case], seeing_nets())
    assert found.log_size.dtype == np.float32 and found.log_size.tolist() == pytest.approx([error], abs=0.01)


def test_real_pictures_without_a_head_give_an_empty_set() -> None:
    found = read_real([], seeing_nets())
    assert len(found) == 0
