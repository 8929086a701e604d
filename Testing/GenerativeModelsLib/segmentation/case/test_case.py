"""A check from the command line to its files, and the files read back."""

from __future__ import annotations

import csv
import json
from base64 import b64decode
from io import BytesIO
from pathlib import Path

import jsonschema
import numpy as np
import pytest
import SimpleITK as sitk
from PIL import Image
from typer.testing import CliRunner

import GenerativeModelsLib as gm
from GenerativeModelsLib.cli.main import app
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.segmentation.anatomy import SEGMENTATION
from GenerativeModelsLib.segmentation.case.pictures import pictures
from GenerativeModelsLib.segmentation.case.read import read_case
from GenerativeModelsLib.segmentation.check import check_maps
from GenerativeModelsLib.segmentation.report.pictures import slice_picture, window_of
from Testing.helpers.faulty_beat import REFUSED, hole_and_jump
from Testing.helpers.segmentation_phantoms import LV, MIDDLE, cine, maps_of, write_maps

CONTRACT = ["frame", "slice", "structure", "criterion", "value", "limit", "unit", "x_mm", "y_mm", "z_mm"]
SCHEMA = {
    "type": "object",
    "required": [
        *("schema", "frames", "slices", "criteria", "violating", "edv_ml", "esv_ml", "ef_percent", "warnings", "files"),
        *("warning_kinds", "software", "device", "seconds", "fingerprint", "shifted_slices", "violating_frames"),
    ],
    "properties": {
        "schema": {"const": "segmentation-check/1"},
        "model": {"type": "null"},
        "frames": {"type": "integer", "minimum": 1},
        "slices": {"type": "integer", "minimum": 1},
        "violating": {"type": "integer", "minimum": 0},
        "criteria": {
            "type": "object",
            "minProperties": 16,
            "additionalProperties": {"type": "object", "required": ["violations"]},
        },
        **{name: {"type": ["number", "null"]} for name in ("edv_ml", "esv_ml", "ef_percent", "frame_s")},
    },
}


@pytest.fixture(scope="module")
def faulty_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_maps(tmp_path_factory.mktemp("maps") / "beat.nii.gz", maps_of(hole_and_jump(6, 5), frame_s=0.06))


