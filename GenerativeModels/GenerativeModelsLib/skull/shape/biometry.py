"""Head measurements from a surface or a signed distance in the head frame."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.geometry.grids import Grid, spline_matrix
from GenerativeModelsLib.geometry.sections import resample
from GenerativeModelsLib.geometry.surfaces import Surface
from GenerativeModelsLib.skull.shape.ellipse import Ellipse, fit_ellipse

__all__ = ["Biometry", "BiometryIntervals", "Interval", "measure", "measure_field"]

OUTLINE_POINTS = 256
SLICE_REFINEMENT = 3


@dataclass(frozen=True)
class Biometry:
    """Measurements of one head, outer to outer.

    An ellipse is fitted to the outer border of the skull in the axial plane z = 0 of the head frame. BPD is its minor
    and OFD its major axis, independent of their directions, also in a brachycephalic head, where the longer axis may be
    transverse.

    Attributes
    ----------
    bpd_mm, ofd_mm
        Minor and major axis.
    hc_mm
        Perimeter.
    cephalic_index_percent
        100 BPD / OFD.
    head_volume_ml
        Volume inside the outer skull surface.
    """

    bpd_mm: float
    ofd_mm: float
    hc_mm: float
    cephalic_index_percent: float
    head_volume_ml: float


@dataclass(frozen=True)
class Interval:
    """A measurement with its uncertainty.

    Attributes
    ----------
    value
        The measurement of the mean shape.
    sd
        Calibrated standard deviation of the draws (`calibration.BiometryCalibration`); None without draws.
    interval90
        value -+ 1.645 sd; None without draws.
    """

    value: float
    sd: float | None
    interval90: tuple[float, float] | None


@dataclass(frozen=True)
class BiometryIntervals:
    """Every measurement of `Biometry` with its interval."""

    bpd_mm: Interval
    ofd_mm: Interval
    hc_mm: Interval
    cephalic_index_percent: Interval
    head_volume_ml: Interval


def measure(surface: Surface) -> Biometry:
    """Measurements of a closed surface in the head frame (LPS mm).

    Raises
    ------
    InputError
        The plane z = 0 does not cut the surface.
    """
    lines = surface.section(np.zeros(3), np.array([0.0, 0.0, 1.0]))
    if not lines:
        raise InputError("The surface does not meet the axial plane z = 0; expected a head in its own frame.")
    return _biometry(_outline_ellipse(lines[0][:, :2]), surface.volume_mm3)


def measure_field(field: np.ndarray, grid: Grid) -> Biometry:
    """Measurements of the head {field < 0} without a mesh; fast, for draws.

    Parameters
    ----------
    field
        (z, y, x) signed distance in mm, negative inside, on `grid`; it must be exact within two voxels of the surface.
    grid
        Isotropic grid in the head frame that contains the head and the plane z = 0.

    Raises
    ------
    InputError
        There is no closed outline in the plane z = 0.
    """
    return _biometry(_outline_ellipse(axial_outline(field, grid)), field_volume_mm3(field, grid))


def axial_outline(field: np.ndarray, grid: Grid) -> np.ndarray:
    """The longest closed outline (K, 2), x and y in mm, of a signed distance (z, y, x) in the plane z = 0.

    The slice is refined by cubic splines before its zero level is traced.
    """
    from skimage.measure import find_contours

    plane = _slice_at_zero(np.asarray(field, float), grid)
    ny, nx = plane.shape
    fine = spline_matrix(ny, SLICE_REFINEMENT) @ plane @ spline_matrix(nx, SLICE_REFINEMENT).T
    lines = [line for line in find_contours(fine, 0.0) if np.array_equal(line[0], line[-1]) and len(line) > 6]
    if not lines:
        raise InputError("The head has no closed outline in the axial plane z = 0 of the grid.")
    line = max(lines, key=len)[:-1]
    step = np.array(grid.spacing_mm[:2]) / SLICE_REFINEMENT
    return np.array(grid.origin_mm[:2]) + line[:, ::-1] * step


def field_volume_mm3(field: np.ndarray, grid: Grid) -> float:
    """Volume in mm^3 where a signed distance (z, y, x) in mm is negative, with sub-voxel accuracy.

    The step at the surface is replaced by a ramp of half width e. On a curved surface this adds a term in e^2, which is
    eliminated by extrapolation from the widths e and 2 e.
    """
    width = max(grid.spacing_mm)
    narrow, wide = (np.clip(0.5 - np.asarray(field) / (2 * e), 0.0, 1.0).sum(dtype=float) for e in (width, 2 * width))
    return float((4 * narrow - wide) / 3 * grid.voxel_mm3)


def _slice_at_zero(field: np.ndarray, grid: Grid) -> np.ndarray:
    """(y, x) field in the plane z = 0 by cubic (Lagrange) interpolation of the four slices about it."""
    at = -grid.origin_mm[2] / grid.spacing_mm[2]
    count = grid.shape_zyx[0]
    if not 0 <= at <= count - 1 or count < 4:
        raise InputError(f"The grid does not hold the plane z = 0: it starts at z = {grid.origin_mm[2]:.1f} mm.")
    first = int(np.clip(np.floor(at) - 1, 0, count - 4))
    t, nodes = at - first, range(4)
    weights = [np.prod([(t - j) / (i - j) for j in nodes if j != i]) for i in nodes]
    return np.tensordot(weights, field[first : first + 4], axes=1)


def _outline_ellipse(line: np.ndarray) -> Ellipse:
    """The ellipse fitted to a closed outline (K, 2), resampled to equal arc length."""
    return fit_ellipse(resample(line, OUTLINE_POINTS))


def _biometry(ellipse: Ellipse, volume_mm3: float) -> Biometry:
    return Biometry(
        bpd_mm=2 * ellipse.semi_minor,
        ofd_mm=2 * ellipse.semi_major,
        hc_mm=ellipse.perimeter,
        cephalic_index_percent=100 * ellipse.semi_minor / ellipse.semi_major,
        head_volume_ml=volume_mm3 / 1000,
    )
