"""Analysis of a heart from files to files, with a model without weights."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk

from GenerativeModelsLib.anatomy.run import Case, run_case
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.geometry.surface_files import read_surface
from GenerativeModelsLib.heart.anatomy import HEART, THICKNESS_RANGE_MM
from GenerativeModelsLib.heart.case.figures import function_figures
from GenerativeModelsLib.heart.case.run import phase_maps
from GenerativeModelsLib.heart.case.write import document
from GenerativeModelsLib.heart.report import bullseye
from GenerativeModelsLib.heart.report.content import report_content
from GenerativeModelsLib.heart.request import HeartRequest
from GenerativeModelsLib.resources import sample_dir
from Testing.helpers.heart_phantoms import bullet, short_axis, voxelised, write_label_map, write_segmentation
from Testing.helpers.stand_in_hearts import StandInModel

FILES = ["bullseye.png", "ed.vtp", "ed_labels.nii.gz", "ed_reconstruction.vtp"]
FILES += ["es.vtp", "es_labels.nii.gz", "es_reconstruction.vtp", "report.html", "result.json"]


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


def test_the_label_maps_of_a_request_by_phase(request_: HeartRequest) -> None:
    maps, cine = phase_maps(request_)
    assert [*maps] == ["ed", "es"] and cine is None and [*phase_maps(replace(request_, es=None))[0]] == ["ed"]
    film = sample_dir() / "heart_cine" / "labels.nii.gz"
    maps, cine = phase_maps(HeartRequest(cine=film, ed_frame=1, es_frame=9))
    assert (maps["ed"], maps["es"]) == (cine.ed, cine.es)
    assert (cine.frames["ed"], cine.frames["es"]) == (1, 9)


def test_figures_of_function_and_of_the_right_ventricle(both: Case, alone: Case) -> None:
    result = both.result
    assert result["sv_ml"] == pytest.approx(result["edv_ml"] - result["esv_ml"])
    ed, es = (np.array(result["wall_thickness_mm"][phase]["aha17"], float) for phase in ("ed", "es"))
    assert result["wall_thickening_percent"] == pytest.approx(100 * np.nanmean((es - ed) / ed))
    right = [both.inputs.phases[phase].label_map.volume_ml("rv") for phase in ("ed", "es")]
    assert [result["rv_edv_ml"], result["rv_esv_ml"]] == pytest.approx(right)
    assert result["rv_ef_percent"] == pytest.approx(100 * (1 - right[1] / right[0]))
    assert result["indexed"] is result["height_cm"] is result["weight_kg"] is result["segments"] is None
    keys = ("sv_ml", "wall_thickening_percent", "rv_esv_ml", "rv_ef_percent")
    assert [alone.result[key] for key in keys] == [None] * 4 and alone.result["rv_edv_ml"] == result["rv_edv_ml"]


def test_a_heart_without_a_right_ventricle_has_no_figures_of_it(both: Case) -> None:
    phases = {name: replace(phase, right_ml=None) for name, phase in both.inputs.phases.items()}
    figures = function_figures(both.run.found, replace(both.inputs, phases=phases))
    assert [figures[f"rv_{name}"] for name in ("edv_ml", "esv_ml", "ef_percent")] == [None] * 3


def test_values_per_body_surface(both: Case, alone: Case, request_: HeartRequest) -> None:
    indexed = document(replace(both, request=replace(request_, height_cm=180.0, weight_kg=80.0)))["indexed"]
    assert indexed["bsa_m2"] == pytest.approx(2.0), "Mosteller"
    values = (indexed["edv_ml_per_m2"], indexed["esv_ml_per_m2"], indexed["mass_g_per_m2"])
    expected = [both.result[key] / 2 for key in ("edv_ml", "esv_ml", "myocardial_mass_g")]
    assert values == pytest.approx(expected)
    assert (
        document(replace(alone, request=replace(alone.request, height_cm=180.0, weight_kg=80.0)))["indexed"][
            "esv_ml_per_m2"
        ]
        is None
    )


def test_segments_of_a_segmentation_are_in_the_result(both: Case, request_: HeartRequest, tmp_path: Path) -> None:
    label_map = both.inputs.ed.label_map
    names = {"lv": "Left ventricle", "myo": "LV wall", "rv": "RV"}
    segments = [(text, label_map.mask(name), 5 + k, 0) for k, (name, text) in enumerate(names.items())]
    path = write_segmentation(tmp_path / "ed.seg.nrrd", label_map, segments)
    result = analysed(HeartRequest(path, device="cpu")).result
    assert result["segments"] == result["inputs"]["ed"]["segments"] == names
    assert result["edv_ml"] == pytest.approx(both.result["edv_ml"], rel=1e-4)
    assert result["labels"] == "lv=5,myo=6,rv=7"
    by_value = HeartRequest(path, labels="lv=6,myo=5", device="cpu")
    with pytest.raises(InputError, match="exchange them in labels lv=6,myo=5"):
        HEART.read_inputs(by_value)


def test_realigned_slices_are_in_the_result_the_report_and_the_notes(tmp_path: Path) -> None:
    stack = voxelised(bullet(), spacing_mm=(1.6, 1.6, 8.0), grid_axes=short_axis())
    stack = replace(stack, values=np.pad(stack.values, ((5, 0), (0, 0), (0, 0))))  # empty slices, cropped on reading
    stack.values[9] = np.roll(stack.values[9], 3, axis=1)
    stack.values[5, 0, 0] = 3  # an island, of which a warning stays
    request = HeartRequest(write_label_map(stack, tmp_path / "ed.nii.gz"), device="cpu", output=tmp_path / "plain")
    plain, found = analysed(request), analysed(replace(request, realign=True, output=tmp_path / "moved"))
    result = read(tmp_path / "moved")
    moved = {shift["slice"]: shift["applied_mm"] for shift in result["shifts_mm"]}
    assert plain.result["shifts_mm"] is None and result == found.result
    assert max(moved, key=lambda number: np.hypot(*moved[number])) == 9 and moved[9][1] < -2.5
    assert [set(shift) for shift in result["shifts_mm"]] == [{"slice", "found_mm", "error_mm", "applied_mm"}] * len(
        moved
    )
    assert result["edv_ml"] == plain.result["edv_ml"] and set(plain.result["warnings"]) <= set(result["warnings"])
    assert result["wall_thickness_mm"]["ed"] != plain.result["wall_thickness_mm"]["ed"]
    assert result["inputs"]["ed"]["frame"] == document(found)["inputs"]["ed"]["frame"]
    assert result["inputs"]["ed"]["frame"] != plain.result["inputs"]["ed"]["frame"]
    (note,) = [line for line in HEART.notes(result) if line.startswith("Slices realigned: moved by")]
    assert ", slice 9 by " in note
    assert [line for line in HEART.notes(plain.result) if "realigned" in line] == []
    page = (tmp_path / "moved" / "report.html").read_text(encoding="utf-8")
    assert "Slices realigned" in page and f"<td>{moved[9][1]:.1f}</td>" in page.replace("−", "-")
    assert "Slices realigned" not in (tmp_path / "plain" / "report.html").read_text(encoding="utf-8")
    labels = [sitk.ReadImage(str(tmp_path / name / "ed_labels.nii.gz")) for name in ("plain", "moved")]
    np.testing.assert_array_equal(*(sitk.GetArrayFromImage(image) for image in labels))


def test_a_heart_that_is_no_stack_is_not_realigned(tmp_path: Path) -> None:
    solid = write_label_map(voxelised(bullet(), spacing_mm=(2.0, 2.0, 2.0)), tmp_path / "ed.nii.gz")
    with pytest.raises(InputError, match=r"^realign needs a stack of short-axis slices, and ed ed\.nii\.gz is none: "):
        HEART.read_inputs(HeartRequest(solid, realign=True))


def test_two_patients_are_analysed_only_by_force(request_: HeartRequest, tmp_path: Path) -> None:
    thick = voxelised(bullet(radius_mm=18.0, wall_mm=24.0), spacing_mm=(2.0, 2.0, 2.0))
    request = replace(request_, es=write_label_map(thick, tmp_path / "es.nii.gz"))
    with pytest.raises(InputError, match=r"^ed ed\.nii\.gz and es es\.nii\.gz look like two patients"):
        HEART.read_inputs(request)
    loaded = HEART.read_inputs(replace(request, force=True))
    assert any("may be of different patients: their myocardium has" in said for said in loaded.warnings)


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
    latent = result["latent"]
    assert len(latent["z_top"]) == 2 and latent["levels"] == [64, 32, 2]
    assert [len(level) for level in latent["z"]] == latent["levels"] and latent["z"][-1] == latent["z_top"]
    keys = {"dice_ed", "dice_es", "hausdorff_ed_mm", "hausdorff_es_mm"}
    assert keys <= set(result["reconstruction"])
    typical = {"score": 0.6, "verdict": "typical", "reasons": ["Its wall is thick."]}
    assert result["in_distribution"] == typical
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
    thickest = both.result["thickest_segment"]
    assert thickest == {"segment": 1 + int(np.argmax(aha17)), "mean_mm": max(aha17), "judgement": "hypertrophic"}
    chance, (low, high) = both.result["hcm_probability"], both.result["hcm_interval90"]
    assert (low, high) == pytest.approx((chance / 2, (1 + chance) / 2))


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
    about_the_run = dict.fromkeys(("seconds", "files", "created"))  # the folder's name is the report's title
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
    assert "; probability" not in page
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


def test_volumes_of_a_stack_that_ends_before_the_apex_are_lower_bounds(both: Case, tmp_path: Path) -> None:
    assert both.result["apex"] == {"ed": "labelled", "es": "labelled"} and not both.result["volumes_lower_bounds"]
    stack = voxelised(bullet(), spacing_mm=(1.6, 1.6, 8.0), grid_axes=short_axis(tilt_degrees=2))
    first = int(np.flatnonzero(stack.mask("lv").any((1, 2)))[0])
    short = stack.window(np.array([0, 0, first + 2]), np.array(stack.values.shape[::-1]))
    case = analysed(HeartRequest(write_label_map(short, tmp_path / "ed.nii.gz"), output=tmp_path / "out", device="cpu"))
    result = read(tmp_path / "out")
    assert result["apex"] == {"ed": "model"} and result["volumes_lower_bounds"] is True
    assert "apex" in result["warning_kinds"] and result["wall_thickness_mm"]["ed"]["aha17"][12:] == [None] * 5
    assert result["edv_ml"] == pytest.approx(short.volume_ml("lv"), rel=1e-4)
    measures = {measure.name: measure for measure in report_content(case, result).measures}
    assert measures["EDV"].label.endswith(", at least") and not measures["EDV"].has_range
    assert not measures["EF"].label.endswith(", at least") and measures["EF"].has_range


def test_the_label_maps_are_those_that_were_measured(both: Case) -> None:
    for phase in ("ed", "es"):
        image = sitk.ReadImage(str(both.request.output / f"{phase}_labels.nii.gz"))
        values = sitk.GetArrayFromImage(image)
        assert set(np.unique(values)) == {0, 1, 2, 3}
        voxel_ml = float(np.prod(image.GetSpacing())) / 1000
        assert (values == 3).sum() * voxel_ml == pytest.approx(both.result[f"{phase}v_ml"], rel=1e-6)
        given = sitk.ReadImage(str(getattr(both.request, phase)))
        index = np.argwhere(values == 3)[0][::-1].tolist()
        there = given.TransformPhysicalPointToIndex(image.TransformIndexToPhysicalPoint(index))
        assert given[there] == 3, "the same place in the patient"
