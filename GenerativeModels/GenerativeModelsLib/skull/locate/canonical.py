"""Canonical planes, the input of the skull networks: cropped around the head, upright, in units of the head size."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from GenerativeModelsLib.skull.locate.locator import HeadFinding
from GenerativeModelsLib.skull.locate.window import Window, normalise_grey

PICTURE_SIZE = 112
"""Pixels per side of a canonical picture."""
HALF_WIDTH = 1.6
"""Half the side of a canonical picture in units of the head size s = axial perimeter / 2 pi."""
SCALARS = 6

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
    picture : (2, PICTURE_SIZE, PICTURE_SIZE) float32: grey values in [0, 1.25], the locator's head mask in [0, 1].
    scalars : (SCALARS,) float32: log of size / s, log axis ratio, orientation of the ellipse (cos, sin of twice its
        angle, weighted by the elongation), agreement, certainty of facing.
    window : its window in the input picture.
    """

    picture: np.ndarray
    scalars: np.ndarray
    window: Window


def canonical_plane(
    pixels: np.ndarray, spacing_mm: tuple[float, float], finding: HeadFinding, head_size_mm: float
) -> CanonicalPlane:
    """Crop a plane around its head. `head_size_mm` is s for all planes of a case: the axial finding's `radius_mm`."""
    window = finding.canonical_window(HALF_WIDTH * head_size_mm)
    grey, _ = window.resample(normalise_grey(pixels), spacing_mm, PICTURE_SIZE)
    coarse = finding.window
    step = 2 * coarse.half_width_mm / finding.mask.shape[0]
    shifted = Window(
        window.centre_mm - coarse.to_picture(coarse.pixel_centres(finding.mask.shape[0])[0, 0]),
        window.right,
        window.down,
        window.half_width_mm,
    )
    mask, _ = shifted.resample(finding.mask, (step, step), PICTURE_SIZE)
    ellipse = finding.ellipse
    major = np.array([np.cos(ellipse.angle_rad), np.sin(ellipse.angle_rad)])
    angle = np.arctan2(major @ window.down, major @ window.right)
    ratio = ellipse.semi_major / ellipse.semi_minor
    size = np.sqrt(ellipse.semi_major * ellipse.semi_minor) / head_size_mm
    scalars = [np.log(size), np.log(ratio), (ratio - 1) * np.cos(2 * angle), (ratio - 1) * np.sin(2 * angle)]
    scalars += [finding.agreement - 0.95, finding.facing - 0.8]
    return CanonicalPlane(np.stack([grey, mask]), np.asarray(scalars, np.float32), window)


def pose_vector(plane: str, origin: np.ndarray, right: np.ndarray, down: np.ndarray) -> np.ndarray:
    """(6,) pose of a canonical picture: shift of its centre in units of s, and rotation vector from the standard axes.

    `origin` is the centre of the picture in the head frame in units of s; `right` and `down` are its axes there.
    """
    from scipy.spatial.transform import Rotation

    now = np.stack([right, down, np.cross(right, down)], axis=1)
    standard = _standard_matrix(plane)
    return np.concatenate([origin, Rotation.from_matrix(now @ standard.T).as_rotvec()])


def pose_axes(plane: str, vector: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Inverse of `pose_vector`: origin in units of s, right, down."""
    from scipy.spatial.transform import Rotation

    now = Rotation.from_rotvec(vector[3:]).as_matrix() @ _standard_matrix(plane)
    return np.asarray(vector[:3], float), now[:, 0], now[:, 1]


def _standard_matrix(plane: str) -> np.ndarray:
    right, down = STANDARD_AXES[plane]
    return np.stack([right, down, np.cross(right, down)], axis=1)
