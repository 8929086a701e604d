"""Invalid label maps: an error that names the option and the remedy, or a result with a warning."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.heart.labels.label_map import HeartLabels, LabelMap, label_map_from_array
from GenerativeModelsLib.heart.measure.load import (
    heart_from_maps,
    joined_warnings,
    load_hearts,
    load_phase,
    shared_base,
    shared_septum,
)
from GenerativeModelsLib.heart.measure.septum import Septum, parse_septum
from GenerativeModelsLib.heart.shape.ventricle import Ventricle
from Testing.helpers.heart_phantoms import (
    ACDC,
    NORMAL_POSE,
    bullet,
    short_axis,
    turned,
    voxelised,
    write_label_map,
)

ED, ES = bullet(), bullet(radius_mm=17.0, length_mm=70.0, wall_mm=13.0)
STACK_GRID = {"spacing_mm": (1.6, 1.6, 8.0), "grid_axes": short_axis(tilt_degrees=2)}
SOLID = voxelised(ED, spacing_mm=(2.0, 2.0, 2.0), name="ed.nii", grid_axes=NORMAL_POSE.axes.T)
"""i, j, k point to the septum, the front and the base."""
SOLID_ES = voxelised(ES, spacing_mm=(2.0, 2.0, 2.0), name="es.nii", grid_axes=NORMAL_POSE.axes.T)
STACK = voxelised(ED, **STACK_GRID, name="ed.nii")


def changed(label_map: LabelMap, values: np.ndarray) -> LabelMap:
    return replace(label_map, values=values)


def refuse(label_map: LabelMap, said: str, septum: Septum | None = None) -> None:
    with pytest.raises(InputError, match=rf"^es ed\.nii.*{said}") as caught:
        load_phase(label_map, "es", septum)
    message = str(caught.value)
    assert message.endswith(".") and "\n" not in message and message.count(". ") == 0


def warn(label_map: LabelMap, said: str) -> None:
    warnings = load_phase(label_map, "ed").warnings
    assert len(warnings) == 1 and said in warnings[0] and "ed.nii" in warnings[0], warnings


def test_two_files_of_one_heart(tmp_path: Path) -> None:
    ed, es = write_label_map(SOLID, tmp_path / "ed.nii.gz"), write_label_map(SOLID_ES, tmp_path / "es.mha")
    found = load_hearts(ed, es, ACDC)
    assert found.warnings == ()
    assert found.heart.ejection_fraction_percent == pytest.approx(100 * (1 - ES.cavity_ml / ED.cavity_ml), abs=2)
    assert found.ed.cavity_ml == pytest.approx(SOLID.volume_ml("lv"))
    assert found.es.right_ml == pytest.approx(SOLID_ES.volume_ml("rv"))
    assert list(found.phases) == ["ed", "es"] and list(found.phases.values()) == [found.ed, found.es]


def test_end_diastole_alone_is_said() -> None:
    found = heart_from_maps(SOLID, None)
    assert (
        found.es is None
        and list(found.phases) == ["ed"]
        and found.warnings == ("Only end diastole was given; what needs end systole is left out.",)
    )
    with pytest.raises(ValueError, match="no end systole"):
        _ = found.heart


def test_one_label_map_for_both_phases_is_refused(tmp_path: Path) -> None:
    """In one file, in a copy of it, and with other values for the same structures."""
    ed, copy = (write_label_map(SOLID, tmp_path / name) for name in ("ed.nii.gz", "copy.mha"))
    for es in (ed, copy):
        words = rf"^ed ed\.nii\.gz and es {es.name} hold the same labels in the same place: give another one for end"
        with pytest.raises(InputError, match=words):
            load_hearts(ed, es, ACDC)
    doubled = replace(SOLID, values=SOLID.values * 2, labels=HeartLabels(lv=6, myo=4, rv=2), name="doubled")
    with pytest.raises(InputError, match=r"^ed ed\.nii and es doubled hold the same labels"):
        heart_from_maps(SOLID, doubled)


def test_swapped_phases_are_refused_and_similar_ones_said() -> None:
    with pytest.raises(InputError, match=r"es ed\.nii has the larger cavity .* swapped.*give end diastole as ed"):
        heart_from_maps(SOLID_ES, SOLID)
    moved = np.eye(4)
    moved[:3, 3] = (0.0, 0.0, 1.0)
    assert "hardly differs" in heart_from_maps(SOLID, replace(SOLID, to_lps=moved @ SOLID.to_lps)).warnings[0]
    fewer = SOLID.values.copy()
    fewer[tuple(np.argwhere(SOLID.mask("rv"))[0])] = 0
    assert "hardly differs" in heart_from_maps(SOLID, changed(SOLID, fewer)).warnings[0]


def test_phases_of_two_patients_are_told() -> None:
    thick = voxelised(bullet(radius_mm=20.0, wall_mm=18.0), spacing_mm=(2.0, 2.0, 2.0))
    words = (
        r"^ed ed\.nii and es phantom look like two patients: their myocardium has .* less than 35 %; .*, or force\.$"
    )
    with pytest.raises(InputError, match=words):
        heart_from_maps(SOLID, thick)
    said = heart_from_maps(SOLID, thick, force=True).warnings
    assert len(said) == 1 and "may be of different patients: their myocardium has" in said[0]
    small = voxelised(ED.scaled(0.65), spacing_mm=(2.0, 2.0, 2.0))
    assert "epicardium is" in heart_from_maps(SOLID, small, force=True).warnings[0]
    short = voxelised(bullet(radius_mm=24.0, length_mm=44.0), spacing_mm=(2.0, 2.0, 2.0))
    assert "cavities are 8" in heart_from_maps(SOLID, short, force=True).warnings[0]
    matrix = np.eye(4)
    matrix[:3, :3] = turned((0, 45, 0))
    lying = replace(SOLID_ES, to_lps=matrix @ SOLID_ES.to_lps)
    assert any("long axes differ by" in said for said in heart_from_maps(SOLID, lying).warnings)


def test_phases_on_different_grids_are_measured_and_said() -> None:
    found = heart_from_maps(STACK, SOLID_ES)
    assert found.warnings == (
        "End diastole and end systole lie on different grids (1.6 x 1.6 x 8 and 2 x 2 x 2 mm); each was measured on "
        "its own.",
    )


def test_phases_in_different_frames_of_reference_are_measured_and_said() -> None:
    matrix = np.eye(4)
    matrix[:3, 3] = (100.0, -120.0, 60.0)
    found = heart_from_maps(SOLID, replace(SOLID_ES, to_lps=matrix @ SOLID_ES.to_lps))
    assert any("mm apart, as in different frames of reference" in said for said in found.warnings), found.warnings
    own = heart_from_maps(SOLID, SOLID_ES).es.ventricle
    np.testing.assert_allclose(found.es.ventricle.endo_mm, own.endo_mm, atol=0.5)


def test_a_phase_whose_base_is_where_that_of_a_clearer_one_has_its_apex_is_turned() -> None:
    there = np.flatnonzero(STACK.mask("lv").any((1, 2)))
    short = STACK.window(np.array([0, 0, there[0] + 2]), np.array(STACK.values.shape[::-1]))
    maps = {"ed": short, "es": voxelised(ES, **STACK_GRID, name="es.nii")}
    right = {name: load_phase(label_map, name) for name, label_map in maps.items()}
    assert right["ed"].frame.base_evidence < right["es"].frame.base_evidence
    wrong = load_phase(short, "ed", None, -right["ed"].frame.axes[2])
    assert wrong.frame.axes[2] @ right["ed"].frame.axes[2] < -0.9
    found = shared_base({"ed": wrong, "es": right["es"]}, maps)
    np.testing.assert_allclose(found["ed"].frame.axes, right["ed"].frame.axes, atol=1e-9)
    assert found["es"] is right["es"] and shared_base(right, maps) == right


def test_a_phase_without_a_right_ventricle_takes_the_septum_of_the_other() -> None:
    bare = changed(SOLID_ES, np.where(SOLID_ES.values == 1, 0, SOLID_ES.values))
    found = heart_from_maps(SOLID, bare)
    assert found.warnings == () and found.es.frame.septum == "given"
    np.testing.assert_allclose(found.es.frame.axes, found.ed.frame.axes, atol=0.05)
    bare = changed(SOLID, np.where(SOLID.values == 1, 0, SOLID.values))
    assert heart_from_maps(bare, SOLID_ES).ed.frame.septum == "given"


def test_islands_are_left_out_and_said() -> None:
    values = SOLID.values.copy()
    values[0:3, 0:3, 0:3] = 2
    warn(changed(SOLID, values), "An island of 0.22 ml beside the heart of")
    values[-3:, 0:3, 0:3] = 3
    warn(changed(SOLID, values), "2 islands of 0.43 ml")
    far = SOLID.window(np.zeros(3, int), np.array(SOLID.values.shape[::-1]) + np.array([150, 0, 0]))
    values = far.values.copy()
    values[0, 0, -2:] = 2
    warn(label_map_from_array(values, far.to_lps, ACDC, "ed.nii"), "An island of 0.016 ml")


def test_holes_are_filled_and_said() -> None:
    for label_map in (SOLID, STACK):
        clean = load_phase(label_map, "ed")
        values = label_map.values.copy()
        wall = np.argwhere(label_map.mask("myo") & (np.roll(label_map.mask("lv"), 2, axis=2)))
        middle = wall[len(wall) // 2]
        values[middle[0], middle[1] - 3 : middle[1] + 4, middle[2] : middle[2] + 2] = 0
        found = load_phase(changed(label_map, values), "ed")
        assert np.abs(found.ventricle.endo_mm - clean.ventricle.endo_mm).mean() < 0.1
        holes = label_map.mask("lv")[middle[0]]
        rows, columns = (int(v) for v in np.argwhere(holes).mean(0))
        values[middle[0], rows - 3 : rows + 4, columns - 3 : columns + 4] = 0
        values[middle[0] - 1, rows - 3 : rows + 4, columns - 3 : columns + 4] = 3
        assert any(
            "Holes of" in said and "were filled" in said
            for said in load_phase(changed(label_map, values), "ed").warnings
        )


def test_a_slice_without_labels_is_bridged_and_said() -> None:
    for what in ((3,), (1, 2, 3)):
        values = STACK.values.copy()
        k = int(np.median(np.argwhere(STACK.mask("lv"))[:, 0]))
        values[k][np.isin(values[k], what)] = 0
        found = load_phase(changed(STACK, values), "ed")
        assert found.ventricle.cavity_ml == pytest.approx(ED.cavity_ml, rel=0.05)
        assert len(found.warnings) == 1


def test_several_hearts_are_refused() -> None:
    values = np.concatenate([SOLID.values, SOLID.values], axis=2)
    refuse(changed(SOLID, values), "two hearts or a heart in two pieces")
    noise = np.random.default_rng(1).integers(0, 30, SOLID.values.shape)
    refuse(changed(SOLID, noise), "scattered in .* pieces: it is an image, or the values of labels")


def test_values_for_the_wrong_structures_are_refused() -> None:
    refuse(
        replace(SOLID, labels=HeartLabels(lv=1, myo=2, rv=3)),
        r"encloses value 3 \(rv\) and not value 1 \(lv\): exchange",
    )
    refuse(replace(STACK, labels=HeartLabels(lv=2, myo=3, rv=1)), r"value 2 \(lv\) encloses value 3 \(myo\)")


def test_a_closed_cavity_and_an_open_one_are_refused() -> None:
    values = SOLID.values.copy()
    top = np.argwhere(SOLID.mask("lv"))[:, 0].max()
    values[top + 1][SOLID.values[top - 1] > 1] = 2
    refuse(changed(SOLID, values), "closed all around, it has no open base")
    rays = np.where(
        (SOLID.values == 2) & (np.arange(SOLID.values.shape[1])[:, None] > SOLID.values.shape[1] / 2), 0, SOLID.values
    )
    refuse(changed(SOLID, rays), "open to the side")
    half = np.where(
        (STACK.values == 2) & (np.arange(STACK.values.shape[1])[:, None] > STACK.values.shape[1] / 2), 0, STACK.values
    )
    refuse(changed(STACK, half), "open to the side")


def test_a_gap_in_the_wall_is_filled_in_and_said() -> None:
    values = SOLID.values.copy()
    k, j = (int(v) for v in np.argwhere(SOLID.mask("lv")).mean(0)[:2])
    part = values[k - 4 : k + 5, j - 4 : j + 5, : values.shape[2] // 3]
    part[part == 2] = 0
    found = load_phase(changed(SOLID, values), "ed")
    assert len(found.warnings) == 1 and "has no myocardium around it; the wall was filled in" in found.warnings[0]
    assert found.ventricle.myocardium_ml == pytest.approx(ED.myocardium_ml, rel=0.04)


def test_slices_along_the_heart_are_refused() -> None:
    along = voxelised(ED, spacing_mm=(1.6, 1.6, 8.0), grid_axes=NORMAL_POSE.axes.T[:, [2, 0, 1]], name="ed.nii")
    refuse(along, "the slices run along the heart and not across it; a short-axis stack is needed")


def test_a_cavity_in_two_slices_is_refused_and_in_four_said() -> None:
    few = voxelised(ED, spacing_mm=(1.6, 1.6, 19.0), grid_axes=short_axis(tilt_degrees=0), name="ed.nii")
    warn(few, "slices 19 mm apart; the shape between them is interpolated")
    two = few.values.copy()
    there = np.flatnonzero(few.mask("lv").any((1, 2)))
    two[: there[0] + len(there) - 2] = 0
    refuse(changed(few, two), "in 2 of the slices only, at least three")


def test_a_heart_cut_by_the_border_names_the_structure() -> None:
    size = np.array(SOLID.values.shape[::-1])
    left = {name: np.argwhere(SOLID.mask(name))[:, 2] for name in ("lv", "myo", "rv")}
    refuse(
        SOLID.window(np.array([left["lv"].min() + 4, 0, 0]), size),
        "the border of the image cuts the cavity at its side",
    )
    warn(SOLID.window(np.array([left["myo"].min() + 2, 0, 0]), size), "The border of the image cuts the myocardium")
    right = size.copy()
    right[0] = left["rv"].max() - 2
    warn(SOLID.window(np.zeros(3, int), right), "The border of the image cuts the right ventricle")


def test_a_heart_cut_at_its_apex_is_said_or_refused() -> None:
    # Slices perpendicular to the axis: the base is cut at once.
    straight = voxelised(ED, spacing_mm=(1.6, 1.6, 8.0), grid_axes=short_axis(tilt_degrees=0), name="ed.nii")
    for label_map in (SOLID, straight):
        size = np.array(label_map.values.shape[::-1])
        slices = np.argwhere(label_map.mask("lv"))[:, 0]
        length = slices.max() - slices.min()
        warn(
            label_map.window(np.array([0, 0, slices.min() + max(1, length // 12)]), size),
            "The apex of the cavity is beyond the end of",
        )
        # Of a stack, less may be missing: `test_apex`.
        refuse(label_map.window(np.array([0, 0, slices.min() + length // 2]), size), "before the apex, its last slice")


def test_displaced_slices_are_said() -> None:
    values = STACK.values.copy()
    rng = np.random.default_rng(4)
    for plane in values:
        plane[:] = np.roll(plane, rng.normal(0, 3.5, 2).round().astype(int), axis=(0, 1))
    assert any("displaced against each other" in said for said in load_phase(changed(STACK, values), "ed").warnings)


def test_impossible_sizes_are_refused() -> None:
    for factor, said in ((0.2, "ml, expected 3 to 1500 ml"), (2.7, "ml, expected 3 to 1500 ml")):
        matrix = np.diag([factor, factor, factor, 1.0])
        refuse(replace(SOLID, to_lps=matrix @ SOLID.to_lps), said)
    flat = Ventricle(ED.reach_mm * 0.15, ED.endo_mm * 0.15, ED.endo_mm * 0.15 + 4)
    wide = replace(voxelised(flat, spacing_mm=(0.5, 0.5, 0.5), name="ed.nii"))
    refuse(wide, "ml, expected|mm long from base to apex")


def test_given_septa_are_read_or_refused() -> None:
    point = parse_septum(" 12, -30.5,40 ")
    np.testing.assert_array_equal(point.vector_lps, [12, -30.5, 40])
    assert not point.is_direction and parse_septum("dir:-1,0,0").is_direction
    for text in ("", "1,2", "1,2,3,4", "a,b,c", "nan,0,0", "dir:0,0,0", "right"):
        with pytest.raises(InputError, match=r"^septum is '.*': give a point on the septum"):
            parse_septum(text)
    on_axis = Septum(NORMAL_POSE.to_lps(np.array([1.0, 0.0, -30.0])))
    refuse(SOLID, r"septum .* lies on the long axis: give a point on the septum in LPS mm", on_axis)
    refuse(SOLID, "lies 4.. mm from the heart", Septum(NORMAL_POSE.to_lps(np.array([400.0, 0.0, -30.0]))))
    refuse(SOLID, "runs along the ventricle", Septum(NORMAL_POSE.axes[2], is_direction=True))


def test_what_is_true_of_both_phases_is_said_once() -> None:
    bare = [changed(some, np.where(some.values == 1, 0, some.values)) for some in (SOLID, SOLID_ES)]
    said = heart_from_maps(*bare).warnings
    assert len(said) == 1 and said[0].startswith(
        "No right ventricle is labelled in end diastole ed.nii and end systole es.nii; the"
    )


def test_warnings_of_any_number_of_phases_are_joined() -> None:
    bare = changed(SOLID_ES, np.where(SOLID_ES.values == 1, 0, SOLID_ES.values))
    maps = {name: replace(bare, name=f"{name}.nii") for name in ("ed", "t1", "t2")}
    said = joined_warnings({name: load_phase(label_map, name) for name, label_map in maps.items()})
    assert len(said) == 1 and "labelled in end diastole ed.nii, t1 t1.nii and t2 t2.nii; the" in said[0]
    alone = joined_warnings({"ed": load_phase(maps["ed"], "ed")})
    assert alone[0].startswith("No right ventricle is labelled in end diastole ed.nii;")


def test_any_number_of_phases_share_the_septum_of_the_first_with_a_right_ventricle() -> None:
    bare = changed(SOLID_ES, np.where(SOLID_ES.values == 1, 0, SOLID_ES.values))
    maps = {"ed": bare, "t1": SOLID_ES, "t2": bare}
    found = shared_septum({name: load_phase(label_map, name) for name, label_map in maps.items()}, maps)
    assert list(found) == list(maps)
    assert [phase.frame.septum for phase in found.values()] == ["given", "rv", "given"]
    for phase in found.values():
        np.testing.assert_allclose(phase.frame.axes, found["t1"].frame.axes, atol=0.05)


def test_a_phase_with_a_septum_of_its_own_or_lying_otherwise_keeps_its_frame() -> None:
    bare = changed(SOLID_ES, np.where(SOLID_ES.values == 1, 0, SOLID_ES.values))
    matrix = np.eye(4)
    matrix[:3, :3] = turned((0, 45, 0))
    maps = {"ed": SOLID, "t1": SOLID_ES, "t2": replace(bare, to_lps=matrix @ bare.to_lps)}
    phases = {name: load_phase(label_map, name) for name, label_map in maps.items()}
    assert shared_septum(phases, maps) == phases
