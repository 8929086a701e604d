"""Where the pixels of a volume node lie in the world: RAS millimetres with the parent transforms in it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.skull.planes.stored import plane_axes
from GenerativeModelsScene.nodes.files import picture_file

CUT_ATTRIBUTE = "GenerativeModels.Cut"
"""Node attribute: the plane as which this volume was cut from another one."""
TOLERANCE = 1e-3
"""Relative error of lengths and angles that a matrix may have picked up in files with few digits."""

RIGID = 1e-6
"""The same for a scale: below a micrometre over an image, so a rotation written with few digits."""


@dataclass(frozen=True)
class PlaneGeometry:
    """Size and place of a one-slice volume.

    Attributes
    ----------
    size
        Number of (rows, columns).
    axes
        Index axes (0 = i, 1 = j, 2 = k) along which (the columns, the rows) are counted.
    spacing_mm
        Distance of neighbouring (rows, columns) in the world, mm.
    scale
        World millimetres for one millimetre of the node's own; 1.0 exactly unless a parent transform scales.
    to_ras
        (4, 4): (u, v, w, 1) in mm -> RAS world; u right along a row, v down a column, w = u x v; origin at the centre
        of pixel (0, 0).
    positioned
        Its geometry says where it lies, and is not what readers make up for a file without any.
    """

    size: tuple[int, int]
    axes: tuple[int, int]
    spacing_mm: tuple[float, float]
    scale: float
    to_ras: np.ndarray
    positioned: bool


def matrix_array(matrix) -> np.ndarray:
    """A vtkMatrix4x4 as array (4, 4)."""
    return np.array([[matrix.GetElement(row, column) for column in range(4)] for row in range(4)])


def vtk_matrix(array: np.ndarray):
    """An array (4, 4) as vtkMatrix4x4."""
    from vtkmodules.vtkCommonMath import vtkMatrix4x4

    matrix = vtkMatrix4x4()
    matrix.DeepCopy(np.asarray(array, float).ravel())
    return matrix


def ijk_to_ras(node) -> np.ndarray:
    """(4, 4): voxel index (i, j, k, 1) -> the node's own RAS, without its parent transforms."""
    matrix = vtk_matrix(np.eye(4))
    node.GetIJKToRASMatrix(matrix)
    return matrix_array(matrix)


def parent_to_world(node, called: str) -> np.ndarray:
    """(4, 4): the node's own RAS -> RAS world; the identity without a parent transform.

    Raises
    ------
    InputError
        A transform above the node is not linear, or flattens space; `called` begins the sentence.
    """
    transform = node.GetParentTransformNode()
    if transform is None:
        return np.eye(4)
    remedy = "harden it or take the node out of it (module Transforms)"
    matrix = vtk_matrix(np.eye(4))
    if not transform.IsTransformToWorldLinear() or not transform.GetMatrixTransformToWorld(matrix):
        raise InputError(f"{called} is under the non-linear transform '{transform.GetName()}': {remedy}.")
    world = matrix_array(matrix)
    if not np.all(np.isfinite(world)) or np.linalg.det(world[:3, :3]) == 0:
        raise InputError(f"{called} is under the transform '{transform.GetName()}', which flattens space: {remedy}.")
    return world


def plane_geometry(node, sizes: tuple[int, int, int], called: str) -> PlaneGeometry:
    """Place of the one slice of `sizes` (i, j, k) that `node` holds.

    The lower of the two axes longer than one counts the columns, the higher one the rows, as `skull.planes` has it: a
    slice along k has i to the right and j down.

    Raises
    ------
    InputError
        Parent transforms that shear, scale unevenly or are not linear; pixels without size or not at right angles.
    """
    column, row = plane_axes(called, sizes)
    own, parent = ijk_to_ras(node), parent_to_world(node, called)
    scale = _uniform_scale(parent, called, node)
    world = parent @ own
    sides = [float(node.GetSpacing()[axis]) * scale for axis in (row, column)]
    u, v = world[:3, column], world[:3, row]
    if not all(np.isfinite(side) and side > 0 for side in sides) or not np.all(np.isfinite(world)):
        raise InputError(f"{called} has a pixel spacing of {sides[0]:g} x {sides[1]:g} mm: give the true one in mm.")
    u, v = u / np.linalg.norm(u), v / np.linalg.norm(v)
    if not abs(u @ v) < TOLERANCE:
        raise InputError(f"{called} has rows and columns that are not at right angles: resample it on a straight grid.")
    v = v - (u @ v) * u
    v /= np.linalg.norm(v)
    to_ras = np.eye(4)
    to_ras[:3] = np.stack([u, v, np.cross(u, v), world[:3, 3]], axis=1)
    moved = bool(node.GetAttribute(CUT_ATTRIBUTE)) or not np.allclose(parent, np.eye(4))
    placed = moved or not _made_up(own, sizes, picture_file(node) is not None)
    return PlaneGeometry((sizes[row], sizes[column]), (column, row), (sides[0], sides[1]), scale, to_ras, placed)


def require_right_angles(to_world: np.ndarray, called: str) -> None:
    """Raise InputError unless the axes of `to_world` (4, 4), voxel index -> mm, have a length and right angles."""
    lengths = np.linalg.norm(to_world[:3, :3], axis=0)
    if not np.all(np.isfinite(to_world)) or not np.all(lengths > 0):
        raise InputError(f"{called} has voxels without a size: correct its spacing (module Volumes).")
    axes = to_world[:3, :3] / lengths
    if np.abs(axes.T @ axes - np.eye(3)).max() > TOLERANCE:
        raise InputError(
            f"{called} has axes that are not at right angles, through its own grid or a transform that shears: "
            "resample it on a straight grid, or take it out of the transform (module Transforms)."
        )


def _uniform_scale(parent: np.ndarray, called: str, node) -> float:
    """By how much a transform (4, 4) enlarges, 1.0 exactly for a rigid one, so that a spacing keeps its last bit."""
    linear = parent[:3, :3]
    scale = abs(np.linalg.det(linear)) ** (1 / 3)
    if np.abs(linear.T @ linear / scale**2 - np.eye(3)).max() > TOLERANCE:
        raise InputError(
            f"{called} is under the transform '{node.GetParentTransformNode().GetName()}', which shears it or scales "
            f"its sides differently: harden it or take the node out of it (module Transforms)."
        )
    return 1.0 if abs(scale - 1) < RIGID else float(scale)


def _made_up(own: np.ndarray, sizes: tuple[int, int, int], picture: bool) -> bool:
    """Whether `own` (4, 4) has the axes of RAS or LPS from the origin, or about it as Slicer centres a picture."""
    sides = np.diag(own)[:3]
    straight = np.allclose(own[:3, :3], np.diag(sides)) and tuple(np.sign(sides)) in {(1, 1, 1), (-1, -1, 1)}
    middle = sides * (np.array(sizes) - 1) / 2 + own[:3, 3]
    return straight and (np.allclose(own[:3, 3], 0) or (picture and bool(np.all(np.abs(middle) <= np.abs(sides)))))
