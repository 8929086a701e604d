"""Reading and writing of surfaces as mesh files.

Coordinates follow 3D Slicer: a file contains `SPACE=LPS` or `SPACE=RAS` (field data of .vtp and .vtk, title of .vtk and
.stl, comment of .ply and .obj). A file without either is read as LPS, as in Slicer since 4.11.
"""

from __future__ import annotations

import errno
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.geometry.mesh_checks import require_sound_counts
from GenerativeModelsLib.geometry.surfaces import Surface
from GenerativeModelsLib.geometry.vtk_meshes import from_polydata, to_polydata

__all__ = ["MESH_SUFFIXES", "read_surface", "write_vtp"]

MESH_SUFFIXES = (".vtp", ".vtk", ".stl", ".ply", ".obj")


def write_vtp(surface: Surface, path: str | Path) -> None:
    """Write `surface` as a compressed binary VTK XML file in LPS millimetres, tagged `SPACE=LPS`.

    Points and real point arrays are stored as float32, integer arrays as int32. The file is written atomically.

    Raises
    ------
    InputError
        `path` does not end in .vtp or cannot be created.
    OSError
        Writing failed, for example because the disk is full.
    """
    from vtkmodules.vtkIOXML import vtkXMLPolyDataWriter

    path = Path(path)
    if path.suffix.lower() != ".vtp":
        raise InputError(f"Surface file {path} ends in '{path.suffix}', expected .vtp.")
    polydata = to_polydata(surface, single_precision=True)
    polydata.GetFieldData().AddArray(_text_array("SPACE", "LPS"))
    try:
        handle, temporary = tempfile.mkstemp(suffix=".vtp", prefix=f".{path.stem}-", dir=path.parent)
        os.close(handle)
    except OSError as error:
        raise InputError(f"Surface file {path} cannot be written: {error.strerror or error}.") from error
    try:
        writer = vtkXMLPolyDataWriter()
        writer.SetFileName(temporary)
        writer.SetInputData(polydata)
        writer.SetDataModeToAppended()
        writer.EncodeAppendedDataOff()
        writer.SetCompressorTypeToZLib()
        if not writer.Write() or writer.GetErrorCode():
            raise _write_error(writer.GetErrorCode(), path)
        os.chmod(temporary, 0o666 & ~umask())
        os.replace(temporary, path)
    finally:
        Path(temporary).unlink(missing_ok=True)


def _write_error(code: int, path: Path) -> OSError:
    """The OSError for an error code of VTK, which returns the system's own codes unchanged."""
    from vtkmodules.vtkCommonMisc import vtkErrorCode

    number = code if 0 < code < vtkErrorCode.FirstVTKErrorCode else errno.EIO
    number = errno.ENOSPC if code == vtkErrorCode.OutOfDiskSpaceError else number
    return OSError(number, os.strerror(number), str(path))


def read_surface(path: str | Path) -> Surface:
    """The triangle mesh of a .vtp, .vtk, .stl, .ply or .obj file in LPS millimetres, normals outward.

    Polygons are split into triangles, inconsistent winding is repaired, RAS coordinates are converted to LPS. In
    formats that repeat a point for every triangle (.stl, .ply, .obj) coincident points are merged. No other file is
    opened: materials, textures and pieces that a mesh file names are ignored.

    Raises
    ------
    InputError
        The file is missing, of another format, unreadable, without triangles, not finite, or in an unknown space.
    """
    path = Path(path)
    if path.suffix.lower() not in MESH_SUFFIXES:
        raise InputError(f"Surface file {path} ends in '{path.suffix}', expected one of {', '.join(MESH_SUFFIXES)}.")
    if not path.is_file():
        raise InputError(f"Surface file {path} does not exist.")
    require_sound_counts(path)
    polydata, space = _read(path)
    if not polydata.GetNumberOfPolys() and not polydata.GetNumberOfStrips():
        raise InputError(f"Surface file {path} holds no triangles; expected a closed surface mesh.")
    surface = from_polydata(_triangulated(polydata, merge=path.suffix.lower() in (".stl", ".ply", ".obj")))
    if not len(surface.triangles) or not np.isfinite(surface.points).all():
        raise InputError(f"Surface file {path} holds no triangles or points that are not finite.")
    if not _winding_is_consistent(surface):
        surface = from_polydata(_rewound(to_polydata(surface)))
    if space == "RAS":
        surface = surface.transformed(np.diag([-1.0, -1.0, 1.0, 1.0]))
    return surface.outward()


