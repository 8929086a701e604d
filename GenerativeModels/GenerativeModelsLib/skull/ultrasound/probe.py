"""Geometry of the scanned field: beams of a curved or linear probe and their positions in the image."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from GenerativeModelsLib.skull.ultrasound.domain import Domain


@dataclass(frozen=True)
class Scan:
    """The scanned field in pixels of the image.

    Attributes
    ----------
    rows, columns
        (D, B) float32 pixel position of sample d of beam b.
    beams
        (B, 2) unit vectors (right, down) of the beams.
    step_px
        Distance of neighbouring samples along a beam.
    lookup
        (2, H, W) float32 position (d, b) of every pixel, for scan conversion.
    seen
        (H, W) bool, pixels within the scanned field.
    curved, apex, steer, limits
        Kind of probe, its apex (column, row), rotation in radians, and (near, far, left, right) in depth and angle
        (radians) or, if not curved, column.
    """

    rows: np.ndarray
    columns: np.ndarray
    beams: np.ndarray
    step_px: float
    lookup: np.ndarray
    seen: np.ndarray
    curved: bool
    apex: tuple[float, float]
    steer: float
    limits: tuple[float, float, float, float]

    def covers(self, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        """Whether pixel positions (N,) lie within the image and the scanned field."""
        height, width = self.seen.shape
        r = np.clip(np.round(rows).astype(int), 0, height - 1)
        c = np.clip(np.round(columns).astype(int), 0, width - 1)
        return (rows >= -0.5) & (rows <= height - 0.5) & (columns >= -0.5) & (columns <= width - 0.5) & self.seen[r, c]


def choose_scan(size: tuple[int, int], domain: Domain, outline: np.ndarray) -> Scan:
    """The field of `domain` in an image of `size` (H, W), wide enough for most of `outline` (N, 2) column, row."""
    height, width = size
    low, high = outline.min(axis=0), outline.max(axis=0)
    centre, half_width = 0.5 * (low + high), 0.5 * (high[0] - low[0])
    curved = domain.probe != "linear"
    column, row = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    if not curved:
        half = min(max(half_width * domain.coverage, 0.42 * width), 2.0 * width)
        apex, steer = (float(centre[0]), 0.0), 0.0
        depth, across = row, column - apex[0]
        limits = (max(0.0, domain.arc_top) * height, domain.arc_bottom * height, -half, half)
    else:
        apex = (float(0.5 * width + 0.5 * (centre[0] - 0.5 * width)), -domain.apex_above * height)
        steer = float(np.radians(domain.steer_degrees))
        below = centre[1] - apex[1]
        half_angle = float(np.clip(np.arctan(half_width * domain.coverage / below), 0.35, 0.85))
        if domain.probe == "full":
            half_angle = 1.5
        dx, dy = column - np.float32(apex[0]), row - np.float32(apex[1])
        depth = np.sqrt(dx * dx + dy * dy)
        across = np.arctan2(dx, dy) - np.float32(steer)
        near = 0.0 if domain.probe == "full" else (domain.apex_above + domain.arc_top) * height
        limits = (near, (domain.apex_above + domain.arc_bottom) * height, -half_angle, half_angle)
    seen = (depth >= limits[0]) & (depth <= limits[1]) & (np.abs(across) <= limits[3])
    d, a = depth[seen], across[seen]
    limits = (float(d.min()), float(d.max()), float(a.min()), float(a.max()))
    count_depth = int(np.clip(1.15 * (limits[1] - limits[0]), 64, 760))
    arc = (limits[3] - limits[2]) * (0.5 * (limits[0] + limits[1]) if curved else 1.0)
    count_beams = int(np.clip(0.75 * arc, 64, 700))
    step = (limits[1] - limits[0]) / (count_depth - 1)
    turn = (limits[3] - limits[2]) / (count_beams - 1)
    depths = np.linspace(limits[0], limits[1], count_depth, dtype=np.float32)[:, None]
    angles = np.linspace(limits[2], limits[3], count_beams, dtype=np.float32)
    if curved:
        beams = np.stack([np.sin(angles + steer), np.cos(angles + steer)], axis=-1)
        columns, rows = apex[0] + depths * beams[:, 0], apex[1] + depths * beams[:, 1]
    else:
        beams = np.tile(np.array([[0.0, 1.0]], np.float32), (count_beams, 1))
        columns, rows = np.broadcast_to(apex[0] + angles, (count_depth, count_beams)), depths + 0 * angles
    lookup = np.stack([(depth - limits[0]) / step, (across - limits[2]) / turn])
    lookup[:, ~seen] = -9.0
    return Scan(
        rows.astype(np.float32), columns.astype(np.float32), beams, step, lookup, seen, curved, apex, steer, limits
    )
