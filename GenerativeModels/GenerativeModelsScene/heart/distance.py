"""How far the patient's surface lies from the model's."""

from __future__ import annotations

import numpy as np
import slicer

from GenerativeModelsLib.geometry.surface_queries import SurfaceQueries
from GenerativeModelsLib.geometry.surfaces import Surface
from GenerativeModelsLib.geometry.vtk_meshes import from_polydata
from GenerativeModelsScene.heart.colours import DISTANCE
from GenerativeModelsScene.nodes.models import set_array

__all__ = ["distance_to_model", "distances_of"]


def distance_to_model(patient: Surface, model: Surface) -> np.ndarray:
    """(N,) signed distances in mm of the patient's points to the model's surface of the same name.

    The endocardium is compared with the endocardium, the epicardium with the epicardium; positive where the patient
    lies outside, farther from the long axis.
    """
    found = np.full(len(patient.points), np.nan)
    sides, others = patient.point_data["surface"], model.point_data["surface"]
    for side in np.intersect1d(sides, others):
        here = sides == side
        found[here] = SurfaceQueries(model.subset(others == side)).signed_distances(patient.points[here])
    return found


def distances_of(patient: slicer.vtkMRMLModelNode, model: slicer.vtkMRMLModelNode) -> np.ndarray:
    """(N,) `distance_to_model` of two model nodes, kept as point array of the patient's."""
    surface = from_polydata(patient.GetPolyData())
    if DISTANCE not in surface.point_data:
        set_array(patient, DISTANCE, distance_to_model(surface, from_polydata(model.GetPolyData())))
        return distances_of(patient, model)
    return surface.point_data[DISTANCE]