@pytest.fixture(scope="module")
def folder(faulty_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp("out") / "case"
    result = CliRunner().invoke(app, ["segmentation", "check", str(faulty_file), "--output", str(output)])
    assert result.exit_code == 0, result.output
    assert "labelled slices break a rule" in result.stdout and "hole in the left ventricle: 1" in result.stdout
    return output


def test_the_files_are_those_of_the_contract(folder: Path) -> None:
    assert {p.name for p in folder.iterdir()} == {"violations.csv", "curves.csv", "report.html", "result.json"}
    result = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    jsonschema.validate(result, SCHEMA)
    assert (result["frames"], result["slices"]) == (6, 5) and result["criteria"]["lv_hole"]["violations"] == 1
    limits = {name: entry.get("limit") for name, entry in result["criteria"].items()}
    assert limits["slice_shift"] == 8.0 and limits["myo_volume_change"] == 35.0 and limits["lv_hole"] is None
    assert result["violating"] >= 2 and result["inputs"]["file"]["file"] == "beat.nii.gz"
    assert str(folder.parent) not in (folder / "result.json").read_text(encoding="utf-8")
    with (folder / "violations.csv").open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert list(rows[0])[: len(CONTRACT)] == CONTRACT
    hole = next(row for row in rows if row["criterion"] == "lv_hole")
    assert (hole["frame"], hole["slice"], hole["structure"], hole["unit"]) == ("1", "2", "lv", "mm2")
    at = maps_of(hole_and_jump(6, 5)).point_lps(2, MIDDLE[0] / 1.2, MIDDLE[1] / 1.6)
    assert [float(hole[axis]) for axis in ("x_mm", "y_mm", "z_mm")] == pytest.approx(at, abs=1.0)
    with (folder / "curves.csv").open(newline="", encoding="utf-8") as stream:
        curves = list(csv.DictReader(stream))
    assert len(curves) == 6 and float(curves[3]["time_s"]) == pytest.approx(0.18)
    assert max(float(row["lv_ml"]) for row in curves) == pytest.approx(result["edv_ml"], rel=1e-3)


def test_the_figures_of_the_short_report_are_an_overview_and_a_curve(folder: Path) -> None:
    result = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    ((overview, curve),) = pictures(result, folder)
    red = (np.asarray(overview[1], int) - (178, 34, 34) == 0).all(axis=2).mean()
    assert 0.8 / 30 < red < 3 / 30, "two of thirty cells, without the axes"
    assert curve[0].startswith("Cavity, ml") and (np.asarray(curve[1]) == (178, 34, 34)).all(axis=2).any()


def test_the_folder_is_read_back(folder: Path) -> None:
    case = read_case(folder)
    assert case.violations[0].criterion == "lv_hole" and "hole of" in case.violations[0].text
    assert len(case.curves["lv_ml"]) == 6 and case.report.is_file() and case.warnings == case.result["warnings"]
    (folder / "curves.csv").rename(folder / "gone.csv")
    try:
        with pytest.raises(InputError, match=r"curves\.csv is missing or broken: check the segmentation again"):
            read_case(folder)
    finally:
        (folder / "gone.csv").rename(folder / "curves.csv")


def test_the_report_is_one_page_that_loads_nothing(folder: Path) -> None:
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "default-src 'none'" in page
    assert "://" not in page.replace("http://www.w3.org/2000/svg", ""), "the name of a format, not an address"
    assert 'id="f1-s2"' in page and 'href="#f1-s2"' in page and "data:image/webp" in page
    assert '<span class="title">hole in the left ventricle</span> <code>lv_hole</code>' in page
    assert "lv_hole" not in page.partition("rules-heading")[0], "places are called by the titles"
    assert "The cavity of the left ventricle has a hole" in page and page.count('class="chart"') >= 3


def test_a_picture_of_a_jump_shows_the_outlines_before_it() -> None:
    found = check_maps(maps_of(hole_and_jump(6, 5), frame_s=0.06))
    window = window_of(found.maps)
    places = ((1, 2), (4, 3))
    marked = {place: [v for v in found.violations if (v.frame, v.slice) == place] for place in places}
    hole, jump = (slice_picture(found, *place, window, marked[place]) for place in places)
    assert "outlines before it" in jump.words and "outlines" not in hole.words
    white = [(pixels_of(each.uri) > 245).all(axis=2).sum() for each in (hole, jump)]
    assert white[0] == 0 < 100 < white[1]


def pixels_of(uri: str) -> np.ndarray:
    """(rows, columns, 3) of a picture within a page."""
    return np.asarray(Image.open(BytesIO(b64decode(uri.partition(",")[2]))).convert("RGB"))


def test_json_is_all_of_stdout_and_a_bad_input_leaves_nothing(faulty_file: Path, tmp_path: Path) -> None:
    run = CliRunner().invoke
    arguments = ["segmentation", "check", str(faulty_file), "--output", str(tmp_path / "out")]
    assert json.loads(run(app, [*arguments, "--json"]).stdout)["schema"] == "segmentation-check/1"
    for more, sentence in REFUSED:
        result = run(app, [*arguments[:-1], str(tmp_path / "bad"), *more])
        assert result.exit_code == 2 and result.stderr.splitlines()[-1].startswith(sentence)
        assert not (tmp_path / "bad").exists()


def test_the_identity_stands_in_result_report_and_pdf(faulty_file: Path, tmp_path: Path) -> None:
    reader = pytest.importorskip("pypdf")
    given = ["--case-id", "P 17", "--examination-date", "2026-03-31", "--export", "pdf,dicom-pdf"]
    arguments = ["segmentation", "check", str(faulty_file), "--output", str(tmp_path / "out")]
    result = CliRunner().invoke(app, [*arguments, *given])
    assert result.exit_code == 0, result.output
    identity = json.loads((tmp_path / "out" / "result.json").read_text(encoding="utf-8"))["identity"]
    assert (identity["case_id"], identity["examination_date"], identity["operator"]) == ("P 17", "2026-03-31", None)
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "<title>P 17, 2026-03-31 - Segmentation check" in page and "Case ID: P 17" in page and "<b>P 17</b>" in page
    assert {path.name for path in (tmp_path / "out" / "exports").iterdir()} == {"report.pdf", "report-pdf.dcm"}
    text = reader.PdfReader(tmp_path / "out" / "exports" / "report.pdf").pages[0].extract_text()
    assert (
        "Case ID: P 17" in text and "Slices that break a rule" in text and "Model" not in text.split("To reproduce")[1]
    )
    for export in ("stl", "dicom-sr", "fhir"):
        refused = CliRunner().invoke(app, [*arguments[:-1], str(tmp_path / "bad"), "--export", export])
        assert refused.exit_code == 2 and "give names of dicom-pdf, pdf" in refused.stderr
        assert not (tmp_path / "bad").exists()


def test_a_table_of_segmentations(faulty_file: Path, tmp_path: Path) -> None:
    table = f"case,file,view,case_id\na,{faulty_file},,P1\nb,none.nii.gz,short-axis,\n"
    (tmp_path / "cases.csv").write_text(table)
    arguments = ["segmentation", "batch", str(tmp_path / "cases.csv"), "--output", str(tmp_path / "out")]
    result = CliRunner().invoke(app, [*arguments, "--workers", "1"])
    assert result.exit_code == 3, result.output
    with (tmp_path / "out" / "summary.csv").open(newline="", encoding="utf-8") as stream:
        lines = {row["case"]: row for row in csv.DictReader(stream)}
    assert lines["a"]["status"] == "done" and "lv_hole" in lines["a"]["criteria"] and int(lines["a"]["violating"]) >= 2
    assert lines["a"]["case_id"] == "P1"
    page = (tmp_path / "out" / "cohort.html").read_text(encoding="utf-8")
    assert "Faulty slices" in page and 'href="a/report.html"' in page and "does not exist" in page
    assert lines["b"]["status"] == "failed" and "does not exist" in lines["b"]["error"]
    again = CliRunner().invoke(app, [*arguments, "--workers", "1", "--resume", "--keep-going"])
    assert again.exit_code == 0 and "1 cases were kept" in again.stdout


def test_python_sees_the_violations_and_the_curves() -> None:
    maps = maps_of(hole_and_jump(6, 5))
    values = np.array([0, 3, 2, 1], np.uint8)[maps.values].transpose(3, 2, 1, 0)
    affine = np.diag([-1.0, -1.0, 1.0, 1.0]) @ maps.to_lps
    checked = gm.check_segmentation(values, affine=affine, frame_interval_ms=60)
    first = checked.violations[0]
    assert (first.criterion.name, first.frame, first.slice) == ("lv_hole", 1, 2)
    assert checked.violating == checked.result["violating"] and checked.curves["lv_ml"].shape == (6,)
    assert checked.roles[0][0] == "base" and checked.ef_percent == checked.quantities["ef_percent"].value
    assert "Faulty slices 2, Faulty frames" in repr(checked)
    with pytest.raises(InputError, match=r"identity\['case_id'\]"):
        gm.check_segmentation(values, affine=affine, frame_interval_ms=60, identity={"case_id": "a/b"})
    with pytest.raises(InputError, match="labels_of") as caught:
        gm.check_segmentation(values)
    assert caught.value.field in ("labels_of", "file")


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (np.zeros((9, 9, 9)), r"^labels_of has no pixel of value 3, "),
        (np.zeros((9, 9)), r"^labels_of has 2 dimensions: give"),
        (sitk.Image(9, 9, sitk.sitkUInt8), r"^labels_of is an image of 2 dimensions: give a 3D label map\.$"),
    ],
)
def test_python_refuses_what_is_no_label_map_in_a_clear_sentence(given: object, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        gm.check_segmentation(given, affine=np.eye(4))


def test_a_correct_beat_has_no_violation_and_says_so(tmp_path: Path) -> None:
    path = write_maps(tmp_path / "beat.nii.gz", maps_of(cine(8, 5), frame_s=0.05))
    checked = gm.check_segmentation(path, output=tmp_path / "out")
    assert checked.violating == 0 and checked.violations == []
    assert "No rule is broken." in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert int((maps_of(cine(8, 5)).values == LV).any(axis=(2, 3)).sum()) == checked.result["labelled_slices"]


def test_no_more_slices_are_faulty_than_were_looked_at() -> None:
    values = cine(1, 6)[0]
    values[1:-1] = 0
    result = gm.check_segmentation(
        np.array([0, 3, 2, 1])[values].transpose(2, 1, 0), affine=np.diag([1.6, 1.2, 8, 1])
    ).result
    assert (result["violating"], result["labelled_slices"]) == (4, 6)


@pytest.mark.parametrize(
    ("count", "words"), [(1, "1 of 30 labelled slices breaks"), (2, "2 of 30 labelled slices break ")]
)
def test_the_count_of_slices_is_a_sentence(count: int, words: str) -> None:
    numbers = {"violating": count, "labelled_slices": 30, "violating_frames": 1, "frames": 6, "shifted_slices": 0}
    assert SEGMENTATION.notes({**numbers, "criteria": {}})[0].startswith(words)


def test_an_image_of_four_dimensions_carries_its_interval_as_its_file_does(tmp_path: Path) -> None:
    path = write_maps(tmp_path / "beat.nii.gz", maps_of(cine(6, 4), frame_s=0.05))
    image = sitk.ReadImage(str(path))
    found = gm.check_segmentation(image)
    assert found.result["frame_s"] == pytest.approx(0.05) == gm.check_segmentation(path).result["frame_s"]
    assert gm.check_segmentation(image, frame_interval_ms=30).result["frame_s"] == 0.03
    image.SetSpacing((*image.GetSpacing()[:3], 1.0))
    with pytest.raises(InputError, match="carries no time from one frame to the next"):
        gm.check_segmentation(image)
