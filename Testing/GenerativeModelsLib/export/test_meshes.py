"""Meshes for other programs: the surface of the case, with its colours where the format has any."""

from __future__ import annotations

import numpy as np
import pytest

from GenerativeModelsLib.geometry.surface_files import read_surface


@pytest.mark.parametrize("suffix", [".stl", ".ply"])
def test_the_surface_is_that_of_the_case(skull, suffix: str) -> None:
    own, found = read_surface(skull.folder / "skull.vtp"), read_surface(skull.export(f"skull{suffix}"))
    assert len(found.triangles) == len(own.triangles)
    np.testing.assert_allclose(found.points.max(0), own.points.max(0), atol=1e-3)


def test_gltf_is_in_metres_with_superior_up_and_coloured(skull) -> None:
    from vtkmodules.vtkIOGeometry import vtkGLTFReader

    reader = vtkGLTFReader()
    reader.SetFileName(str(skull.export("skull.glb")))
    reader.Update()
    block = reader.GetOutput()
    while block.IsA("vtkMultiBlockDataSet"):
        block = block.GetBlock(0)
    own = read_surface(skull.folder / "skull.vtp")
    low, high = np.array(block.GetBounds()).reshape(3, 2).T
    sides = (own.points.max(0) - own.points.min(0)) / 1000
    np.testing.assert_allclose(high - low, sides[[0, 2, 1]], rtol=1e-3)
    colours = block.GetPointData().GetArray("COLOR_0")
    assert colours is not None and len({colours.GetTuple(k) for k in range(0, 2000, 100)}) > 3
