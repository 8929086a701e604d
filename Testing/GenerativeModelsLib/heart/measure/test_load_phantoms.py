"""Known ventricles on many grids: the measurement agrees with the truth for every pose and storage order."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from GenerativeModelsLib.heart.labels.label_map import HeartLabels, LabelMap
from GenerativeModelsLib.heart.measure.load import LoadedPhase, load_phase
from GenerativeModelsLib.heart.measure.septum import Septum
from GenerativeModelsLib.heart.population.hearts import sample_hearts
from GenerativeModelsLib.heart.shape.ventricle import Ventricle
from Testing.helpers.heart_phantoms import NORMAL_POSE, Pose, bullet, labelled, short_axis, turned, voxelised

ED = bullet(septal_bump_mm=7.0)
ES = bullet(radius_mm=17.0, length_mm=70.0, wall_mm=13.0)
SOLID = {
    "1.25 mm": {"spacing_mm": (1.25, 1.25, 1.25)},
    "2 mm": {"spacing_mm": (2.0, 2.0, 2.0)},
    "oblique": {"spacing_mm": (1.5, 1.5, 1.5), "grid_axes": turned((30, 20, 50))},
    "left-handed grid": {"spacing_mm": (1.2, 1.5, 2.0), "grid_axes": turned((10, -35, 70)) * [1, -1, 1]},
    "fine": {"spacing_mm": (0.8, 0.8, 1.2)},
}
STACKS = {
    "10 mm": {"spacing_mm": (1.4, 1.4, 10.0), "grid_axes": short_axis(tilt_degrees=2)},
    "8 mm": {"spacing_mm": (1.4, 1.4, 8.0), "grid_axes": short_axis(tilt_degrees=3)},
    "12 mm": {"spacing_mm": (1.8, 1.8, 12.0), "grid_axes": short_axis(tilt_degrees=1)},
    "turned over": {"spacing_mm": (8.0, 1.4, 1.6), "grid_axes": short_axis(tilt_degrees=2)[:, [2, 0, 1]] * [-1, 1, 1]},
}


def degrees(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.degrees(np.arccos(np.clip((a * b).sum(-1), -1, 1)))


def dice(found: LoadedPhase, truth: Ventricle, pose: Pose = NORMAL_POSE) -> tuple[float, float]:
    """Dice of cavity and myocardium below both bases."""
    grid = np.stack(np.meshgrid(*[np.arange(-50.0, 51.0, 2.0)] * 2, np.arange(-110.0, -5.0, 2.0), indexing="ij"), -1)
    own = found.frame.to_heart(pose.to_lps(grid))
    a, b = labelled(truth, grid), labelled(found.ventricle, own)
    return tuple(2 * ((a == v) & (b == v)).sum() / ((a == v).sum() + (b == v).sum()) for v in (3, 2))


@pytest.mark.parametrize("truth", [ED, ES], ids=["ed", "es"])
@pytest.mark.parametrize("grid", SOLID.values(), ids=SOLID.keys())
def test_maps_of_even_spacing_give_the_ventricle_back(grid: dict, truth: Ventricle) -> None:
    label_map = voxelised(truth, **grid)
    found = load_phase(label_map, "ed")
    voxel = float(label_map.spacing_mm.max())
    assert (degrees(found.frame.axes, NORMAL_POSE.axes) < 2).all()
    assert np.abs(NORMAL_POSE.to_heart(found.frame.origin_lps)).max() < voxel
    for name in ("endo_mm", "epi_mm"):
        assert np.abs(getattr(found.ventricle, name) - getattr(truth, name)).mean() < 0.5 * voxel
    assert found.ventricle.cavity_ml == pytest.approx(truth.cavity_ml, rel=0.03)
    assert found.ventricle.myocardium_ml == pytest.approx(truth.myocardium_ml, rel=0.03)
    assert found.observed.seen.all()
    assert found.frame.septum == "rv" and found.frame.anterior == "header" and not found.warnings


@pytest.mark.parametrize("truth", [ED, ES], ids=["ed", "es"])
@pytest.mark.parametrize("grid", STACKS.values(), ids=STACKS.keys())
def test_stacks_of_thick_slices_give_the_ventricle_back(grid: dict, truth: Ventricle) -> None:
    label_map = voxelised(truth, **grid)
    found = load_phase(label_map, "ed")
    assert (degrees(found.frame.axes, NORMAL_POSE.axes)[[0, 2]] < 5).all()
    # The ends of a slice are not known: the volume that the slices represent is compared.
    assert found.ventricle.cavity_ml == pytest.approx(found.cavity_ml, rel=0.05)
    assert found.ventricle.myocardium_ml == pytest.approx(found.myocardium_ml, rel=0.05)
    cavity, wall = dice(found, truth)
    assert cavity > 0.975 and wall > 0.96


def test_stacks_have_no_bias_of_volume() -> None:
    """Linear shape-based interpolation loses 3 % between slices, distances to the flat end of the base as much."""
    ratios = []
    for place in np.linspace(0, 1, 6, endpoint=False):
        grid = {"spacing_mm": (1.4, 1.4, 9.0), "grid_axes": short_axis(tilt_degrees=0)}
        found = load_phase(voxelised(ED, **grid, offset_voxels=(0.2, 0.7, place)), "ed")
        ratios.append([found.ventricle.cavity_ml / ED.cavity_ml, found.ventricle.myocardium_ml / ED.myocardium_ml])
    np.testing.assert_allclose(np.mean(ratios, axis=0), 1.0, atol=0.015)


def test_walls_of_a_stack_run_smoothly() -> None:
    """Labels of 10 mm slices have steps as high as the change of radius from slice to slice."""
    found = load_phase(voxelised(ED, **STACKS["10 mm"]), "ed").ventricle
    steps = np.abs(np.diff(found.endo_mm[1:22], n=2, axis=0))
    assert steps.max() < 1.5
    assert np.percentile(steps, 95) < np.percentile(np.abs(np.diff(ED.endo_mm[1:22], n=2, axis=0)), 95) + 0.5


@pytest.mark.parametrize("condition", ["healthy", "hcm", "dilated", "infarct"])
def test_hearts_of_the_population_give_back_their_shape(condition: str) -> None:
    heart = sample_hearts(1, 3, condition).heart(0)
    for phase, truth in (("ed", heart.ed), ("es", heart.es)):
        solid = load_phase(voxelised(truth, spacing_mm=(1.5, 1.5, 1.5)), phase)
        assert min(dice(solid, truth)) > 0.975
        stack = load_phase(voxelised(truth, **STACKS["8 mm"]), phase)
        assert min(dice(stack, truth)) > 0.95


def restored(label_map: LabelMap, order: tuple[int, ...], flips: tuple[bool, ...]) -> LabelMap:
    """The same map stored with permuted and flipped array axes."""
    values, to_lps = label_map.values, label_map.to_lps.copy()
    for axis, flip in enumerate(flips):
        if flip:
            column = 2 - axis
            values = np.flip(values, axis)
            to_lps[:3, 3] += (values.shape[axis] - 1) * to_lps[:3, column]
            to_lps[:3, column] *= -1
    columns = [2 - order[2 - c] for c in range(3)]
    return replace(label_map, values=np.transpose(values, order), to_lps=to_lps[:, [*columns, 3]])


STORED = {
    "solid": voxelised(ED, spacing_mm=(2.0, 2.0, 2.0)),
    "stack": voxelised(ED, **STACKS["8 mm"]),
}
FOUND = {name: load_phase(label_map, "ed") for name, label_map in STORED.items()}


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@given(
    name=st.sampled_from(["solid", "stack"]),
    order=st.permutations([0, 1, 2]),
    flips=st.tuples(st.booleans(), st.booleans(), st.booleans()),
)
def test_the_result_does_not_depend_on_how_the_array_is_stored(name: str, order: list, flips: tuple) -> None:
    again = load_phase(restored(STORED[name], tuple(order), flips), "ed")
    first = FOUND[name]
    np.testing.assert_allclose(again.frame.axes, first.frame.axes, atol=2e-3)
    np.testing.assert_allclose(again.frame.origin_lps, first.frame.origin_lps, atol=0.1)
    assert np.abs(again.ventricle.endo_mm - first.ventricle.endo_mm).mean() < 0.05
    assert again.ventricle.myocardium_ml == pytest.approx(first.ventricle.myocardium_ml, rel=2e-3)


def moved(label_map: LabelMap, rotation: np.ndarray, shift: np.ndarray) -> LabelMap:
    matrix = np.eye(4)
    matrix[:3, :3], matrix[:3, 3] = rotation, shift
    return replace(label_map, to_lps=matrix @ label_map.to_lps)


def test_a_heart_moved_in_space_stays_the_same() -> None:
    rotation = turned((12, -9, 15))
    again = load_phase(moved(STORED["solid"], rotation, np.array([40.0, -300.0, 900.0])), "ed")
    first = FOUND["solid"]
    np.testing.assert_allclose(again.ventricle.epi_mm, first.ventricle.epi_mm, atol=0.02)
    np.testing.assert_allclose(again.frame.axes, first.frame.axes @ rotation.T, atol=1e-3)


def test_a_heart_in_a_whole_body_is_cropped_and_the_same() -> None:
    small = STORED["solid"]
    low = np.array([-90, -60, -150])
    from GenerativeModelsLib.heart.labels.label_map import label_map_from_array

    whole = small.window(low, np.array(small.values.shape[::-1]) + 100)
    cropped = label_map_from_array(whole.values.astype(np.uint8), whole.to_lps, small.labels, "whole body")
    assert cropped.values.size < 1.6 * small.values.size
    again = load_phase(cropped, "ed")
    np.testing.assert_allclose(again.ventricle.endo_mm, FOUND["solid"].ventricle.endo_mm, atol=1e-6)


def test_a_base_cut_by_the_crop_is_a_base() -> None:
    """Many data sets are cropped at the valve plane: the cavity is open where the array ends."""
    label_map = voxelised(ED, spacing_mm=(1.5, 1.5, 1.5), grid_axes=NORMAL_POSE.axes.T)
    top = np.flatnonzero(label_map.mask("lv").any((1, 2))).max() - 2
    found = load_phase(label_map.window(np.zeros(3, int), np.array([*label_map.values.shape[:0:-1], top])), "ed")
    assert degrees(found.frame.axes[2], NORMAL_POSE.axes[2]) < 2
    assert not found.warnings


def mirrored(label_map: LabelMap, across: np.ndarray) -> LabelMap:
    return moved(label_map, np.eye(3) - 2 * np.outer(across, across), np.zeros(3))


def test_a_mirrored_patient_keeps_its_anterior_wall_and_says_so() -> None:
    found = load_phase(mirrored(STORED["stack"], np.array([1.0, 0, 0])), "ed")
    assert found.frame.mirrored and found.frame.anterior == "mirrored"
    assert any("the heart lies mirrored" in said for said in found.warnings)
    np.testing.assert_allclose(found.ventricle.endo_mm, FOUND["stack"].ventricle.endo_mm, atol=0.05)


@pytest.mark.parametrize("towards_head", [1.0, -1.0])
def test_slices_without_an_orientation_are_taken_as_shown_on_a_screen(towards_head: float) -> None:
    """Seen from the apex: septum on the left, anterior wall on top, as x points right and y down."""
    label_map = voxelised(ED, spacing_mm=(1.4, 1.4, 8.0), grid_axes=short_axis(tilt_degrees=0, in_plane_degrees=0))
    i, j, k = 1.4 * np.eye(3)[0], 1.4 * np.eye(3)[1], 8.0 * towards_head * np.eye(3)[2]
    # The stack's i, j, k point to the septum, the front and the base.
    shown = replace(label_map, to_lps=np.vstack([np.c_[-i, -j, k, np.zeros(3)], [0, 0, 0, 1]]))
    found = load_phase(shown, "ed")
    assert found.frame.anterior == "display" and found.frame.mirrored == (towards_head < 0)
    np.testing.assert_allclose(found.frame.axes[1], [0, -1, 0], atol=0.1)
    assert any("taken as displayed, seen from the apex" in said for said in found.warnings)


def test_bringing_a_mirrored_heart_to_the_patient_keeps_normals_outward() -> None:
    found = load_phase(mirrored(STORED["stack"], np.array([1.0, 0, 0])), "ed")
    surface = found.ventricle.surface("epi")
    there = surface.transformed(found.frame.matrix)
    np.testing.assert_allclose(there.points, found.frame.to_lps(surface.points), atol=1e-9)
    a, b, c = (there.points[there.triangles[:, n]] for n in range(3))
    outward = np.cross(b - a, c - a)
    centre = found.frame.to_lps(np.array([0.0, 0.0, -0.4 * found.ventricle.cavity_length_mm]))
    assert ((outward * (a - centre)).sum(1) > 0).mean() > 0.99


NO_RIGHT = HeartLabels(lv=3, myo=2)


def test_without_a_right_ventricle_the_septum_is_estimated_and_said() -> None:
    label_map = voxelised(ED, spacing_mm=(2.0, 2.0, 2.0), labels=NO_RIGHT)
    found = load_phase(label_map, "ed")
    assert found.frame.septum == "position" and found.right_ml is None
    assert any("put where it lies in most people: say where the septum is" in said for said in found.warnings)
    assert degrees(found.frame.axes[0], NORMAL_POSE.axes[0]) < 10
    lying = load_phase(moved(label_map, turned((180, 0, 0)), np.zeros(3)), "ed")
    assert lying.frame.septum == "wall"
    assert degrees(lying.frame.axes[0], turned((180, 0, 0)) @ NORMAL_POSE.axes[0]) < 8
    assert any("thickest side of the wall" in said for said in lying.warnings)


def test_a_given_septum_outranks_the_right_ventricle() -> None:
    point = NORMAL_POSE.to_lps(np.array([20.0, 30.0, -40.0]))
    wanted = np.degrees(np.arctan2(30.0, 20.0))
    for septum in (Septum(point), Septum(np.array([20.0, 30.0, -5.0]) @ NORMAL_POSE.axes, is_direction=True)):
        found = load_phase(STORED["solid"], "ed", septum)
        assert found.frame.septum == "given"
        own = NORMAL_POSE.axes @ found.frame.axes[0]
        assert np.degrees(np.arctan2(own[1], own[0])) == pytest.approx(wanted, abs=2)


def test_an_aneurysm_does_not_turn_a_stack_upside_down() -> None:
    """The cavity is wider at the apex than at the base; the right ventricle identifies the base."""
    endo = ED.endo_mm.copy()
    endo[8:24] *= np.linspace(1.0, 1.5, 16)[:, None]
    wide = Ventricle(ED.reach_mm, endo, endo + 7.0)
    for flips in ((False, False, False), (True, False, False)):
        label_map = restored(voxelised(wide, **STACKS["8 mm"]), (0, 1, 2), flips)
        assert degrees(load_phase(label_map, "ed").frame.axes[2], NORMAL_POSE.axes[2]) < 6
