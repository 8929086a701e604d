"""Exporters: what an anatomy writes from a finished case for other programs, such as a DICOM structured report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib.util import find_spec

from GenerativeModelsLib.errors import InputError, named

__all__ = [
    "EXPORT_FOLDER",
    "EXPORT_NAMES",
    "OF_LABEL_MAPS",
    "OF_MESHES",
    "OF_SLICES",
    "Exporter",
    "exporters_of",
    "parse_exports",
]

EXPORT_FOLDER = "exports"
"""Folder of the exports within that of a case."""
OF_MESHES, OF_LABEL_MAPS, OF_SLICES = "{mesh}", "{label_map}", "{slice}"
"""In the name of a file: one file for each surface, for each label map, for each slice of each synthetic image."""


@dataclass(frozen=True)
class Exporter:
    """An exporter of an anatomy.

    Attributes
    ----------
    name
        One of `EXPORT_NAMES`.
    label
        What windows call its files, such as "Structured report (DICOM)".
    file
        Name of its file, perhaps with `OF_MESHES`, `OF_LABEL_MAPS` or `OF_SLICES`.
    place
        "module:name" of a function: (`exporting.ExportCase`, folder) -> the files that it wrote into the folder.
    packages
        Packages it needs beyond those of every case.
    """

    name: str
    label: str
    file: str
    place: str
    packages: tuple[str, ...] = ()

    def missing(self) -> list[str]:
        """Packages that are not installed."""
        return [package for package in self.packages if not _installed(package)]


_HERE = "GenerativeModelsLib.export"
_STANDARD = (
    Exporter(
        "dicom-sr",
        "Structured report (DICOM)",
        "measurements-sr.dcm",
        f"{_HERE}.structured_report:write_sr",
        ("highdicom",),
    ),
    Exporter(
        "dicom-seg",
        "Segmentation (DICOM)",
        "{label_map}-seg.dcm",
        f"{_HERE}.segmentation:write_seg",
        ("highdicom",),
    ),
    Exporter(
        "dicom-pdf", "Report (DICOM)", "report-pdf.dcm", f"{_HERE}.encapsulated:write_pdf", ("reportlab", "pydicom")
    ),
    Exporter("dicom-stl", "Surfaces (DICOM)", "{mesh}-stl.dcm", f"{_HERE}.encapsulated:write_stl", ("pydicom",)),
    Exporter(
        "fhir", "Observations (FHIR)", "observations.fhir.json", f"{_HERE}.fhir:write_bundle", ("fhir.resources",)
    ),
    Exporter("pdf", "Report (PDF)", "report.pdf", f"{_HERE}.pdf:write_report", ("reportlab",)),
    Exporter("dicom-mr", "Images (DICOM)", "{slice}-mr.dcm", f"{_HERE}.mr:write_mr", ("pydicom",)),
    Exporter("stl", "Surfaces (STL)", "{mesh}.stl", f"{_HERE}.meshes:write_stl"),
    Exporter("ply", "Surfaces (PLY)", "{mesh}.ply", f"{_HERE}.meshes:write_ply"),
    Exporter("glb", "Surfaces (glTF)", "{mesh}.glb", f"{_HERE}.meshes:write_glb"),
)
EXPORT_NAMES = tuple(exporter.name for exporter in _STANDARD)
"""Names of all exporters."""
_OF_CODES = ("dicom-sr", "dicom-seg", "fhir")
"""Exporters that need the codes of quantities or label maps."""
_OF_IMAGES = ("dicom-mr",)
"""Exporters of synthetic images."""


def exporters_of(
    *, coded: bool = False, images: bool = False, places: Mapping[str, str] | None = None
) -> dict[str, Exporter]:
    """The exporters of an anatomy by name.

    Parameters
    ----------
    coded
        Whether its quantities and label maps have codes; otherwise the exporters that need them are left out.
    images
        Whether its cases are synthetic images.
    places
        Functions of its own by the name of the exporter, as `Exporter.place`.
    """
    own = places or {}
    left_out = (() if coded else _OF_CODES) + (() if images else _OF_IMAGES)
    chosen = [exporter for exporter in _STANDARD if exporter.name not in left_out]
    return {each.name: replace(each, place=own.get(each.name, each.place)) for each in chosen}


def parse_exports(text: str, field: str = "export") -> str:
    """Names of exporters separated by commas, in the order of `EXPORT_NAMES` and each once.

    Raises
    ------
    InputError
        A name is unknown.
    """
    names = [name.strip().lower() for name in text.split(",") if name.strip()]
    strange = [name for name in names if name not in EXPORT_NAMES]
    if strange or not names:
        raise InputError(f"{named(field)} is '{text[:80]}': give names of {', '.join(EXPORT_NAMES)}, with commas.")
    return ",".join(name for name in EXPORT_NAMES if name in names)


def _installed(package: str) -> bool:
    try:
        return find_spec(package) is not None
    except ModuleNotFoundError:  # the package above it
        return False
