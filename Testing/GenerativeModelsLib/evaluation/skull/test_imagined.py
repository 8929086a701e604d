"""Scores of imagined planes: closed forms, and the table of a few cases."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.evaluation.skull import imagined
from GenerativeModelsLib.evaluation.skull.imagined import IMAGINED, METHODS, outline_distance_mm, picture_scores
from GenerativeModelsLib.skull.population.heads import sample_head
from GenerativeModelsLib.uncertainty.in_distribution import InDistribution
from Testing.helpers.painted import painted_plane


def circle(radius: float, count: int = 180) -> np.ndarray:
    angle = np.linspace(0, 2 * np.pi, count, endpoint=False)
    return radius * np.stack([np.cos(angle), np.sin(angle)], axis=-1)


def test_outlines_are_as_far_apart_as_their_radii() -> None:
    assert outline_distance_mm(circle(40), circle(43)) == pytest.approx(3.0, abs=0.02)
    assert outline_distance_mm(circle(40), circle(40, 37)) < 0.2, "points of one need not be points of the other"
    moved = circle(40) + np.array([5.0, 0.0])
    assert outline_distance_mm(circle(40), moved) == outline_distance_mm(moved, circle(40))


def test_a_picture_is_like_itself_and_unlike_its_negative(rng) -> None:
    picture, seen = rng.integers(0, 256, (60, 80)).astype(np.uint8), np.ones((60, 80), bool)
    assert picture_scores(picture, picture, seen) == pytest.approx((1.0, 1.0))
    similar, correlated = picture_scores(255 - picture, picture, seen)
    assert correlated == pytest.approx(-1.0) and similar < 0
    seen[:, 40:] = False
    half = picture.copy()
    half[:, 48:] = 0
    assert picture_scores(half, picture, seen) == pytest.approx((1.0, 1.0)), "outside the field nothing counts"


def test_one_head_has_scores_for_every_method(tiny_model) -> None:
    judge = SimpleNamespace(densities={}, judge=lambda *measures: InDistribution(0.5, "typical"))
    head = sample_head(np.random.default_rng(1), weeks=27.0, variant="typical")
    axial = painted_plane(head.shape, "axial")
    found = imagined._scores(replace(tiny_model, typical=judge), head, axial, 3, pictures=False)
    assert list(found) == list(IMAGINED) and list(found["sagittal"]) == list(METHODS)
    for plane in IMAGINED:
        assert 0 < found[plane]["scaled mean head"]["centred_mm"] < 6
        assert found[plane]["imagined"].keys() == {"outline_mm", "centred_mm"}


def test_the_table_pairs_the_methods_and_counts_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    keys = (*imagined.PICTURE, *imagined.OUTLINE)
    rows = {method: dict.fromkeys(keys, 1.0 + 0.1 * number) for number, method in enumerate(METHODS)}
    rows[METHODS[0]]["held"] = 0.75
    found = [dict.fromkeys(IMAGINED, rows)] * 8
    found[1:3] = "outside", "There is no head."
    monkeypatch.setattr(imagined, "parallel_map", lambda work, jobs, workers, progress: found)
    report = imagined.run_imagined(Path("bundle"), Path("nowhere"), 8, 0)
    (table,) = report.tables
    assert len(table.rows) == 2 * 6 and "6 heads, 6 axial pictures; 1 judged outside" in table.notes[0]
    assert "1 in which no head was found" in table.notes[0] and "sagittal 75 %" in table.notes[1]
    cells = {(row[0], row[1]): row for row in table.rows}
    assert cells["sagittal", "SSIM"][5].endswith("worse") and cells["coronal", "outline, mm"][5].endswith("better")
    assert report.figures["simulated"]["coronal outline_mm"]["another head"]["difference"] == pytest.approx(-0.2)

    found[:] = ["There is no head."] * 8
    with pytest.raises(InputError, match="None of the 8 simulated heads"):
        imagined.run_imagined(Path("bundle"), Path("nowhere"), 8, 0)
