"""The biometry of the head as a DICOM OB-GYN ultrasound procedure report.

Templates and codes: DICOM PS3.16 TID 5000 (root), 5002 and 5003 (summary), 5004 (ratios), 5005 (biometry), 5007
(cranium), 5008 (biometry group), 300 and 310 (measurement and its uncertainty), 315 (equation or table), 1001
(observation context), 1204 (language). highdicom has no class for them: the tree is built of its content items.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from GenerativeModelsLib.anatomy.codes import Code
from GenerativeModelsLib.anatomy.exporting import ExportCase
from GenerativeModelsLib.anatomy.numbers import beyond_percentiles
from GenerativeModelsLib.anatomy.record import Quantity, Reading
from GenerativeModelsLib.export.context import DicomContext
from GenerativeModelsLib.export.structured_report import (
    FILE,
    coded,
    comment,
    measurement,
    observer_context,
    report_dataset,
    statements,
)

if TYPE_CHECKING:
    import highdicom as hd

__all__ = ["obstetric_report", "write_sr"]

TITLE = Code("125000", "DCM", "OB-GYN Ultrasound Procedure Report")
IMAGE_LIBRARY = Code("111028", "DCM", "Image Library")
SUMMARY = Code("121111", "DCM", "Summary")
FETUS_SUMMARY = Code("125008", "DCM", "Fetus Summary")
RATIOS = Code("125001", "DCM", "Fetal Biometry Ratios")
BIOMETRY = Code("125002", "DCM", "Fetal Biometry")
CRANIUM = Code("125004", "DCM", "Fetal Cranium")
GROUP = Code("125005", "DCM", "Biometry Group")
GESTATIONAL_AGE = Code("18185-9", "LN", "Gestational Age")
RANK = Code("125012", "DCM", "Growth Percentile Rank")
Z_SCORE = Code("125013", "DCM", "Growth Z-score")
"""Of CID 12017."""
CITATION = Code("121421", "DCM", "Equation Citation")
DAYS = Code("d", "UCUM", "days")
PERCENT = Code("%", "UCUM", "Percent")
ONE = Code("1", "UCUM", "no units")
SECTIONS = {
    RATIOS: ("cephalic_index_percent",),
    BIOMETRY: ("bpd_mm", "ofd_mm", "hc_mm"),
    CRANIUM: ("head_volume_ml",),
}
"""Keys of the quantities by section."""


def write_sr(case: ExportCase, folder: Path) -> list[Path]:
    """Write `measurements-sr.dcm`, the biometry as an OB-GYN ultrasound procedure report (TID 5000)."""
    context = DicomContext(case)
    return [context.written(report_dataset(context, obstetric_report(context)), folder / FILE)]


def obstetric_report(context: DicomContext) -> hd.sr.ContentSequence:
    """The content tree of the report (TID 5000)."""
    import highdicom as hd
    from pydicom.sr.codedict import codes

    result = context.case.result
    language = Code("en", "RFC5646", "English")
    items: list[Any] = [
        _code(codes.DCM.LanguageOfContentItemAndDescendants, language, "HAS CONCEPT MOD"),
        *observer_context(context),
    ]
    if context.images:
        images = [
            hd.sr.ImageContentItem(
                codes.DCM.SourceImage, image.SOPClassUID, image.SOPInstanceUID, relationship_type="CONTAINS"
            )
            for image in context.images
        ]
        items.append(_container(IMAGE_LIBRARY, images))
    items.append(_container(SUMMARY, [*map(comment, statements(result)), *_fetus_summary(result)]))
    found = {quantity.key: (quantity, reading) for quantity, reading in context.case.coded_readings()}
    for section, keys in SECTIONS.items():
        pairs = [found[key] for key in keys if key in found]
        # Ratios are measurements, the others groups of a measurement and what follows from it (TID 5004, 5008).
        parts = [measurement(*pair)[0] if section is RATIOS else _group(*pair, _chart(result)) for pair in pairs]
        if parts:
            items.append(_container(section, parts))
    root = _container(TITLE, items, relation=None, template="5000")
    return hd.sr.ContentSequence([root], is_root=True)


def _fetus_summary(result: Any) -> list[hd.sr.ContainerContentItem]:
    """The gestational age, if it was given (TID 5003, CID 12019)."""
    weeks = result.get("gestational_age_weeks")
    return [] if weeks is None else [_container(FETUS_SUMMARY, [_number(GESTATIONAL_AGE, 7 * weeks, DAYS)])]


def _chart(result: Any) -> str:
    return "{title}: {source}".format_map(result["chart"])


def _group(quantity: Quantity, reading: Reading, chart: str) -> hd.sr.ContainerContentItem:
    """A measurement and its rank among fetuses of that age (TID 5008); `chart` says on which chart.

    Below the 1st and above the 99th percentile the rank is the z-score: no percentile is 0 or 100.
    """
    import highdicom as hd

    parts = [measurement(quantity, reading)[0]]
    if reading.percentile is not None:
        far = beyond_percentiles(reading.percentile)
        rank = _number(Z_SCORE, reading.z_score, ONE) if far else _number(RANK, reading.percentile, PERCENT)
        citation = hd.sr.TextContentItem(coded(CITATION), chart, hd.sr.RelationshipTypeValues.INFERRED_FROM)
        rank.ContentSequence = hd.sr.ContentSequence([citation])
        parts.append(rank)
    return _container(GROUP, parts)


def _container(
    name: Code, items: Sequence[Any], *, relation: str | None = "CONTAINS", template: str | None = None
) -> hd.sr.ContainerContentItem:
    import highdicom as hd

    related = None if relation is None else hd.sr.RelationshipTypeValues(relation)
    found = hd.sr.ContainerContentItem(coded(name), template_id=template, relationship_type=related)
    found.ContentSequence = hd.sr.ContentSequence(items)
    return found


def _number(name: Code, value: float, unit: Code) -> hd.sr.NumContentItem:
    import highdicom as hd

    related = hd.sr.RelationshipTypeValues.CONTAINS
    return hd.sr.NumContentItem(coded(name), float(value), coded(unit), relationship_type=related)


def _code(name: Any, value: Code, relation: str) -> hd.sr.CodeContentItem:
    import highdicom as hd

    return hd.sr.CodeContentItem(name, coded(value), hd.sr.RelationshipTypeValues(relation))
