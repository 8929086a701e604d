"""Ventricles measured in another heart frame: tilted and shifted axes, a lower base plane.

Real frames are estimated separately at end diastole and end systole; the population has the same variation.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from GenerativeModelsLib.heart.shape.ray_batch import RayBatch
from GenerativeModelsLib.heart.shape.ventricle import (
    AZIMUTHS,
    FAN,
    LEVELS,
    REACH_SHARE,
    ROWS,
    ray_directions,
    ray_origins,
)

__all__ = ["FrameChange", "centre_line", "estimated_frames", "reframed"]


@dataclass(frozen=True, eq=False)
class FrameChange:
    """New frames (N,) relative to old frames.

    Attributes
    ----------
    axes : (N, 3, 3) rows x, y, z.
    origin_mm : (N, 3); z <= 0 lowers the base.
    longer : (N,) ratio of the depth of the deepest point near the axis to that of the axis' end, at least 1.
    """

    axes: np.ndarray
    origin_mm: np.ndarray
    longer: np.ndarray


def estimated_frames(rng: np.random.Generator, batch: RayBatch) -> FrameChange:
    """Frames as estimated from label maps of shapes (N,): the axis through the centres of the cavity's sections.

    The standard deviations about that axis are 1.5 degrees of tilt, 0.5 mm of shift and 10 degrees of septal angle; one
    in three is tilted by 4 degrees more, as in manually planned stacks. Base planes are up to 14 % lower.
    """
    count = len(batch.reach_mm)
    length = batch.reach_mm / REACH_SHARE
    slope, middle = centre_line(batch)
    tilt = rng.normal(0, np.radians(1.5), (count, 2))
    tilt += np.where(rng.random((count, 1)) < 1 / 3, rng.normal(0, np.radians(4.0), (count, 2)), 0)
    turn = np.radians(rng.normal(0, 10.0, count))
    z = np.concatenate([slope + tilt, np.ones((count, 1))], 1)
    z /= np.linalg.norm(z, axis=1, keepdims=True)
    x = np.stack([np.cos(turn), np.sin(turn), np.zeros(count)], 1)
    x -= (x * z).sum(1, keepdims=True) * z
    x /= np.linalg.norm(x, axis=1, keepdims=True)
    # The tilted plane must stay below the old base everywhere, since there is no wall above it.
    down = 32.0 * np.linalg.norm(z[:, :2], axis=1) + length * np.abs(rng.normal(0, 0.05, count)).clip(0, 0.14)
    # Rotation about the middle of the cavity keeps the apex near the axis.
    origin = middle + rng.normal(0, 0.5, (count, 2)) + (z[:, :2] / z[:, 2:]) * (0.5 * length - down)[:, None]
    longer = 1 + np.abs(rng.normal(0.015, 0.018, count))
    return FrameChange(np.stack([x, np.cross(z, x), z], 1), np.concatenate([origin, -down[:, None]], 1), longer)


def centre_line(batch: RayBatch) -> tuple[np.ndarray, np.ndarray]:
    """The line through the centres of the cavities' sections: slope d(x, y) / dz and (x, y) half-way, (N, 2)."""
    radii = batch.endo_mm
    direction, height = ray_directions(), ray_origins()
    flat = np.hypot(direction[..., 0], direction[..., 1])
    fan = (np.arange(ROWS) >= LEVELS)[:, None]
    # Sectors of a level have weight r^2 and centroid 2/3 r; cones of the fan have weight r^3 cos and centroid 3/4 r.
    weight = np.where(
        fan, radii**3 * flat / 3 * (np.pi / 2 / FAN), radii**2 / 2 * batch.reach_mm[:, None, None] / LEVELS
    )
    centre = np.where(fan, 0.75, 2 / 3) * radii
    share = weight.sum(-1)
    points = np.einsum("nrp,rpk->nrk", weight * centre, direction) / share[..., None]
    points[..., 2] -= batch.reach_mm[:, None] * height
    share = np.sqrt(share)
    total = share.sum(1)[:, None]
    mean = np.einsum("nr,nrk->nk", share, points) / total
    offset = points - mean[:, None]
    slope = np.einsum("nr,nrk,nr->nk", share, offset[..., :2], offset[..., 2])
    slope /= np.einsum("nr,nr->n", share, offset[..., 2] ** 2)[:, None]
    half = -0.5 * batch.reach_mm / REACH_SHARE
    return slope, mean[:, :2] + slope * (half - mean[:, 2])[:, None]


