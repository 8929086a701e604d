"""Mesh files: Slicer's conventions, round trips, and error messages with the file name."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.geometry import surface_files
from GenerativeModelsLib.geometry.surface_files import read_surface, write_vtp
from GenerativeModelsLib.geometry.surfaces import Surface
from GenerativeModelsLib.geometry.vtk_meshes import to_polydata
from Testing.helpers.shapes import box, lump

SURFACE = lump(2)
MOVED = SURFACE.points.mean(axis=0)


def write(path, surface, *, header=None, field=None):
    """Write with VTK's own writer, as in other programs."""
    import vtkmodules.vtkIOGeometry as geometry
    from vtkmodules.vtkCommonCore import vtkStringArray
    from vtkmodules.vtkIOLegacy import vtkPolyDataWriter
    from vtkmodules.vtkIOPLY import vtkPLYWriter
    from vtkmodules.vtkIOXML import vtkXMLPolyDataWriter

    kinds = {
        ".vtp": vtkXMLPolyDataWriter,
        ".vtk": vtkPolyDataWriter,
        ".stl": geometry.vtkSTLWriter,
        ".ply": vtkPLYWriter,
        ".obj": geometry.vtkOBJWriter,
    }
    writer = kinds[path.suffix]()
    polydata = to_polydata(surface)
    if field:
        array = vtkStringArray()
        array.SetName("SPACE")
        array.InsertNextValue(field)
        polydata.GetFieldData().AddArray(array)
    if header and path.suffix == ".ply":
        writer.AddComment(header)
    elif header:
        writer.SetHeader(header)
    writer.SetFileName(str(path))
    writer.SetInputData(polydata)
    writer.Write()
    return path


def test_vtp_round_trip_in_single_precision(tmp_path):
    sigma = np.linspace(0, 3, len(SURFACE.points))
    write_vtp(SURFACE.with_data(uncertainty_mm=sigma), tmp_path / "skull.vtp")
    again = read_surface(tmp_path / "skull.vtp")
    np.testing.assert_allclose(again.points, SURFACE.points, atol=1e-5)
    np.testing.assert_array_equal(again.triangles, SURFACE.triangles)
    np.testing.assert_allclose(again.point_data["uncertainty_mm"], sigma, atol=1e-6)
    assert again.point_data["uncertainty_mm"].dtype == np.float32
    assert [path.name for path in tmp_path.iterdir()] == ["skull.vtp"], "no temporary file is left"


def test_vtp_says_lps_as_slicer_does(tmp_path):
    from vtkmodules.vtkIOXML import vtkXMLPolyDataReader

    write_vtp(SURFACE, tmp_path / "skull.vtp")
    reader = vtkXMLPolyDataReader()
    reader.SetFileName(str(tmp_path / "skull.vtp"))
    reader.Update()
    assert reader.GetOutput().GetFieldData().GetAbstractArray("SPACE").GetValue(0) == "LPS"
    assert len((tmp_path / "skull.vtp").read_bytes()) < 12000, "compressed"


def test_vtp_is_overwritten(tmp_path):
    write_vtp(SURFACE, tmp_path / "a.vtp")
    write_vtp(box((1, 1, 1)), tmp_path / "a.vtp")
    assert len(read_surface(tmp_path / "a.vtp").points) == 8


@pytest.mark.parametrize("suffix", [".vtp", ".vtk", ".stl", ".ply", ".obj"])
def test_every_format_without_a_tag_is_lps(tmp_path, suffix):
    again = read_surface(write(tmp_path / f"a{suffix}", SURFACE))
    assert again.is_closed
    assert len(again.points) == len(SURFACE.points)
    assert again.volume_mm3 == pytest.approx(SURFACE.volume_mm3, rel=1e-4)
    np.testing.assert_allclose(again.centroid, SURFACE.centroid, atol=1e-3)


@pytest.mark.parametrize(
    ("suffix", "where"),
    [(".vtp", "field"), (".vtk", "field"), (".vtk", "header"), (".stl", "header"), (".ply", "header")],
)
def test_ras_files_are_turned(tmp_path, suffix, where):
    text = "RAS" if where == "field" else "3D Slicer output. SPACE=RAS"
    again = read_surface(write(tmp_path / f"a{suffix}", SURFACE, **{where: text}))
    np.testing.assert_allclose(again.centroid, SURFACE.centroid * (-1, -1, 1), atol=1e-3)
    assert again.volume_mm3 > 0


def test_ras_comment_of_an_obj_file_is_honoured(tmp_path):
    path = write(tmp_path / "a.obj", SURFACE)
    path.write_text("# 3D Slicer output. SPACE=RAS\n" + path.read_text())
    np.testing.assert_allclose(read_surface(path).centroid, SURFACE.centroid * (-1, -1, 1), atol=1e-3)


