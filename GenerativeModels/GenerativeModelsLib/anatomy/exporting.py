"""Exports of a finished case of any anatomy, for the command line, the windows and scripts."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from GenerativeModelsLib.anatomy.exporters import OF_LABEL_MAPS, OF_MESHES, OF_SLICES, Exporter
from GenerativeModelsLib.anatomy.record import Anatomy, Lazy, Quantity, Reading
from GenerativeModelsLib.errors import InputError, named
from GenerativeModelsLib.extras import install_command
from GenerativeModelsLib.language import DEFAULT

if TYPE_CHECKING:
    from pydicom import Dataset

__all__ = ["ExportCase", "export_case", "export_files", "require_exports"]


@dataclass(frozen=True, eq=False)
class ExportCase:
    """A finished case as exporters see it.

    Attributes
    ----------
    anatomy
        Record of the anatomy.
    result
        Content of `result.json`; the list of files may be missing.
    folder
        Folder with the files of the case, as `Anatomy.write` writes them.
    headers
        Headers without pixels, by input, of the DICOM files whose patient and study the exports belong to; empty = a
        patient and a study of their own.
    """

    anatomy: Anatomy
    result: Mapping[str, Any]
    folder: Path
    headers: Mapping[str, Dataset] = field(default_factory=dict)

    def coded_readings(self) -> list[tuple[Quantity, Reading]]:
        """The quantities that have a code, and a value in the result.

        They have no interval where the input lies outside what the model was trained on.
        """
        pairs = [(quantity, quantity.of(self.result)) for quantity in self.anatomy.quantities if quantity.code]
        known = [(quantity, reading) for quantity, reading in pairs if reading.value is not None]
        if not self.anatomy.unreliable(self.result):
            return known
        return [(quantity, replace(reading, interval90=None)) for quantity, reading in known]

    @property
    def language(self) -> str:
        """The language of the report, in which exports for readers are; data for programs is English."""
        return self.result.get("language", DEFAULT)


def require_exports(anatomy: Anatomy, names: Sequence[str]) -> list[Exporter]:
    """The exporters of those names.

    Raises
    ------
    InputError
        The anatomy has no such exporter, or a package is missing.
    """
    found = []
    for name in names:
        exporter = anatomy.exporters.get(name)
        if exporter is None:
            raise InputError(
                f"{named('export')} has {name}, which there is not for {anatomy.title.lower()}: give names of "
                f"{', '.join(anatomy.exporters)}."
            )
        if missing := exporter.missing():
            raise InputError(
                f"The export {name} needs the package{'s' * (len(missing) > 1)} {' and '.join(missing)}: "
                f"{install_command('dicom')}.",
                "export",
            )
        found.append(exporter)
    return found


def export_files(anatomy: Anatomy, name: str, folder: Path) -> list[str]:
    """Names of the files that an exporter of an anatomy writes from the case in `folder`."""
    pattern = anatomy.exporters[name].file
    if OF_MESHES in pattern:
        stems = [Path(mesh.file).stem for mesh in anatomy.meshes if (folder / mesh.file).is_file()]
        return [pattern.format(mesh=stem) for stem in stems]
    if OF_LABEL_MAPS in pattern:
        names = [entry.name for entry in anatomy.label_maps if (folder / entry.file).is_file()]
        return [pattern.format(label_map=entry) for entry in names]
    if OF_SLICES in pattern:
        return Lazy("GenerativeModelsLib.export.mr:slice_files")(folder, anatomy.schema)
    return [pattern]


def export_case(case: ExportCase, names: Sequence[str], folder: Path) -> list[Path]:
    """Write the files of some exporters into `folder`, which is created if needed; returns their paths.

    Raises
    ------
    InputError
        See `require_exports`; or a file of the case is missing.
    """
    exporters = require_exports(case.anatomy, names)
    if exporters and not {"created", "fingerprint"} <= set(case.result):
        raise InputError(f"An earlier version computed this case: {case.anatomy.verb} it again to export it.")
    if exporters:
        folder.mkdir(parents=True, exist_ok=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the DICOM libraries about values that the scanner wrote
        return [path for exporter in exporters for path in Lazy(exporter.place)(case, folder)]
