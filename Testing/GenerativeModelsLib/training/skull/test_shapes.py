"""Drawn heads: outlines and labels agree, and a seed is a file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from GenerativeModelsLib.models.low_rank_field import LowRankField
from GenerativeModelsLib.skull.locate.canonical import PROFILE, pose_axes
from GenerativeModelsLib.skull.population.heads import VARIANTS, sample_head
from GenerativeModelsLib.skull.shape.ellipse import fit_ellipse
from GenerativeModelsLib.skull.shape.field import unit_field
from GenerativeModelsLib.skull.ultrasound.pose import PLANES
from GenerativeModelsLib.training.skull import shapes as module
from GenerativeModelsLib.training.skull.shapes import SEED, Shapes, draw_shapes, fill_shapes, shapes_path, write_shapes
from Testing.helpers.tiny_models import RANK, tiny_basis

THETA = np.arange(PROFILE) * (2 * np.pi / PROFILE)
RAYS = np.stack([np.cos(THETA), np.sin(THETA)], -1)


@pytest.fixture(scope="module")
def shapes() -> Shapes:
    return draw_shapes(3, tiny_basis(), heads=40)


def test_outlines_lie_on_the_head_where_the_poses_put_them() -> None:
    for seed in range(4):
        drawn = draw_shapes(seed, tiny_basis(), heads=1)
        head = sample_head(np.random.default_rng([SEED, seed]))
        s = drawn.head_size_mm[0] / np.exp(drawn.log_size[0])
        for k, plane in enumerate(PLANES):
            origin, right, down = pose_axes(plane, drawn.poses[0, k].astype(float))
            in_plane = drawn.truth[0, k, :, None] * RAYS
            points = s * (origin + in_plane[:, :1] * right + in_plane[:, 1:] * down)
            assert np.abs(head.shape.implicit(points)).max() < 0.15, plane
        assert drawn.head_size_mm[0] == pytest.approx(head.hc_mm / (2 * np.pi))
        assert drawn.variant[0] == VARIANTS.index(head.variant)
        assert drawn.weeks[0] == pytest.approx(head.gestational_age_weeks)
        field = torch.from_numpy(unit_field(head.shape, head.hc_mm / (2 * np.pi)))[None]
        np.testing.assert_allclose(drawn.coefficients[0], tiny_basis().project(field)[0], rtol=1e-4, atol=1e-6)


def test_lengths_are_in_sizes_of_the_axial_section_seen_from_its_centre(shapes: Shapes) -> None:
    assert shapes.truth.shape == (40, 3, PROFILE) and shapes.poses.shape == (40, 3, 6)
    assert shapes.coefficients.shape == (40, RANK) and shapes.variant.dtype == np.int16
    assert len(shapes) == 40
    for i in range(len(shapes)):
        for k in range(3):
            ellipse = fit_ellipse(shapes.truth[i, k, :, None] * RAYS)
            np.testing.assert_allclose(ellipse.centre, 0, atol=0.01)
            if k == 0:
                assert ellipse.perimeter / (2 * np.pi) == pytest.approx(1, abs=0.003)
    assert np.abs(shapes.log_size).max() < 0.2 and shapes.log_size.std() > 1e-4


def test_a_long_axial_section_is_shown_along_its_axis_to_a_degree_or_two(shapes: Shapes) -> None:
    """As `HeadFinding.with_border` turns it: the axis of the ellipse, not that of the head, points down."""
    off = []
    for truth in shapes.truth[:, 0]:
        ellipse = fit_ellipse(truth[:, None] * RAYS)
        if ellipse.semi_major / ellipse.semi_minor > 1.15:
            off.append(np.degrees(ellipse.angle_rad) - 90)
    assert len(off) > 20
    assert 0.7 < np.std(off) < 2.5 and np.abs(off).max() < 6


def test_poses_are_near_the_standard_planes_and_vary(shapes: Shapes) -> None:
    assert np.linalg.norm(shapes.poses[..., 3:], axis=-1).max() < np.radians(55)
    assert (shapes.poses.std(0) > 0.005).all()
    assert np.abs(shapes.poses[..., :3]).max() < 0.7


def test_the_same_seed_draws_the_same_heads_and_another_one_others() -> None:
    one, again, other = (draw_shapes(seed, tiny_basis(), heads=2) for seed in (5, 5, 6))
    for name in Shapes.__dataclass_fields__:
        np.testing.assert_array_equal(getattr(one, name), getattr(again, name), err_msg=name)
    assert not np.array_equal(one.truth, other.truth)
    # the first heads of a file do not depend on how many follow
    np.testing.assert_array_equal(draw_shapes(5, tiny_basis(), heads=1).truth, one.truth[:1])


def test_files_are_written_once_and_read_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    basis = tmp_path / "basis.safetensors"
    save_file({k: v.contiguous() for k, v in tiny_basis().state_dict().items()}, basis)
    asked: list[int] = []
    drawn = draw_shapes(0, tiny_basis(), heads=2)

    def draw(seed: int, given_basis: LowRankField) -> Shapes:
        assert torch.equal(given_basis.modes, tiny_basis().modes)
        asked.append(seed)
        return Shapes(**{**vars(drawn), "weeks": np.full(2, seed, np.float32)})

    monkeypatch.setattr(module, "draw_shapes", draw)
    folder = tmp_path / "new" / "shapes"
    folder.mkdir(parents=True)
    assert write_shapes(folder, basis, 4) == shapes_path(folder, 4) and asked == [4]
    paths = fill_shapes(folder, basis, range(3, 6), workers=1)
    assert paths == [shapes_path(folder, seed) for seed in (3, 4, 5)] and asked == [4, 3, 5]
    assert sorted(p.name for p in folder.iterdir()) == [p.name for p in paths]
    loaded = Shapes.load(paths)
    assert len(loaded) == 6 and loaded.weeks.tolist() == [3, 3, 4, 4, 5, 5]
    np.testing.assert_array_equal(loaded.truth[2:4], drawn.truth)
    assert fill_shapes(tmp_path / "other", basis, range(1))[0].exists()
