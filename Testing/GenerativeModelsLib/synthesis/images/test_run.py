"""The command on files: what it writes, on which grid, with which stamp, and that it can be repeated."""

from __future__ import annotations

import html
import json
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from typer.testing import CliRunner

from GenerativeModelsLib.anatomy.run import run_case
from GenerativeModelsLib.cli.main import app
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.synthesis.images.anatomy import IMAGES, USEFULNESS
from GenerativeModelsLib.synthesis.images.request import METHODS, ImageSynthesisRequest
from GenerativeModelsLib.synthesis.images.run import compute, file_names, read_inputs
from Testing.helpers.segmentation_phantoms import cine, maps_of, write_maps
from Testing.helpers.tiny_images import grey_file, write_heart, write_images_bundle

nibabel = pytest.importorskip("nibabel")
GEOMETRY = ("dim", "pixdim", "srow_x", "srow_y", "srow_z", "quatern_b", "quatern_c", "quatern_d", "qoffset_x")
GEOMETRY += ("qoffset_y", "qoffset_z", "sform_code", "qform_code", "xyzt_units")


def bundle_of(folder: Path, method: str) -> Path | None:
    if method == "synthseg":
        return None
    if method == "ldm":
        pytest.importorskip("monai")
        pytest.importorskip("einops")
    return write_images_bundle(folder / "bundle", method)


def run(folder: Path, labels: Path, style: Path | None, method: str = "synthseg", **given) -> dict:
    request = ImageSynthesisRequest(
        labels=labels,
        output=folder,
        style=style,
        method=method,
        model=bundle_of(labels.parent, method),
        device="cpu",
        **given,
    )
    return run_case(IMAGES, request).result


@pytest.mark.parametrize("method", METHODS)
def test_the_same_seed_gives_the_same_bytes_on_the_grid_of_the_labels(tmp_path: Path, method: str) -> None:
    labels = write_heart(tmp_path / "labels.nii.gz")
    style = grey_file(labels, tmp_path / "style.nii.gz")
    content = run(tmp_path / "a", labels, style, method, seed=4)
    run(tmp_path / "b", labels, style, method, seed=4)
    run(tmp_path / "c", labels, style, method, seed=5)
    one, other, third = (nibabel.load(tmp_path / name / "image.nii.gz") for name in "abc")
    assert one.get_fdata().tobytes() == other.get_fdata().tobytes() and not np.array_equal(
        one.get_fdata(), third.get_fdata()
    )
    assert (tmp_path / "a" / "image.nii.gz").read_bytes() == (tmp_path / "b" / "image.nii.gz").read_bytes()
    wanted = nibabel.load(labels).header
    assert [name for name in GEOMETRY if not np.array_equal(one.header[name], wanted[name])] == []
    assert one.header["descrip"].item().decode().startswith("SYNTHETIC") and method in str(one.header["descrip"])
    assert content == json.loads((tmp_path / "a" / "result.json").read_text(encoding="utf-8"))
    assert content["synthetic"] is True and content["method"] == method and content["style"]["file"] == "style.nii.gz"
    assert (content["model"] is None) == (method == "synthseg") and content["seed"] == 4
    assert content["fidelity"]["overall"] >= 0 and set(content["fidelity"]["by_label"]) == {"lv", "myo"}
    assert str(tmp_path) not in json.dumps(content)


def test_a_rotated_grid_of_any_spacing_is_kept(tmp_path: Path) -> None:
    labels = write_heart(tmp_path / "labels.nii.gz", axes="zxy")
    image = sitk.ReadImage(str(labels))
    c, s = np.cos(0.5), np.sin(0.5)
    image.SetDirection((c, -s, 0, s, c, 0, 0, 0, 1))
    sitk.WriteImage(image, str(labels))
    style = grey_file(labels, tmp_path / "style.nii.gz")
    for method in ("synthseg", "spade"):
        content = run(tmp_path / method, labels, style, method)
        found, wanted = nibabel.load(tmp_path / method / "image.nii.gz"), nibabel.load(labels)
        np.testing.assert_array_equal(found.affine, wanted.affine)
        assert found.shape == wanted.shape and content["style"]["on_the_grid_of_the_labels"]
    values, drawn = np.asarray(wanted.dataobj), nibabel.load(tmp_path / "synthseg" / "image.nii.gz").get_fdata()
    assert drawn[values == 3].mean() > 1.5 * drawn[values == 2].mean()


