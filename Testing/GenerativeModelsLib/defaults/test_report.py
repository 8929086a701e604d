"""The page of an anatomy that brings none: the record's words, the result's numbers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from GenerativeModelsLib.anatomy.record import Mesh, Quantity
from GenerativeModelsLib.defaults.report import page_content
from GenerativeModelsLib.geometry.surface_files import write_vtp
from GenerativeModelsLib.page.case_page import CasePage, Notice
from Testing.helpers.shapes import lump
from Testing.helpers.sphere.anatomy import SPHERE
from Testing.helpers.sphere.files import a_sphere
from Testing.helpers.sphere.model import write_sphere_bundle


@pytest.fixture(scope="module")
def a_case(tmp_path_factory: pytest.TempPathFactory):
    """A computed case, written; not to be changed."""
    folder = tmp_path_factory.mktemp("sphere")
    return a_sphere(folder / "out", write_sphere_bundle(folder / "bundle"), margin_mm=2.5, title="Ball 3", seed=7)


def content(case, *, record=SPHERE, folder: Path | None = None, **result) -> CasePage:
    """The content for a result with other entries."""
    return page_content(replace(case, anatomy=record), {**case.result, **result}, folder or case.request.output)


def test_the_page_is_written_with_the_case(a_case) -> None:
    page = (a_case.request.output / "report.html").read_text(encoding="utf-8")
    for text in (
        "<h1>Ball 3</h1>",
        "Research use only.",
        "Height above the lowest point in mm.",
        "≥ 40 mm",
        "mask.nii.gz",
    ):
        assert text in page
    assert f"{a_case.result['volume_ml']:.1f} ml" in page
    assert "report.html" in a_case.result["files"], "and vouched for"
    assert str(a_case.request.output) not in page


def test_the_mesh_is_that_of_the_file_in_the_colours_of_the_record(a_case) -> None:
    (view,) = content(a_case).meshes
    surface = SPHERE.read(a_case.request.output).meshes["sphere.vtp"]
    np.testing.assert_array_equal(view.points, surface.points)
    np.testing.assert_array_equal(view.values, surface.point_data["height_mm"])
    scale = view.scale
    assert (view.label, scale.label, scale.unit) == ("Sphere", "Height above the lowest point", "mm")
    assert (scale.low, scale.high) == (0.0, 40.0)


def test_meshes_without_scalars_and_too_heavy_ones(a_case, tmp_path: Path) -> None:
    write_vtp(lump(6), tmp_path / "heavy.vtp")
    record = replace(SPHERE, meshes=(Mesh("heavy.vtp", "Heavy"), Mesh("none.vtp", "None")))
    (view,) = content(a_case, record=record, folder=tmp_path).meshes
    assert view.values is None and view.scale is None and view.label == "Heavy"
    assert 1000 < len(view.triangles) <= 60_000 < len(lump(6).triangles)


def test_rows_have_intervals_percentiles_and_dashes(a_case) -> None:
    quantities = (
        Quantity("hc_mm", "HC", "Head circumference", "mm", "biometry"),
        Quantity("volume_ml", "Volume", "Volume", "ml"),
        Quantity("lost_mm", "LOST", "Lost", "mm"),
    )
    record = replace(SPHERE, quantities=quantities, notes=lambda result: [f"seed {result['seed']}"])
    measure = {"hc_mm": {"value": 260.06, "interval90": [256.5, 263.5], "percentile": 55.5}}
    found = content(a_case, record=record, biometry=measure)
    first, second, third = found.rows
    assert (first.label, first.value) == ("Head circumference (HC)", "260.1 mm")
    assert (first.interval, first.percentile) == ("256.5 to 263.5", "56")
    assert (second.label, second.interval, second.percentile) == ("Volume", "", "")
    assert third.value == "–" and found.notes == ["seed 7"]


def test_what_is_needed_to_reproduce_it_is_there(a_case) -> None:
    facts = dict(content(a_case).facts)
    model = a_case.run.model.manifest
    assert facts["Mask"] == "mask.nii.gz" and facts["Margin"] == "2.5 mm"
    assert facts["Model"] == f"unit-sphere 1.0, sha256 {model.sha256}"
    assert facts["Licence of the model"] == "Apache-2.0"
    assert facts["Device"] == "cpu, seed 7" and "total" in facts["Seconds"]
    assert "Title" not in facts and "Seed" not in facts
    options = {"samples": 100, "spacing_mm": [0.3, 0.25], "age_weeks": 27.5, "sex": None, "names": {}}
    of_others = dict(content(a_case, fingerprint={"inputs": {}, "options": options}).facts)
    assert of_others["Samples"] == "100" and of_others["Spacing"] == "0.3, 0.25 mm"
    assert of_others["Age"] == "27.5 weeks" and "Sex" not in of_others and "Names" not in of_others


def test_a_case_that_is_not_judged_has_no_verdict(a_case) -> None:
    found = content(a_case)
    assert found.verdict is None and list(found.notices) == []


def test_warnings_say_of_what_kind_they_are(a_case) -> None:
    kinds = ["input", "device", "missing", "quality"]
    found = content(a_case, warnings=[f"It is {kind}." for kind in kinds], warning_kinds=kinds)
    headings = [(notice.heading, notice.text, notice.serious) for notice in found.notices]
    assert headings == [
        ("Caution", "It is input.", False),
        ("Device", "It is device.", False),
        ("Not computed", "It is missing.", False),
        ("Read with care", "It is quality.", False),
    ]


@pytest.mark.parametrize(
    ("verdict", "heading", "serious"),
    [("outside", "Do not rely on this result", True), ("unusual", "Unusual input", False)],
)
def test_the_verdict_comes_first_and_as_grave_as_it_is(a_case, verdict: str, heading: str, serious: bool) -> None:
    judged = {"in_distribution": {"score": 2.5, "verdict": verdict}}
    said = {"warnings": ["Cut off.", "The input is far away."], "warning_kinds": ["input", "verdict"]}
    found = content(a_case, **judged, **said)
    words = {"outside": "outside what the model was trained on", "unusual": "unusual for the model"}[verdict]
    assert found.verdict == (verdict, words) and found.grey == (verdict == "outside")
    assert list(found.notices) == [Notice("The input is far away.", heading, serious), Notice("Cut off.")]
    silent = content(a_case, **judged)
    assert [notice.heading for notice in silent.notices] == [heading], "also where no warning says it"


def test_a_typical_case_is_said_so_without_a_notice(a_case) -> None:
    found = content(a_case, in_distribution={"score": 0.5, "verdict": "typical"})
    assert found.verdict == ("typical", "typical, nothing stands out") and list(found.notices) == []
