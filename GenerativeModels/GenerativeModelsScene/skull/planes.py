"""Image nodes as planes: pixels, true spacing and place in the world, or one sentence why not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from GenerativeModelsLib.anatomy.fields import window_words
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.skull.corrections import parse_length
from GenerativeModelsLib.skull.planes.drawn_in import ruler_offers
from GenerativeModelsLib.skull.planes.grey import grey_pixels
from GenerativeModelsLib.skull.planes.image import MIN_SIDE_PX
from GenerativeModelsLib.skull.planes.ruler import find_rulers
from GenerativeModelsLib.skull.planes.spacing import FIELD_OF_VIEW_RANGE_MM, MAX_ANISOTROPY, SPACING_RANGE_MM
from GenerativeModelsLib.skull.request import PLANES, SkullRequest
from GenerativeModelsScene.nodes.files import is_picture_stack, picture_file
from GenerativeModelsScene.nodes.geometry import PlaneGeometry, plane_geometry
from GenerativeModelsScene.skull.corrections import corrections_of, set_correction
from GenerativeModelsScene.skull.spacing import NodeSpacing, give_spacing, node_spacing, reset_spacing

__all__ = [
    "NodeSpacing",
    "PlaneInput",
    "geometry_of",
    "plane_from_node",
    "reset_spacing",
    "ruler_offer",
    "selection_problem",
    "set_known_length",
    "set_spacing",
    "spacing_of",
]


@dataclass(frozen=True)
class PlaneInput:
    """One ultrasound plane taken out of a scene; later changes of the scene do not touch it.

    Attributes
    ----------
    name
        "axial", "sagittal" or "coronal".
    label
        Name of the node.
    pixels
        (rows, columns) grey or (rows, columns, 3 or 4) colour, numbers and type as the node has them.
    spacing_mm
        Distance of neighbouring (rows, columns) in the world, mm.
    spacing_source
        "file" when it came with the data, "user" when it was given, "length" when a known length made it.
    to_ras
        (4, 4): (u, v, w, 1) in mm -> RAS world, parent transforms included. u = column * column spacing to the right,
        v = row * row spacing downwards, w = u x v, so it is a proper rigid motion for mirrored images too.
    positioned
        The node's geometry says where the image lies; False for the default that a picture file is given.
    corrections
        Corrections by kind, as texts, see `skull.corrections`.
    """

    name: str
    label: str
    pixels: np.ndarray
    spacing_mm: tuple[float, float]
    spacing_source: Literal["file", "user", "length"]
    to_ras: np.ndarray
    positioned: bool
    corrections: Mapping[str, str] = field(default_factory=dict)


def geometry_of(node, name: str = "chosen") -> PlaneGeometry:
    """Place of the pixels of an image node; raises `InputError` as `plane_from_node`, but for the spacing."""
    return _checked_geometry(node, name)


def plane_from_node(node, name: str) -> PlaneInput:
    """The plane in a one-slice volume node; any of its three axes may be the one with one sample.

    Parameters
    ----------
    node
        A scalar volume, or a vector volume with RGB(A) pixels, of a scene.
    name
        "axial", "sagittal" or "coronal".

    Raises
    ------
    InputError
        No node, one deleted from its scene, no image in it, a 3D volume, vectors that are no colours, parent transforms
        that are not linear, shear or scale unevenly, a spacing that is unknown or that no ultrasound image has.
    """
    geometry = _checked_geometry(node, name)
    spacing = _known_spacing(node, name, geometry)
    pixels = _pixels(node, geometry)
    given = spacing.spacing_mm, spacing.source
    corrections = corrections_of(node)
    return PlaneInput(name, node.GetName(), pixels, *given, geometry.to_ras, geometry.positioned, corrections)


def spacing_of(node, name: str = "chosen") -> NodeSpacing:
    """Spacing of an image node in the world, and whether anybody measured it.

    "unknown" is a spacing of exactly 1 x 1 mm in a picture, in a file that need not state any, or in a node without a
    file, and the print size of a picture's pixels (a resolution tag), which Slicer's readers take for a spacing.

    Raises
    ------
    InputError
        As `plane_from_node`, but for the spacing.
    """
    return node_spacing(node, _checked_geometry(node, name))


def set_spacing(node, spacing_mm: tuple[float, float]) -> None:
    """Write the (row, column) spacing in mm into an image node and mark it as the user's; `reset_spacing` undoes it.

    Slicer's own views and rulers become right with it. The centre of pixel (0, 0) stays where it is.

    Raises
    ------
    InputError
        The node is no plane, or the numbers are none an ultrasound image can have.
    """
    give_spacing(node, _checked_geometry(node, "chosen"), spacing_mm)


def ruler_offer(node, plane: str) -> str:
    """What a ruler drawn into an image says about its spacing, as the end of a sentence.

    "" without one, and for a node that is no plane.
    """
    try:
        pixels = grey_pixels(_pixels(node, _checked_geometry(node, plane)), plane).pixels
    except InputError:
        return ""
    offers = ruler_offers(find_rulers(pixels), pixels.shape, plane)
    return InputError(offers).in_words(window_words(SkullRequest))


def set_known_length(node, text: str) -> None:
    """Keep a known length with an image node; a node without a spacing of its own, or given, gets that of the length.

    An empty text takes the length away, and the spacing that it made. Where there is a spacing, it stays: it is refused
    later if the two contradict each other.

    Raises
    ------
    InputError
        The text cannot be used, or makes a spacing that no ultrasound image has; the node keeps what it had.
    """
    source, before = spacing_of(node).source, corrections_of(node).get("length", "")
    set_correction(node, "length", text)
    if source == "length" and not text.strip():
        reset_spacing(node)
    elif source in ("length", "unknown") and text.strip():
        side = parse_length(text).spacing_mm
        try:
            set_spacing(node, (side, side))
        except InputError:
            set_correction(node, "length", before)
            raise


def selection_problem(nodes: Mapping[str, object]) -> str | None:
    """The one sentence why these nodes, by plane, None where none is chosen, cannot be reconstructed; None if they can.

    Looks at no pixel, so that it may be asked at each change of the scene.
    """
    chosen = {name: nodes.get(name) for name in PLANES}
    try:
        for name, node in chosen.items():
            if node is None and name != PLANES[0]:
                continue
            geometry = _checked_geometry(node, name)
            other = next(other for other, same in chosen.items() if same is node)
            if other != name:
                raise InputError(
                    f"'{node.GetName()}' is chosen as {other} and as {name} image: each plane is an image of its own."
                )
            _known_spacing(node, name, geometry)
    except InputError as problem:
        return str(problem)
    return None


def _checked_geometry(node, name: str) -> PlaneGeometry:
    image = _image(node, name)
    called = f"The {name} image '{node.GetName()}'"
    sizes = image.GetDimensions()
    if sum(size > 1 for size in sizes) > 2 and is_picture_stack(node):
        raise InputError(
            f"{called} is a stack of {max(sizes[2], 2)} pictures, since their names differ in a number alone: load the "
            "picture again and tick Single File in the dialog Add Data (under Show Options)."
        )
    if sum(size > 1 for size in sizes) > 2:
        raise InputError(
            f"{called} is a 3D volume of {sizes[0]} x {sizes[1]} x {sizes[2]} voxels: show the plane in a slice view "
            f"and take the {name} image from there."
        )
    channels = image.GetNumberOfScalarComponents()
    if channels not in (1, 3, 4) and not (channels == 2 and picture_file(node)):
        raise InputError(
            f"{called} holds {channels} numbers a pixel: expected grey levels or RGB, convert it in the module Vector "
            f"to Scalar Volume."
        )
    geometry = plane_geometry(node, sizes, called)
    if min(geometry.size) < MIN_SIDE_PX:
        raise InputError(
            f"{called} has {geometry.size[0]} x {geometry.size[1]} pixels: expected at least {MIN_SIDE_PX} a side."
        )
    return geometry


def _image(node, name: str):
    """The vtkImageData with the pixels of `node`."""
    if node is None:
        needed = "the plane of the head circumference" if name == PLANES[0] else "an image volume"
        raise InputError(f"No {name} image is chosen: choose {needed}.")
    if not hasattr(node, "GetScene"):
        raise InputError(f"The {name} image is a {type(node).__name__}: expected a volume node of the scene.")
    called = f"The {name} image '{node.GetName()}'"
    if node.GetScene() is None:
        raise InputError(f"{called} is no longer in the scene: load it again or choose another.")
    if not node.IsA("vtkMRMLVolumeNode"):
        raise InputError(f"{called} is a {node.GetNodeTagName()}: expected an image volume.")
    image = node.GetImageData()
    if image is None or min(image.GetDimensions()) < 1 or image.GetPointData().GetScalars() is None:
        raise InputError(f"{called} is empty, it has no pixels: load it again or choose another.")
    return image


def _known_spacing(node, name: str, geometry: PlaneGeometry) -> NodeSpacing:
    called = f"The {name} image '{node.GetName()}'"
    spacing = node_spacing(node, geometry)
    row, column = spacing.spacing_mm
    text = f"{row:.4g} x {column:.4g} mm"
    if spacing.source == "unknown":
        raise InputError(f"{called} came without a pixel spacing ({text} is a stand-in): give its spacing in mm.")
    low, high = SPACING_RANGE_MM
    if min(row, column) < low or max(row, column) > min(high, MAX_ANISOTROPY * min(row, column)):
        raise InputError(
            f"{called} has a pixel spacing of {text}: expected {low:g} to {high:g} mm, the two no more than "
            f"{MAX_ANISOTROPY:g} times apart, give the true one in mm."
        )
    low, high = FIELD_OF_VIEW_RANGE_MM
    height, width = geometry.size[0] * row, geometry.size[1] * column
    if min(height, width) < low or max(height, width) > high:
        raise InputError(
            f"{called} would show {height:.4g} x {width:.4g} mm at a pixel spacing of {text}, and an ultrasound image "
            f"measures {low:g} to {high:g} mm a side: give the true spacing in mm."
        )
    return spacing


def _pixels(node, geometry: PlaneGeometry) -> np.ndarray:
    """Copy of the pixels; of grey with alpha, as picture files may have it, the grey."""
    from vtkmodules.util.numpy_support import vtk_to_numpy

    image = node.GetImageData()
    # vtkImageData counts i fastest, so the axes longer than one come out as (higher, lower) = (rows, columns).
    values = vtk_to_numpy(image.GetPointData().GetScalars()).reshape(*geometry.size, -1)
    return np.array(values[..., 0] if values.shape[2] < 3 else values)
