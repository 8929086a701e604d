"""A repair from the command line and from Python to its files, and the files read back."""

from __future__ import annotations

import json
import re
from html import unescape
from pathlib import Path

import jsonschema
import nibabel as nib
import numpy as np
import pytest
import SimpleITK as sitk
from typer.testing import CliRunner

import GenerativeModelsLib as gm
from GenerativeModelsLib.cli.main import app
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.resources import default_bundle
from GenerativeModelsLib.segmentation.repair.read import pictures, read_case
from Testing.helpers.faulty_beat import REFUSED, hole_and_jump
from Testing.helpers.segmentation_phantoms import MIDDLE, apical, disc, maps_of, ring, stack, write_maps

PAIR = {"type": "object", "required": ["before", "after"]}
SCHEMA = {
    "type": "object",
    "required": [
        *("schema", "violating", "changed_frames", "abstained", "shifts_mm", "ef_percent", "edv_ml", "esv_ml"),
        *("warnings", "files", "fingerprint", "frames", "slices", "kept_frames"),
    ],
    "properties": {
        "schema": {"const": "segmentation-repair/1"},
        "changed_frames": {"type": "integer"},
        "abstained": {"type": "array", "items": {"required": ["frame", "slice", "rules", "reason"]}},
        "shifts_mm": {"type": "array"},
        **dict.fromkeys(("violating", "ef_percent", "edv_ml", "esv_ml"), PAIR),
    },
}
STEPS = "step of the ventricle's radius between slices, step of the cavity's radius between slices"
NAMES = re.compile(r"\b(lv|rv|myo|epi|la|wall|centre|slice|frame)_[a-z_]+\b")
"""Of criteria."""


@pytest.fixture(scope="module")
def faulty_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_maps(tmp_path_factory.mktemp("maps") / "beat.nii.gz", maps_of(hole_and_jump(7, 6), frame_s=0.06))


