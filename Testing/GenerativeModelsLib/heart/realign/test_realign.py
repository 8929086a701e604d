"""Slices moved by known shifts are found and moved back, in both phases alike, without resampling labels."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from GenerativeModelsLib.evaluation.data.shifted_hearts import labelled_slices, shifted_heart, with_shifts
from GenerativeModelsLib.heart.infer.model import load_heart_model
from GenerativeModelsLib.heart.labels.label_map import LabelMap
from GenerativeModelsLib.heart.measure.load import LoadedHeart, heart_from_maps
from GenerativeModelsLib.heart.realign import realign
from GenerativeModelsLib.heart.realign.centres import off_curve
from GenerativeModelsLib.heart.realign.fit import fitted_shifts
from GenerativeModelsLib.heart.realign.reference import Reference
from GenerativeModelsLib.heart.realign.slices import SliceShift, shared_slices
from GenerativeModelsLib.heart.shape.ray_batch import RayBatch
from GenerativeModelsLib.resources import default_bundle
from Testing.helpers.heart_phantoms import NORMAL_POSE, bullet, labelled, short_axis, voxelised

GRID = {"spacing_mm": (1.6, 1.8, 8.0), "grid_axes": short_axis(tilt_degrees=0)}
SHAPES = {"ed": bullet(), "es": bullet(radius_mm=20.0, length_mm=83.0, wall_mm=13.0)}
ED = voxelised(SHAPES["ed"], **GRID, name="ed.nii")
POINTS = NORMAL_POSE.to_heart(ED.points_lps(np.ones(ED.values.shape, bool))).reshape(*ED.values.shape, 3)
MAPS = {"ed": ED, "es": replace(ED, values=labelled(SHAPES["es"], POINTS), name="es.nii")}
SLICES = shared_slices(MAPS)
PIXELS = np.random.default_rng(3).integers(-2, 3, (SLICES.count, 2))


def rms(values: np.ndarray) -> float:
    """About the mean, which is no shift of slices against each other."""
    return float(np.sqrt(np.mean(np.square(values - values.mean(axis=0)))))


def off_line(values: np.ndarray) -> np.ndarray:
    """Without a straight line along the slices, which cannot be told from a tilt of the heart."""
    at = np.arange(len(values))
    return values - np.polynomial.polynomial.polyval(at, np.polynomial.polynomial.polyfit(at, values, 1)).T


def shifted(pixels: np.ndarray = PIXELS) -> dict[str, LabelMap]:
    """The phantom with its slices moved by whole pixels, both phases alike."""
    return {name: with_shifts(m, pixels[SLICES.of(name, m.slices)]) for name, m in MAPS.items()}


def test_a_stack_that_is_moved_back_is_measured_as_if_it_had_never_moved() -> None:
    """Frame, septum, distances, rays and warnings all take the slices where they are moved to."""
    maps, back = shifted(2 * PIXELS), -2 * PIXELS * [1.8, 1.6]
    own = heart_from_maps(*MAPS.values())
    found = heart_from_maps(*(replace(m, moved_mm=back[SLICES.of(name, m.slices)]) for name, m in maps.items()))
    for name, phase in own.phases.items():
        there = found.phases[name]
        np.testing.assert_allclose(there.frame.matrix, phase.frame.matrix, atol=1e-6)
        np.testing.assert_allclose(there.ventricle.endo_mm, phase.ventricle.endo_mm, atol=0.02)
        np.testing.assert_allclose(there.ventricle.epi_mm, phase.ventricle.epi_mm, atol=0.02)
    displaced = heart_from_maps(*maps.values(), force=True).warnings
    assert any("displaced against each other" in warning for warning in displaced) and found.warnings == own.warnings


def test_centres_show_a_slice_that_lies_off() -> None:
    pixels = np.zeros((SLICES.count, 2), int)
    pixels[SLICES.count // 2] = [3, -2]
    change = off_curve(shifted(pixels), SLICES) - off_curve(MAPS, SLICES)
    np.testing.assert_allclose(change, pixels * [1.8, 1.6], atol=0.7)


def test_the_fit_finds_the_shifts_of_a_heart_that_is_the_reference() -> None:
    rays = RayBatch.of_phases([list(SHAPES.values())])
    radii = np.stack([rays.endo_mm[0], rays.epi_mm[0]], axis=1)
    reference = Reference(radii, 0.02 * radii[None])
    loaded = heart_from_maps(*shifted().values(), force=True)
    found = fitted_shifts(loaded, SLICES, reference, np.zeros((SLICES.count, 2)))
    expected = -(PIXELS * [1.8, 1.6])[found.known]
    assert found.known.sum() > 8 and (found.move_mm[~found.known] == 0).all()
    assert rms(off_line(found.move_mm[found.known] - expected)) < 0.35 < 0.2 * rms(expected)
    assert (found.error_mm[found.known] < found.error_mm[~found.known].min(initial=2.0)).all()


@pytest.fixture(scope="module")
def simulated() -> tuple[np.ndarray, LoadedHeart, LoadedHeart]:
    """The shifts of a simulated heart, the heart as it is, and realigned."""
    case = shifted_heart(7_100_000, 2, 2.5)
    loaded = heart_from_maps(*case.maps.values())
    found = realign.realigned(loaded, load_heart_model(default_bundle("heart")))
    return case.shift_mm[labelled_slices(case.maps)], loaded, found


def test_simulated_shifts_are_mostly_taken_back_and_volumes_stay(
    simulated: tuple[np.ndarray, LoadedHeart, LoadedHeart],
) -> None:
    shifts, loaded, found = simulated
    for phase in found.phases.values():
        moved = phase.label_map.moved_mm[labelled_slices({"ed": phase.label_map})]
        assert len(moved) <= len(shifts)
    there = labelled_slices({"ed": found.ed.label_map})
    assert rms(shifts + found.ed.label_map.moved_mm[there]) < 0.5 * rms(shifts)
    assert found.ed.cavity_ml == loaded.ed.cavity_ml and found.es.myocardium_ml == loaded.es.myocardium_ml
    np.testing.assert_array_equal(found.ed.label_map.values, loaded.ed.label_map.values)


def test_every_shift_is_listed_with_the_slices_number(simulated: tuple[np.ndarray, LoadedHeart, LoadedHeart]) -> None:
    _, loaded, found = simulated
    assert loaded.shifts is None and [*found.given] == ["ed", "es"]
    ed = found.ed.label_map
    for shift in found.shifts:
        np.testing.assert_allclose(shift.applied_mm, ed.moved_mm[shift.slice - ed.cut_off[ed.slice_column]])
        np.testing.assert_allclose(shift.found_mm, -np.array(shift.applied_mm))
        assert 0 < shift.error_mm < 2


def test_the_largest_shift_is_named_from_five_millimetres_on() -> None:
    small, large = SliceShift(3, (-3.0, 3.9), 0.5, (3.0, -3.9)), SliceShift(7, (-4.0, 3.0), 0.5, (4.0, -3.0))
    assert realign._large((small,)) == realign._large(()) == []
    (warning,) = realign._large((small, large))
    assert warning.startswith("Slice 7 was moved by 5.0 mm in its plane") and warning.kind == "quality"