def test_inward_and_mixed_winding_is_repaired(tmp_path):
    for rows in (slice(None), slice(0, 100)):
        triangles = SURFACE.triangles.copy()
        triangles[rows] = triangles[rows, ::-1]
        again = read_surface(write(tmp_path / "a.vtp", Surface(SURFACE.points, triangles)))
        assert again.is_closed
        assert again.volume_mm3 == pytest.approx(SURFACE.volume_mm3, rel=1e-6)


def test_polygons_are_cut_into_triangles(tmp_path):
    corners = [(-1, -1, -1), (1, -1, -1), (1, 1, -1), (-1, 1, -1), (-1, -1, 1), (1, -1, 1), (1, 1, 1), (-1, 1, 1)]
    quads = [(4, 3, 2, 1), (5, 6, 7, 8), (1, 2, 6, 5), (2, 3, 7, 6), (3, 4, 8, 7), (4, 1, 5, 8)]
    lines = [f"v {x} {y} {z}" for x, y, z in corners] + [f"f {a} {b} {c} {d}" for a, b, c, d in quads]
    (tmp_path / "a.obj").write_text("\n".join(lines) + "\n")
    assert read_surface(tmp_path / "a.obj").volume_mm3 == pytest.approx(8)


@pytest.mark.parametrize("suffix", [".vtp", ".vtk", ".stl", ".ply", ".obj"])
def test_damaged_file_is_named_and_nothing_is_printed(tmp_path, capfd, suffix):
    path = tmp_path / f"broken{suffix}"
    path.write_text("no mesh at all")
    with pytest.raises(InputError, match=rf"broken\{suffix} cannot be read"):
        read_surface(path)
    assert capfd.readouterr().err == ""


def test_truncated_vtp_is_refused(tmp_path):
    write_vtp(SURFACE, tmp_path / "a.vtp")
    (tmp_path / "a.vtp").write_bytes((tmp_path / "a.vtp").read_bytes()[:3000])
    with pytest.raises(InputError, match=r"a.vtp"):
        read_surface(tmp_path / "a.vtp")


def test_other_errors_name_the_file(tmp_path):
    with pytest.raises(InputError, match=r"gone.vtp does not exist"):
        read_surface(tmp_path / "gone.vtp")
    with pytest.raises(InputError, match=r"a.nii.gz ends in '.gz', expected one of .vtp"):
        read_surface(tmp_path / "a.nii.gz")
    with pytest.raises(InputError, match="SPACE=XYZ, expected LPS or RAS"):
        read_surface(write(tmp_path / "a.vtp", SURFACE, field="XYZ"))
    with pytest.raises(InputError, match=r"a.stl.*expected .vtp"):
        write_vtp(SURFACE, tmp_path / "a.stl")
    with pytest.raises(InputError, match="cannot be written"):
        write_vtp(SURFACE, tmp_path / "missing" / "a.vtp")


def test_points_without_triangles_are_refused(tmp_path):
    path = write(tmp_path / "a.vtp", Surface(SURFACE.points, np.zeros((0, 3), int)))
    with pytest.raises(InputError, match="holds no triangles"):
        read_surface(path)


@pytest.mark.parametrize(
    ("code", "number"), [(28, errno.ENOSPC), (27, errno.EFBIG), (20007, errno.ENOSPC), (20008, errno.EIO)]
)
def test_an_error_code_of_vtk_becomes_the_systems_error(code: int, number: int) -> None:
    assert surface_files._write_error(code, Path("x.vtp")).errno == number


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
def test_a_limit_of_file_sizes_is_named_by_the_output_folder(tmp_path: Path, repo_root: Path) -> None:
    code = (
        "import resource, sys; from pathlib import Path\n"
        "from GenerativeModelsLib.geometry.surface_files import write_vtp\n"
        "from GenerativeModelsLib.output.folder import output_folder\n"
        "from Testing.helpers.shapes import ball\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (70000, 70000))\n"
        "with output_folder(Path(sys.argv[1])) as folder: write_vtp(ball(10.0, subdivisions=6), folder / 'a.vtp')\n"
    )
    variables = os.environ | {"PYTHONPATH": os.pathsep.join([str(repo_root), str(repo_root / "GenerativeModels")])}
    found = subprocess.run(
        [sys.executable, "-c", code, tmp_path / "out"], env=variables, capture_output=True, text=True
    )
    assert "InputError: output folder" in found.stderr and "largest size" in found.stderr
    assert list(tmp_path.iterdir()) == []
