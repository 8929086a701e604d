"""DICOM structured reports: the parts that all have, and the measurement report of an anatomy's coded quantities.

Templates: DICOM PS3.16 TID 1500 (measurement report), TID 1501 (measurement group), TID 300 and 310 (measurement and
its uncertainty), TID 1001 to 1004 (observer).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from GenerativeModelsLib.anatomy.codes import Code, ucum_of
from GenerativeModelsLib.anatomy.exporting import ExportCase
from GenerativeModelsLib.anatomy.record import Quantity, Reading
from GenerativeModelsLib.export.context import CARDIAC_PHASE, MANUFACTURER, MODEL_NAME, DicomContext
from GenerativeModelsLib.page.print_edges import RESEARCH

if TYPE_CHECKING:
    import highdicom as hd

__all__ = [
    "add_phase",
    "coded",
    "comment",
    "measurement",
    "measurement_report",
    "observer_context",
    "report_dataset",
    "statements",
    "write_sr",
]

FILE = "measurements-sr.dcm"
UPPER = Code("371886008", "SCT", "+, range of upper measurement uncertainty")
LOWER = Code("371885007", "SCT", "-, range of lower measurement uncertainty")
"""Of CID 225."""
COMMENT = Code("121106", "DCM", "Comment")


def write_sr(case: ExportCase, folder: Path) -> list[Path]:
    """Write `measurements-sr.dcm`: the quantities that have a code, as a measurement report (TID 1500)."""
    context = DicomContext(case)
    items = [measurement(*pair) for pair in case.coded_readings()]
    content = measurement_report(context, {case.anatomy.title: items})
    return [context.written(report_dataset(context, content), folder / FILE)]


def coded(code: Code) -> hd.sr.CodedConcept:
    """A code as a coded concept."""
    import highdicom as hd

    return hd.sr.CodedConcept(code.value, code.scheme, code.meaning)


def measurement(quantity: Quantity, reading: Reading, **more: Any) -> hd.sr.Measurement:
    """A measurement (TID 300), its 90 % interval as upper and lower measurement uncertainty (TID 310, CID 225).

    Parameters
    ----------
    more
        Further arguments of `highdicom.sr.Measurement`.
    """
    import highdicom as hd

    found = hd.sr.Measurement(
        name=coded(quantity.code),
        value=float(reading.value),
        unit=_unit(quantity.unit),
        finding_sites=None if quantity.site is None else [hd.sr.FindingSite(coded(quantity.site))],
        **more,
    )
    if quantity.phase is not None:
        add_phase(found, quantity.phase)
    if reading.interval90 is not None:
        low, high = reading.interval90
        for name, width in ((UPPER, high - reading.value), (LOWER, reading.value - low)):
            related = hd.sr.RelationshipTypeValues.HAS_PROPERTIES
            _add(
                found, hd.sr.NumContentItem(coded(name), float(width), _unit(quantity.unit), relationship_type=related)
            )
    return found


def add_phase(measurement: hd.sr.Measurement, phase: Code) -> None:
    """State the phase of the cardiac cycle at which something was measured."""
    import highdicom as hd

    _add(
        measurement,
        hd.sr.CodeContentItem(coded(CARDIAC_PHASE), coded(phase), hd.sr.RelationshipTypeValues.HAS_CONCEPT_MOD),
    )


def _add(measurement: hd.sr.Measurement, item: hd.sr.ContentItem) -> None:
    """Add an item below a measurement."""
    import highdicom as hd

    content = measurement[0].ContentSequence if "ContentSequence" in measurement[0] else hd.sr.ContentSequence()
    content.append(item)
    measurement[0].ContentSequence = content


def comment(text: str, relation: str = "CONTAINS") -> hd.sr.TextContentItem:
    """A sentence as a comment."""
    import highdicom as hd

    return hd.sr.TextContentItem(coded(COMMENT), text, hd.sr.RelationshipTypeValues(relation))


def statements(result: Mapping[str, Any]) -> list[str]:
    """What every report says in words: that it is for research, the software and the model, and the warnings."""
    model = result["model"]
    made = (
        f"Computed by {MODEL_NAME} {result['software']['version']} with the model {model['name']} {model['version']}. "
        "Upper and lower measurement uncertainties are those of 90 % intervals."
    )
    return [RESEARCH, made, *result.get("warnings", [])]


def observer_context(context: DicomContext) -> hd.sr.ObservationContext:
    """The software as device observer (TID 1004), and the operator, if known, as person observer (TID 1003)."""
    import highdicom as hd
    from pydicom.sr.codedict import codes

    identity = context.case.result.get("identity") or {}
    device = hd.sr.DeviceObserverIdentifyingAttributes(
        uid=context.uid("device", context.software),
        name=MODEL_NAME,
        manufacturer_name=MANUFACTURER,
        model_name=MODEL_NAME,
        serial_number=context.software,
    )
    person, name = None, _person_name(identity.get("operator") or "")
    if name:
        attributes = hd.sr.PersonObserverIdentifyingAttributes(name=name, organization_name=identity.get("institution"))
        person = hd.sr.ObserverContext(codes.DCM.Person, attributes)
    return hd.sr.ObservationContext(
        observer_person_context=person, observer_device_context=hd.sr.ObserverContext(codes.DCM.Device, device)
    )


def measurement_report(
    context: DicomContext, groups: Mapping[str, Sequence[hd.sr.Measurement]]
) -> hd.sr.MeasurementReport:
    """A measurement report (TID 1500) with a measurement group (TID 1501) for each entry of `groups`, by its name."""
    import highdicom as hd
    from pydicom.sr.codedict import codes

    found = [
        hd.sr.MeasurementsAndQualitativeEvaluations(
            tracking_identifier=hd.sr.TrackingIdentifier(uid=context.uid("group", name), identifier=name),
            measurements=list(measurements),
        )
        for name, measurements in groups.items()
        if measurements
    ]
    report = hd.sr.MeasurementReport(
        observation_context=observer_context(context),
        procedure_reported=codes.SCT.ImagingProcedure,
        imaging_measurements=found,
        title=codes.DCM.ImagingMeasurementReport,
        referenced_images=context.images or None,
    )
    for sentence in statements(context.case.result):
        report[0].ContentSequence.append(comment(sentence))
    return report


def report_dataset(context: DicomContext, content: hd.sr.ContentSequence) -> hd.sr.ComprehensiveSR:
    """The document of a content tree, preliminary and not verified; patient and study are those of the context."""
    import highdicom as hd

    dataset = hd.sr.ComprehensiveSR(
        evidence=context.evidence(),
        content=content,
        series_instance_uid=context.series_uid("dicom-sr"),
        series_number=context.series_number("dicom-sr"),
        sop_instance_uid=context.instance_uid("dicom-sr"),
        instance_number=1,
        manufacturer=MANUFACTURER,
        is_complete=True,
        institution_name=context.institution,
        content_date=context.content_date,
        content_time=context.content_time,
        series_description=context.description("dicom-sr"),
        manufacturer_model_name=MODEL_NAME,
        software_versions=context.software,
        device_serial_number=context.software,
        specific_character_set="ISO_IR 192",
    )
    if not context.images:  # the stand-in is no image
        for name in ("CurrentRequestedProcedureEvidenceSequence", "PertinentOtherEvidenceSequence"):
            if name in dataset:
                del dataset[name]
    return dataset


def _unit(unit: str) -> hd.sr.CodedConcept:
    ucum = ucum_of(unit)
    return coded(Code(ucum, "UCUM", {"%": "Percent"}.get(ucum, ucum)))


def _person_name(name: str) -> str:
    """A name as in DICOM: the last word is the family name; "" without a word."""
    words = name.replace("^", " ").replace("=", " ").split()
    return f"{words[-1]}^{' '.join(words[:-1])}" if words else ""
