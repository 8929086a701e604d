"""Conversion of paths, arrays and SimpleITK images to the image sources of a request."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from GenerativeModelsLib.errors import InputError, named
from GenerativeModelsLib.image_files.given import GivenImage, Source

if TYPE_CHECKING:
    import numpy as np

__all__ = ["label_map_source", "picture_source"]


def picture_source(value: Any, field: str) -> Source:
    """The image source of a picture.

    Parameters
    ----------
    value
        A path; an array (rows, columns) or (rows, columns, 3 or 4), whose spacing is given elsewhere; or a SimpleITK
        image of one slice. The image's spacing is used unless it is 1 x 1 mm, SimpleITK's default for images without
        one.
    field
        Field of the request, for messages.

    Raises
    ------
    InputError
        It is none of these.
    """
    if isinstance(value, (str, Path)):
        return Path(value)
    if _is_simpleitk(value):
        import SimpleITK as sitk

        pixels = sitk.GetArrayFromImage(value)
        sizes, spacing = value.GetSize(), value.GetSpacing()
        across, down = _long_axes(sizes, field)
        given = (spacing[down], spacing[across])
        colours = pixels.shape[len(sizes) :]
        pixels = pixels.reshape(sizes[down], sizes[across], *colours)
        return GivenImage(pixels, _called(field, "image"), None if given == (1.0, 1.0) else given)
    return GivenImage(_array(value, field, "an array (rows, columns)"), _called(field, "array"))


def label_map_source(
    value: Any, field: str, affine: np.ndarray | Sequence[Sequence[float]] | None = None, dimensions: int = 3
) -> Source:
    """The image source of a label map.

    Parameters
    ----------
    value
        A path, a SimpleITK image, or an array (x, y, z), or (x, y, z, time) of four dimensions.
    field
        Field of the request, for messages.
    affine
        (4, 4) matrix of an array: index (x, y, z, 1) -> RAS mm, as in nibabel.
    dimensions
        Dimensions of an image, 3 or 4.

    Raises
    ------
    InputError
        It is none of these, or an array without an affine.
    """
    import numpy as np

    if isinstance(value, (str, Path)):
        return Path(value)
    if _is_simpleitk(value):
        import SimpleITK as sitk

        found = value.GetDimension()
        if found != dimensions:
            raise InputError(f"{named(field)} is an image of {found} dimensions: give a {dimensions}D label map.")
        axes = np.array(value.GetDirection()).reshape(found, found)[:3, :3]
        to_lps = np.eye(4)
        to_lps[:3, :3] = axes * np.array(value.GetSpacing())[:3]
        to_lps[:3, 3] = value.GetOrigin()[:3]
        return GivenImage(sitk.GetArrayFromImage(value), _called(field, "image"), to_lps=to_lps)
    voxels = _array(value, field, "an array (x, y, z) with its affine")
    if affine is None or np.shape(affine) != (4, 4):
        raise InputError(
            f"{named(field)} is an array without a place in space: give affine, a 4 x 4 matrix from its indices to RAS "
            "millimetres.",
            field=field,
        )
    to_lps = np.diag([-1.0, -1.0, 1.0, 1.0]) @ np.asarray(affine, float)
    return GivenImage(np.ascontiguousarray(voxels.T), _called(field, "array"), to_lps=to_lps)


def _called(field: str, kind: str) -> str:
    return f"given as {field} ({kind})"


def _array(value: Any, field: str, kinds: str) -> np.ndarray:
    import numpy as np

    array = np.asarray(value) if hasattr(value, "__array__") else None
    if array is None or array.dtype.kind not in "biuf":
        raise InputError(
            f"{named(field)} is a {type(value).__name__}: give a path, {kinds} of numbers, or a SimpleITK image."
        )
    return array


def _is_simpleitk(value: Any) -> bool:
    return hasattr(value, "GetSpacing") and hasattr(value, "GetNumberOfComponentsPerPixel")


def _long_axes(sizes: Sequence[int], field: str) -> tuple[int, int]:
    """The column and row axes of an image of one slice."""
    long = [axis for axis, size in enumerate(sizes) if size > 1]
    if len(long) != 2:
        shown = " x ".join(map(str, sizes))
        raise InputError(f"{named(field)} is an image of {shown} pixels: give one slice.")
    return long[0], long[1]
