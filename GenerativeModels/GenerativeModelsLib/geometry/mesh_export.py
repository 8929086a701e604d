"""Surfaces as files of other programs: STL, PLY and GLB."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import numpy as np

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.geometry.surface_files import umask
from GenerativeModelsLib.geometry.surfaces import Surface
from GenerativeModelsLib.geometry.vtk_meshes import to_polydata

__all__ = ["EXPORT_SUFFIXES", "export_mesh"]

EXPORT_SUFFIXES = (".stl", ".ply", ".glb")
_TITLE = "SPACE=LPS"
"""By which 3D Slicer knows the coordinate system of an STL or PLY file."""
_METRES_PER_MM = 0.001
_COLOURS = "colours"


def export_mesh(surface: Surface, path: str | Path, colours: np.ndarray | None = None) -> None:
    """Write a surface for other programs; the file appears whole or not at all.

    STL and PLY are binary, in LPS millimetres, with a header that 3D Slicer reads. GLB (glTF 2.0) is in metres, as that
    format demands, with normals; its axes are those of LPS, turned so that superior is up (+y).

    Parameters
    ----------
    surface
        LPS millimetres.
    path
        Ends in .stl, .ply or .glb.
    colours
        (N, 3) uint8 red, green and blue of the points; STL has none.

    Raises
    ------
    InputError
        `path` has another suffix, or cannot be written.
    ValueError
        `colours` has another shape or type.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix not in EXPORT_SUFFIXES:
        raise InputError(f"Mesh file {path} ends in '{path.suffix}': give one of {', '.join(EXPORT_SUFFIXES)}.")
    if colours is not None and (np.shape(colours) != (len(surface.points), 3) or colours.dtype != np.uint8):
        raise ValueError(f"colours is {np.shape(colours)} {colours.dtype}, expected ({len(surface.points)}, 3) uint8.")
    try:
        handle, temporary = tempfile.mkstemp(suffix=suffix, prefix=f".{path.stem}-", dir=path.parent)
        os.close(handle)
    except OSError as error:
        raise InputError(f"Mesh file {path} cannot be written: {error.strerror or error}.") from error
    try:
        {".stl": _write_stl, ".ply": _write_ply, ".glb": _write_glb}[suffix](surface, temporary, colours)
        if not os.path.getsize(temporary):
            raise InputError(f"Mesh file {path} cannot be written: free some space or give another folder.")
        os.chmod(temporary, 0o666 & ~umask())
        os.replace(temporary, path)
    finally:
        Path(temporary).unlink(missing_ok=True)


def _write_stl(surface: Surface, path: str, colours: np.ndarray | None) -> None:
    from vtkmodules.vtkIOGeometry import vtkSTLWriter

    writer = vtkSTLWriter()
    writer.SetHeader(f"GenerativeModels {_TITLE}")
    writer.SetFileTypeToBinary()
    writer.SetInputData(_geometry(surface))
    writer.SetFileName(path)
    writer.Write()


def _write_ply(surface: Surface, path: str, colours: np.ndarray | None) -> None:
    from vtkmodules.vtkIOPLY import vtkPLYWriter

    writer = vtkPLYWriter()
    writer.AddComment(_TITLE)
    writer.SetFileTypeToBinary()
    writer.SetInputData(_geometry(surface, colours))
    if colours is not None:
        writer.SetArrayName(_COLOURS)
    writer.SetFileName(path)
    writer.Write()


def _write_glb(surface: Surface, path: str, colours: np.ndarray | None) -> None:
    from vtkmodules.util.numpy_support import numpy_to_vtk
    from vtkmodules.vtkCommonDataModel import vtkMultiBlockDataSet
    from vtkmodules.vtkIOGeometry import vtkGLTFWriter

    left, posterior, superior = surface.points.T * _METRES_PER_MM
    turned = Surface(np.stack([left, superior, -posterior], axis=1), surface.triangles)
    # Bytes would have to be marked as normalised, which the writer does not do.
    mesh = _geometry(turned, None if colours is None else colours.astype(np.float32) / 255)
    normals = numpy_to_vtk(np.ascontiguousarray(turned.vertex_normals, np.float32), deep=True)
    normals.SetName("NORMAL")
    mesh.GetPointData().SetNormals(normals)
    building, scene = vtkMultiBlockDataSet(), vtkMultiBlockDataSet()
    building.SetBlock(0, mesh)
    scene.SetBlock(0, building)
    writer = vtkGLTFWriter()
    writer.SetInputData(scene)
    writer.SaveNormalOn()
    writer.SetSaveActivePointColor(colours is not None)
    writer.SetRelativeCoordinates(False)
    writer.SetFileName(path)
    writer.Write()


def _geometry(surface: Surface, colours: np.ndarray | None = None):
    """The surface alone as vtkPolyData in single precision, with its colours as active scalars."""
    mesh = to_polydata(Surface(surface.points, surface.triangles), single_precision=True)
    if colours is not None:
        from vtkmodules.util.numpy_support import numpy_to_vtk

        array = numpy_to_vtk(np.ascontiguousarray(colours), deep=True)
        array.SetName(_COLOURS)
        mesh.GetPointData().SetScalars(array)
    return mesh
