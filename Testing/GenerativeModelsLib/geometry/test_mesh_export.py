"""STL, PLY and GLB: the same surface comes back, in the units and axes of each format."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import numpy as np
import pytest

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.geometry.mesh_export import EXPORT_SUFFIXES, export_mesh
from GenerativeModelsLib.geometry.surface_files import read_surface
from GenerativeModelsLib.geometry.surfaces import Surface

POINTS = np.array([[0, 0, 0], [10, 0, 0], [0, 20, 0], [0, 0, 30]], float)
SOLID = Surface(POINTS, np.array([[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]]))
COLOURS = np.array([[255, 0, 0], [0, 255, 0], [0, 0, 255], [10, 20, 30]], np.uint8)


def volume_of(points: np.ndarray, triangles: np.ndarray) -> float:
    a, b, c = points[triangles].transpose(1, 0, 2)
    return float(np.einsum("ij,ij->i", a, np.cross(b, c)).sum() / 6)


def glb(path: Path) -> tuple[dict, dict[str, np.ndarray]]:
    """The document of a GLB file, and the arrays of its one mesh by attribute, with "indices"."""
    content = path.read_bytes()
    length = struct.unpack("<I", content[12:16])[0]
    document = json.loads(content[20 : 20 + length])
    blob = content[28 + length :]
    kinds = {5126: "<f4", 5125: "<u4", 5123: "<u2", 5121: "u1"}
    sizes = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4}

    def array(number: int) -> np.ndarray:
        accessor = document["accessors"][number]
        view = document["bufferViews"][accessor["bufferView"]]
        start = view.get("byteOffset", 0) + accessor.get("byteOffset", 0)
        count = accessor["count"] * sizes[accessor["type"]]
        values = np.frombuffer(blob, kinds[accessor["componentType"]], count, start)
        return values.reshape(accessor["count"], -1)

    (primitive,) = document["meshes"][0]["primitives"]
    arrays = {name: array(number) for name, number in primitive["attributes"].items()}
    return document, {**arrays, "indices": array(primitive["indices"])}


@pytest.mark.parametrize("suffix", [".stl", ".ply"])
def test_the_surface_comes_back(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"solid{suffix}"
    export_mesh(SOLID, path)
    found = read_surface(path)
    assert sorted(map(tuple, found.points)) == sorted(map(tuple, POINTS))
    assert volume_of(found.points, found.triangles) == pytest.approx(1000)
    assert b"SPACE=LPS" in path.read_bytes()[:200]
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]


def test_a_ply_has_the_colours_of_its_points(tmp_path: Path) -> None:
    export_mesh(SOLID, tmp_path / "solid.ply", COLOURS)
    head, _, body = (tmp_path / "solid.ply").read_bytes().partition(b"end_header\n")
    assert b"property uchar red" in head
    vertices = np.frombuffer(body, np.dtype([("at", "<f4", 3), ("colour", "u1", 3)]), 4)
    np.testing.assert_array_equal(vertices["at"], POINTS)
    np.testing.assert_array_equal(vertices["colour"], COLOURS)


def test_a_glb_is_in_metres_with_superior_up_and_faces_outward(tmp_path: Path) -> None:
    export_mesh(SOLID, tmp_path / "solid.glb", COLOURS)
    document, arrays = glb(tmp_path / "solid.glb")
    assert document["asset"]["version"] == "2.0"
    node = next(node for node in document["nodes"] if "mesh" in node)
    matrix = np.array(node.get("matrix", np.eye(4).ravel())).reshape(4, 4).T
    points = arrays["POSITION"] @ matrix[:3, :3].T + matrix[:3, 3]
    np.testing.assert_allclose(points, POINTS[:, [0, 2, 1]] * (0.001, 0.001, -0.001), atol=1e-9)
    triangles = arrays["indices"].reshape(-1, 3).astype(int)
    assert volume_of(points, triangles) == pytest.approx(1e-6)
    centre = points.mean(axis=0)
    assert (np.einsum("ij,ij->i", arrays["NORMAL"], points - centre) > 0).all()
    np.testing.assert_allclose(arrays["COLOR_0"] * 255, COLOURS, atol=1e-4)
    assert all(view.get("byteOffset", 0) % 4 == 0 for view in document["bufferViews"])


def test_a_glb_is_read_by_another_program(tmp_path: Path) -> None:
    from vtkmodules.vtkIOGeometry import vtkGLTFReader

    export_mesh(SOLID, tmp_path / "solid.glb", COLOURS)
    reader = vtkGLTFReader()
    reader.SetFileName(str(tmp_path / "solid.glb"))
    reader.Update()
    assert reader.GetErrorCode() == 0 and reader.GetOutput().GetNumberOfPoints() == len(POINTS)


def test_what_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"solid\.obj ends in '\.obj': give one of \.stl, \.ply, \.glb"):
        export_mesh(SOLID, tmp_path / "solid.obj")
    for suffix in EXPORT_SUFFIXES:
        with pytest.raises(InputError, match="cannot be written"):
            export_mesh(SOLID, tmp_path / "absent" / f"solid{suffix}")
    with pytest.raises(ValueError, match=r"expected \(4, 3\) uint8"):
        export_mesh(SOLID, tmp_path / "solid.ply", COLOURS[:2])
    assert not any(tmp_path.iterdir())
