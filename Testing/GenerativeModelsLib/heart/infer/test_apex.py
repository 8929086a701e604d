"""Apices that the model completes, and what is said and left out beyond the slices."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from GenerativeModelsLib.heart.infer.apex import apex_cautions, completed, completed_shapes
from GenerativeModelsLib.heart.infer.measured import measure_heart, rays_of
from GenerativeModelsLib.heart.infer.model import HeartModel, load_heart_model
from GenerativeModelsLib.heart.labels.label_map import LabelMap
from GenerativeModelsLib.heart.labels.read import read_label_map
from GenerativeModelsLib.heart.measure.load import LoadedHeart, heart_from_maps
from GenerativeModelsLib.heart.shape.ventricle import AZIMUTHS, ROWS
from GenerativeModelsLib.resources import default_bundle
from Testing.helpers.heart_phantoms import ACDC, bullet, short_axis, voxelised

GRID = {"spacing_mm": (1.6, 1.6, 8.0), "grid_axes": short_axis(tilt_degrees=2)}
SHAPES = {"ed": bullet(), "es": bullet(radius_mm=17.0, length_mm=70.0, wall_mm=13.0)}
MAPS = {name: voxelised(shape, **GRID, name=f"{name}.nii") for name, shape in SHAPES.items()}


def without_apex(label_map: LabelMap, slices: int, *, apex_first: bool = True) -> LabelMap:
    """The map without its lowest slices of cavity."""
    there = np.flatnonzero(label_map.mask("lv").any((1, 2)))
    low, high = np.zeros(3, int), np.array(label_map.values.shape[::-1])
    if apex_first:
        low[2] = there[0] + slices
    else:
        high[2] = there[-1] - slices + 1
    return label_map.window(low, high)


@pytest.fixture(scope="module")
def model() -> HeartModel:
    return load_heart_model(default_bundle("heart"))


@pytest.fixture(scope="module")
def short() -> LoadedHeart:
    """End diastole ends before the apex."""
    return heart_from_maps(without_apex(MAPS["ed"], 2), MAPS["es"])


def test_whole_hearts_are_left_alone(model: HeartModel) -> None:
    whole = heart_from_maps(*MAPS.values())
    assert completed(whole, model) is whole and apex_cautions(whole) == []


def test_the_part_within_the_slices_is_kept_and_the_apex_is_the_models(model: HeartModel, short: LoadedHeart) -> None:
    found = completed(short, model)
    assert found.es is short.es and found.ed is not short.ed
    own, new = short.ed.ventricle, found.ed.ventricle
    beyond = short.ed.apex.beyond(short.ed.frame.to_lps(own.points("endo")))
    np.testing.assert_allclose(new.endo_mm[~beyond], own.endo_mm[~beyond], atol=1e-9)
    assert (new.endo_mm[beyond] != own.endo_mm[beyond]).all() and new.reach_mm == own.reach_mm
    assert not found.ed.observed.seen[-1].any() and found.ed.observed.seen[:8].all()
    rebuilt = model.reconstruct(model.place(rays_of(short))).ventricle(0, 0)
    # Some rows below the last slice, where the difference has faded out, it is the reconstruction.
    np.testing.assert_allclose(new.endo_mm[-3:], rebuilt.endo_mm[-3:], atol=0.5)
    assert new.cavity_length_mm == pytest.approx(SHAPES["ed"].cavity_length_mm, abs=8)


def test_the_completed_shape_is_continuous(model: HeartModel, short: LoadedHeart) -> None:
    known = np.ones((1, 2, 2, ROWS, AZIMUTHS), bool)
    known[:, 0, :, 20:] = False
    given = rays_of(short)
    bumped = replace(given, endo_mm=given.endo_mm + 4.0, epi_mm=given.epi_mm + 4.0)
    for hearts in (given, bumped):
        found = completed_shapes(model, hearts, known)
        np.testing.assert_allclose(found.endo_mm[:, 1], hearts.endo_mm[:, 1], rtol=1e-12)
        np.testing.assert_array_equal(found.endo_mm[:, 0, :20], hearts.endo_mm[:, 0, :20])
        steps = np.abs(np.diff(found.endo_mm[0, 0], axis=0)).max(axis=1)
        assert steps[19] < 2.0 * steps[17:22].mean()


def test_beyond_the_slices_nothing_is_measured_and_it_is_said(model: HeartModel, short: LoadedHeart) -> None:
    found = measure_heart(short, model)
    assert np.isfinite(found.ed.thickness.aha17[:12]).all() and np.isnan(found.ed.thickness.aha17[16])
    assert np.isnan(found.ed.thickness.aha17[12:16]).all(), "the slices show less than half of the apical ring"
    assert np.isfinite(found.ed.reconstruction_thickness.aha17).all()
    thickness = found.ed.surface.point_data["wall_thickness_mm"]
    points = found.ed.frame.to_lps(found.ed.surface.points)
    assert np.isnan(thickness[found.ed.apex.beyond(points)]).all() and np.isfinite(thickness).mean() > 0.4
    assert np.isfinite(found.ed.thickness.mean) and found.es.apex is None
    assert np.isfinite(found.es.thickness.aha17).all()
    said = [warning for warning in found.warnings if getattr(warning, "kind", "") == "apex"]
    assert len(said) == 1 and said[0].startswith("The slices end before the apex, at end diastole ed.nii after an ")
    assert "ejection fraction and mass are those of the slices, so the volumes and the mass are lower bounds" in said[0]
    assert found.edv_ml == short.ed.label_map.volume_ml("lv") < SHAPES["ed"].cavity_ml


def test_of_both_phases_it_is_said_once_and_of_one_without_an_ejection_fraction(short: LoadedHeart) -> None:
    both = heart_from_maps(without_apex(MAPS["ed"], 2), without_apex(MAPS["es"], 2))
    (said,) = apex_cautions(both)
    assert "at end diastole ed.nii after an estimated" in said and " and end systole es.nii after an estimated" in said
    (said,) = apex_cautions(replace(short, phases={"ed": short.ed}))
    assert "ejection fraction" not in said


@pytest.mark.real_data
def test_cut_patients_are_completed_near_their_apex(model: HeartModel, shared_data: Path) -> None:
    """Ten patients without two or three apical slices; docs/science.md has the figures of all."""
    folder = shared_data / "acdc_labels"
    with (folder / "index.csv").open(newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if int(row["slices"]) >= 9]
    off = []
    for row in rows:
        ed, es = (read_label_map(folder / row[f"{phase}_file"], ACDC, phase) for phase in ("ed", "es"))
        areas = ed.mask("lv").sum(axis=(1, 2))
        areas = areas[areas > 0] / areas.max()
        count = next((n for n in (2, 3) if 0.5 < areas[-1 - n] < 0.65), None)
        if areas[-1] > 0.25 or count is None:
            continue
        whole = heart_from_maps(ed, es).ed
        found = completed(heart_from_maps(without_apex(ed, count, apex_first=False), es), model).ed
        apex = whole.frame.to_lps(np.array([0.0, 0.0, -whole.ventricle.cavity_length_mm]))
        off.append(-found.frame.to_heart(apex)[2] - found.ventricle.cavity_length_mm)
        if len(off) == 10:
            break
    assert len(off) == 10
    assert np.median(np.abs(off)) < 7 and np.abs(off).max() < 15 and abs(np.mean(off)) < 5
