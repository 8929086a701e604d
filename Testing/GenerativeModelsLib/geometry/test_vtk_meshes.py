"""Conversion of surfaces to vtkPolyData and back."""

import numpy as np

from GenerativeModelsLib.geometry.vtk_meshes import from_polydata, to_polydata
from Testing.helpers.shapes import lump


def test_round_trip_keeps_points_triangles_and_arrays(rng):
    surface = lump(2)
    count = len(surface.points)
    surface = surface.with_data(a=rng.normal(size=count), b=np.arange(count), c=rng.normal(size=(count, 3)))
    again = from_polydata(to_polydata(surface))
    np.testing.assert_array_equal(again.points, surface.points)
    np.testing.assert_array_equal(again.triangles, surface.triangles)
    for name, values in surface.point_data.items():
        np.testing.assert_array_equal(again.point_data[name], values)


def test_single_precision_for_files():
    polydata = to_polydata(lump(1).with_data(a=np.zeros(42), b=np.ones(42, bool)), single_precision=True)
    assert polydata.GetPoints().GetData().GetDataTypeAsString() == "float"
    assert polydata.GetPointData().GetArray("a").GetDataTypeAsString() == "float"
    assert polydata.GetPointData().GetArray("b").GetDataTypeAsString() == "int"
