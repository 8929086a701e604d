"""Canonical planes, the input of the skull networks: the border of the head, upright, in units of the head size."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from GenerativeModelsLib.skull.locate.border import Border
from GenerativeModelsLib.skull.locate.locator import HeadFinding
from GenerativeModelsLib.skull.locate.window import Window, normalise_grey

PROFILE = 64
"""Angles of a canonical border, equally spaced from the picture's right towards its down."""
CHANNELS = ("radius", "log_sd", "visible")
"""Values per angle: radius and log standard deviation of the border in units of s, probability that it is visible."""
PICTURE_SIZE, HALF_WIDTH = 64, 1.4
"""Pixels per side of a canonical picture, and half its side in units of the head size s = axial perimeter / 2 pi."""

STANDARD_AXES = {
    "axial": (np.array([1.0, 0.0, 0.0]), np.array([0.0, 1.0, 0.0])),
    "sagittal": (np.array([0.0, 1.0, 0.0]), np.array([0.0, 0.0, -1.0])),
    "coronal": (np.array([1.0, 0.0, 0.0]), np.array([0.0, 0.0, -1.0])),
}
"""Directions of the picture's right and down in the head frame, for a plane in its standard position."""


@dataclass(frozen=True)
class CanonicalPlane:
    """One plane as the network's input.

    Attributes
    ----------
    border : (3, PROFILE) float32, see `CHANNELS`.
    window : its window in the input picture; the centre is that of the ellipse fitted to the border.
    """

    border: np.ndarray
    window: Window


def canonical_plane(finding: HeadFinding, head_size_mm: float) -> CanonicalPlane:
    """Border of a located head in the standard orientation.

    `head_size_mm` is s for all planes of a case: the axial finding's `radius_mm`. The finding must have a border.
    """
    window = finding.canonical_window(HALF_WIDTH * head_size_mm)
    return CanonicalPlane(canonical_border(finding.border, window, head_size_mm), window)


def canonical_border(border: Border, window: Window, head_size_mm: float) -> np.ndarray:
    """(3, PROFILE) values of a border on rays from the centre of a window, by interpolation between its angles."""
    values = np.stack([np.zeros(len(border.sd)), np.log(border.sd_mm() / head_size_mm), border.visible])
    return profile(border.points_mm(), window, head_size_mm, values)


def profile(points_mm: np.ndarray, window: Window, head_size_mm: float, values: np.ndarray | None = None) -> np.ndarray:
    """Radius (PROFILE,) in units of s of a closed outline (K, 2) in mm of the picture, seen from a window's centre.

    With `values` (C, K) of the points, (C, PROFILE): these on the same rays, the first row replaced by the radius.
    """
    at = window.from_picture(points_mm) * window.half_width_mm
    angle, radius = np.arctan2(at[:, 1], at[:, 0]), np.hypot(*at.T) / head_size_mm
    order = np.argsort(angle)
    theta = np.arange(PROFILE) * (2 * np.pi / PROFILE)

    def on_rays(row: np.ndarray) -> np.ndarray:
        return np.interp(theta, angle[order], row[order], period=2 * np.pi)

    if values is None:
        return on_rays(radius)
    return np.stack([on_rays(radius), *(on_rays(row) for row in values[1:])]).astype(np.float32)


def canonical_picture(
    pixels: np.ndarray, spacing_mm: tuple[float, float], window: Window, hidden: np.ndarray | None = None
) -> np.ndarray:
    """(PICTURE_SIZE, PICTURE_SIZE) float32 grey values in [0, 1.25] of a picture in a window, 0 where it is hidden."""
    return window.resample(normalise_grey(pixels, hidden), spacing_mm, PICTURE_SIZE, hidden)[0]


def pose_vector(plane: str, origin: np.ndarray, right: np.ndarray, down: np.ndarray) -> np.ndarray:
    """(6,) pose of a canonical picture: shift of its centre in units of s, and rotation vector from the standard axes.

    `origin` is the centre of the picture in the head frame in units of s; `right` and `down` are its axes there.
    """
    from scipy.spatial.transform import Rotation

    now = np.stack([right, down, np.cross(right, down)], axis=1)
    standard = _standard_matrix(plane)
    return np.concatenate([origin, Rotation.from_matrix(now @ standard.T).as_rotvec()])


def pose_axes(plane: str, vector: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Inverse of `pose_vector`, of one or more poses (..., 6): origins in units of s, right, down, each (..., 3)."""
    from scipy.spatial.transform import Rotation

    vector = np.asarray(vector, float)
    turn = Rotation.from_rotvec(vector[..., 3:].reshape(-1, 3)).as_matrix().reshape(*vector.shape[:-1], 3, 3)
    now = turn @ _standard_matrix(plane)
    return vector[..., :3], now[..., 0], now[..., 1]


def _standard_matrix(plane: str) -> np.ndarray:
    right, down = STANDARD_AXES[plane]
    return np.stack([right, down, np.cross(right, down)], axis=1)