def reframed(batch: RayBatch, frames: FrameChange) -> RayBatch:
    """Shapes (N,) measured again along the rays of the new frames."""
    length = _length(batch, frames)
    reach = REACH_SHARE * length * frames.longer
    endo = _meet(batch, batch.endo_mm, frames, reach)
    epi = _meet(batch, batch.epi_mm, frames, reach)
    endo[:, -1] = endo[:, -1].mean(-1, keepdims=True)
    epi[:, -1] = epi[:, -1].mean(-1, keepdims=True)
    return RayBatch(reach, endo, np.maximum(epi, endo + 0.5), batch.present)


def radius_towards(radii: np.ndarray, reach: np.ndarray, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Distance from the axis or fan centre of points (N, ..., 3), and that of the surface in their direction."""
    shape = (len(radii),) + (1,) * (points.ndim - 2)
    reach = reach.reshape(shape)
    flat = np.hypot(points[..., 0], points[..., 1])
    below = -points[..., 2] - reach
    row = np.where(
        below < 0,
        np.clip(-points[..., 2] / reach, 0, 1) * (LEVELS - 1),
        LEVELS - 1 + np.arctan2(below, flat) / (np.pi / 2) * FAN,
    )
    column = (np.arctan2(points[..., 1], points[..., 0]) / (2 * np.pi) * AZIMUTHS) % AZIMUTHS
    distance = np.where(below < 0, flat, np.hypot(flat, below))
    r0 = np.minimum(row.astype(int), ROWS - 2)
    c0 = column.astype(int) % AZIMUTHS
    c1 = (c0 + 1) % AZIMUTHS
    n = np.arange(len(radii)).reshape(shape)
    fr, fc = row - r0, column - np.floor(column)
    top = radii[n, r0, c0] * (1 - fc) + radii[n, r0, c1] * fc
    low = radii[n, r0 + 1, c0] * (1 - fc) + radii[n, r0 + 1, c1] * fc
    return distance, top * (1 - fr) + low * fr


def _length(batch: RayBatch, frames: FrameChange) -> np.ndarray:
    """Length of the cavities along the new axes from the new bases."""
    low, high = np.full(len(batch.reach_mm), 10.0), np.full(len(batch.reach_mm), 200.0)
    for _ in range(18):
        middle = (low + high) / 2
        points = frames.origin_mm - middle[:, None] * frames.axes[:, 2]
        distance, surface = radius_towards(batch.endo_mm, batch.reach_mm, points[:, None])
        inside = (distance < surface)[:, 0]
        low, high = np.where(inside, middle, low), np.where(inside, high, middle)
    return low


def _meet(batch: RayBatch, radii: np.ndarray, frames: FrameChange, reach: np.ndarray) -> np.ndarray:
    start = -reach[:, None] * ray_origins()
    origin = frames.origin_mm[:, None] + start[..., None] * frames.axes[:, None, 2]
    direction = np.einsum("rpk,nkd->nrpd", ray_directions(), frames.axes)
    low, high = np.zeros((len(radii), ROWS, AZIMUTHS)), np.full((len(radii), ROWS, AZIMUTHS), 90.0)
    for _ in range(13):
        middle = (low + high) / 2
        distance, surface = radius_towards(radii, batch.reach_mm, origin[:, :, None] + middle[..., None] * direction)
        inside = distance < surface
        low, high = np.where(inside, middle, low), np.where(inside, high, middle)
    return np.maximum((low + high) / 2, 0.5)
