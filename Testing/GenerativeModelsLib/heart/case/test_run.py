"""Analysis of a heart from files to files, with a model without weights."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from GenerativeModelsLib.anatomy.run import Case, run_case
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.geometry.surface_files import read_surface
from GenerativeModelsLib.heart.anatomy import HEART, THICKNESS_RANGE_MM
from GenerativeModelsLib.heart.report import bullseye
from GenerativeModelsLib.heart.request import HeartRequest
from Testing.helpers.stand_in_hearts import StandInModel

FILES = ["bullseye.png", "ed.vtp", "ed_reconstruction.vtp", "es.vtp", "es_reconstruction.vtp"]
FILES += ["report.html", "result.json"]


def analysed(request: HeartRequest, verdict: str = "typical", progress=None) -> Case:
    return run_case(HEART, request, progress=progress, load=lambda anatomy, bundle, device: StandInModel(verdict))


@pytest.fixture(scope="module")
def request_(sample_heart: Path, tmp_path_factory: pytest.TempPathFactory) -> HeartRequest:
    output = tmp_path_factory.mktemp("hearts") / "both"
    return HeartRequest(sample_heart / "ed.nii.gz", sample_heart / "es.nii.gz", output=output, device="cpu")


@pytest.fixture(scope="module")
def both(request_: HeartRequest) -> Case:
    return analysed(request_)


@pytest.fixture(scope="module")
def alone(request_: HeartRequest) -> Case:
    return analysed(replace(request_, es=None, output=request_.output.with_name("alone")), "outside")


def read(folder: Path) -> dict:
    def refuse(name: str) -> None:
        raise AssertionError(f"{name} is no JSON")

    return json.loads((folder / "result.json").read_text(encoding="utf-8"), parse_constant=refuse)


def test_the_files_of_the_contract_and_no_others(both: Case) -> None:
    assert sorted(path.name for path in both.request.output.iterdir()) == FILES


def test_the_result_follows_the_contract(both: Case) -> None:
    result = read(both.request.output)
    assert result == both.result
    assert result["schema"] == "heart-analysis/1"
    numbers = [result[key] for key in ("edv_ml", "esv_ml", "ef_percent", "myocardial_mass_g", "hcm_probability")]
    assert all(isinstance(value, float) for value in numbers)
    for phase in ("ed", "es"):
        wall = result["wall_thickness_mm"][phase]
        assert len(wall["aha17"]) == 17 and wall["mean"] < wall["p95"] < wall["max"]
    assert len(result["latent"]["z_top"]) == 2 and result["latent"]["levels"] == [64, 32, 2]
    keys = {"dice_ed", "dice_es", "hausdorff_ed_mm", "hausdorff_es_mm"}
    assert keys <= set(result["reconstruction"])
    assert result["in_distribution"] == {"score": 0.6, "verdict": "typical"}
    assert set(result["seconds"]) == {"read", "load", "encode", "measure", "total"}
    assert set(result["model"]) == {"name", "version", "sha256", "bundle_sha256"}
    assert set(result["software"]) == {"version", "torch"}
    assert result["device"] == "cpu" and result["warnings"] == result["warning_kinds"] == []
    assert [entry["file"] for entry in result["inputs"].values()] == ["ed.nii.gz", "es.nii.gz"]


def test_the_figures_are_those_of_the_simulated_heart(both: Case, sample_heart: Path) -> None:
    truth = json.loads((sample_heart / "sample.json").read_text())
    assert both.result["edv_ml"] == pytest.approx(truth["edv_ml"], rel=0.02)
    assert both.result["esv_ml"] == pytest.approx(truth["esv_ml"], rel=0.05)
    aha17 = both.result["wall_thickness_mm"]["ed"]["aha17"]
    assert max(aha17) == max(aha17[1], aha17[2]) > 15, "septal hypertrophy"
    assert both.result["one_number"]["hypertrophic"]


@pytest.mark.parametrize("name", [name for name in FILES if name.endswith(".vtp")])
def test_meshes_lie_on_the_labels_and_carry_the_arrays(both: Case, name: str) -> None:
    surface = read_surface(both.request.output / name)
    assert {"wall_thickness_mm", "aha_segment", "surface"} <= set(surface.point_data)
    label_map = (both.inputs.ed if name.startswith("ed") else both.inputs.es).label_map
    cavity = label_map.points_lps(label_map.mask("lv")).mean(axis=0)
    middle = surface.points[surface.point_data["surface"] == 0].mean(axis=0)
    assert np.linalg.norm(middle - cavity) < 12
    assert b"SPACE" in (both.request.output / name).read_bytes()[:4000]


def test_end_diastole_alone_leaves_null_what_needs_end_systole(alone: Case, both: Case) -> None:
    result, folder = read(alone.request.output), alone.request.output
    assert [result["esv_ml"], result["ef_percent"], result["wall_thickness_mm"]["es"]] == [None] * 3
    assert [result["reconstruction"][key] for key in ("dice_es", "hausdorff_es_mm")] == [None] * 2
    assert result["edv_ml"] == both.result["edv_ml"]
    assert any("end systole" in warning for warning in result["warnings"])
    assert sorted(path.name for path in folder.iterdir()) == [name for name in FILES if not name.startswith("es")]


def test_the_same_request_gives_the_same_files(both: Case, request_: HeartRequest) -> None:
    again = analysed(replace(request_, output=request_.output.with_name("again")))
    for name in FILES:
        if name.endswith((".vtp", ".png")):
            assert (again.request.output / name).read_bytes() == (both.request.output / name).read_bytes(), name
    about_the_run = dict.fromkeys(("seconds", "files"))  # the folder's name is the report's title
    first, second = ({**found.result, **about_the_run} for found in (both, again))
    assert first == second


def test_overwriting_with_end_diastole_alone_leaves_no_old_end_systole(both: Case, alone: Case, tmp_path: Path) -> None:
    both.to_folder(tmp_path / "case")
    alone.to_folder(tmp_path / "case", overwrite=True)
    assert not list((tmp_path / "case").glob("es*")) and (tmp_path / "case" / "ed.vtp").is_file()


def test_what_fails_leaves_nothing_behind(request_: HeartRequest, tmp_path: Path) -> None:
    (tmp_path / "bad.nii.gz").write_bytes(b"not an image")
    with pytest.raises(InputError, match=r"ed bad\.nii\.gz"):
        analysed(replace(request_, ed=tmp_path / "bad.nii.gz", output=tmp_path / "out"))
    with pytest.raises(InputError, match="bundle"):
        run_case(HEART, replace(request_, model=tmp_path / "nowhere", output=tmp_path / "out"))
    assert not (tmp_path / "out").exists()


def test_progress_never_goes_back(request_: HeartRequest) -> None:
    told: list[tuple[str, float]] = []
    analysed(replace(request_, es=None, output=None), progress=lambda *step: told.append(step))
    shares = [share for _, share in told]
    assert shares == sorted(shares) and len(shares) >= 4 and told[0][0] == "reading the label maps"


def test_an_unusual_shape_and_a_missing_phase_are_said_beside_the_probability(alone: Case) -> None:
    before, verdict = alone.result["warnings"][-2:]
    assert "read from end diastole alone" in before
    words = "The shape of this heart is outside the population the model was trained on. Its wall is thick."
    assert verdict == words and alone.result["warning_kinds"][-2:] == ["input", "verdict"]
    page = (alone.request.output / "report.html").read_text(encoding="utf-8")
    assert (
        words not in page and "are not to be relied upon" in page and "on the labels alone. Its wall is thick." in page
    )


def test_the_picture_of_the_segments_has_the_reports_colours(
    alone: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The range is the same for all hearts, so that pictures of two cases can be compared."""
    seen: list[object] = []
    draw = bullseye.bullseye_figure

    def remember(*values: object, **options: object) -> object:
        seen.append(options["limits"])
        return draw(*values, **options)

    monkeypatch.setattr(bullseye, "bullseye_figure", remember)
    HEART.write(alone, tmp_path)
    assert seen == [(0.0, THICKNESS_RANGE_MM)]


def test_the_sample_is_the_bundled_heart(sample_heart: Path, tmp_path: Path) -> None:
    request = HEART.sample(tmp_path / "out")
    files = sample_heart / "ed.nii.gz", sample_heart / "es.nii.gz"
    assert request == HeartRequest(*files, output=tmp_path / "out")
