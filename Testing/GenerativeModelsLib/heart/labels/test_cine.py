"""Cines of label maps: their frames of end diastole and end systole."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.heart.labels.cine import read_cine
from GenerativeModelsLib.heart.labels.label_map import LabelMap
from GenerativeModelsLib.heart.labels.read import read_label_map
from GenerativeModelsLib.heart.measure.load import heart_from_cine
from GenerativeModelsLib.image_files.given import GivenImage
from Testing.helpers.heart_phantoms import ACDC, NORMAL_POSE, bullet, labelled, voxelised

RADII = (21.0, 24.0, 19.0, 15.0, 18.0)
FIRST = voxelised(bullet(), spacing_mm=(2.5, 2.5, 3.0))


def _moments() -> list[np.ndarray]:
    index = np.stack(np.meshgrid(*map(np.arange, FIRST.values.shape), indexing="ij")[::-1], axis=-1)
    points = NORMAL_POSE.to_heart(index @ FIRST.to_lps[:3, :3].T + FIRST.to_lps[:3, 3])
    # The myocardium keeps its volume within a third.
    return [
        labelled(bullet(radius_mm=r, wall_mm=9.0 + 0.5 * (24.0 - r), length_mm=70 + 15 * r / 24), points) for r in RADII
    ]


MOMENTS = _moments()


def given(frames: list[np.ndarray]) -> GivenImage:
    return GivenImage(np.stack(frames), "film", to_lps=FIRST.to_lps)


def written(frames: list[np.ndarray], path: Path) -> Path:
    volumes = []
    for frame in frames:
        volume = sitk.GetImageFromArray(frame.astype(np.uint8))
        volume.SetSpacing(FIRST.spacing_mm.tolist())
        volume.SetDirection((FIRST.to_lps[:3, :3] / FIRST.spacing_mm).ravel().tolist())
        volume.SetOrigin(FIRST.to_lps[:3, 3].tolist())
        volumes.append(volume)
    sitk.WriteImage(sitk.JoinSeries(volumes), str(path))
    return path


def assert_frame(found: LabelMap, number: int) -> None:
    expected = LabelMap(MOMENTS[number], ACDC, FIRST.to_lps, "")
    for structure in ("lv", "myo", "rv"):
        points = [some.points_lps(some.mask(structure)) for some in (found, expected)]
        np.testing.assert_allclose(*points, atol=1e-3)


@pytest.mark.parametrize("name", ["film.nii.gz", "film.nrrd", "film.mha"])
def test_the_largest_and_the_smallest_cavity_are_taken(tmp_path: Path, name: str) -> None:
    found = read_cine(written(MOMENTS, tmp_path / name), ACDC)
    assert found.frames == {"ed": 1, "es": 3, "count": 5}
    assert_frame(found.ed, 1)
    assert_frame(found.es, 3)
    assert found.ed.name == f"{name} frame 1" and found.warnings == ()
    assert found.cavity_ml == pytest.approx([(f == 3).sum() * FIRST.voxel_ml for f in MOMENTS], rel=1e-4)


def test_a_sequence_of_slicer_is_a_cine(tmp_path: Path) -> None:
    rows = [f"({','.join(map(str, column))})" for column in FIRST.to_lps[:3].T]
    lines = ["NRRD0004", "type: unsigned char", "dimension: 4", "space: left-posterior-superior"]
    lines += [
        f"sizes: 5 {' '.join(map(str, FIRST.values.shape[::-1]))}",
        f"space directions: none {' '.join(rows[:3])}",
    ]
    lines += ["kinds: list domain domain domain", "encoding: raw", f"space origin: {rows[3]}", "", ""]
    path = tmp_path / "film.seq.nrrd"
    path.write_bytes("\n".join(lines).encode() + np.stack(MOMENTS, axis=-1).astype(np.uint8).tobytes())
    found = read_cine(path, ACDC)
    assert found.frames == {"ed": 1, "es": 3, "count": 5}
    assert_frame(found.es, 3)


def test_frames_may_be_given() -> None:
    assert read_cine(given(MOMENTS), ACDC, 0, 4).frames == {"ed": 0, "es": 4, "count": 5}
    assert read_cine(given(MOMENTS), ACDC, es_frame=2).frames == {"ed": 1, "es": 2, "count": 5}
    assert_frame(read_cine(given(MOMENTS), ACDC, ed_frame=0).ed, 0)


def test_frames_without_a_cavity_are_left_out_and_said() -> None:
    empty = np.zeros_like(MOMENTS[0])
    found = read_cine(given([empty, *MOMENTS, empty]), ACDC)
    assert found.frames == {"ed": 2, "es": 4, "count": 7} and found.cavity_ml[0] == 0
    assert found.warnings == ("2 of the 7 frames show no cavity in the cine film; end systole was sought beyond.",)
    with pytest.raises(InputError, match=r"^es_frame is 6, where cine film has no cavity: .* 1, 2, 3, 4, 5\.$"):
        read_cine(given([empty, *MOMENTS, empty]), ACDC, es_frame=6)


def test_repeated_frames_are_said() -> None:
    found = read_cine(given([*MOMENTS, MOMENTS[-1]]), ACDC)
    assert found.warnings == ("The cine film repeats the frame before in frame 5; its cycle may be incomplete.",)


@pytest.mark.parametrize(
    ("frames", "options", "words"),
    [
        (MOMENTS[:1], {}, "^cine film is .* a single frame: give it as ed"),
        ([MOMENTS[0]] * 3, {}, "^cine film has 3 frames that are all the same"),
        ([MOMENTS[0], 0 * MOMENTS[0]], {}, "^cine film is labelled in frame 0 of 2 alone: .* give it as ed"),
        ([0 * MOMENTS[0]] * 2, {}, r"^cine film has no voxel of value 3, the cavity \(lv\)"),
        ([moment[:1] for moment in MOMENTS], {}, r"a label map \(x, y, z, time\) of whole hearts is needed"),
        (
            [np.where(m == 2, 0, m) for m in MOMENTS],
            {},
            "^cine film frame 1 .* value 2.*es_frame, or save .* as ed; a cavity",
        ),
        (MOMENTS, {"ed_frame": 5}, "^ed_frame is 5, and cine film has the frames 0 to 4"),
        (MOMENTS, {"es_frame": -1}, "^es_frame is -1"),
        (MOMENTS, {"ed_frame": 3}, "^cine film has frame 3 for end diastole and end systole: give two as ed_frame"),
    ],
)
def test_what_is_no_cine_is_refused(frames: list[np.ndarray], options: dict, words: str) -> None:
    with pytest.raises(InputError, match=words):
        read_cine(given(frames), ACDC, **options)


def test_a_3d_file_and_colours_are_refused(tmp_path: Path) -> None:
    volume = sitk.GetImageFromArray(MOMENTS[0].astype(np.uint8))
    sitk.WriteImage(volume, str(tmp_path / "one.nii.gz"))
    with pytest.raises(InputError, match=r"^cine one\.nii\.gz is .* voxels, a single frame: give it as ed"):
        read_cine(tmp_path / "one.nii.gz", ACDC)
    sitk.WriteImage(sitk.Compose(volume, volume, volume), str(tmp_path / "colours.mha"))
    with pytest.raises(InputError, match=r"has 3 numbers a voxel"):
        read_cine(tmp_path / "colours.mha", ACDC)
    with pytest.raises(InputError, match=r"^cine .*absent\.nii does not exist"):
        read_cine(tmp_path / "absent.nii", ACDC)


def test_the_heart_of_a_cine_says_where_it_is_from() -> None:
    empty = np.zeros_like(MOMENTS[0])
    cine = read_cine(given([*MOMENTS, empty]), ACDC)
    heart = heart_from_cine(cine)
    assert heart.cine is cine and list(heart.phases) == ["ed", "es"]
    assert heart.warnings[: len(cine.warnings)] == cine.warnings
    assert heart.ed.cavity_ml > heart.es.cavity_ml


def test_real_frames_of_two_phases_are_found_as_its_table_says(shared_data: Path, tmp_path: Path) -> None:
    """Labelled at end diastole and end systole alone, and the wall at end diastole alone."""
    path = shared_data / "sunnybrook_cine" / "SC-HF-I-01_label.nii.gz"
    if not path.is_file():
        pytest.skip("the cines of Sunnybrook are not here")
    with pytest.raises(InputError, match=r"^cine SC-HF-I-01_label\.nii\.gz frame 7 has no voxel of value 2"):
        read_cine(path, ACDC)


def test_two_real_phases_as_a_cine_are_the_same_heart(shared_data: Path, tmp_path: Path) -> None:
    folder = shared_data / "acdc_labels"
    if not folder.is_dir():
        pytest.skip("the patients of ACDC are not here")
    ed, es = (sitk.ReadImage(str(folder / f"patient104_{phase}.nii.gz")) for phase in ("ED", "ES"))
    es = sitk.Resample(es, ed, sitk.Transform(), sitk.sitkNearestNeighbor)
    sitk.WriteImage(sitk.JoinSeries([es, ed]), str(tmp_path / "cine.nii.gz"))
    found = read_cine(tmp_path / "cine.nii.gz", ACDC)
    assert found.frames == {"ed": 1, "es": 0, "count": 2}
    alone = read_label_map(folder / "patient104_ED.nii.gz", ACDC, "ed")
    assert found.ed.volume_ml("lv") == pytest.approx(alone.volume_ml("lv"), rel=1e-4)
