"""Pictures of planes that nobody took: which, how they spread, and when there are none."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from GenerativeModelsLib.geometry.grids import Grid
from GenerativeModelsLib.skull.infer.imagine import DRAWS, imagine, mean_shape, with_imagined
from GenerativeModelsLib.skull.infer.imagined_plane import ImaginedPlane
from GenerativeModelsLib.skull.infer.reconstruct import Reconstruction, reconstruct
from GenerativeModelsLib.skull.population.heads import mean_head
from Testing.helpers.painted import painted_planes

RADIUS_MM, CENTRE_MM = 45.0, np.array([1.0, -2.0, 0.0])
PLANES = painted_planes(mean_head(250.0))


@pytest.fixture(scope="module")
def found(tiny_model) -> Reconstruction:
    """A reconstruction of the axial plane alone."""
    made = reconstruct(tiny_model, {"axial": PLANES["axial"]}, samples=8, seed=4)
    return replace(made, in_distribution=replace(made.in_distribution, verdict="typical"))


@pytest.fixture(scope="module")
def made(found: Reconstruction) -> dict[str, ImaginedPlane]:
    """Its planes that were not given."""
    return imagine(found)


def balls(sd_mm: float, calibrated_mm: float, count: int = 40) -> SimpleNamespace:
    """A reconstruction whose draws are balls of radii with standard deviation `sd_mm` about the mean."""
    grid = Grid.centred(80.0, 32)
    distance = np.linalg.norm(grid.points(), axis=-1)
    off = np.linspace(-1.0, 1.0, count)
    radii = RADIUS_MM + sd_mm * off / off.std(ddof=1)
    fields = torch.tensor(distance - radii[:, None, None, None], dtype=torch.float32)
    drawn = SimpleNamespace(fields_mm=lambda rows: fields[rows])
    surface = SimpleNamespace(points=np.array([[RADIUS_MM, 0.0, 0.0]]))
    sd = np.full(distance.shape, calibrated_mm)
    mean = fields.mean(0).numpy()
    return SimpleNamespace(
        grid=grid, distance_mm=mean, sd_mm=sd, drawn=drawn, planes={"axial": None}, seed=2, surface=surface
    )


@pytest.mark.parametrize(("sd_mm", "calibrated_mm"), [(1.0, 2.5), (2.0, 1.0)])
def test_outlines_spread_as_the_calibrated_uncertainty_says(sd_mm: float, calibrated_mm: float) -> None:
    made = imagine(balls(sd_mm, calibrated_mm))
    assert list(made) == ["sagittal", "coronal"]
    for plane in made.values():
        assert plane.spread_mm["mean"] == pytest.approx(calibrated_mm, rel=0.03)
        assert plane.spread_mm["max"] == pytest.approx(calibrated_mm, rel=0.05)
        centre = plane.outline_px.mean(axis=0)
        radii = np.linalg.norm(plane.outlines_px - centre, axis=-1) * plane.spacing_mm
        assert radii.mean() == pytest.approx(RADIUS_MM, rel=0.01)


def test_the_mean_shape_is_that_of_the_surface(found: Reconstruction) -> None:
    off = mean_shape(found).implicit(found.surface.points)
    assert np.abs(off).mean() < 0.4


def test_pictures_lie_in_the_standard_plane_and_differ_by_draw(made: dict[str, ImaginedPlane]) -> None:
    assert set(made) == {"sagittal", "coronal"} and len(made["sagittal"].draws) == DRAWS
    for name, (plane, axis) in zip(made, ((made["sagittal"], 0), (made["coronal"], 1)), strict=True):
        rows, columns = plane.mean.shape
        corners = plane.pose.points(np.array([0, columns - 1]) * plane.spacing_mm, np.array([0, rows - 1]))
        np.testing.assert_allclose(corners[:, axis], 0.0, atol=1e-9, err_msg=name)
        assert plane.mean.std() > 10 and not np.array_equal(plane.mean, plane.draws[0])
        assert plane.outlines_px.shape == (8, len(plane.outline_px), 2)


def test_without_draws_there_is_the_mean_alone(tiny_model) -> None:
    planes = {name: PLANES[name] for name in ("axial", "sagittal")}
    made = imagine(reconstruct(tiny_model, planes, samples=0, seed=4))
    assert list(made) == ["coronal"]
    assert made["coronal"].draws == () and made["coronal"].spread_mm is None


def test_nothing_is_imagined_of_an_input_outside_or_of_planes_that_are_given(found: Reconstruction) -> None:
    outside = replace(found, in_distribution=replace(found.in_distribution, verdict="outside"))
    whole = replace(found, planes=dict.fromkeys(("axial", "sagittal", "coronal")))
    for given, words in ((outside, "lies outside what the model"), (whole, "all three planes are given")):
        made = with_imagined(given)
        assert made.imagined == {} and words in made.warnings[-1] and made.warnings[-1].kind == "missing"
        assert len(made.warnings) == len(given.warnings) + 1 and "imagine" not in made.seconds


def test_what_is_imagined_is_told_and_always_the_same(found: Reconstruction, made: dict[str, ImaginedPlane]) -> None:
    told: list[str] = []
    again = with_imagined(found, lambda message, share: told.append(message))
    assert again.warnings == found.warnings and again.seconds["imagine"] > 0
    assert told == ["Imagining the other planes"] and list(again.imagined) == list(made)
    for name, plane in made.items():
        np.testing.assert_array_equal(plane.mean, again.imagined[name].mean)
        np.testing.assert_array_equal(plane.draws[-1], again.imagined[name].draws[-1])