@pytest.fixture(scope="module")
def folder(faulty_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp("out") / "case"
    arguments = ["segmentation", "repair", str(faulty_file), "--output", str(output), "--most-change", "30"]
    result = CliRunner().invoke(app, [*arguments, "--realign"])
    assert result.exit_code == 0, result.output
    for words in ("1 slice changed, in 1 of 7 frames", "break rules: ", "frame 4, slice 3 ("):
        assert words in result.stdout
    return output


def test_the_files_are_those_of_the_contract(folder: Path) -> None:
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    of_check = ("violations.csv", "curves.csv", "report.html", "result.json")
    assert files == {
        *("repaired.nii.gz", "changes.csv", "report.html", "result.json"),
        *(f"{when}/{name}" for when in ("before", "after") for name in of_check),
    }
    text = (folder / "result.json").read_text(encoding="utf-8")
    result = json.loads(text)
    jsonschema.validate(result, SCHEMA)
    assert str(folder.parent) not in text and set(result["files"]) == files - {"result.json"}
    assert result["violating"]["after"] == result["violating"]["before"] - 1 and result["changed_frames"] == 1
    assert (folder / "changes.csv").read_text(encoding="utf-8").startswith("frame,slice,step,changed_mm2,reason,")
    assert len(result["shifts_mm"]) == 6 and not any(any(each["applied_mm"]) for each in result["shifts_mm"])


def test_the_report_shows_the_labels_over_the_image(folder: Path, faulty_file: Path, tmp_path: Path) -> None:
    labels = sitk.ReadImage(str(faulty_file))
    values = 10 * sitk.GetArrayFromImage(labels).astype(np.float32) + 5
    grey = sitk.GetImageFromArray(values, isVector=False)
    grey.CopyInformation(labels)
    sitk.WriteImage(grey, str(tmp_path / "image.nii.gz"))
    run = ["segmentation", "repair", str(faulty_file), "--most-change", "30", "--realign", "--image"]
    result = CliRunner().invoke(app, [*run, str(tmp_path / "image.nii.gz"), "--output", str(tmp_path / "over")])
    assert result.exit_code == 0, result.output
    one, other = ((each / "repaired.nii.gz").read_bytes() for each in (folder, tmp_path / "over"))
    assert one == other, "the image is shown, and changes nothing"
    pages = [(each / "report.html").read_text(encoding="utf-8") for each in (folder, tmp_path / "over")]
    shown = [set(re.findall(r"data:image/webp;base64,[^\"')]+", page)) for page in pages]
    assert len(shown[0]) == len(shown[1]) > 0 and not shown[0] & shown[1]
    sitk.WriteImage(sitk.GetImageFromArray(values[:, :, :-1], isVector=False), str(tmp_path / "smaller.nii.gz"))
    refused = CliRunner().invoke(app, [*run, str(tmp_path / "smaller.nii.gz"), "--output", str(tmp_path / "none")])
    assert refused.exit_code == 2 and "--image smaller.nii.gz has" in " ".join(refused.stderr.split())
    assert not (tmp_path / "none").exists()


def test_the_network_takes_part_unless_it_is_not_wanted_or_of_another_view(faulty_file: Path, tmp_path: Path) -> None:
    opened = stack()
    opened[3][disc(14.0, (MIDDLE[0] + 24, MIDDLE[1]))] = 0
    path = write_maps(tmp_path / "opened.nii.gz", maps_of(opened))
    found = {}
    for name, options in {"with": {}, "without": {"network": False}}.items():
        repaired = gm.repair_segmentation(path, output=tmp_path / name, **options)
        result = json.loads((tmp_path / name / "result.json").read_text(encoding="utf-8"))
        assert result["network"] is (name == "with") and bool(result["model"]) is result["network"]
        assert bool(result["fingerprint"]["model"]) is result["network"]
        words = (tmp_path / name / "report.html").read_text(encoding="utf-8")
        assert ("label-ar-vae 1.0" in words) is result["network"]
        found[name] = {step for change in repaired.changes for step in change.steps}
    assert "codes" in found["with"] and "codes" not in found["without"]
    clip = np.stack([apical()] * 5).T
    view = {"view": "apical", "labels": "lv=1,myo=2,la=4", "affine": np.eye(4), "frame_interval_ms": 40}
    assert gm.repair_segmentation(clip, **view).result["network"] is False
    with pytest.raises(InputError, match=r"^model is of short-axis views, and view is apical: name another model"):
        gm.repair_segmentation(clip, model=default_bundle("repair"), **view)


def test_the_repaired_map_differs_by_the_hole_alone(folder: Path, faulty_file: Path) -> None:
    before, after = nib.load(faulty_file), nib.load(folder / "repaired.nii.gz")
    differs = np.asarray(before.dataobj) != np.asarray(after.dataobj)
    assert set(map(tuple, np.argwhere(differs.any(axis=(0, 1))))) == {(2, 1)}
    assert np.array_equal(np.argwhere(differs[:, :, 2, 1].T), np.argwhere(disc(4.0)))
    assert (after.affine == before.affine).all() and after.header.get_data_dtype() == before.header.get_data_dtype()


def test_the_folder_is_read_back(folder: Path) -> None:
    case = read_case(folder)
    (change,) = case.changes
    assert (change.frame, change.slice, change.step) == (1, 2, "smallest")
    assert change.criteria == ("lv_hole",)
    assert change.reason == "Holes filled; rules that were broken: hole in the left ventricle."
    area_ml = change.changed_mm2 * 8.0 / 1000
    assert change.edv_change_ml == 0.0, "frame 0 is the largest with and without the hole"
    assert case.after.curves["lv_ml"][1] - case.before.curves["lv_ml"][1] == pytest.approx(area_ml, abs=1e-3)
    assert case.before.result["violating"] == case.result["violating"]["before"]
    assert case.after.result["inputs"]["file"]["file"] == "repaired.nii.gz"
    assert len(pictures(case.result, folder)) == 2
    (folder / "changes.csv").rename(folder / "gone.csv")
    try:
        with pytest.raises(InputError, match=r"changes\.csv is missing or broken: repair the segmentation again"):
            read_case(folder)
    finally:
        (folder / "gone.csv").rename(folder / "changes.csv")


def test_the_page_shows_each_change_before_and_after_and_loads_nothing(folder: Path) -> None:
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "default-src 'none'" in page and "://" not in page.replace("http://www.w3.org/2000/svg", "")
    article = page[page.index('<article id="f1-s2">') :].partition("</article>")[0]
    assert article.count("data:image/webp") == 2 and "Holes filled" in article and "EDV by +0.0 ml" in article
    assert 'id="left-f4-s3"' in page and "more than 30 %" in page and page.count('class="chart"') >= 3
    assert "The centres alone are used" in page and "heart analyse --realign" in page


def test_a_slice_that_is_mended_in_part_is_shown_as_changed_and_as_faulty(tmp_path: Path) -> None:
    values = stack()
    values[3] = ring(8.0, 17.0)
    values[3][disc(2.5)] = 0
    values[5][disc(2.5)] = 0
    file = write_maps(tmp_path / "stack.nii.gz", maps_of(values))
    run = CliRunner().invoke(app, ["segmentation", "repair", str(file), "--output", str(tmp_path / "case")])
    assert run.exit_code == 0 and "Places that still break rules: 1" in run.stdout, run.output
    case = read_case(tmp_path / "case")
    assert case.result["changed"] == [[0, 3], [0, 5]] and case.result["violating"] == {"before": 2, "after": 1}
    ((frame, slice_),) = [(each["frame"], each["slice"]) for each in case.result["abstained"]]
    assert (frame, slice_) == (0, 3) and {each.slice for each in case.after.violations} == {3}
    page = unescape(case.report.read_text(encoding="utf-8"))
    assert "heart analyse --realign" not in page, "no slice was to be realigned"
    assert '<td class="part" title="Frame 0, slice 3: mended in part"><a href="#f0-s3"' in page
    assert '<td class="changed" title="Frame 0, slice 5: changed">' in page
    assert 'id="left-f0-s3"' in page and f"What is left: {STEPS}." in page
    article = page[page.index('<article id="f0-s3">') :].partition("</article>")[0]
    assert "rules that were broken: hole in the left ventricle." in article, "what was mended alone"
    assert f"Mended in part. Still broken: {STEPS}." in article
    (left,) = case.result["abstained"]
    assert left["rules"] == ["epi_radius_step", "lv_radius_step"], "files keep the names"
    assert f"({STEPS}): {left['reason']}" in run.stdout
    assert not NAMES.search(page) and not NAMES.search(run.stdout), "which no reader sees"
    assert "Mended in part" not in page[page.index('<article id="f0-s5">') :].partition("</article>")[0]


def test_a_bad_input_leaves_nothing(faulty_file: Path, tmp_path: Path) -> None:
    run = CliRunner().invoke
    arguments = ["segmentation", "repair", str(faulty_file), "--output", str(tmp_path / "bad")]
    for more, sentence in (
        *REFUSED,
        (["--keep-frames", "3,7"], "Error: --keep-frames names frame 7, and beat.nii.gz has frames 0 to 6."),
        (["--keep-frames", "first"], "Error: --keep-frames is 'first': give numbers of frames"),
        (["--most-change", "all"], "Error: --most-change is 'all': give percent such as 50."),
        (["--most-change", "0"], "Error: --most-change is 0: give percent, above 0 and up to 100."),
    ):
        result = run(app, [*arguments, *more])
        assert result.exit_code == 2 and result.stderr.splitlines()[-1].startswith(sentence), result.stderr
        assert not (tmp_path / "bad").exists()


def test_python_gives_arrays_in_their_own_layout(tmp_path: Path) -> None:
    values = np.array([0, 3, 2, 1], np.int16)[hole_and_jump(7, 6)].T
    affine = np.diag([-1.6, -1.2, 8.0, 1.0])
    repaired = gm.repair_segmentation(values, affine=affine, frame_interval_ms=60, keep_frames=[4])
    assert repaired.labels.shape == values.shape and repaired.labels.dtype == values.dtype
    assert set(map(tuple, np.argwhere((repaired.labels != values).any(axis=(0, 1))))) == {(2, 1)}
    assert [change.slice for change in repaired.changes] == [2] and not repaired.abstained
    assert repaired.shifts_mm == {} and repaired.quantities["violating_after"].value >= 1
    repaired.to_folder(tmp_path / "case")
    assert np.array_equal(np.asarray(nib.load(tmp_path / "case" / "repaired.nii.gz").dataobj), repaired.labels)
    clip = np.stack([apical()] * 5)
    clip[2, 60:66, 62:68] = 0
    made = gm.repair_segmentation(
        clip.T, view="apical", labels="lv=1,myo=2,la=4", affine=np.eye(4), frame_interval_ms=40
    )
    assert np.array_equal(made.labels, np.stack([apical()] * 5).T)
    with pytest.raises(InputError, match="realign needs a stack"):
        gm.repair_segmentation(
            clip.T, view="apical", labels="lv=1,myo=2,la=4", affine=np.eye(4), frame_interval_ms=40, realign=True
        )
