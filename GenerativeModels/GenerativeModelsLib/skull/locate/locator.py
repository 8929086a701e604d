"""Localisation of the head in a picture: ellipse, orientation and confidence from the maps of the locator network."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.ndimage import binary_dilation, label

from GenerativeModelsLib.skull.locate.window import Window, normalise_grey, whole_picture
from GenerativeModelsLib.skull.shape.ellipse import Ellipse

if TYPE_CHECKING:
    from GenerativeModelsLib.models.locator import HeadLocatorNet

LOCATOR_SIZE = 160
"""Pixels per side of the whole-picture window; the maps have half as many."""

PLANES = ("axial", "sagittal", "coronal")


@dataclass(frozen=True)
class HeadFinding:
    """Result of the locator on a picture.

    Attributes
    ----------
    plane : axial, sagittal or coronal.
    window : the whole-picture window of the maps.
    mask : (N/2, N/2) probability of lying inside the head section.
    ellipse : ellipse with the area moments of the mask; centre and half axes in mm of the picture, angle from +u to +v.
    anterior : (2,) unit vector (u, v) of the picture towards the forehead; None for a coronal plane.
    superior : (2,) towards the vertex; None for an axial plane.
    presence : probability that the picture shows a fetal head.
    agreement : Dice of the mask and its ellipse, low for an irregular outline.
    facing : certainty of the orientation, 0 (a guess) to 1.
    """

    plane: str
    window: Window
    mask: np.ndarray
    ellipse: Ellipse
    anterior: np.ndarray | None
    superior: np.ndarray | None
    presence: float
    agreement: float
    facing: float

    @property
    def radius_mm(self) -> float:
        """Perimeter of the ellipse over 2 pi; in the axial plane this is the head size."""
        return self.ellipse.perimeter / (2 * np.pi)

    def turned(self) -> HeadFinding:
        """The same head in the opposite orientation: forehead and occiput, or vertex and base (coronal), exchanged."""
        if self.plane == "coronal":
            return replace(self, superior=-self.superior)
        return replace(self, anterior=-self.anterior)

    def canonical_window(self, half_width_mm: float) -> Window:
        """The window with the standard orientation of the plane: forehead up (axial) or left (sagittal), vertex up.

        A sagittal picture that faces right is mirrored. In the other planes left and right cannot be distinguished; the
        picture is assumed to be seen from the feet (axial) or from the front (coronal), with the patient's left on the
        right.
        """
        if self.plane == "sagittal":
            right, down = -self.anterior, -self.superior
        else:
            down = -(self.anterior if self.plane == "axial" else self.superior)
            right = np.array([down[1], -down[0]])
        return Window(np.asarray(self.ellipse.centre, float), right, down, half_width_mm)


def read_maps(plane: str, window: Window, mask, first, second, presence: float) -> HeadFinding | None:
    """A `HeadFinding` from probability maps (N, N), or None if the mask is empty.

    The centre and half axes come from the mask's first and second moments (an ellipse of half axis a has variance a^2/4
    along it). The direction towards a half comes from the difference d of the two halves' centroids: for a cut through
    the centre with normal n, d is parallel to C n, with C the covariance.
    """
    size = mask.shape[0]
    solid = mask > 0.5
    pieces, count = label(solid)
    if count == 0:
        return None
    largest = pieces == 1 + np.argmax(np.bincount(pieces.ravel())[1:])
    if largest.sum() < 30:
        return None
    weight = np.where(binary_dilation(largest, iterations=3), mask, 0.0).astype(float)
    uv = window.to_picture(window.pixel_centres(size)).reshape(-1, 2)
    w = weight.ravel()
    area = w.sum()
    centre = w @ uv / area
    offset = uv - centre
    covariance = (offset * w[:, None]).T @ offset / area
    values, vectors = np.linalg.eigh(covariance)
    semi_minor, semi_major = 2 * np.sqrt(np.maximum(values, 1e-9))
    pixel_area = (2 * window.half_width_mm / size) ** 2
    scale = np.sqrt(area * pixel_area / (np.pi * semi_major * semi_minor))
    major = vectors[:, 1]
    ellipse = Ellipse(centre, semi_major * scale, semi_minor * scale, float(np.arctan2(major[1], major[0]) % np.pi))

    def towards(half: np.ndarray) -> tuple[np.ndarray, float]:
        p = half.ravel()
        one, other = (
            (w * p) @ offset / max((w * p).sum(), 1e-6),
            (w * (1 - p)) @ offset / max((w * (1 - p)).sum(), 1e-6),
        )
        normal = np.linalg.solve(covariance + 1e-9 * np.eye(2), one - other)
        certainty = float((w * np.abs(2 * p - 1)).sum() / area)
        return normal / max(np.linalg.norm(normal), 1e-12), certainty

    direction, certainty = towards(first)
    anterior = superior = None
    if plane == "axial":
        anterior = _snap_to_axis(direction, major, semi_major / semi_minor)
    elif plane == "coronal":
        superior = direction
    else:
        up, certainty_up = towards(second)
        anterior, superior = _orthogonal_pair(certainty**2 * direction, certainty_up**2 * up)
        certainty = min(certainty, certainty_up)
    inside = _inside_ellipse(uv, ellipse)
    agreement = 2 * float((w * inside).sum()) / float(area + inside.sum())
    return HeadFinding(plane, window, weight, ellipse, anterior, superior, float(presence), agreement, certainty)


def _snap_to_axis(direction: np.ndarray, major: np.ndarray, ratio: float) -> np.ndarray:
    """The facing direction blended with the long axis; the weight rises from 0 at axis ratio 1.0 to 1 at 1.15."""
    axis = major if direction @ major >= 0 else -major
    share = np.clip((ratio - 1.0) / 0.15, 0.0, 1.0)
    mixed = share * axis + (1 - share) * direction
    return mixed / np.linalg.norm(mixed)


def _orthogonal_pair(anterior: np.ndarray, superior: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The orthogonal pair of unit vectors nearest to the given vectors, weighted by their lengths."""
    left, _, right = np.linalg.svd(np.stack([anterior, superior]))
    pair = left @ right
    return pair[0], pair[1]


def _inside_ellipse(uv: np.ndarray, ellipse: Ellipse) -> np.ndarray:
    c, s = np.cos(ellipse.angle_rad), np.sin(ellipse.angle_rad)
    x, y = (uv - np.asarray(ellipse.centre)).T
    along, across = (c * x + s * y) / ellipse.semi_major, (c * y - s * x) / ellipse.semi_minor
    return along**2 + across**2 <= 1


def locate(
    net: HeadLocatorNet, pixels: np.ndarray, spacing_mm: tuple[float, float], plane: str, device: str = "cpu"
) -> HeadFinding | None:
    """Locate the head in one picture (rows, columns) of spacing (row, column) mm; None if there is none."""
    import torch

    window = whole_picture(pixels.shape, spacing_mm)
    image, inside = window.resample(normalise_grey(pixels), spacing_mm, LOCATOR_SIZE)
    with torch.inference_mode():
        tensors = (torch.from_numpy(a)[None].to(device) for a in (image, inside))
        out = net(*tensors, torch.tensor([PLANES.index(plane)], device=device))
        maps = [torch.sigmoid(m)[0].cpu().numpy() for m in (out.mask, out.first_half, out.second_half)]
        presence = float(torch.sigmoid(out.presence)[0])
    return read_maps(plane, window, *maps, presence)
