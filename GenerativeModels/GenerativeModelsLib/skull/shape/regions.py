"""Regions of the skull surface that are known to different degrees: vault, face and base."""

from __future__ import annotations

import numpy as np

REGIONS = ("vault", "face", "base")
"""Names of the regions, in the order of their numbers."""
VAULT, FACE, BASE = range(3)
VAULT_FLOOR, FACE_FRONT = -0.35, -0.25
"""Lowest height z of the vault, and y of the rearmost point of the face, in head sizes from the centre of the axial
ellipse. The own definition: what standard planes show, the anterior fossa with the orbits, and the rest of the base."""


def regions(points_mm: np.ndarray, head_size_mm: float) -> np.ndarray:
    """Number (N,) of the region, `VAULT`, `FACE` or `BASE`, of each point.

    Parameters
    ----------
    points_mm
        (N, 3) in the head frame (LPS, z = 0 the axial plane, origin the centre of its ellipse).
    head_size_mm
        HC / 2 pi.
    """
    points = np.asarray(points_mm, float) / head_size_mm
    below = np.where(points[..., 1] < FACE_FRONT, FACE, BASE)
    return np.where(points[..., 2] >= VAULT_FLOOR, VAULT, below)


BLEND = 0.08
"""Width, in head sizes, over which `region_shares` passes from one region to the next."""


def region_shares(points_mm: np.ndarray, head_size_mm: float) -> np.ndarray:
    """Smooth membership (..., 3) of the regions, which sums to 1; 0.5 each at a border between two."""
    points = np.asarray(points_mm, float) / head_size_mm
    vault = _rise((points[..., 2] - VAULT_FLOOR) / BLEND)
    front = _rise((FACE_FRONT - points[..., 1]) / BLEND)
    return np.stack([vault, (1 - vault) * front, (1 - vault) * (1 - front)], axis=-1)


def _rise(t: np.ndarray) -> np.ndarray:
    return 0.5 * (1 + np.tanh(t))
