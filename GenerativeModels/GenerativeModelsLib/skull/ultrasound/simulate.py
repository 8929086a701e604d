"""Simulation of ultrasound images of the standard planes of a fetal head.

The scene is sampled along beams, echoes are weighted by their angle to the beam, attenuated behind bone, blurred,
log-compressed and scan-converted. Every imaging parameter is drawn from `Domain` with ranges that include real images
(domain randomisation): the aim is a network that generalises to real planes, not an exact model of a scanner.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.skull.shape.star_surface import HeadShape
from GenerativeModelsLib.skull.ultrasound.anatomy import Anatomy, young_share
from GenerativeModelsLib.skull.ultrasound.artefacts import finish
from GenerativeModelsLib.skull.ultrasound.domain import Domain
from GenerativeModelsLib.skull.ultrasound.no_head import simulate_negative
from GenerativeModelsLib.skull.ultrasound.pose import PLANES, PlanePose, noisy_pose, standard_pose
from GenerativeModelsLib.skull.ultrasound.probe import choose_scan
from GenerativeModelsLib.skull.ultrasound.scanning import scanned

__all__ = [
    "PLANES",
    "Domain",
    "PlanePose",
    "SimulatedPlane",
    "noisy_pose",
    "section_outline",
    "simulate_negative",
    "simulate_plane",
    "standard_pose",
]


@dataclass(frozen=True)
class SimulatedPlane:
    """One simulated image with its ground truth.

    Attributes
    ----------
    image
        (H, W) uint8 grey values.
    spacing_mm
        (row, column) pixel size in mm.
    pose
        Pose of the image in the head frame: pixel (row, column) is at
        origin_mm + u_axis * column * spacing_mm[1] + v_axis * row * spacing_mm[0]. It includes rotation in the plane,
        shift and mirroring; u x v is opposite to the canonical normal if the image is mirrored.
    mask
        (H, W) bool, pixel centres inside the closed head.
    outline_mm
        (128, 2) outline of the head, right and down from pixel (0, 0) in mm.
    visible
        Share of the length of the head outline inside the image and its scanned sector, 0 to 1.
    plane
        Name of the standard plane.
    """

    image: np.ndarray
    spacing_mm: tuple[float, float]
    pose: PlanePose
    mask: np.ndarray
    outline_mm: np.ndarray
    visible: float
    plane: str


def section_outline(head: HeadShape, pose: PlanePose, count: int = 180) -> np.ndarray:
    """Outline (count, 2) in mm, in-plane coordinates of `pose`, of the section of `head`, by rays from its origin.

    Raises
    ------
    InputError
        The origin of the plane is outside the head.
    """
    if not head.contains(pose.origin_mm[None])[0]:
        raise InputError(
            f"pose.origin_mm {np.round(pose.origin_mm, 1).tolist()} lies outside the head; expected a point inside it."
        )
    angle = np.arange(count) * (2 * np.pi / count)
    cosine, sine = np.cos(angle), np.sin(angle)
    reach = float(np.exp(head.log_radius.max())) + float(np.linalg.norm(pose.origin_mm))
    inner, outer = np.zeros(count), np.full(count, reach)
    t = 0.5 * outer
    for _ in range(14):
        inside = head.contains(pose.points(t * cosine, t * sine))
        inner, outer = np.where(inside, t, inner), np.where(inside, outer, t)
        t = 0.5 * (inner + outer)
    return np.stack([t * cosine, t * sine], axis=-1)


def simulate_plane(
    head: HeadShape,
    plane: str,
    rng: np.random.Generator,
    *,
    pose: PlanePose | None = None,
    size: tuple[int, int] = (192, 256),
    domain: Domain | None = None,
) -> SimulatedPlane:
    """Simulate one ultrasound image of a standard plane of `head`.

    Parameters
    ----------
    head
        Outer skull surface, head frame, mm.
    plane
        One of `PLANES`.
    rng
        Random number generator.
    pose
        Plane in the head frame with canonical in-plane axes; None draws `noisy_pose`. Rotation, shift and mirroring of
        the image are random in addition.
    size
        (rows, columns) of the image.
    domain
        Imaging parameters; None draws them.

    Raises
    ------
    InputError
        `plane` is unknown, `size` is too small or the plane misses the head.
    """
    if plane not in PLANES:
        raise InputError(f"plane is {plane!r}; expected one of {', '.join(PLANES)}.")
    if min(size) < 32:
        raise InputError(f"size is {tuple(size)}; expected at least 32 rows and columns.")
    if domain is None:
        domain = Domain.sample(rng).for_young(young_share(head), rng)
    if pose is None:
        around = head.axial_outline() - np.roll(head.axial_outline(), 1, axis=0)
        pose = noisy_pose(plane, rng, scale=float(np.hypot(*around.T).sum()) / 250.0)
    outline = section_outline(head, pose, count=128)
    spacing, image_pose, pixels = _place(plane, pose, outline, size, domain, young_share(head), rng)
    scan = choose_scan(size, domain, pixels)
    anatomy = Anatomy.sample(head, rng)
    image = scanned(anatomy, pose, outline, image_pose, spacing, scan, domain, rng)
    measured = pixels if plane == "axial" else None
    image = finish(image, scan.seen, measured, domain, rng)
    seen = scan.covers(pixels[:, 1], pixels[:, 0])
    steps = np.linalg.norm(outline - np.roll(outline, 1, axis=0), axis=1)
    steps = steps + np.roll(steps, -1)
    return SimulatedPlane(
        image=image,
        spacing_mm=(spacing, spacing),
        pose=image_pose,
        mask=_mask(head, image_pose, spacing, size, pixels),
        outline_mm=pixels * spacing,
        visible=float((steps * seen).sum() / steps.sum()),
        plane=plane,
    )


def _place(
    plane: str,
    pose: PlanePose,
    outline: np.ndarray,
    size: tuple[int, int],
    domain: Domain,
    young: float,
    rng: np.random.Generator,
) -> tuple[float, PlanePose, np.ndarray]:
    """Pixel size in mm, pose of the image and outline (N, 2) as (column, row) pixels."""
    angle = np.radians(_rotation_degrees(plane, young, rng))
    cosine, sine = np.cos(angle), np.sin(angle)
    flip = -1.0 if domain.mirrored else 1.0
    # rows of `turn`: image axes (right, down) in canonical in-plane coordinates
    turn = np.array([[flip * cosine, sine], [-flip * sine, cosine]])
    shown = outline @ turn.T
    low, high = shown.min(axis=0), shown.max(axis=0)
    extent = high - low
    rows, columns = size
    spacing = float(max(extent[0] / columns, extent[1] / rows) / domain.head_fraction)
    middle = np.array([columns / 2, rows / 2])
    shift = np.array(domain.shift) * rows + rng.normal(0.0, 0.3, 2) * np.maximum(middle - 0.5 * extent / spacing, 0.0)
    for _ in range(6):  # keep most of the head in the picture
        pixels = (shown - 0.5 * (low + high)) / spacing + middle + shift - 0.5
        if np.mean(np.all((pixels >= 0) & (pixels <= (columns - 1, rows - 1)), axis=1)) > 0.6:
            break
        shift *= 0.6
    origin = 0.5 * (low + high) - (middle + shift - 0.5) * spacing  # image mm of pixel (0, 0) along right, down
    u = turn[0, 0] * pose.u_axis + turn[0, 1] * pose.v_axis
    v = turn[1, 0] * pose.u_axis + turn[1, 1] * pose.v_axis
    return spacing, PlanePose(pose.origin_mm + origin[0] * u + origin[1] * v, u, v), pixels


def _rotation_degrees(plane: str, young: float, rng: np.random.Generator) -> float:
    """Random rotation of the image from the canonical orientation, with the frequencies of usual probe positions."""
    habit = rng.random()
    if plane == "axial":
        spread = 13.0 + 25.0 * young
        if habit < 0.8:
            return float(rng.choice([90.0, -90.0]) + np.clip(rng.normal(0.0, spread), -60.0, 60.0))
        return float(rng.uniform(-180.0, 180.0))
    if plane == "sagittal":  # face towards the probe, else vertex towards it
        if habit < 0.5:
            return float(rng.normal(75.0, 28.0) * -1.0)
        return float(rng.normal(0.0, 30.0)) if habit < 0.85 else float(rng.uniform(-180.0, 180.0))
    if habit < 0.6:
        return float(rng.normal(0.0, 25.0))
    return float(rng.choice([90.0, -90.0]) + rng.normal(0.0, 25.0)) if habit < 0.85 else float(rng.uniform(-180, 180))


def _mask(head: HeadShape, pose: PlanePose, spacing: float, size: tuple[int, int], pixels: np.ndarray) -> np.ndarray:
    """Mask (H, W) of pixel centres inside the head; only the outline's bounding box is tested."""
    mask = np.zeros(size, bool)
    low = np.maximum(np.floor(pixels.min(axis=0)).astype(int) - 2, 0)
    high = np.minimum(np.ceil(pixels.max(axis=0)).astype(int) + 3, (size[1], size[0]))
    columns, rows = np.arange(low[0], high[0]), np.arange(low[1], high[1])
    if columns.size and rows.size:
        points = pose.points(columns[None, :] * spacing, rows[:, None] * spacing)
        mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1] = head.contains(points)
    return mask
