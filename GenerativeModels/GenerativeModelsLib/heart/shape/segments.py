"""The 17 segments of the left ventricle (Cerqueira et al., Circulation 2002;105:539-542) in the heart frame.

The heart frame is right-handed, in mm: z runs from the apex to the base along the long axis, x from the cavity's axis
to the middle of the septum, where the right ventricle is, and y to the front (anterior). Seen from the apex, along +z,
the septum is on the left and the anterior wall on top.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.geometry.metrics import weighted_quantile
from GenerativeModelsLib.language import N_

__all__ = ["SEGMENTS", "SEGMENT_NAMES", "SegmentValues", "aha_segments", "segment_means"]

SEGMENT_NAMES = (
    *(N_("basal anterior"), N_("basal anteroseptal"), N_("basal inferoseptal")),
    *(N_("basal inferior"), N_("basal inferolateral"), N_("basal anterolateral")),
    *(N_("mid anterior"), N_("mid anteroseptal"), N_("mid inferoseptal")),
    *(N_("mid inferior"), N_("mid inferolateral"), N_("mid anterolateral")),
    *(N_("apical anterior"), N_("apical septal"), N_("apical inferior"), N_("apical lateral")),
    N_("apex"),
)
"""Names of the segments 1 to 17."""
SEGMENTS = len(SEGMENT_NAMES)

_RING = np.array([2, 1, 6, 5, 4, 3])
"""Basal segments by sectors of 60 degrees from +x towards +y; those of the middle ring are 6 more."""
_APICAL = np.array([14, 13, 16, 15])
"""Apical segments by sectors of 90 degrees, the first centred on +x."""


@dataclass(frozen=True, eq=False)
class SegmentValues:
    """Figures (17,) of a quantity over the segments 1 to 17; NaN for segments without a value.

    Attributes
    ----------
    mean, percentile95
        Weighted by area.
    maximum
        Largest value at a point; sensitive to noise.
    """

    mean: np.ndarray
    maximum: np.ndarray
    percentile95: np.ndarray


def aha_segments(points: np.ndarray, base_z: float, apex_z: float) -> np.ndarray:
    """Segment (N,) of `points` (N, 3) in the heart frame: 1 to 17, or 0 above the base.

    The rings are thirds of the way from the base plane at `base_z` to the endocardial apex at `apex_z` (mm along the
    long axis); beyond that apex is segment 17, which only the epicardium has. Points on a border belong to the ring
    nearer to the apex and to the sector that follows in the direction from x to y.

    Raises
    ------
    InputError
        The base is not above the apex.
    ValueError
        `points` has another shape.
    """
    points = np.asarray(points, float)
    if points.ndim != 2 or points.shape[1] != 3:
        raise ValueError(f"points has shape {points.shape}, expected (N, 3).")
    if not base_z > apex_z:
        raise InputError(
            f"The base lies at z = {base_z:g} mm and the apex at {apex_z:g} mm; in the heart frame z runs from the "
            "apex up to the base."
        )
    depth = (base_z - points[:, 2]) / (base_z - apex_z)
    angle = np.degrees(np.arctan2(points[:, 1], points[:, 0])) % 360.0
    sixth = _RING[(angle // 60).astype(int) % 6]
    quarter = _APICAL[((angle + 45) // 90).astype(int) % 4]
    slack = 1e-9  # tolerance for rounding errors of points on the base or the apex
    rings = [depth < -slack, depth < 1 / 3, depth < 2 / 3, depth <= 1 + slack]
    return np.select(rings, [0, sixth, sixth + 6, quarter], 17).astype(np.int64)


def segment_means(values: np.ndarray, segments: np.ndarray, areas: np.ndarray) -> SegmentValues:
    """Mean, maximum and 95th percentile of `values` (N,) over each segment; NaN values and segment 0 are left out.

    Parameters
    ----------
    segments
        (N,) 0 to 17, from `aha_segments`.
    areas
        (N,) mm^2 that each value stands for, such as `Surface.vertex_areas`.

    Raises
    ------
    ValueError
        The lengths differ.
    """
    values, segments, areas = np.asarray(values, float), np.asarray(segments), np.asarray(areas, float)
    if not values.shape == segments.shape == areas.shape:
        raise ValueError(
            f"values, segments and areas have shapes {values.shape}, {segments.shape} and {areas.shape}; "
            "expected one of each per point."
        )
    found = np.full((3, SEGMENTS), np.nan)
    for segment in range(1, SEGMENTS + 1):
        here = (segments == segment) & np.isfinite(values) & (areas > 0)
        if here.any():
            v, a = values[here], areas[here]
            found[:, segment - 1] = np.average(v, weights=a), v.max(), weighted_quantile(v, a, 0.95)
    return SegmentValues(*found)
