"""Scars of the wall by segment, from the endocardium outward."""

from __future__ import annotations

import numpy as np

from GenerativeModelsLib.errors import InputError, named
from GenerativeModelsLib.heart.measure.frame import HeartFrame
from GenerativeModelsLib.heart.shape.segments import aha_segments
from GenerativeModelsLib.synthesis.labels.grid import VoxelGrid
from GenerativeModelsLib.synthesis.labels.request import LabelsRequest
from GenerativeModelsLib.synthesis.labels.scar_request import parse_segments
from GenerativeModelsLib.synthesis.labels.whole_heart import LABELS

__all__ = ["asked_scar", "scarred", "transmurality_of", "wall_depth"]


def wall_depth(values: np.ndarray, grid: VoxelGrid, base: np.ndarray) -> np.ndarray:
    """(k, j, i) depth in the wall, 0 at the endocardium and 1 at the epicardium; NaN beyond the wall.

    d_inner / (d_inner - d_outer) of the signed distances in mm to cavity and epicardium, from which the Laplace
    potential of `geometry.laplace` starts; in thick slices its streamlines have no more to go by.

    Parameters
    ----------
    base
        (k, j, i) whether a voxel lies above the base plane, where the wall ends and has no epicardium.
    """
    from scipy.ndimage import distance_transform_edt

    wall = np.isin(values, [LABELS["myo"], LABELS["scar"]])
    cavity = values == LABELS["lv"]
    spacing = grid.spacing_mm[::-1]
    half = 0.5 * float(spacing.min())
    # Above the base the ventricle goes on as far as its distances are concerned.
    inner = distance_transform_edt(~cavity, sampling=spacing) - half
    outer = distance_transform_edt(wall | cavity | base, sampling=spacing) - half
    depth = np.full(values.shape, np.nan)
    depth[wall] = inner[wall] / np.maximum(inner[wall] + outer[wall], 1e-6)
    return depth


def scarred(
    values: np.ndarray,
    grid: VoxelGrid,
    frame: HeartFrame,
    length_mm: float,
    segments: tuple[int, ...],
    transmurality: float,
) -> np.ndarray:
    """Labels (k, j, i) with a scar in segments of the wall, in the inner share `transmurality` of its thickness.

    Parameters
    ----------
    frame
        The heart frame of the moment.
    length_mm
        Length of the cavity, which is divided into the rings of segments.
    """
    back = grid.to_lps[:3, :3]
    k, j, i = (np.arange(n) for n in values.shape)
    places = np.stack(np.meshgrid(k, j, i, indexing="ij")[::-1], axis=-1)
    points = frame.to_heart(places @ back.T + grid.to_lps[:3, 3])
    depth = wall_depth(values, grid, points[..., 2] > 0)
    wall = values == LABELS["myo"]
    number = np.zeros(values.shape, np.int64)
    number[wall] = aha_segments(points[wall], 0.0, -length_mm)
    changed = values.copy()
    chosen = np.isin(number, segments) & wall
    # Voxels nearest the endocardium are half a voxel off it: they are scar however small the share is.
    share = max(transmurality, depth[chosen].min(initial=1.0))
    changed[chosen & (depth <= share)] = LABELS["scar"]
    return changed


def transmurality_of(request: LabelsRequest) -> float:
    """Share of the wall that the scar of a request takes."""
    return 0.5 if request.transmurality is None else request.transmurality


def asked_scar(
    request: LabelsRequest, values: np.ndarray, grid: VoxelGrid, frame: HeartFrame, length_mm: float, *, required: bool
) -> np.ndarray:
    """Labels (k, j, i) with the scar of a request, unchanged without one; the other parameters as in `scarred`.

    Raises
    ------
    InputError
        The scar is `required`, and has no voxel.
    """
    if request.scar is None:
        return values
    segments = parse_segments(request.scar)
    changed = scarred(values, grid, frame, length_mm, segments, transmurality_of(request))
    if required and not (changed == LABELS["scar"]).any():
        raise InputError(f"{named('scar')} {request.scar} has no voxel of the wall on this grid: name more segments.")
    return changed
