"""What all DICOM exports of a case share: patient, study, equipment, identifiers, date and time."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from GenerativeModelsLib.anatomy.codes import Code
from GenerativeModelsLib.anatomy.exporting import ExportCase

if TYPE_CHECKING:
    from pydicom import Dataset

__all__ = ["CARDIAC_PHASE", "MANUFACTURER", "MODEL_NAME", "DicomContext", "coded_item"]

MANUFACTURER = "GenerativeModels"
MODEL_NAME = "generative-models"
CARDIAC_PHASE = Code("246092007", "SCT", "Cardiac cycle phase")
SERIES = ("dicom-sr", "dicom-seg", "dicom-pdf", "dicom-stl", "dicom-mr")
FIRST_SERIES = 9001
"""Series numbers of the exports start here, above those of a scanner."""
_KEPT = (
    *("PatientName", "PatientID", "IssuerOfPatientID", "TypeOfPatientID", "PatientBirthDate", "PatientBirthTime"),
    *("PatientSex", "OtherPatientIDsSequence", "PatientAge", "PatientSize", "PatientWeight"),
    *("StudyInstanceUID", "StudyDate", "StudyTime", "ReferringPhysicianName", "StudyID", "AccessionNumber"),
    *("IssuerOfAccessionNumberSequence", "StudyDescription"),
)
"""Attributes of patient and study that are kept of a DICOM input (PS3.3 C.7.1.1, C.7.2.1, C.7.2.2)."""
_TYPE_2 = {
    "PatientName": "",
    "PatientID": "",
    "PatientBirthDate": "",
    "PatientSex": "",
    "StudyDate": "",
    "StudyTime": "",
    "ReferringPhysicianName": "",
    "StudyID": "",
    "AccessionNumber": "",
}
"""Attributes of patient and study that every file has, empty where they are not known (PS3.3 C.7.1.1, C.7.2.1)."""
_DATES = ("PatientBirthDate", "StudyDate")
_TIMES = ("PatientBirthTime", "StudyTime")
_SEXES = ("M", "F", "O")


@dataclass(frozen=True, eq=False)
class DicomContext:
    """Patient, study and identifiers of the DICOM exports of a case.

    UIDs follow from the fingerprint of the case, and those of instances also from its date and time: the same result
    always gives the same files.

    Attributes
    ----------
    case
        The finished case.
    """

    case: ExportCase

    @cached_property
    def images(self) -> list[Dataset]:
        """Headers of the DICOM images that the case was computed from, those of its study; empty without any."""
        headers = list(self.case.headers.values())
        wanted = ("SOPClassUID", "SOPInstanceUID", "SeriesInstanceUID", "StudyInstanceUID")
        whole = [header for header in headers if all(header.get(name) for name in wanted)]
        return [header for header in whole if header.StudyInstanceUID == whole[0].StudyInstanceUID]

    @cached_property
    def study(self) -> Dataset:
        """Patient and study: those of the first DICOM input, else new ones with the case ID as the patient's."""
        from pydicom import Dataset

        identity = self.case.result.get("identity") or {}
        found = Dataset()
        found.SpecificCharacterSet = "ISO_IR 192"
        if self.images:
            for name in _KEPT:
                if name in self.images[0]:
                    found[name] = deepcopy(self.images[0][name])
            found.SpecificCharacterSet = "ISO_IR 192"  # the values were decoded, and are encoded anew
        else:
            found.PatientID = identity.get("case_id") or ""
            found.StudyDate = (identity.get("examination_date") or "").replace("-", "")
            found.StudyInstanceUID = self.uid("study")
        return _whole(found)

    @property
    def institution(self) -> str | None:
        """Name of the institution, if known."""
        return (self.case.result.get("identity") or {}).get("institution")

    @property
    def software(self) -> str:
        """Version of the software that computed the case."""
        return str(self.case.result["software"]["version"])

    @cached_property
    def created(self) -> datetime:
        """Date and time of the result."""
        return datetime.fromisoformat(self.case.result["created"])

    @property
    def content_date(self) -> str:
        """Day of the result, YYYYMMDD."""
        return self.created.strftime("%Y%m%d")

    @property
    def content_time(self) -> str:
        """Time of the result, HHMMSS."""
        return self.created.strftime("%H%M%S")

    def uid(self, *names: str) -> str:
        """UID that follows from the fingerprint of the case and these names."""
        from pydicom.uid import generate_uid

        return str(generate_uid(entropy_srcs=[self.case.result["fingerprint"]["digest"], *names]))

    def instance_uid(self, *names: str) -> str:
        """`uid` that also follows from the date and time of the result."""
        return self.uid(self.case.result["created"], *names)

    def series_uid(self, exporter: str) -> str:
        """UID of the series of an exporter."""
        return self.uid("series", exporter, self.case.result["created"])

    def series_number(self, exporter: str) -> int:
        """Number of the series of an exporter."""
        return FIRST_SERIES + SERIES.index(exporter)

    def description(self, exporter: str) -> str:
        """Description of the series of an exporter, such as "Fetal skull: segmentation"."""
        label = self.case.anatomy.exporters[exporter].label.removesuffix(" (DICOM)")
        return f"{self.case.anatomy.title}: {label.lower()}"

    def stand_in(self) -> Dataset:
        """A data set that carries patient and study for libraries that take them from an image."""
        from pydicom import uid

        found = deepcopy(self.study)
        found.file_meta = None
        found.SOPClassUID = uid.SecondaryCaptureImageStorage
        found.SOPInstanceUID = self.uid("stand-in")
        found.SeriesInstanceUID = self.uid("stand-in", "series")
        found.Modality = "OT"
        return found

    def references(self, purpose: Code | None = None) -> list[Dataset]:
        """References to the images, with the purpose where one is given."""
        from pydicom import Dataset

        found = []
        for image in self.images:
            item = Dataset()
            item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID = image.SOPClassUID, image.SOPInstanceUID
            if purpose is not None:
                item.PurposeOfReferenceCodeSequence = [coded_item(purpose)]
            found.append(item)
        return found

    def referenced_series(self) -> list[Dataset]:
        """References to the images by their series (PS3.3 C.12.2)."""
        from pydicom import Dataset

        series: dict[str, Dataset] = {}
        for image, item in zip(self.images, self.references()):
            entry = series.setdefault(image.SeriesInstanceUID, Dataset())
            entry.SeriesInstanceUID = image.SeriesInstanceUID
            entry.ReferencedInstanceSequence = [*entry.get("ReferencedInstanceSequence", []), item]
        return list(series.values())

    def written(self, dataset: Dataset, path: Path) -> Path:
        """Write a DICOM file, dated by the result; returns its path."""
        dataset.InstanceCreationDate, dataset.InstanceCreationTime = self.content_date, self.content_time
        for equipment in dataset.get("ContributingEquipmentSequence", None) or []:  # highdicom says when it ran
            equipment.ContributionDateTime = f"{self.content_date}{self.content_time}"
        dataset.save_as(path, enforce_file_format=True)
        return path

    def evidence(self) -> list[Dataset]:
        """The images with whole patient and study, or the stand-in where there are none."""
        complete = []
        for image in self.images:
            whole = _whole(deepcopy(image))
            whole.SpecificCharacterSet = "ISO_IR 192"
            complete.append(whole)
        return complete or [self.stand_in()]


def _whole(dataset: Dataset) -> Dataset:
    """The data set with every attribute of patient and study, emptied of values that the standard does not allow."""
    for name, empty in _TYPE_2.items():
        if name not in dataset or dataset[name].value is None:
            setattr(dataset, name, empty)
    for name in (*_DATES, *_TIMES, "PatientSex"):
        if name in dataset and not _allowed(name, str(dataset[name].value or "").strip()):
            setattr(dataset, name, "")
    return dataset


def _allowed(name: str, value: str) -> bool:
    """Whether a date, a time or a sex is written as PS3.5 6.2 (DA, TM) and PS3.3 C.7.1.1 have it."""
    from pydicom.valuerep import DA, TM

    if name == "PatientSex":
        return value in ("", *_SEXES)
    if name in _DATES and not value.isdigit():  # pydicom also reads the form with dots of ACR-NEMA
        return not value
    try:
        (DA if name in _DATES else TM)(value)
    except ValueError:
        return False
    return True


def coded_item(code: Code) -> Dataset:
    """A code as an item of a code sequence."""
    from pydicom import Dataset

    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = code.value, code.scheme, code.meaning
    return item
