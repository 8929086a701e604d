"""A heart from files to files, with a model without weights."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.geometry.surface_files import read_surface
from GenerativeModelsLib.heart.case.run import AnalysisResult, analyse_heart
from GenerativeModelsLib.heart.infer import on_device as heart_running
from GenerativeModelsLib.heart.infer.measured import measure_heart
from GenerativeModelsLib.heart.labels.label_map import parse_labels
from GenerativeModelsLib.heart.measure.load import load_hearts
from GenerativeModelsLib.heart.report import bullseye
from GenerativeModelsLib.heart.report.cut_open import THICKNESS_RANGE_MM
from GenerativeModelsLib.heart.request import HeartRequest
from Testing.helpers.stand_in_hearts import StandInModel

FILES = ["bullseye.png", "ed.vtp", "ed_reconstruction.vtp", "es.vtp", "es_reconstruction.vtp"]
FILES += ["report.html", "result.json"]


def stand_in(bundle: Path, device: object) -> StandInModel:
    return StandInModel()


@pytest.fixture(scope="module")
def request_(sample_heart: Path, tmp_path_factory: pytest.TempPathFactory) -> HeartRequest:
    output = tmp_path_factory.mktemp("hearts") / "both"
    return HeartRequest(sample_heart / "ed.nii.gz", output, sample_heart / "es.nii.gz", device="cpu")


@pytest.fixture(scope="module")
def both(request_: HeartRequest) -> AnalysisResult:
    return analyse_heart(request_, load=stand_in)


@pytest.fixture(scope="module")
def alone(request_: HeartRequest) -> AnalysisResult:
    return analyse_heart(replace(request_, es=None, output=request_.output.with_name("alone")), load=stand_in)


def read(folder: Path) -> dict:
    def refuse(name: str) -> None:
        raise AssertionError(f"{name} is no JSON")

    return json.loads((folder / "result.json").read_text(encoding="utf-8"), parse_constant=refuse)


def test_the_files_of_the_contract_and_no_others(both: AnalysisResult) -> None:
    assert sorted(path.name for path in both.folder.iterdir()) == FILES


def test_the_result_follows_the_contract(both: AnalysisResult) -> None:
    result = read(both.folder)
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
    assert result["device"] == "cpu" and result["warnings"] == []


def test_the_figures_are_those_of_the_simulated_heart(both: AnalysisResult, sample_heart: Path) -> None:
    truth = json.loads((sample_heart / "sample.json").read_text())
    assert both.result["edv_ml"] == pytest.approx(truth["edv_ml"], rel=0.02)
    assert both.result["esv_ml"] == pytest.approx(truth["esv_ml"], rel=0.05)
    aha17 = both.result["wall_thickness_mm"]["ed"]["aha17"]
    assert max(aha17) == max(aha17[1], aha17[2]) > 15, "septal hypertrophy"
    assert both.result["one_number"]["hypertrophic"]


@pytest.mark.parametrize("name", [name for name in FILES if name.endswith(".vtp")])
def test_meshes_lie_on_the_labels_and_carry_the_arrays(both: AnalysisResult, request_, name: str) -> None:
    surface = read_surface(both.folder / name)
    assert {"wall_thickness_mm", "aha_segment", "surface"} <= set(surface.point_data)
    loaded = load_hearts(request_.ed, request_.es, parse_labels("acdc"))
    label_map = (loaded.ed if name.startswith("ed") else loaded.es).label_map
    cavity = label_map.points_lps(label_map.mask("lv")).mean(axis=0)
    middle = surface.points[surface.point_data["surface"] == 0].mean(axis=0)
    assert np.linalg.norm(middle - cavity) < 12
    assert b"SPACE" in (both.folder / name).read_bytes()[:4000]


def test_end_diastole_alone_leaves_null_what_needs_end_systole(alone: AnalysisResult, both: AnalysisResult) -> None:
    result = read(alone.folder)
    assert [result["esv_ml"], result["ef_percent"], result["wall_thickness_mm"]["es"]] == [None] * 3
    assert [result["reconstruction"][key] for key in ("dice_es", "hausdorff_es_mm")] == [None] * 2
    assert result["edv_ml"] == both.result["edv_ml"]
    assert any("end systole" in warning for warning in result["warnings"])
    assert sorted(path.name for path in alone.folder.iterdir()) == [name for name in FILES if not name.startswith("es")]


def test_the_same_request_gives_the_same_files(both: AnalysisResult, request_: HeartRequest) -> None:
    again = analyse_heart(replace(request_, output=request_.output.with_name("again")), load=stand_in)
    for name in FILES:
        if name.endswith((".vtp", ".png")):
            assert (again.folder / name).read_bytes() == (both.folder / name).read_bytes(), name
    about_the_run = dict.fromkeys(("seconds", "fingerprint", "files"))  # the folder's name is the report's title
    first, second = ({**found.result, **about_the_run} for found in (both, again))
    assert first == second


def test_overwriting_with_end_diastole_alone_leaves_no_old_end_systole(both, request_, tmp_path: Path) -> None:
    output = tmp_path / "case"
    for es in (request_.es, None):
        analyse_heart(replace(request_, es=es, output=output, overwrite=True), load=stand_in)
    assert not list(output.glob("es*"))


def test_what_fails_leaves_nothing_behind(request_: HeartRequest, tmp_path: Path) -> None:
    (tmp_path / "bad.nii.gz").write_bytes(b"not an image")
    with pytest.raises(InputError, match=r"--ed bad\.nii\.gz"):
        analyse_heart(replace(request_, ed=tmp_path / "bad.nii.gz", output=tmp_path / "out"), load=stand_in)
    with pytest.raises(InputError, match="bundle"):
        analyse_heart(replace(request_, model=tmp_path / "nowhere", output=tmp_path / "out"))
    assert not (tmp_path / "out").exists()


def test_out_of_gpu_memory_it_goes_on_on_the_cpu(request_, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def measure(loaded, model, progress=None):
        asked.append(model)
        if len(asked) == 1:
            raise torch.OutOfMemoryError
        return measure_heart(loaded, model, progress)

    monkeypatch.setattr(heart_running, "measure_heart", measure)
    found = analyse_heart(replace(request_, output=tmp_path / "out"), load=stand_in)
    assert len(asked) == 2 and found.result["device"] == "cpu"
    assert "ran out of memory" in found.result["warnings"][0]


def test_progress_runs_to_the_end(request_: HeartRequest, tmp_path: Path) -> None:
    seen: list[tuple[str, float]] = []
    analyse_heart(replace(request_, output=tmp_path / "out"), progress=lambda *step: seen.append(step), load=stand_in)
    shares = [share for _, share in seen]
    assert shares == sorted(shares) and seen[-1] == ("done", 1.0)


def test_an_unusual_shape_and_a_missing_phase_are_said_beside_the_probability(request_, tmp_path: Path) -> None:
    request = replace(request_, es=None, output=tmp_path / "out")
    found = analyse_heart(request, load=lambda bundle, device: StandInModel("outside"))
    alone, verdict = found.result["warnings"][-2:]
    assert "read from end diastole alone" in alone
    words = "The shape of this heart is outside the population the model was trained on. Its wall is thick."
    assert verdict == words
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert (
        words not in page and "are not to be relied upon" in page and "on the labels alone. Its wall is thick." in page
    )


def test_the_picture_of_the_segments_has_the_reports_colours(
    request_: HeartRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One range for every heart, so that the pictures of two cases compare."""
    seen: list[object] = []
    draw = bullseye.bullseye_figure

    def remember(*values: object, **options: object) -> object:
        seen.append(options["limits"])
        return draw(*values, **options)

    monkeypatch.setattr(bullseye, "bullseye_figure", remember)
    analyse_heart(replace(request_, es=None, output=tmp_path / "out"), load=stand_in)
    assert seen == [(0.0, THICKNESS_RANGE_MM)]
