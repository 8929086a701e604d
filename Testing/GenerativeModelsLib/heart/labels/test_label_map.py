"""Label values, label maps, and refused ones."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.heart.labels.label_map import HeartLabels, LabelMap, label_map_from_array, parse_labels

LABELS = HeartLabels(lv=3, myo=2, rv=1)
GEOMETRY = np.diag([2.0, 2.0, 2.0, 1.0])


def block() -> np.ndarray:
    """(k, j, i): a box of myocardium with a box of cavity in it."""
    values = np.zeros((40, 50, 60), np.uint8)
    values[10:30, 10:30, 10:30] = 2
    values[12:30, 14:26, 14:26] = 3
    return values


def test_presets_and_explicit_values_in_any_order() -> None:
    assert parse_labels("ACDC") == LABELS == parse_labels(" rv = 1, lv=3 ,myo=2")
    assert parse_labels("ukbb") == HeartLabels(lv=1, myo=2, rv=3)
    assert parse_labels("lv=500,myo=205") == HeartLabels(lv=500, myo=205, rv=None)
    assert str(parse_labels(str(LABELS))) == "lv=3,myo=2,rv=1"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "acdc2",
        "lv=3",
        "lv=3,myo=3",
        "lv=0,myo=2",
        "lv=3,myo=2,la=4",
        "lv=3,lv=4,myo=2",
        "lv=3;myo=2",
        "lv=-3,myo=2",
    ],
)
def test_other_label_values_are_refused(text: str) -> None:
    with pytest.raises(InputError, match=r"^labels is "):
        parse_labels(text)


def test_a_map_is_cropped_to_its_heart_and_keeps_its_place() -> None:
    whole = np.zeros((200, 200, 200), np.int16)
    whole[80:120, 70:120, 60:120] = block()
    made = label_map_from_array(whole, GEOMETRY, LABELS, "whole body")
    assert made.values.shape < (40, 40, 40)
    plain = LabelMap(whole, LABELS, GEOMETRY, "as it is")
    assert made.volume_ml("lv") == pytest.approx(18 * 12 * 12 * 8 / 1000)
    np.testing.assert_allclose(made.points_lps(made.mask("lv")), plain.points_lps(plain.mask("lv")))
    assert made.left_out_ml == 0


def test_floats_that_are_whole_are_labels() -> None:
    made = label_map_from_array(block().astype(np.float32) + 1e-6, GEOMETRY, LABELS, "floats")
    assert made.values.dtype.kind == "i"
    assert made.volume_ml("myo") == LabelMap(block(), LABELS, GEOMETRY, "").volume_ml("myo")


def test_voxels_far_away_are_left_out_and_counted() -> None:
    values = np.zeros((40, 50, 200), np.uint8)
    values[:, :, :60] = block()
    values[0, 0, 190:] = 3
    made = label_map_from_array(values, GEOMETRY, LABELS, "island")
    assert made.left_out_ml == pytest.approx(10 * 8 / 1000)
    assert made.values.shape[2] < 60


def test_values_at_points_are_those_of_the_voxel_that_holds_them() -> None:
    made = LabelMap(block(), LABELS, GEOMETRY, "")
    inside = np.array([[20.0, 20.0, 20.0], [20.9, 20.9, 40.9], [28.0, 28.0, 24.0], [-5.0, 0.0, 0.0], [1e4, 0, 0]])
    np.testing.assert_array_equal(made.at(inside), [2, 2, 3, 0, 0])


def test_a_window_beyond_the_map_is_background() -> None:
    made = LabelMap(block(), LABELS, GEOMETRY, "")
    wide = made.window(np.array([-5, -4, -3]), np.array([63, 52, 41]))
    assert wide.values.shape == (44, 56, 68)
    assert wide.volume_ml("lv") == made.volume_ml("lv")
    np.testing.assert_allclose(wide.points_lps(wide.mask("lv")), made.points_lps(made.mask("lv")))
    thin = made.window(np.array([0, 0, 0]), np.array([60, 50, 40]), (2, 1, 1))
    np.testing.assert_allclose(thin.spacing_mm, [4, 2, 2])


def test_only_thick_slices_make_a_stack() -> None:
    made = LabelMap(block(), LABELS, GEOMETRY, "")
    assert made.slice_column is None
    assert replace(made, to_lps=np.diag([1.4, 1.4, 8.0, 1.0])).slice_column == 2
    assert replace(made, to_lps=np.diag([1.4, -8.0, 1.4, 1.0])).slice_column == 1
    assert replace(made, to_lps=np.diag([1.0, 2.0, 2.0, 1.0])).slice_column is None


NOISE = np.random.default_rng(0)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (block().astype(float) * 1.3, "not whole: it is an image"),
        (NOISE.integers(0, 256, (40, 50, 60)), "more than 160 different values: it is an image"),
        (NOISE.integers(0, 100_000, (4, 5, 6)), "it is an image"),
        (np.where(block() == 3, np.nan, 1.0), "not whole"),
        (np.where(block() == 3, 0, block()), r"no voxel of value 3, the cavity \(lv\).*it holds 2: name its own"),
        (
            np.where(block() == 2, 7, block()),
            "2, the myocardium.*holds 3, 7: .*labels, or leave es out; a cavity alone is not",
        ),
        (np.zeros((5, 5, 5)), "it holds only 0"),
        (block()[0], "a 3D label map"),
        (block()[:1], "60 x 50 x 1 voxels: a 3D label map"),
        (np.stack([block()] * 2), "a 3D label map"),
    ],
)
def test_what_is_no_label_map_is_refused(values: np.ndarray, said: str) -> None:
    with pytest.raises(InputError, match=rf"^es heart\.nii .*{said}"):
        label_map_from_array(values, GEOMETRY, LABELS, "heart.nii", "es")


@pytest.mark.parametrize("spacing", [(0.1, 0.1, 0.1), (1.4, 1.4, 50.0), (2.0, 0.0, 2.0), (2.0, np.nan, 2.0)])
def test_impossible_spacings_are_refused(spacing: tuple[float, ...]) -> None:
    with pytest.raises(InputError, match=r"voxel spacing of .* mm, outside 0\.2 to 20 mm"):
        label_map_from_array(block(), np.diag([*spacing, 1.0]), LABELS, "heart.nii")


def test_axes_that_do_not_span_space_are_refused() -> None:
    flat = np.diag([2.0, 2.0, 2.0, 1.0])
    flat[:3, 2] = [2.0, 0.0, 0.1]
    with pytest.raises(InputError, match="do not span space"):
        label_map_from_array(block(), flat, LABELS, "heart.nii")


def test_hearts_far_apart_are_several() -> None:
    values = np.zeros((40, 50, 260), np.uint8)
    values[:, :, :60] = block()
    values[:, :, 200:] = block()
    with pytest.raises(InputError, match="several hearts"):
        label_map_from_array(values, GEOMETRY, LABELS, "two")
