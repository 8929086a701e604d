"""Parts of what is written, against closed forms."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from GenerativeModelsLib.geometry.grids import Grid
from GenerativeModelsLib.skull.case import write as case_files
from GenerativeModelsLib.skull.case.write import resampled, uncertainty_summary, write_volumes
from GenerativeModelsLib.skull.infer.model import SkullModel
from GenerativeModelsLib.skull.infer.reconstruct import Reconstruction, reconstruct
from GenerativeModelsLib.skull.population.heads import mean_head
from Testing.helpers.painted import painted_planes
from Testing.helpers.shapes import ball, ball_field, box


@pytest.fixture(scope="module")
def found(tiny_model: SkullModel) -> Reconstruction:
    return reconstruct(tiny_model, painted_planes(mean_head(250), ["axial"]), samples=4)


def test_resampling_a_ball_keeps_its_distances() -> None:
    coarse, fine = Grid.centred(50, 26), Grid.around(np.array([[-30.0, -20, -10], [25, 31, 12]]), 1.3, 4.0)
    moved = resampled(ball_field(coarse, 22.0, (3, 1, -2)), coarse, fine)
    expected = ball_field(fine, 22.0, (3, 1, -2))
    near = np.abs(expected) < 6
    np.testing.assert_allclose(moved[near], expected[near], atol=0.05)


def test_beyond_the_grid_is_outside() -> None:
    coarse, wide = Grid.centred(20, 11), Grid.centred(40, 21)
    moved = resampled(ball_field(coarse, 10.0), coarse, wide)
    assert moved.shape == wide.shape_zyx and moved[0].min() > 0 and moved[:, :, -1].min() > 0


def test_the_summary_weights_by_area(found: Reconstruction) -> None:
    """Three quarters of a flat box's area lie at the points of two corners."""
    surface = ball(40).with_data(uncertainty_mm=np.full(len(ball(40).points), 1.5, np.float32))
    constant = uncertainty_summary(replace(found, surface=surface))
    assert constant == {"mean": pytest.approx(1.5), "median": 1.5, "p95": 1.5, "max": 1.5}
    flat = box((10, 10, 2))
    sigma = np.where(flat.points[:, 0] > 0, 2.0, 1.0).astype(np.float32)
    share = flat.vertex_areas[sigma > 1].sum() / flat.area
    summary = uncertainty_summary(replace(found, surface=flat.with_data(uncertainty_mm=sigma)))
    assert summary["mean"] == pytest.approx(1 + share) and summary["max"] == 2
    assert summary["median"] == (1 if share <= 0.5 else 2) and summary["p95"] == 2


def test_without_a_spread_the_summary_is_empty(found: Reconstruction) -> None:
    assert set(uncertainty_summary(replace(found, sd_mm=None)).values()) == {None}


def test_volumes_of_a_large_head_stay_of_reasonable_size(
    found: Reconstruction, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import SimpleITK as sitk

    monkeypatch.setattr(case_files, "LARGEST_VOLUME", 80)

    grid = found.grid
    k = 4.0
    big = Grid(tuple(k * v for v in grid.origin_mm), tuple(k * v for v in grid.spacing_mm), grid.shape_zyx)
    surface = replace(found.surface, points=k * found.surface.points)
    large = replace(found, surface=surface, grid=big, distance_mm=k * found.distance_mm, sd_mm=k * found.sd_mm)
    write_volumes(tmp_path, large)
    image = sitk.ReadImage(str(tmp_path / "skull.nii.gz"))
    assert max(image.GetSize()) <= 84
    volume = sitk.GetArrayViewFromImage(image).sum() * np.prod(image.GetSpacing())
    assert volume == pytest.approx(surface.volume_mm3, rel=0.03)
