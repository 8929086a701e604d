"""Encapsulated documents in DICOM: the short report (PDF) and the surfaces (STL).

Modules and attributes: DICOM PS3.3 A.45.1 (Encapsulated PDF), A.85.1 (Encapsulated STL), C.24.2, C.24.5, C.24.6,
C.7.5.2.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from GenerativeModelsLib.anatomy.codes import Code
from GenerativeModelsLib.anatomy.exporting import ExportCase
from GenerativeModelsLib.export.context import MANUFACTURER, MODEL_NAME, DicomContext, coded_item

if TYPE_CHECKING:
    from pydicom import Dataset

__all__ = ["write_pdf", "write_stl"]

_USAGE = Code("129012", "DCM", "Educational Intent")
"""Of CID 7064; the results are for research."""


def write_pdf(case: ExportCase, folder: Path) -> list[Path]:
    """Write `report-pdf.dcm`, the report of `pdf.write_report` in a DICOM file."""
    from pydicom import uid

    from GenerativeModelsLib.export.pdf import write_report

    context = DicomContext(case)
    with tempfile.TemporaryDirectory() as made:
        document = write_report(case, Path(made))[0].read_bytes()
    dataset = _document(context, "dicom-pdf", uid.EncapsulatedPDFStorage, "report", document)
    dataset.Modality = "DOC"
    dataset.ConversionType = "WSD"
    dataset.DocumentTitle = f"{case.anatomy.title}: report"
    dataset.ConceptNameCodeSequence = []
    dataset.BurnedInAnnotation = "YES"
    dataset.RecognizableVisualFeatures = "NO"
    dataset.MIMETypeOfEncapsulatedDocument = "application/pdf"
    return [context.written(dataset, folder / "report-pdf.dcm")]


def write_stl(case: ExportCase, folder: Path) -> list[Path]:
    """Write each surface of a case as NAME-stl.dcm: binary STL, LPS mm, in a DICOM file."""
    from pydicom import uid

    from GenerativeModelsLib.export.meshes import surface_files

    context, paths = DicomContext(case), []
    with tempfile.TemporaryDirectory() as made:
        for mesh, path in surface_files(case, Path(made), ".stl"):
            dataset = _document(context, "dicom-stl", uid.EncapsulatedSTLStorage, mesh.file, path.read_bytes())
            dataset.InstanceNumber = len(paths) + 1
            dataset.Modality = "M3D"
            dataset.FrameOfReferenceUID = context.uid("frame of reference")
            dataset.PositionReferenceIndicator = ""
            dataset.DocumentTitle = f"{case.anatomy.title}: {mesh.label}"
            title = case.anatomy.model_title
            dataset.ConceptNameCodeSequence = [] if title is None else [coded_item(title)]
            dataset.BurnedInAnnotation = "NO"
            dataset.MIMETypeOfEncapsulatedDocument = "model/stl"
            dataset.MeasurementUnitsCodeSequence = [coded_item(Code("mm", "UCUM", "mm"))]
            dataset.ModelModification = "NO"
            dataset.ModelMirroring = "NO"
            dataset.ModelUsageCodeSequence = [coded_item(_USAGE)]
            dataset.ContentDescription = f"{mesh.label}, LPS millimetres"
            if context.images:
                dataset.ReferencedSeriesSequence = context.referenced_series()
            paths.append(context.written(dataset, folder / f"{path.stem}-stl.dcm"))
    return paths


def _document(context: DicomContext, exporter: str, sop_class: str, name: str, document: bytes) -> Dataset:
    """Patient, study, series, equipment and the document."""
    from copy import deepcopy

    from pydicom import uid
    from pydicom.dataset import FileMetaDataset

    dataset = deepcopy(context.study)
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = uid.ExplicitVRLittleEndian
    dataset.SOPClassUID = sop_class
    dataset.SOPInstanceUID = context.instance_uid(exporter, name)
    dataset.SeriesInstanceUID = context.series_uid(exporter)
    dataset.SeriesNumber = context.series_number(exporter)
    dataset.SeriesDescription = context.description(exporter)
    dataset.Manufacturer, dataset.ManufacturerModelName = MANUFACTURER, MODEL_NAME
    dataset.SoftwareVersions = context.software
    dataset.DeviceSerialNumber = context.software
    if context.institution:
        dataset.InstitutionName = context.institution
    dataset.InstanceNumber = 1
    dataset.ContentDate, dataset.ContentTime = context.content_date, context.content_time
    dataset.AcquisitionDateTime = ""
    if context.images:
        dataset.SourceInstanceSequence = context.references()
    dataset.EncapsulatedDocumentLength = len(document)
    dataset.EncapsulatedDocument = document + b"\0" * (len(document) % 2)
    return dataset
