"""Label maps of hearts of known shape: rings on pixels of any spacing, stacks and cines of them, and apical views."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from GenerativeModelsLib.segmentation.maps import CODES, LabelMaps
from GenerativeModelsLib.segmentation.plane import Plane

__all__ = [
    "PIXEL_MM",
    "apical",
    "both_walled",
    "cine",
    "disc",
    "ellipse",
    "maps_of",
    "plane_of",
    "ring",
    "stack",
    "write_maps",
]

PIXEL_MM = np.array([1.2, 1.6])
"""Row and column of the phantoms: not square."""
LV, MYO, RV, LA = (CODES[name] for name in ("lv", "myo", "rv", "la"))
SHAPE = (90, 80)
MIDDLE = (54.0, 70.0)
"""mm (row, column) of the ventricle."""


def ellipse(
    semi_mm: tuple[float, float], at: tuple[float, float] = MIDDLE, pixel_mm=PIXEL_MM, shape=SHAPE, degrees: float = 0.0
) -> np.ndarray:
    """Mask of an ellipse; semi-axes and middle in mm (row, column), turned by `degrees`."""
    rows, columns = np.indices(shape)
    y, x = rows * pixel_mm[0] - at[0], columns * pixel_mm[1] - at[1]
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return ((c * y + s * x) / semi_mm[0]) ** 2 + ((-s * y + c * x) / semi_mm[1]) ** 2 <= 1


def disc(radius_mm: float, at: tuple[float, float] = MIDDLE, pixel_mm=PIXEL_MM, shape=SHAPE) -> np.ndarray:
    """Mask of a disc."""
    return ellipse((radius_mm, radius_mm), at, pixel_mm, shape)


def ring(
    inner_mm: float = 22.0, outer_mm: float = 31.0, at: tuple[float, float] = MIDDLE, *, right: bool = True
) -> np.ndarray:
    """(rows, columns) labels of a left ventricle with a right one beside it, towards lower columns."""
    values = np.zeros(SHAPE, np.uint8)
    if right:
        values[ellipse((26.0, 20.0), (at[0], at[1] - outer_mm - 4))] = RV
    values[disc(outer_mm, at)] = MYO
    values[disc(inner_mm, at)] = LV
    return values


def both_walled() -> np.ndarray:
    """(rows, columns) labels of a heart whose myocardium is labelled around both ventricles."""
    values = np.zeros(SHAPE, np.uint8)
    values[ellipse((32.0, 50.0), (MIDDLE[0], MIDDLE[1] - 20))] = MYO
    values[ellipse((24.0, 16.0), (MIDDLE[0], MIDDLE[1] - 45))] = RV
    values[disc(20.0, (MIDDLE[0], MIDDLE[1] + 2))] = LV
    return values


def plane_of(values: np.ndarray, role: str = "mid", pixel_mm=PIXEL_MM, **options) -> Plane:
    """The labels as a plane."""
    return Plane(values, pixel_mm, role, **options)


def maps_of(
    values: np.ndarray, pixel_mm=PIXEL_MM, slice_mm: float = 8.0, frame_s: float | None = 0.04, structures=None
) -> LabelMaps:
    """Labels (frames, slices, rows, columns) or (slices, rows, columns) as label maps in LPS."""
    values = values if values.ndim == 4 else values[None]
    to_lps = np.diag([pixel_mm[1], pixel_mm[0], slice_mm, 1.0])
    to_lps[:3, 3] = (10.0, -20.0, 30.0)
    names = structures or [name for name, code in CODES.items() if (values == code).any()]
    return LabelMaps(
        values, to_lps, frame_s if len(values) > 1 else None, {name: CODES[name] for name in names}, "phantom"
    )


def stack(scale: float = 1.0, slices: int = 8) -> np.ndarray:
    """(slices, rows, columns) of a ventricle from base (first) to apex, its cavity scaled in radius."""
    outer = np.linspace(33, 17, slices)
    return np.stack([ring(o - 9 - (1 - scale) * (o - 9), o, right=k < slices - 2) for k, o in enumerate(outer)])


def cine(frames: int = 10, slices: int = 6) -> np.ndarray:
    """(frames, slices, rows, columns) of a beat: the cavity's radius shrinks to 0.7 and back."""
    scales = 0.85 + 0.15 * np.cos(2 * np.pi * np.arange(frames) / frames)
    return np.stack([stack(scale, slices) for scale in scales])


def apical(
    length_mm: float = 80.0, width_mm: float = 44.0, wall_mm: float = 9.0, *, atrium: bool = True, degrees: float = 0.0
) -> np.ndarray:
    """(140, 130) labels at 1 mm: half an ellipse, its apex up, on a wall, with an atrium below, turned as a whole."""
    from scipy.ndimage import rotate

    shape, base, middle = (140, 130), 100.0, 65.0
    pixel = np.ones(2)
    above = np.arange(shape[0])[:, None] < base
    values = np.zeros(shape, np.uint8)
    outer = ellipse((length_mm + wall_mm, width_mm / 2 + wall_mm), (base, middle), pixel, shape)
    inner = ellipse((length_mm, width_mm / 2), (base, middle), pixel, shape)
    values[outer & above] = MYO
    values[inner & above] = LV
    if atrium:
        values[ellipse((30.0, width_mm / 2), (base, middle), pixel, shape) & ~above] = LA
    return rotate(values, degrees, reshape=False, order=0) if degrees else values


def write_maps(path: Path, maps: LabelMaps, values: dict[str, int] | None = None, axes: str = "xyz") -> Path:
    """Write label maps as a file; `values` of the structures (ACDC), `axes` in which the slices may lie otherwise."""
    import SimpleITK as sitk

    own = values or {"lv": 3, "myo": 2, "rv": 1, "la": 4}
    table = np.zeros(256, np.uint8)
    for name, value in own.items():
        table[CODES[name]] = value
    stacks = []
    for frame in table[maps.values]:
        image = sitk.GetImageFromArray(frame)
        image.SetSpacing((float(maps.pixel_mm[1]), float(maps.pixel_mm[0]), maps.slice_mm))
        image.SetOrigin(maps.to_lps[:3, 3].tolist())
        stacks.append(sitk.PermuteAxes(image, ["xyz".index(axis) for axis in axes]))
    image = stacks[0] if len(stacks) == 1 else sitk.JoinSeries(stacks, 0.0, maps.frame_s or 0.0)
    sitk.WriteImage(image, str(path))
    return path
