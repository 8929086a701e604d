"""From a reconstruction to what the report shows."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from GenerativeModelsLib.anatomy.run import Case, Run
from GenerativeModelsLib.errors import Caution
from GenerativeModelsLib.output.fingerprint import Fingerprint
from GenerativeModelsLib.skull.anatomy import SKULL
from GenerativeModelsLib.skull.corrections import EllipsePx, KnownLength, PlaneCorrection
from GenerativeModelsLib.skull.infer.model import SkullModel
from GenerativeModelsLib.skull.infer.reconstruct import Reconstruction, reconstruct
from GenerativeModelsLib.skull.population.heads import mean_head
from GenerativeModelsLib.skull.report import ReportContent
from GenerativeModelsLib.skull.report.from_run import report_content, write_case_report
from GenerativeModelsLib.skull.report.page import notices
from GenerativeModelsLib.skull.request import SkullRequest
from GenerativeModelsLib.uncertainty.in_distribution import InDistribution
from Testing.helpers.painted import painted_plane, picture_pose

SPACING = (0.9, 1.2)


@pytest.fixture(scope="module")
def found(tiny_model: SkullModel, tmp_path_factory: pytest.TempPathFactory) -> Reconstruction:
    shape = mean_head(250)
    files = tmp_path_factory.mktemp("files")
    planes = {}
    for name, spacing in (("axial", (1.1, 1.1)), ("coronal", SPACING)):
        plane = painted_plane(shape, name, picture_pose(name, 0.2, spacing=spacing), spacing=spacing)
        planes[name] = replace(plane, file=files / f"{name}.png")
    return reconstruct(tiny_model, planes, samples=6)


def case_of(found: Reconstruction, model: SkullModel, **fields) -> Case:
    request = SkullRequest(axial=Path("axial.png"), output=Path("out/case 7"), samples=6, **fields)
    inputs = {name: {"name": f"{name}.png", "sha256": "0" * 64} for name in found.planes}
    run = Run(found, model, "cpu", found.warnings, {"load": 0.25, **found.seconds})
    return Case(SKULL, request, None, run, Fingerprint(inputs, "0" * 64, {}), 0.0)


@pytest.fixture(scope="module")
def content(tiny_model: SkullModel):
    """What the report shows of a reconstruction."""

    def make(found: Reconstruction, **fields) -> ReportContent:
        case = case_of(found, tiny_model, **fields)
        return report_content(case, case.result)

    return make


def test_everything_of_the_result_is_shown(found: Reconstruction, content) -> None:
    shown = content(found, gestational_age_weeks=25.0)
    assert shown.title == "case 7" and shown.samples == 6 and shown.gestational_age_weeks == 25
    assert [row.name for row in shown.biometry] == ["BPD", "OFD", "HC", "CI", "Volume"]
    for row, name in zip(shown.biometry, ("bpd_mm", "ofd_mm", "hc_mm", "cephalic_index_percent", "head_volume_ml")):
        measure = getattr(found.biometry, name)
        assert (row.value, row.sd, row.interval90) == (measure.value, measure.sd, pytest.approx(measure.interval90))
        assert (row.percentile is not None) == (row.chart is not None)
    assert shown.model.name == "tiny" and shown.model.trained_on == "Thirty heads."
    assert list(shown.model.limits) == ["It has learnt nothing."]
    assert shown.surface.uncertainty_mm is found.surface.point_data["uncertainty_mm"]
    assert shown.seconds["load"] == 0.25 and "total" in shown.seconds
    assert [plane.name for plane in shown.planes] == ["axial", "coronal"]


def test_outlines_and_corners_are_in_pixels_and_in_the_head_frame(found: Reconstruction, content) -> None:
    plane = found.planes["coronal"]
    shown = content(found).planes[1]
    (line,) = plane.outline_mm
    np.testing.assert_allclose(shown.outline_px[0][:-1], line / (SPACING[1], SPACING[0]))
    np.testing.assert_array_equal(shown.outline_px[0][0], shown.outline_px[0][-1])
    rows, columns = plane.image.pixels.shape
    pixels = np.array([[0, 0], [columns - 1, 0], [columns - 1, rows - 1], [0, rows - 1]])
    p = plane.placement
    for corner, (column, row) in zip(shown.corners_mm, pixels):
        expected = p.origin_mm + column * SPACING[1] * p.u_axis + row * SPACING[0] * p.v_axis
        np.testing.assert_allclose(corner, expected)
    assert len(shown.sha256) == 64 and shown.file_name == "coronal.png"


def test_the_locators_ellipse_is_drawn_in_pixels_also_where_they_are_not_square(found: Reconstruction, content) -> None:
    for shown in content(found).planes:
        plane = found.planes[shown.name]
        drawn = shown.ellipse.polyline(96) * [plane.image.spacing_mm[1], plane.image.spacing_mm[0]]
        apart = np.linalg.norm(drawn[:, None] - plane.finding.ellipse.points(2000), axis=-1)
        assert apart.min(1).max() < 0.1 and apart.min(0).max() < 2


def test_corrections_are_shown_beside_what_had_been_found(tiny_model: SkullModel, content) -> None:
    made = {
        "axial": PlaneCorrection(
            "flip", EllipsePx(70, 60, 40, 32, 20), (((0, 0), (30, 0), (30, 9)),), KnownLength(5, 5, 105, 5, 110)
        ),
        "coronal": PlaneCorrection(facing="flip"),
    }
    planes = {name: painted_plane(mean_head(250), name) for name in ("axial", "sagittal", "coronal")}
    axial, sagittal, coronal = content(reconstruct(tiny_model, planes, samples=0, corrections=made)).planes
    assert len(axial.corrections) == 4 and "found" in axial.corrections[1]
    assert axial.options.startswith('--axial-facing "flip" --axial-ellipse "70,60,40,32,20" --axial-mask')
    assert axial.uncorrected is not None and axial.uncorrected != axial.ellipse
    assert axial.ellipse.semi_axes_px == pytest.approx((40, 32), rel=0.08)
    np.testing.assert_array_equal(axial.mask_px[0], [[0, 0], [30, 0], [30, 9]])
    np.testing.assert_array_equal(axial.length_px, [[5, 5], [105, 5]])
    assert (sagittal.corrections, sagittal.options, sagittal.uncorrected) == ([], "", None)
    assert len(coronal.corrections) == 1 and coronal.uncorrected is None  # it is the same ellipse


def test_a_head_cut_by_the_edge_is_noted(found: Reconstruction, content) -> None:
    plane = found.planes["axial"]
    assert content(found).planes[0].note == ""
    moved = replace(plane.finding.ellipse, centre=(0.0, 0.0))
    cut = replace(plane, finding=replace(plane.finding, ellipse=moved))
    assert content(replace(found, planes=found.planes | {"axial": cut})).planes[0].note == "cut by the image's edge"


def test_without_draws_no_colour_and_no_interval(found: Reconstruction, content) -> None:
    none = replace(found.biometry.hc_mm, sd=None, interval90=None)
    biometry = replace(found.biometry, hc_mm=none)
    shown = content(replace(found, sd_mm=None, biometry=biometry))
    assert shown.surface.uncertainty_mm is None and shown.uncertainty is None
    assert shown.biometry[2].sd is None and shown.biometry[2].interval90 is None


@pytest.mark.parametrize("verdict", ["unusual", "outside"])
def test_why_an_input_is_not_typical_is_said_once(found: Reconstruction, content, verdict: str) -> None:
    judged = InDistribution(
        0.999, verdict, ("the axial image has an outline or a visibility unlike the training images",)
    )
    said = Caution("The input is unusual for the model: ... Read the result with care.", "verdict")
    warnings = (said, "The file is large.", Caution("Out of memory.", "device"))
    shown = content(replace(found, in_distribution=judged, warnings=warnings))
    assert shown.in_distribution.verdict == verdict
    said = [notice.text for notice in notices(shown)]
    assert said[0].endswith(
        "What stands out: the axial image has an outline or a visibility unlike the training images."
    )
    assert said[1:] == ["The file is large.", "Out of memory."]


def test_a_typical_input_has_no_reasons(found: Reconstruction, content) -> None:
    judged = InDistribution(0.5, "typical", ("something",))
    shown = content(replace(found, in_distribution=judged, warnings=()))
    assert notices(shown) == []


def test_the_page_of_a_case_has_its_title_and_its_spacing_from_the_user(
    found: Reconstruction, tiny_model: SkullModel, tmp_path: Path
) -> None:
    case = case_of(found, tiny_model, title="Ä case")
    write_case_report(case, case.result, tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "Ä case" in page and "spacing from the user" in page
