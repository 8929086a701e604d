import numpy as np
import pytest

from GenerativeModelsLib.synthesis.labels.accept import Judged, Tally, judged, volumes
from GenerativeModelsLib.synthesis.labels.grid import VoxelGrid
from GenerativeModelsLib.synthesis.labels.whole_heart import LABELS
from Testing.helpers.synthetic_hearts import tube, tube_grid


def test_a_whole_heart_passes_and_names_what_was_asked_of_it():
    found = judged(tube(tube_grid())[None], tube_grid(), 2)
    assert found.broken == ()
    assert {"lv_hole", "rv_off_myo", "slice_missing", "wall_step"} <= set(found.applied)
    assert "slice_shift" not in found.applied and "myo_volume_change" not in found.applied


def test_slices_may_run_along_any_axis():
    grid = tube_grid()
    turned = VoxelGrid((12, 80, 80), np.diag([8.0, 1.5, 1.5, 1.0]))
    values = tube(grid)
    assert judged(np.moveaxis(values, 0, 2)[None], turned, 0) == judged(values[None], grid, 2)


@pytest.mark.parametrize("rule", ["lv_hole", "lv_pieces", "slice_missing", "rv_pieces"])
def test_a_fault_is_found(rule):
    values = tube(tube_grid())
    if rule == "lv_hole":
        values[6, 40, 30:33] = 0
    elif rule == "slice_missing":
        values[6] = 0
    else:
        values[6, 3:7, 3:7] = LABELS[rule[:2]]
    assert rule in judged(values[None], tube_grid(), 2).broken


def test_a_scar_counts_as_wall_and_an_atrium_not_at_all():
    values = tube(tube_grid())
    marked = values.copy()
    marked[6][values[6] == LABELS["myo"]] = LABELS["scar"]
    marked[11, 30:40, 30:40] = LABELS["la"]
    assert judged(marked[None], tube_grid(), 2) == judged(values[None], tube_grid(), 2)


def test_phases_of_unlike_myocardium_are_rejected():
    grid = tube_grid()
    frames = np.stack([tube(grid), tube(grid, inner_mm=14.0, outer_mm=34.0)])
    assert "myo_volume_change" in judged(frames, grid, 2).broken


def test_a_map_without_a_heart_is_rejected():
    assert judged(np.zeros((1, 12, 80, 80), np.uint8), tube_grid(), 2).broken == ("no_cavity",)


def test_a_phase_without_a_cavity_is_rejected():
    closed = tube(tube_grid())
    closed[closed == LABELS["lv"]] = LABELS["myo"]
    assert judged(np.stack([tube(tube_grid()), closed]), tube_grid(), 2).broken == ("no_cavity",)


def test_the_tally_counts():
    tally = Tally()
    assert tally.document()["acceptance_rate"] is None
    assert [tally.count(Judged((), broken)) for broken in ((), ("a", "b"), ("a",), ())] == [True, False, False, True]
    assert tally.document() == {
        "attempts": 4,
        "rejected": 2,
        "acceptance_rate": 0.5,
        "rejected_by": {"a": 2, "b": 1},
    }


def test_volumes_are_counted():
    grid = VoxelGrid((10, 10, 10), np.diag([10.0, 10.0, 10.0, 1.0]))
    ed, es = np.zeros((2, 10, 10, 10), np.uint8)
    ed.flat[:30], es.flat[:12] = LABELS["lv"], LABELS["lv"]
    ed.flat[30:50], ed.flat[50:60] = LABELS["myo"], LABELS["scar"]
    ed.flat[60:65] = LABELS["rv"]
    found = volumes(ed, es, grid)
    assert (found["edv_ml"], found["esv_ml"], found["rv_edv_ml"], found["scar_ml"]) == (30, 12, 5, 10)
    assert found["ef_percent"] == pytest.approx(60) and found["myocardial_mass_g"] == pytest.approx(1.05 * 30)
    assert volumes(ed, None, grid)["ef_percent"] is None