def test_progress_says_which_image_is_drawn_and_its_share(tmp_path: Path) -> None:
    request = ImageSynthesisRequest(labels=write_heart(tmp_path / "labels.nii.gz"), n=2)
    said: list[tuple[str, float]] = []
    compute(request, read_inputs(request), None, lambda message, share: said.append((message, share)))
    steps = [(message.partition(";")[0], share) for message, share in said]
    first, second = "drawing image 1 of 2", "drawing image 2 of 2"
    assert steps == [(first, 0.0), (first, 0.5), (second, 0.5), (second, 1.0)]


def test_a_cine_keeps_its_frames_and_their_interval(tmp_path: Path) -> None:
    labels = write_maps(tmp_path / "cine.nii.gz", maps_of(cine(3, 4)))
    run(tmp_path / "out", labels, None)
    found = sitk.ReadImage(str(tmp_path / "out" / "image.nii.gz"))
    assert found.GetSize() == (80, 90, 4, 3) and found.GetSpacing()[3] == pytest.approx(0.04)


def test_several_images_differ_and_the_command_names_them(tmp_path: Path) -> None:
    labels = write_heart(tmp_path / "labels.nii.gz", right=True)
    out = tmp_path / "out"
    words = ["synthesise", "images", "--labels", str(labels), "--n", "2", "--seed", "1", "--output", str(out)]
    found = CliRunner().invoke(app, words)
    assert found.exit_code == 0, found.output
    assert [path.name for path in sorted(out.glob("*.nii.gz"))] == ["image_000.nii.gz", "image_001.nii.gz"]
    one, other = (sitk.GetArrayFromImage(sitk.ReadImage(str(out / name))) for name in file_names(2))
    assert not np.array_equal(one, other) and "image_001.nii.gz: synthetic, synthseg" in found.output
    content = json.loads((out / "result.json").read_text(encoding="utf-8"))
    assert USEFULNESS in found.output and content["usefulness"] == USEFULNESS
    page = html.unescape((out / "report.html").read_text(encoding="utf-8"))
    assert USEFULNESS in page and "synthetic, synthseg" in page and "data:image/webp" in page
    assert content["style"] is None and content["fidelity"] is None and len(content["images"]) == 2


def test_errors_leave_nothing_behind(tmp_path: Path) -> None:
    labels = write_heart(tmp_path / "labels.nii.gz")
    words = ["synthesise", "images", "--labels", str(labels), "--output", str(tmp_path / "out")]
    found = CliRunner().invoke(app, [*words, "--style", str(tmp_path / "none.nii.gz")])
    assert found.exit_code == 2 and "--style" in found.output and not (tmp_path / "out").exists()
    found = CliRunner().invoke(app, [*words, "--label-values", "lv=1"])
    assert found.exit_code == 2 and "--label-values is 'lv=1'" in found.output


def test_requests_that_contradict_themselves_are_refused(tmp_path: Path) -> None:
    for given, fault in (
        ({"method": "gan"}, "give one of synthseg, spade, cgan, ldm"),
        ({"n": 0}, "n is 0"),
        ({"seed": -1}, "seed is -1"),
        ({"style_labels": tmp_path}, "style_labels is given without an image"),
        ({"model": tmp_path}, "synthseg has no networks"),
        ({"label_values": "lv=3"}, "label_values is 'lv=3'"),
    ):
        with pytest.raises(InputError, match=fault):
            ImageSynthesisRequest(labels=tmp_path / "labels.nii.gz", **given)


def test_a_table_of_cases_is_drawn_row_by_row(tmp_path: Path) -> None:
    labels = write_heart(tmp_path / "labels.nii.gz")
    grey_file(labels, tmp_path / "style.nii.gz")
    table = tmp_path / "cases.csv"
    rows = ("a,labels.nii.gz,style.nii.gz,synthseg,2,7", "b,labels.nii.gz,,,,x", "c,none.nii.gz,,,,")
    table.write_text("case,labels,style,method,n,seed\n" + "\n".join(rows) + "\n", encoding="utf-8")
    words = ["synthesise", "batch-images", str(table), "--output", str(tmp_path / "out"), "--workers", "1"]
    found = CliRunner().invoke(app, words)
    assert found.exit_code == 3, found.output
    content = json.loads((tmp_path / "out" / "a" / "result.json").read_text(encoding="utf-8"))
    assert len(content["images"]) == 2 and content["seed"] == 7 and content["style"]["file"] == "style.nii.gz"
    assert not (tmp_path / "out" / "b").exists() and not (tmp_path / "out" / "c").exists()
    summary = (tmp_path / "out" / "summary.csv").read_text(encoding="utf-8")
    assert "seed is 'x': give a whole number." in summary and "none.nii.gz" in summary
