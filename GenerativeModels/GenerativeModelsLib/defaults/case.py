"""A case on disk as its anatomy's record describes it: entries of the document, meshes as files, and both read back.

Needs numpy and vtk, and neither torch nor scikit-image.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from GenerativeModelsLib.anatomy.record import Anatomy, Mesh
from GenerativeModelsLib.anatomy.result import CaseFolder, read_result, require_report
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.geometry.surface_files import read_surface, write_vtp
from GenerativeModelsLib.geometry.surfaces import Surface

if TYPE_CHECKING:
    from GenerativeModelsLib.anatomy.run import Case

__all__ = ["FinishedCase", "document", "read_case", "read_meshes", "write_files"]


@dataclass(frozen=True, eq=False)
class FinishedCase(CaseFolder):
    """A case folder of any anatomy.

    Attributes
    ----------
    anatomy
        Its record.
    meshes
        By file name, in the order of the record; LPS mm, with the point arrays of the file.
    """

    anatomy: Anatomy
    meshes: dict[str, Surface]


def document(case: Case) -> dict[str, Any]:
    """The quantities as attributes of what was found have them, and its `in_distribution` where it has one."""
    found, entries = case.run.found, {}
    for quantity in case.anatomy.quantities:
        place = entries.setdefault(quantity.within, {}) if quantity.within else entries
        place[quantity.key] = getattr(found, quantity.key)
    judged = getattr(found, "in_distribution", None)
    if judged is not None:
        entries["in_distribution"] = {"score": judged.score, "verdict": judged.verdict}
    return entries


def write_files(case: Case, folder: Path) -> None:
    """Write the meshes of what was found: its `meshes`, a surface by file name."""
    meshes: Mapping[str, Surface] = case.run.found.meshes
    for name, surface in meshes.items():
        write_vtp(surface, folder / name)


def read_meshes(anatomy: Anatomy, folder: Path) -> dict[Mesh, Surface]:
    """The meshes of the record that a folder holds.

    Raises
    ------
    InputError
        A file cannot be read, or lacks the point array that it is coloured by.
    """
    found = {mesh: read_surface(folder / mesh.file) for mesh in anatomy.meshes if (folder / mesh.file).is_file()}
    for mesh, surface in found.items():
        if mesh.scalars and mesh.scalars not in surface.point_data:
            raise InputError(f"{folder / mesh.file} has no point array {mesh.scalars}: compute the case again.")
    return found


def read_case(anatomy: Anatomy, folder: str | Path) -> FinishedCase:
    """Read the folder of a finished case.

    Raises
    ------
    InputError
        Naming the file that is missing or broken.
    """
    folder = Path(folder)
    result = read_result(folder, anatomy.schema)
    require_report(folder)
    meshes = read_meshes(anatomy, folder)
    return FinishedCase(folder, result, anatomy, {mesh.file: surface for mesh, surface in meshes.items()})
