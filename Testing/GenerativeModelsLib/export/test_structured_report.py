"""Structured reports read back by highdicom and pydicom: the numbers, codes and patients are those of the case."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pydicom
import pytest

from GenerativeModelsLib.anatomy.codes import Code
from GenerativeModelsLib.anatomy.exporting import ExportCase
from GenerativeModelsLib.export.structured_report import _person_name
from GenerativeModelsLib.heart.anatomy import HEART
from GenerativeModelsLib.heart.case.measurement_report import SEGMENT_CODES
from GenerativeModelsLib.heart.shape.segments import SEGMENT_NAMES
from GenerativeModelsLib.skull.anatomy import SKULL
from GenerativeModelsLib.skull.case.obstetric_report import write_sr
from Testing.helpers.dicom_inputs import HEADER, STUDY
from Testing.helpers.results import far_off_result

hd = pytest.importorskip("highdicom", reason="highdicom is not installed")
FILE = "measurements-sr.dcm"


def items(content: Any) -> Iterator[Any]:
    """All items below a content sequence, depth first."""
    for item in content:
        yield item
        yield from items(item.get("ContentSequence", []))


def named(content: Any, value: str) -> list[Any]:
    """Items whose concept name has that code."""
    return [item for item in items(content) if item.ConceptNameCodeSequence[0].CodeValue == value]


def child(item: Any, value: str) -> Any:
    """The item directly below that has that concept name."""
    found = [one for one in item.ContentSequence if one.ConceptNameCodeSequence[0].CodeValue == value]
    assert len(found) == 1, value
    return found[0]


def test_the_obstetric_report_has_the_numbers_of_the_result(skull) -> None:
    report = hd.sr.srread(skull.export(FILE))
    root = report.ContentTemplateSequence[0]
    assert (root.MappingResource, root.TemplateIdentifier) == ("DCMR", "5000")
    assert report.ConceptNameCodeSequence[0].CodeValue == "125000"
    assert (report.CompletionFlag, report.VerificationFlag, report.PreliminaryFlag) == (
        "COMPLETE",
        "UNVERIFIED",
        "PRELIMINARY",
    )
    biometry = skull.result["biometry"]
    sections = {"cephalic_index_percent": "125001", "head_volume_ml": "125004"}
    for quantity in SKULL.quantities:
        (section,) = named(report.content, sections.get(quantity.key, "125002"))
        (number,) = named(section.ContentSequence, quantity.code.value)
        value = number.MeasuredValueSequence[0]
        assert value.FloatingPointValue == pytest.approx(biometry[quantity.key]["value"], rel=1e-12)
        assert value.MeasurementUnitsCodeSequence[0].CodeValue == {"mm": "mm", "%": "%", "ml": "ml"}[quantity.unit]
        low, high = biometry[quantity.key]["interval90"]
        for code, width in (
            ("371886008", high - value.FloatingPointValue),
            ("371885007", value.FloatingPointValue - low),
        ):
            bound = child(number, code).MeasuredValueSequence[0]
            assert bound.FloatingPointValue == pytest.approx(width, rel=1e-9)
            assert bound.MeasurementUnitsCodeSequence[0].CodeValue == value.MeasurementUnitsCodeSequence[0].CodeValue
    (age,) = named(report.content, "18185-9")
    assert age.MeasuredValueSequence[0].NumericValue == 189
    assert age.MeasuredValueSequence[0].MeasurementUnitsCodeSequence[0].CodeValue == "d"


def test_a_percentile_stands_beside_its_measurement_with_the_chart(skull) -> None:
    report = hd.sr.srread(skull.export(FILE))
    groups = named(report.content, "125005")
    ranks = {
        group.ContentSequence[0].ConceptNameCodeSequence[0].CodeValue: child(group, "125012")
        for group in groups
        if named(group.ContentSequence, "125012")
    }
    assert set(ranks) == {"11820-8", "11851-3", "11984-2"}
    found = ranks["11984-2"].MeasuredValueSequence[0].FloatingPointValue
    assert found == pytest.approx(skull.result["biometry"]["hc_mm"]["percentile"], rel=1e-12)
    assert "INTERGROWTH-21st" in child(ranks["11984-2"], "121421").TextValue


def test_no_percentile_is_0_or_100_and_an_outside_input_has_no_intervals(skull, tmp_path) -> None:
    result = far_off_result(skull.result)
    (path,) = write_sr(ExportCase(SKULL, result, skull.folder), tmp_path)
    report = hd.sr.srread(path)
    ranks = {item.MeasuredValueSequence[0].FloatingPointValue for item in named(report.content, "125013")}
    assert ranks == {9.5, -9.5} and len(named(report.content, "125012")) == 1
    assert not named(report.content, "371886008") and not named(report.content, "371885007")


def test_patient_study_and_images_are_those_of_the_input(skull) -> None:
    report, source = pydicom.dcmread(skull.export(FILE)), pydicom.dcmread(skull.source, stop_before_pixels=True)
    assert report.StudyInstanceUID == STUDY
    for name in (
        "PatientID",
        "PatientName",
        "PatientBirthDate",
        "PatientSex",
        "StudyDate",
        "AccessionNumber",
        "StudyID",
    ):
        assert report[name].value == HEADER[name], name
    assert report.ReferringPhysicianName == HEADER["ReferringPhysicianName"]
    evidence = hd.sr.srread(skull.export(FILE)).get_evidence()
    assert [entry[2] for entry in evidence] == [source.SOPInstanceUID]
    (image,) = [item for item in items(hd.sr.srread(skull.export(FILE)).content) if item.ValueType == "IMAGE"]
    assert image.ReferencedSOPSequence[0].ReferencedSOPInstanceUID == source.SOPInstanceUID
    assert report.SeriesInstanceUID != source.SeriesInstanceUID and report.Modality == "SR"


def test_operator_and_software_are_observers_and_warnings_are_comments(skull) -> None:
    report = hd.sr.srread(skull.export(FILE))
    assert [str(item.PersonName) for item in named(report.content, "121008")] == ["Okonkwo^Ada"]
    assert [item.TextValue for item in named(report.content, "121013")] == ["generative-models"]
    comments = [item.TextValue for item in named(report.content, "121106")]
    assert "Research use only. Not a medical device, not for diagnosis." in comments
    assert set(skull.result["warnings"]) <= set(comments)


def test_a_new_patient_has_nothing_of_the_old_one(new_patient) -> None:
    text = new_patient.export(FILE).read_bytes()
    report = pydicom.dcmread(new_patient.export(FILE))
    assert (report.PatientID, report.PatientName, report.AccessionNumber, report.StudyDate) == ("", "", "", "")
    assert report.StudyInstanceUID != STUDY
    for value in (HEADER["PatientID"], "Muster", "Okonkwo", "Klinik", STUDY):
        assert value.encode() not in text, value
    assert "CurrentRequestedProcedureEvidenceSequence" not in report
    (bpd,) = named(report.ContentSequence, "11820-8")
    assert "ContentSequence" not in bpd, "there is no interval without draws"


def test_the_report_of_a_heart_has_the_numbers_of_the_result(heart) -> None:
    report, result = hd.sr.srread(heart.export(FILE)), heart.result
    assert isinstance(report.content, hd.sr.MeasurementReport)
    groups = report.content.get_image_measurement_groups()
    assert len(groups) == 3
    assert (report.PatientID, report.StudyDate) == ("H-7", "20260131")
    numbers = groups[0].get_measurements()
    expected = [quantity for quantity in HEART.quantities if quantity.code and quantity.of(result).value is not None]
    assert len(numbers) == len(expected) == 8
    for number, quantity in zip(numbers, expected):
        assert number.name.value == quantity.code.value
        assert number.value == pytest.approx(quantity.of(result).value, rel=1e-12)
        sites = [site.value.value for site in number.finding_sites]
        assert sites == ([] if quantity.site is None else [quantity.site.value])
        phase = [item for item in items(number) if item.ConceptNameCodeSequence[0].CodeValue == "246092007"]
        assert [item.value.value for item in phase] == ([] if quantity.phase is None else [quantity.phase.value])


@pytest.mark.parametrize(("group", "phase", "code"), [(1, "ed", "416190007"), (2, "es", "416430001")])
def test_the_wall_of_every_segment_is_there(heart, group: int, phase: str, code: str) -> None:
    wall = heart.result["wall_thickness_mm"][phase]
    numbers = hd.sr.srread(heart.export(FILE)).content.get_image_measurement_groups()[group].get_measurements()
    assert all(number.name.value == "122445" for number in numbers)
    assert [number.derivation.value for number in numbers[:3]] == ["373098007", "56851009", "373098007"]
    assert [number.value for number in numbers[:2]] == pytest.approx([wall["mean"], wall["max"]], rel=1e-12)
    by_site = {number.finding_sites[0].value.value: number.value for number in numbers[2:]}
    known = {code.value: value for code, value in zip(SEGMENT_CODES, wall["aha17"]) if value is not None}
    assert by_site == pytest.approx(known, rel=1e-12)
    for number in numbers:
        found = [item for item in items(number) if item.ConceptNameCodeSequence[0].CodeValue == "246092007"]
        assert [item.value.value for item in found] == [code]


def concepts() -> dict[tuple[str, str], list[str]]:
    """Meanings, in lower case, of every code of DICOM PS3.16 that pydicom knows, by scheme and value."""
    from pydicom.sr._concepts_dict import concepts as known

    found: dict[tuple[str, str], list[str]] = {}
    for scheme, names in known.items():
        for entry in names.values():
            for value, (meaning, _) in entry.items():
                found.setdefault((scheme, value), []).append(meaning.lower())
    return found


def codes_of_the_reports() -> Iterator[Code]:
    """The codes in the records and in the modules that write reports."""
    from GenerativeModelsLib.export import encapsulated, fhir, segmentation, structured_report
    from GenerativeModelsLib.heart.case import measurement_report
    from GenerativeModelsLib.skull.case import obstetric_report

    for anatomy in (SKULL, HEART):
        for quantity in anatomy.quantities:
            yield from (code for code in (quantity.code, quantity.site, quantity.phase) if code is not None)
        yield from (segment.kind for entry in anatomy.label_maps for segment in entry.segments)
    yield SKULL.model_title
    for module in (encapsulated, fhir, segmentation, structured_report, measurement_report, obstetric_report):
        yield from (value for value in vars(module).values() if isinstance(value, Code))
    yield from SEGMENT_CODES


def test_no_code_is_invented() -> None:
    """Each stands in PS3.16 under that meaning; of SNOMED CT, pydicom has some under their fully specified name."""
    known = concepts()
    for code in set(codes_of_the_reports()):
        if code.scheme == "UCUM" or code.scheme == "RFC5646":
            continue
        meanings = known[code.scheme, code.value]
        plain = code.meaning.lower()
        assert any(plain in meaning or set(plain.split()) & set(meaning.split()) for meaning in meanings), code


def test_the_codes_of_the_segments_are_in_the_order_of_their_names() -> None:
    for code, name in zip(SEGMENT_CODES, SEGMENT_NAMES, strict=True):
        assert name in code.meaning.lower()


@pytest.mark.parametrize(("name", "written"), [("Ada B. Lovelace", "Lovelace^Ada B."), ("Ada", "Ada^"), ("^ =", "")])
def test_the_last_word_of_an_operator_is_the_family_name(name: str, written: str) -> None:
    assert _person_name(name) == written
