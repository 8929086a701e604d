"""Mesh files open no other file, and wrong counts in them do not end the process."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.geometry.mesh_checks import LARGEST_COUNT
from GenerativeModelsLib.geometry.surface_files import read_surface

POINTS = "0 0 0 1 0 0 0 1 0 0 0 1"
FACES = "0 2 1 0 1 3 1 2 3 0 3 2"
XML = '<?xml version="1.0"?>'
ARRAY = '<DataArray type="{}" {} format="ascii">{}</DataArray>'
VTP = (
    '<VTKFile type="PolyData" version="0.1" byte_order="LittleEndian"><PolyData>'
    '<Piece NumberOfPoints="4" NumberOfPolys="4"><Points>'
    + ARRAY.format("Float32", 'NumberOfComponents="3"', POINTS)
    + "</Points><Polys>"
    + ARRAY.format("Int32", 'Name="connectivity"', FACES)
    + ARRAY.format("Int32", 'Name="offsets"', "3 6 9 12")
    + "</Polys></Piece></PolyData></VTKFile>"
)
OBJ = "v 0 0 0\nv 1 0 0\nv 0 1 0\nv 0 0 1\nf 1 3 2\nf 1 2 4\nf 2 3 4\nf 1 4 3\n"
PLY = (
    "ply\nformat ascii 1.0\nelement vertex 4\nproperty float x\nproperty float y\nproperty float z\n"
    "element face 4\nproperty list uchar int vertex_indices\nend_header\n"
    "0 0 0\n1 0 0\n0 1 0\n0 0 1\n3 0 2 1\n3 0 1 3\n3 1 2 3\n3 0 3 2\n"
)
VTK = (
    "# vtk DataFile Version 3.0\nx\nASCII\nDATASET POLYDATA\nPOINTS 4 float\n0 0 0 1 0 0 0 1 0 0 0 1\nPOLYGONS 4 16\n"
    "3 0 2 1\n3 0 1 3\n3 1 2 3\n3 0 3 2\n"
)


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    """A FIFO without a writer: opening it for reading would block until the test is killed."""
    if not hasattr(os, "mkfifo"):
        pytest.skip("this platform has no FIFOs")
    os.mkfifo(tmp_path / "pipe")
    return tmp_path / "pipe"


def mesh(folder: Path, name: str, text: str) -> Path:
    (folder / name).write_text(text)
    return folder / name


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.vtp", XML + VTP),
        ("a.vtp", f"{XML}\n<!-- made by hand -->\n{VTP}"),
        ("a.obj", "mtllib pipe\nmap_Kd pipe\ncall pipe\nusemtl x\n" + OBJ),
        ("a.ply", PLY.replace("element vertex", "comment TextureFile pipe\nelement vertex")),
        ("a.vtk", VTK),
    ],
)
def test_materials_and_textures_are_left_alone(name: str, text: str, pipe: Path) -> None:
    assert read_surface(mesh(pipe.parent, name, text)).volume_mm3 == pytest.approx(1 / 6)


def declared(entity: str) -> str:
    return f"{XML}<!DOCTYPE VTKFile [{entity}]>{VTP.replace(POINTS, '&p;')}"


TENFOLD = "".join(f'<!ENTITY {name} "{f"&{before};" * 10}">' for before, name in zip("abcdefghi", "bcdefghip"))


@pytest.mark.parametrize(
    "text",
    [
        declared(f'<!ENTITY p "{POINTS}">'),
        declared('<!ENTITY p SYSTEM "file:///etc/hostname">'),
        declared('<!ENTITY p SYSTEM "pipe">'),
        declared('<!ENTITY a "0 0 0 0 0 0 0 0 ">' + TENFOLD),
        f'{XML}<!DOCTYPE VTKFile SYSTEM "pipe">{VTP}',
        f'{XML}<!-- a --><!DOCTYPE VTKFile SYSTEM "pipe">{VTP}',
        '<VTKFile type="PPolyData"><PPolyData><Piece Source="pipe"/></PPolyData></VTKFile>',
        '<VTKFile type="Collection"><Collection><DataSet file="pipe"/></Collection></VTKFile>',
        VTP.replace(POINTS, '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="pipe"/>'),
    ],
)
def test_entities_pieces_and_collections_are_refused(text: str, pipe: Path) -> None:
    with pytest.raises(InputError, match=r"a\.vtp cannot be read as \.vtp: .*export it again as a surface mesh"):
        read_surface(mesh(pipe.parent, "a.vtp", text))


def test_another_encoding_does_not_hide_a_doctype(tmp_path: Path) -> None:
    (tmp_path / "a.vtp").write_text(declared(f'<!ENTITY p "{POINTS}">'), encoding="utf-16")
    with pytest.raises(InputError, match="or has a DOCTYPE"):
        read_surface(tmp_path / "a.vtp")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.vtp", VTP.replace('Points="4"', f'Points="{LARGEST_COUNT + 1}"')),
        ("a.vtp", VTP.replace('Polys="4"', 'Polys="1000000000000"')),
        ("a.vtp", VTP.replace('Points="4"', "Points = '9" + "9" * 40 + "'")),
        ("a.vtp", VTP.replace('Points="4"', 'Points="&#57;99999999999"')),
        ("a.vtp", VTP.replace('Points="4"', 'Points="-4"')),
        ("a.vtp", VTP.replace('Components="3"', 'Components="1000000"')),
        ("a.ply", PLY.replace("vertex 4", "vertex 99999999999")),
        ("a.ply", PLY.replace("face 4", "face 2000000000")),
    ],
)
def test_counts_that_no_mesh_has_are_refused_before_memory_is_asked_for(name: str, text: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=rf"{name} cannot be read, .* expected at most \d+, export it again"):
        read_surface(mesh(tmp_path, name, text))


@pytest.mark.parametrize("suffix", [".vtp", ".vtk", ".stl", ".ply", ".obj"])
def test_a_fifo_does_not_hang(suffix: str, pipe: Path) -> None:
    with pytest.raises(InputError):
        read_surface(pipe.rename(pipe.with_name(f"a{suffix}")))
