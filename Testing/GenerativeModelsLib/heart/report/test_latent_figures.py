"""Figures of the latent space: made without a display, with labels."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from GenerativeModelsLib.geometry.surfaces import Surface
from GenerativeModelsLib.heart.infer.model import HeartModel, load_heart_model
from GenerativeModelsLib.heart.report import painted
from GenerativeModelsLib.heart.report.latent_figures import draw_population, latent_figure, write_figure
from GenerativeModelsLib.heart.report.painted import draw_ventricle, thickness_colours
from GenerativeModelsLib.heart.shape.surfaces import quick_surface
from GenerativeModelsLib.heart.shape.ventricle import Ventricle
from Testing.helpers.heart_phantoms import bullet
from Testing.helpers.tiny_hearts import tiny_hearts, write_tiny_heart_bundle

pytest.importorskip("matplotlib")


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> HeartModel:
    return load_heart_model(write_tiny_heart_bundle(tmp_path_factory.mktemp("heart") / "bundle"))


def pixels(figure) -> np.ndarray:
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())


def test_a_thick_wall_is_painted_lighter_than_a_thin_one() -> None:
    from matplotlib.figure import Figure

    shades = []
    for wall in (6.0, 15.0):
        figure = Figure(figsize=(2, 3))
        draw_ventricle(figure.subplots(), bullet(wall_mm=wall))
        shades.append(pixels(figure)[100:200, 60:140, 1].mean())
    assert shades[1] > shades[0] + 30
    rgba = thickness_colours().to_rgba(np.array([4.0, 18.0]))
    assert rgba[1].sum() > rgba[0].sum()


def test_the_septum_lies_left_and_turns_with_the_heart() -> None:
    from matplotlib.figure import Figure

    def yellow(turn: float) -> tuple[float, float]:
        figure = Figure(figsize=(2, 3))
        draw_ventricle(figure.subplots(), bullet(septal_bump_mm=8.0), turn_degrees=turn)
        shown = pixels(figure)[120:190].astype(float)
        shown = shown[..., 1] / (shown[..., 2] + 1)
        return shown[:, 50:100].mean(), shown[:, 100:150].mean()

    left, right = yellow(0.0)
    assert left > right
    left, right = yellow(180.0)
    assert left < right


def test_the_hearts_point_is_named_among_the_population(model: HeartModel) -> None:
    from matplotlib.figure import Figure

    axes = Figure().subplots()
    draw_population(axes, model, model.place(tiny_hearts()[0][:1]))
    lines = ["99 % of the population", "thickest wall at ED", "HCM probability 0.5"]
    texts = [t.get_text() for t in axes.get_legend().get_texts()]
    assert texts == ["healthy", "hypertrophic", *lines, "this heart"]
    walls = [t.get_text().strip() for t in axes.texts]
    assert walls and all(re.fullmatch(r"\d+ mm", wall) for wall in walls) and len(set(walls)) == len(walls)


@pytest.fixture
def few_triangles(monkeypatch: pytest.MonkeyPatch) -> None:
    """Surfaces with holes, which are painted faster."""

    def thinned(ventricle: Ventricle) -> Surface:
        whole = quick_surface(ventricle)
        return replace(whole, triangles=whole.triangles[::20])

    monkeypatch.setattr(painted, "quick_surface", thinned)


def test_means_and_strips_have_titles_and_a_legend_in_mm(model: HeartModel, few_triangles) -> None:
    axes = latent_figure(model).axes
    titles = [title.split("\n")[0] for each in axes if (title := each.get_title())]
    steps = ("-2", "-1", "+0", "+1", "+2")
    strips = [f"dimension {dimension}: {step} SD" for dimension in (1, 2) for step in steps]
    assert titles == ["healthy, ED", "healthy, ES", "hypertrophic, ED", "hypertrophic, ES", *strips]
    assert [each.get_ylabel() for each in axes].count("wall thickness, mm") == 1


def test_the_same_figure_gives_the_same_files(model: HeartModel, tmp_path: Path, few_triangles) -> None:
    for name in ("a", "b"):
        figure = latent_figure(model)
        for suffix in ("png", "svg"):
            write_figure(figure, tmp_path / f"{name}.{suffix}", dpi=40)
    for suffix in ("png", "svg"):
        assert (tmp_path / f"a.{suffix}").read_bytes() == (tmp_path / f"b.{suffix}").read_bytes()
