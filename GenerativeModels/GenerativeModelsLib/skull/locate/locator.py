"""Localisation of the head in a picture: ellipse, orientation and confidence from the maps of the locator network."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.ndimage import binary_dilation, label

from GenerativeModelsLib.skull.locate.border import Border
from GenerativeModelsLib.skull.locate.window import Window, normalise_grey, whole_picture
from GenerativeModelsLib.skull.shape.ellipse import Ellipse

if TYPE_CHECKING:
    from GenerativeModelsLib.models.locator import HeadLocatorNet

LOCATOR_SIZE = 160
"""Pixels per side of the whole-picture window; the maps have half as many."""

PLANES = ("axial", "sagittal", "coronal")
DOUBTFUL_MASK, GOOD_MASK = 0.88, 0.93
"""Agreement of mask and ellipse below which parts of the picture are looked at, and least agreement and presence with
which what is found there takes its place."""
CLOSER = (0.7, 0.5)
"""Sizes of these parts over that of the picture."""


@dataclass(frozen=True)
class HeadFinding:
    """Result of the locator on a picture.

    Attributes
    ----------
    plane : axial, sagittal or coronal.
    window : the window of the maps, the whole picture or, after a closer look, a part of it.
    mask : (N/2, N/2) probability of lying inside the head section.
    ellipse : ellipse with the area moments of the mask; centre and half axes in mm of the picture, angle from +u to +v.
    anterior : (2,) unit vector (u, v) of the picture towards the forehead; None for a coronal plane.
    superior : (2,) towards the vertex; None for an axial plane.
    presence : probability that the picture shows a fetal head.
    agreement : Dice of the mask and its ellipse, low for an irregular outline.
    facing : certainty of the orientation, 0 (a guess) to 1.
    border : border of the section read in the picture; None until `with_border`, which also replaces the ellipse.
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
    border: Border | None = None

    @property
    def radius_mm(self) -> float:
        """Perimeter of the ellipse over 2 pi; in the axial plane this is the head size."""
        return self.ellipse.perimeter / (2 * np.pi)

    @property
    def faces(self) -> np.ndarray:
        """(2,) unit vector (u, v) towards the forehead, in a coronal plane towards the vertex."""
        return self.superior if self.plane == "coronal" else self.anterior

    def turned(self) -> HeadFinding:
        """The same head in the opposite orientation: forehead and occiput, or vertex and base (coronal), exchanged."""
        if self.plane == "coronal":
            return replace(self, superior=-self.superior)
        return replace(self, anterior=-self.anterior)

    def with_border(self, border: Border) -> HeadFinding:
        """The finding with the ellipse fitted to a border; an axial head is turned to its axis."""
        ellipse = border.ellipse()
        anterior = self.anterior
        if self.plane == "axial":
            major = np.array([np.cos(ellipse.angle_rad), np.sin(ellipse.angle_rad)])
            anterior = _snap_to_axis(anterior, major, ellipse.semi_major / ellipse.semi_minor)
        return replace(self, ellipse=ellipse, anterior=anterior, border=border)

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
    net: HeadLocatorNet,
    pixels: np.ndarray,
    spacing_mm: tuple[float, float],
    plane: str,
    device: str = "cpu",
    hidden: np.ndarray | None = None,
) -> HeadFinding | None:
    """Locate the head in one picture (rows, columns) of spacing (row, column) mm; None if there is none.

    Pixels in `hidden` (rows, columns) bool are not looked at.

    A mask that is no ellipse may join the head to a trunk or a sac beside it. Then parts of the picture are looked at
    as well, and the most elliptical mask that lies within its part takes its place, if there is a good one.
    """
    grey, whole = normalise_grey(pixels, hidden), whole_picture(pixels.shape, spacing_mm)

    def look(window: Window) -> HeadFinding | None:
        return _look(net, grey, spacing_mm, plane, window, device, hidden)

    found = look(whole)
    if found is None or found.agreement >= DOUBTFUL_MASK:
        return found
    parts = [look(window) for window in closer_windows(whole)]
    whole_heads = [p for p in parts if p is not None and _within_window(p)]
    best = max(whole_heads, key=lambda p: p.agreement * p.presence, default=found)
    return best if best.agreement >= GOOD_MASK and best.presence >= GOOD_MASK else found


def closer_windows(whole: Window) -> list[Window]:
    """Nine windows, in three rows, for each zoom of `CLOSER`, which together cover the window `whole`."""
    return [
        Window(
            whole.centre_mm + (1 - zoom) * whole.half_width_mm * np.array([across, along]),
            whole.right,
            whole.down,
            zoom * whole.half_width_mm,
        )
        for zoom in CLOSER
        for along in (-1, 0, 1)
        for across in (-1, 0, 1)
    ]


def _within_window(finding: HeadFinding) -> bool:
    return bool(np.abs(finding.window.from_picture(finding.ellipse.points(60))).max() < 1)


def _look(
    net: HeadLocatorNet,
    grey: np.ndarray,
    spacing_mm: tuple[float, float],
    plane: str,
    window: Window,
    device: str,
    hidden: np.ndarray | None = None,
) -> HeadFinding | None:
    """The head in a window of a picture with normalised grey values."""
    import torch

    image, inside = window.resample(grey, spacing_mm, LOCATOR_SIZE, hidden)
    with torch.inference_mode():
        tensors = (torch.from_numpy(a)[None].to(device) for a in (image, inside))
        out = net(*tensors, torch.tensor([PLANES.index(plane)], device=device))
        maps = [torch.sigmoid(m)[0].cpu().numpy() for m in (out.mask, out.first_half, out.second_half)]
        presence = float(torch.sigmoid(out.presence)[0])
    return read_maps(plane, window, *maps, presence)
