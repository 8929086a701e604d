"""The short report as PDF, read back by pypdf: identity and page numbers on each page, the numbers of the case."""

from __future__ import annotations

from pathlib import Path

import pytest

from GenerativeModelsLib.anatomy.exporting import ExportCase
from GenerativeModelsLib.anatomy.verdict import verdict_text
from GenerativeModelsLib.export.pdf import write_report
from GenerativeModelsLib.skull.anatomy import SKULL
from Testing.helpers.results import far_off_result

pypdf = pytest.importorskip("pypdf", reason="pypdf is not installed")


def pages(path: Path) -> list[str]:
    """The text of every page."""
    return [" ".join(page.extract_text().split()) for page in pypdf.PdfReader(path).pages]


def test_every_page_has_the_identity_and_its_number(skull) -> None:
    found = pages(skull.export("report.pdf"))
    assert len(found) in (1, 2, 3)
    for number, text in enumerate(found, start=1):
        assert f"Page {number} of {len(found)}" in text
        for part in ("Case ID: F-2026-17", "Examination date: 2026-03-11", "Operator: Ada Okonkwo", "Klinik am See"):
            assert part in text
        assert "Research use only. Not a medical device" in text


def test_the_numbers_are_those_of_the_result(skull) -> None:
    text = " ".join(pages(skull.export("report.pdf")))
    for key, unit in (("hc_mm", "mm"), ("bpd_mm", "mm"), ("cephalic_index_percent", "%")):
        entry = skull.result["biometry"][key]
        assert f"{entry['value']:.1f} {unit}" in text
        assert "{:.1f} to {:.1f}".format(*entry["interval90"]) in text
    for warning in skull.result["warnings"]:
        assert warning[1:40] in text
    assert "Gestational age 27 weeks" in text and "axial.dcm" in text
    assert "the normal range of 74 to 83 %" in text
    assert f"Input: {verdict_text(skull.result['in_distribution'])}. Score " in text


def test_an_interval_stands_on_one_line(skull, tmp_path) -> None:
    result = far_off_result(skull.result)
    result["in_distribution"]["verdict"] = "typical"
    result["biometry"]["hc_mm"]["interval90"] = [322.31, 335.78]
    (path,) = write_report(ExportCase(SKULL, result, skull.folder), tmp_path)
    assert "322.3 to 335.8" in pypdf.PdfReader(path).pages[0].extract_text()


def test_the_frame_of_a_clip_is_said_with_the_reason(skull) -> None:
    frame = skull.result["planes"]["axial"]["frame"]
    text = " ".join(pages(skull.export("report.pdf")))
    if frame is None:
        assert "frame" not in text
    else:
        assert f"frame {frame['number']} of {frame['count']}" in text and "chosen by the locator" in text


def test_a_heart_has_its_measures_and_figures(heart) -> None:
    path = heart.export("report.pdf")
    text = " ".join(pages(path))
    assert f"{heart.result['edv_ml']:.1f} ml" in text and "Case ID: H-7" in text
    assert sum(len(page.images) for page in pypdf.PdfReader(path).pages) == 5, "two phases, two sides, the bull's-eye"


def test_without_an_identity_nothing_is_invented(new_patient) -> None:
    for text in pages(new_patient.export("report.pdf")):
        assert "No identity was given." in text and "F-2026-17" not in text
