"""Surfaces of a case as STL, PLY and GLB; PLY and GLB have the colours that fit the case."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from GenerativeModelsLib.anatomy.exporting import ExportCase
from GenerativeModelsLib.anatomy.record import Mesh
from GenerativeModelsLib.geometry.mesh_export import export_mesh
from GenerativeModelsLib.geometry.surface_files import read_surface
from GenerativeModelsLib.page.colour_scale import scale_of
from GenerativeModelsLib.page.colours import PLAIN
from GenerativeModelsLib.page.meshes import value_colours

__all__ = ["surface_files", "write_glb", "write_mesh", "write_ply", "write_stl"]


def write_stl(case: ExportCase, folder: Path) -> list[Path]:
    """Write the surfaces as binary STL, LPS mm."""
    return [path for _, path in surface_files(case, folder, ".stl")]


def write_ply(case: ExportCase, folder: Path) -> list[Path]:
    """Write the surfaces as binary PLY with colours, LPS mm."""
    return [path for _, path in surface_files(case, folder, ".ply")]


def write_glb(case: ExportCase, folder: Path) -> list[Path]:
    """Write the surfaces as GLB (glTF 2.0) with colours, in metres, superior up."""
    return [path for _, path in surface_files(case, folder, ".glb")]


def surface_files(case: ExportCase, folder: Path, suffix: str) -> Iterator[tuple[Mesh, Path]]:
    """Write the surfaces that a case has; yields each with its path."""
    for mesh in case.anatomy.meshes:
        if (case.folder / mesh.file).is_file():
            path = folder / Path(mesh.file).with_suffix(suffix).name
            write_mesh(case.folder, mesh, path)
            yield mesh, path


def write_mesh(folder: Path, mesh: Mesh, path: Path) -> None:
    """Write a surface of the case in `folder`, coloured by its values in the range that fits them.

    Raises
    ------
    InputError
        The surface cannot be read, or `path` has another suffix than .stl, .ply or .glb or cannot be written.
    """
    surface = read_surface(folder / mesh.file)
    values = surface.point_data.get(mesh.scalars)
    colours = np.tile(PLAIN, (len(surface.points), 1))
    if values is not None:
        colours = value_colours(values, len(surface.points), scale_of(mesh, [values]).ends, PLAIN)
    export_mesh(surface, path, np.round(255 * colours).astype(np.uint8))
