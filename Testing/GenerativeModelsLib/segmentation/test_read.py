"""Label maps of every form are read alike, and what cannot be checked is refused in a sentence."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.image_files.given import GivenImage
from GenerativeModelsLib.segmentation.check import check_maps
from GenerativeModelsLib.segmentation.maps import CODES, LabelMaps
from GenerativeModelsLib.segmentation.read import read_label_maps
from GenerativeModelsLib.segmentation.request import SegmentationRequest
from Testing.helpers.heart_phantoms import write_segmentation
from Testing.helpers.segmentation_phantoms import (
    LA,
    LV,
    MYO,
    PIXEL_MM,
    RV,
    apical,
    cine,
    maps_of,
    ring,
    stack,
    write_maps,
)

STACK, CINE = maps_of(stack()), maps_of(cine(5, 6))


def read(path: Path | GivenImage, view: str = "short-axis", **options) -> LabelMaps:
    return read_label_maps(SegmentationRequest(path, view, **options))


def refused(path: Path | GivenImage, view: str = "short-axis", **options) -> str:
    with pytest.raises(InputError) as caught:
        read(path, view, **options)
    sentence = str(caught.value)
    assert sentence.count("\n") == 0 and sentence.endswith(".") and str(Path("/tmp")) + "/" not in sentence[:5]
    return sentence


@pytest.mark.parametrize("name", ["maps.nii.gz", "maps.nrrd", "maps.mha"])
@pytest.mark.parametrize("axes", ["xyz", "zyx", "xzy"])
def test_a_stack_is_the_same_whatever_its_format_and_its_axes(tmp_path: Path, name: str, axes: str) -> None:
    found = read(write_maps(tmp_path / name, STACK, axes=axes))
    assert found.values.shape[1] == STACK.slices and found.slice_mm == pytest.approx(8.0)
    turned = found.values if found.values.shape == STACK.values.shape else found.values.transpose(0, 1, 3, 2)
    np.testing.assert_array_equal(turned, STACK.values)
    assert sorted(found.pixel_mm) == pytest.approx(sorted(PIXEL_MM))
    assert found.point_lps(0, 0, 0) == pytest.approx((10.0, -20.0, 30.0), abs=1e-4)
    row, column = np.argwhere(found.values[0, 3] == MYO)[0]
    i, j = (column, row) if found.values.shape == STACK.values.shape else (row, column)
    assert found.point_lps(3, row, column) == pytest.approx(STACK.point_lps(3, j, i), abs=1e-3)


def test_a_cine_has_frames_and_an_interval(tmp_path: Path) -> None:
    found = read(write_maps(tmp_path / "cine.nii.gz", CINE))
    np.testing.assert_array_equal(found.values, CINE.values)
    assert found.frame_s == pytest.approx(0.04) and found.warnings == ()
    assert read(tmp_path / "cine.nii.gz", frame_interval_ms=31.0).frame_s == 0.031


def test_a_slice_over_time_and_an_apical_view_over_time(tmp_path: Path) -> None:
    one = maps_of(cine(5, 1))
    assert read(write_maps(tmp_path / "slice.nii.gz", one)).values.shape == one.values.shape
    flat = sitk.GetImageFromArray(np.stack([apical(80.0 - k) for k in range(4)]))
    table = np.array([0, 1, 2, 0, 3], np.uint8)  # as CAMUS has it
    flat = sitk.GetImageFromArray(table[sitk.GetArrayFromImage(flat)])
    sitk.WriteImage(flat, str(tmp_path / "echo.nii.gz"))
    found = read(tmp_path / "echo.nii.gz", "apical", labels="camus", frame_interval_ms=20.0)
    assert found.values.shape == (4, 1, 140, 130) and found.has("la")
    sentence = refused(tmp_path / "echo.nii.gz", "apical", labels="camus")
    assert "in an apical view columns, rows and time" in sentence and "for a stack of slices another view" in sentence


@pytest.mark.parametrize("axes", ["xyz", "zxy", "xzy"])
def test_an_apical_view_of_one_frame_may_lie_across_any_axis(tmp_path: Path, axes: str) -> None:
    path = write_maps(tmp_path / "view.nii.gz", maps_of(apical()[None], np.ones(2)), axes=axes)
    found = read(path, "apical", labels="lv=3,myo=2,la=4")
    assert (found.frames, found.slices) == (1, 1) and int((found.values == LV).sum()) == int((apical() == LV).sum())
    image = sitk.ReadImage(str(path))
    given = GivenImage(sitk.GetArrayFromImage(image), "given", to_lps=np.eye(4))
    assert read(given, "apical", labels="lv=3,myo=2,la=4").values.shape == found.values.shape


def test_segments_are_found_by_name(tmp_path: Path) -> None:
    from GenerativeModelsLib.heart.labels.label_map import HeartLabels, LabelMap

    values = STACK.values[0]
    phantom = LabelMap(values, HeartLabels(1, 2, 3), STACK.to_lps, "phantom")
    segments = [
        ("LV cavity", values == 1, 7, 0),
        ("Myocardium", values == 2, 9, 0),
        ("Right ventricle", values == 3, 2, 0),
    ]
    path = write_segmentation(tmp_path / "heart.seg.nrrd", phantom, segments)
    found = read(path)
    np.testing.assert_array_equal(found.values[0], values)
    assert found.segments == {"lv": "LV cavity", "myo": "Myocardium", "rv": "Right ventricle"}
    assert read(path, labels="lv=7,myo=9").labels == {"lv": 7, "myo": 9}
    assert "no segment of value 4" in refused(path, labels="lv=4,myo=9")
    echo = [("LV", values == 1, 1, 0), ("myo", values == 2, 2, 0), ("Left atrium", values == 3, 3, 0)]
    assert read(write_segmentation(tmp_path / "echo.seg.nrrd", phantom, echo)).has("la")


def test_arrays_in_memory_are_read_as_files_are() -> None:
    given = GivenImage(np.array([0, 3, 2, 1], np.uint8)[CINE.values], "given", to_lps=CINE.to_lps)
    np.testing.assert_array_equal(read(given, frame_interval_ms=40).values, CINE.values)
    assert "carries no time" in refused(given)
    sheared = CINE.to_lps.copy()
    sheared[0, 1] = 0.5
    assert "sheared axes" in refused(GivenImage(given.values, "given", to_lps=sheared), frame_interval_ms=40)
    assert "2 dimensions" in refused(GivenImage(np.zeros((4, 4)), "given", to_lps=np.eye(4)))


def test_voxels_of_one_size_are_warned_of(tmp_path: Path) -> None:
    cube = maps_of(stack(), np.array([1.5, 1.5]), slice_mm=1.6)
    assert "does not tell the slices" in read(write_maps(tmp_path / "cube.nii.gz", cube)).warnings[0]


def changed(tmp_path: Path, values: np.ndarray, spacing=(1.6, 1.2, 8.0), name: str = "bad.nii.gz") -> Path:
    image = sitk.GetImageFromArray(values)
    image.SetSpacing(spacing[: image.GetDimension()])
    sitk.WriteImage(image, str(tmp_path / name))
    return tmp_path / name


ACDC = np.array([0, 3, 2, 1, 4], np.uint8)


def test_unknown_labels_are_refused_by_a_preset_and_count_as_background_otherwise(tmp_path: Path) -> None:
    values = ACDC[stack()]
    values[:, :4, :4] = 7
    path = changed(tmp_path, values)
    assert "holds the value 7, which the preset (lv=3,myo=2,rv=1) does not know" in refused(path)
    found = read(path, labels="lv=3,myo=2,rv=1")
    assert list(found.warnings) == ["The value 7 of file bad.nii.gz counts as background."]
    values[:, :4, 4:8] = 9
    (warning,) = read(changed(tmp_path, values), labels="lv=3,myo=2,rv=1").warnings
    assert warning == "The values 7, 9 of file bad.nii.gz count as background."


def test_a_structure_that_is_named_and_not_there_is_warned_of_but_not_one_of_a_preset(tmp_path: Path) -> None:
    values = ACDC[stack()]
    values[values == 1] = 0
    path = changed(tmp_path, values)
    assert read(path).warnings == ()
    (warning,) = read(path, labels="lv=3,myo=2,rv=9").warnings
    assert "no pixel of value 9, the right ventricle (rv)" in warning


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    assert "is a folder: give a label map file" in refused(tmp_path)


def test_missing_labels_name_what_is_there(tmp_path: Path) -> None:
    values = ACDC[stack()]
    values[values == 2] = 0
    assert "no pixel of value 2, the myocardium (myo)" in refused(changed(tmp_path, values))
    assert "it holds 1, 3" in refused(tmp_path / "bad.nii.gz")
    assert "only 0" in refused(changed(tmp_path, np.zeros_like(values)))


def test_a_whole_body_map_and_ten_labels_are_refused(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    body = rng.integers(0, 117, (8, 20, 20)).repeat(4, 1).repeat(4, 2).astype(np.uint8)
    assert "does not know" in refused(changed(tmp_path, body))
    ten = ACDC[stack()]
    ten[0, :10, :1] = np.arange(10)[:, None]
    assert "holds the values 4, 5, 6, 7, 8, 9, which" in refused(changed(tmp_path, ten))


def test_an_image_is_refused(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    assert "it is an image" in refused(changed(tmp_path, rng.normal(100, 30, (6, 40, 40)).astype(np.float32)))
    assert "it is an image" in refused(changed(tmp_path, rng.integers(0, 900, (6, 40, 40)).astype(np.int16)))
    noise = rng.integers(0, 4, (6, 80, 80)).astype(np.uint8)
    assert "scattered in" in refused(changed(tmp_path, noise))


def test_swapped_sides_are_refused(tmp_path: Path) -> None:
    path = write_maps(tmp_path / "maps.nii.gz", STACK)
    assert "as if left and right were swapped" in refused(path, labels="lv=1,myo=2,rv=3")
    assert "value 2 (lv) encloses value 3 (myo)" in refused(path, labels="lv=2,myo=3,rv=1")
    assert "as if ventricle and atrium were swapped: exchange them in labels lv=1" in refused(path, labels="camus")


def test_swapped_sides_of_an_apical_view_are_refused(tmp_path: Path) -> None:
    values = apical()
    values[20:80, 100:120] = RV  # beside the wall
    path = changed(tmp_path, values[None], (1.0, 1.0, 8.0))
    assert read(path, "apical", labels=f"lv={LV},myo={MYO},rv={RV},la={LA}").warnings == ()
    for right, left in ((f"lv={LA},myo={MYO},la={LV}", "atrium"), (f"lv={RV},myo={MYO},rv={LV}", "right")):
        assert left in refused(path, "apical", labels=right).split("as if ")[1]


def test_a_pair_of_end_diastole_and_end_systole_needs_no_interval(tmp_path: Path) -> None:
    pair = CINE.values[[0, 2]]
    maps = read(write_maps(tmp_path / "pair.nii.gz", maps_of(pair, frame_s=1.0)))
    assert maps.frames == 2 and maps.frame_s is None
    thin = pair.copy()
    thin[1][(pair[1] == MYO) & (np.indices(pair[1].shape)[1] % 4 > 0)] = 0
    found = check_maps(maps_of(thin, frame_s=None))
    assert found.curves.ef_percent > 20 and "myo_volume_change" in {v.criterion.name for v in found.violations}


def test_time_without_an_interval_is_refused(tmp_path: Path) -> None:
    for interval in (1.0, 0.0005):
        path = write_maps(tmp_path / "cine.nrrd", maps_of(cine(4, 4), frame_s=interval))
        sentence = refused(path)
        assert "from one frame to the next" in sentence and "give it as frame_interval_ms" in sentence


def test_sizes_that_are_no_hearts_are_refused(tmp_path: Path) -> None:
    assert "cm²" in refused(changed(tmp_path, ACDC[stack()], (12.0, 12.0, 18.0)))
    assert "spacing of 0.05" in refused(changed(tmp_path, ACDC[stack()], (0.05, 0.05, 8.0)))
    assert "an apical view is one slice" in refused(write_maps(tmp_path / "maps.nii.gz", CINE), "apical")
    colours = sitk.GetImageFromArray(np.zeros((4, 20, 20, 3), np.uint8), isVector=True)
    sitk.WriteImage(colours, str(tmp_path / "colours.nii.gz"))
    assert "3 numbers a pixel" in refused(tmp_path / "colours.nii.gz")
    (tmp_path / "text.nii.gz").write_text("nothing")
    assert "text.nii.gz" in refused(tmp_path / "text.nii.gz") and "does not exist" in refused(tmp_path / "none.nii.gz")


def test_a_wall_around_both_ventricles_is_seen() -> None:
    from scipy.ndimage import binary_dilation

    values = ring()
    around = binary_dilation(values == CODES["rv"], iterations=3) & (values == 0)
    assert not maps_of(values[None]).biventricular
    values[around] = MYO
    assert maps_of(values[None]).biventricular
