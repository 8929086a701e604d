"""A model, or a case, of the scene as files of other programs."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import slicer

from GenerativeModelsLib.anatomy.exporting import ExportCase, export_case, require_exports
from GenerativeModelsLib.anatomy.record import Anatomy
from GenerativeModelsLib.anatomy.result import read_result
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.geometry.mesh_export import export_mesh
from GenerativeModelsLib.geometry.vtk_meshes import from_polydata
from GenerativeModelsLib.page.colours import PLAIN
from GenerativeModelsScene.nodes.geometry import parent_to_world
from GenerativeModelsScene.nodes.models import LPS_TO_RAS

if TYPE_CHECKING:
    from pydicom import Dataset

__all__ = ["colours_on_show", "export_formats", "export_model"]


def export_model(model: slicer.vtkMRMLModelNode | None, path: str | Path) -> None:
    """Write the mesh of `model` as STL, PLY or GLB, by the suffix of the path, where it lies in the world.

    STL and PLY are in LPS mm, GLB in metres (see `export_mesh`); PLY and GLB have the colours on show.

    Raises
    ------
    InputError
        There is no such model any more, it lies under a non-linear transform, or the file cannot be written.
    """
    if model is None or model.GetScene() is None or model.GetPolyData() is None:
        raise InputError("The scene no longer holds this surface, so it cannot be exported: compute the case again.")
    world = parent_to_world(model, f"The surface '{model.GetName()}'")
    surface = from_polydata(model.GetPolyData()).transformed(LPS_TO_RAS @ world)
    export_mesh(surface, path, colours_on_show(model))


def export_formats(
    anatomy: Anatomy,
    save_files: Callable[[Path], Path],
    names: Sequence[str],
    folder: str | Path,
    headers: Mapping[str, Dataset] | None = None,
) -> list[Path]:
    """Write the files of exporters, such as "dicom-sr", of a case of the scene; their names begin with its case ID.

    Parameters
    ----------
    save_files
        Writes the files of the case into a folder that it creates, and returns it.
    folder
        Where they go; it is created if needed.
    headers
        Headers of the DICOM files whose patient and study the exports belong to, by input.

    Raises
    ------
    InputError
        A package is missing, the scene lacks a part of the case, or a file of that name is there already.
    """
    require_exports(anatomy, names)
    folder = Path(folder)
    with tempfile.TemporaryDirectory() as made:
        case = save_files(Path(made) / "case")
        result = read_result(case, anatomy.schema)
        written = export_case(ExportCase(anatomy, result, case, headers or {}), names, Path(made) / "exports")
        stem = (result.get("identity") or {}).get("case_id")
        targets = {path: folder / (f"{stem}-{path.name}" if stem else path.name) for path in written}
        for target in targets.values():
            if target.exists():
                raise InputError(f"{target} is there already: choose another folder, or move it away.")
        folder.mkdir(parents=True, exist_ok=True)
        for path, target in targets.items():
            shutil.copyfile(path, target)
    return list(targets.values())


def colours_on_show(model: slicer.vtkMRMLModelNode) -> np.ndarray:
    """(N, 3) uint8 colours of the points as a view shows them, without its light."""
    display, count = model.GetDisplayNode(), model.GetPolyData().GetNumberOfPoints()
    name = display.GetActiveScalarName() if display is not None and display.GetScalarVisibility() else None
    data = from_polydata(model.GetPolyData()).point_data.get(name)
    table = display.GetColorNode().CreateLookupTableCopy() if data is not None and display.GetColorNode() else None
    if table is None:
        plain = PLAIN if display is None else display.GetColor()
        return np.tile(np.round(255 * np.array(plain)).astype(np.uint8), (count, 1))
    low, high = display.GetScalarRange()
    steps = table.GetNumberOfTableValues()
    palette = np.array([table.GetTableValue(step)[:3] for step in range(steps)])
    known = np.isfinite(data)
    places = np.clip((np.where(known, data, low) - low) / max(high - low, 1e-9) * steps, 0, steps - 1).astype(int)
    colours = np.where(known[:, None], palette[places], table.GetNanColor()[:3])
    return np.round(255 * colours).astype(np.uint8)