def _read(path: Path):
    """(vtkPolyData, "LPS" or "RAS") of a mesh file."""
    from vtkmodules.vtkIOGeometry import vtkOBJReader, vtkSTLReader
    from vtkmodules.vtkIOLegacy import vtkPolyDataReader
    from vtkmodules.vtkIOPLY import vtkPLYReader
    from vtkmodules.vtkIOXML import vtkXMLPolyDataReader

    kinds = (vtkXMLPolyDataReader, vtkPolyDataReader, vtkSTLReader, vtkPLYReader, vtkOBJReader)
    reader = dict(zip(MESH_SUFFIXES, kinds, strict=True))[path.suffix.lower()]()
    if isinstance(reader, vtkPolyDataReader):
        reader.ReadAllScalarsOn()
        reader.ReadAllVectorsOn()
        reader.ReadAllFieldsOn()
    reader.SetFileName(str(path))
    with _vtk_messages() as messages:
        reader.Update()
    polydata = reader.GetOutput()
    if messages or reader.GetErrorCode() or polydata is None or not polydata.GetNumberOfPoints():
        raise InputError(
            f"Surface file {path} cannot be read as {path.suffix}: it is damaged, empty or another kind of data; "
            "export it again as a surface mesh."
        )
    return polydata, _space(path, polydata, reader)


@contextmanager
def _vtk_messages() -> Iterator[list[str]]:
    """Collect VTK's messages instead of printing them; the list is filled when the block ends."""
    from vtkmodules.vtkCommonCore import vtkLogger, vtkOutputWindow, vtkStringOutputWindow

    before, window, messages = vtkOutputWindow.GetInstance(), vtkStringOutputWindow(), []
    verbosity = vtkLogger.GetCurrentVerbosityCutoff()
    vtkOutputWindow.SetInstance(window)
    vtkLogger.SetStderrVerbosity(vtkLogger.VERBOSITY_OFF)
    try:
        yield messages
    finally:
        vtkLogger.SetStderrVerbosity(verbosity)
        vtkOutputWindow.SetInstance(before)
        messages.extend(window.GetOutput().splitlines())


def _space(path: Path, polydata, reader) -> str:
    tag = polydata.GetFieldData().GetAbstractArray("SPACE")
    if tag is not None and tag.GetNumberOfValues():
        space = str(tag.GetVariantValue(0).ToString()).strip().upper()
    else:
        texts = [getattr(reader, name)() for name in ("GetHeader", "GetComment") if hasattr(reader, name)]
        if hasattr(reader, "GetComments"):
            comments = reader.GetComments()
            texts += [comments.GetValue(i) for i in range(comments.GetNumberOfValues())]
        found = re.search(r"SPACE=(\w+)", " ".join(text for text in texts if isinstance(text, str)))
        space = found[1].upper() if found else "LPS"
    if space not in ("LPS", "RAS"):
        raise InputError(f"Surface file {path} has SPACE={space}, expected LPS or RAS; save it again from 3D Slicer.")
    return space


def _triangulated(polydata, *, merge: bool):
    from vtkmodules.vtkFiltersCore import vtkCleanPolyData, vtkTriangleFilter

    triangles = vtkTriangleFilter()
    triangles.PassVertsOff()
    triangles.PassLinesOff()
    triangles.SetInputData(polydata)
    if merge:
        clean = vtkCleanPolyData()
        clean.SetInputConnection(triangles.GetOutputPort())
        clean.SetTolerance(0.0)
        triangles_again = vtkTriangleFilter()  # drops triangles that collapsed to lines
        triangles_again.PassVertsOff()
        triangles_again.PassLinesOff()
        triangles_again.SetInputConnection(clean.GetOutputPort())
        triangles = triangles_again
    triangles.Update()
    return triangles.GetOutput()


def _rewound(polydata):
    from vtkmodules.vtkFiltersCore import vtkPolyDataNormals

    normals = vtkPolyDataNormals()
    normals.SetInputData(polydata)
    normals.ConsistencyOn()
    normals.SplittingOff()
    normals.ComputePointNormalsOff()
    normals.ComputeCellNormalsOn()  # with neither kind of normals the filter returns its input unchanged
    normals.Update()
    return normals.GetOutput()


def _winding_is_consistent(surface: Surface) -> bool:
    """Whether no two triangles traverse an edge in the same direction."""
    edges = surface.triangles[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2)
    directed = np.sort(edges[:, 0] * len(surface.points) + edges[:, 1])
    return bool((np.diff(directed) > 0).all())


def _text_array(name: str, text: str):
    from vtkmodules.vtkCommonCore import vtkStringArray

    array = vtkStringArray()
    array.SetName(name)
    array.InsertNextValue(text)
    return array


def umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
