"""Planes painted by rule, and networks that read them exactly: reconstruction without training.

A painted picture shows a head's section in flat grey levels, one for each quarter of the head, so that a threshold
finds what a trained locator has to learn.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from GenerativeModelsLib.models.border_reader import BorderOutput
from GenerativeModelsLib.models.locator import LocatorOutput
from GenerativeModelsLib.skull.locate.strip import RADII, bin_centres
from GenerativeModelsLib.skull.planes.image import PlaneImage, plane_from_array
from GenerativeModelsLib.skull.shape.star_surface import HeadShape
from GenerativeModelsLib.skull.ultrasound.pose import PLANES, PlanePose, standard_pose
from GenerativeModelsLib.skull.ultrasound.simulate import section_outline
from GenerativeModelsLib.training.skull.bank import Shard
from GenerativeModelsLib.training.skull.readings import ReaderNets

LEVELS = (0.52, 0.68, 0.84, 1.0)
"""Grey of posterior-inferior, posterior-superior, anterior-inferior and anterior-superior tissue."""
SIZE, SPACING = (120, 150), (1.1, 1.1)


def picture_pose(
    plane: str,
    angle: float = 0.0,
    *,
    mirrored: bool = False,
    middle: Sequence[float] = (0.0, 0.0),
    at: PlanePose | None = None,
    size: tuple[int, int] = SIZE,
    spacing: tuple[float, float] = SPACING,
) -> PlanePose:
    """Pose of a picture turned by `angle` in the plane `at` (else the standard one), `middle` (mm) at its centre."""
    at = standard_pose(plane) if at is None else at
    u = np.cos(angle) * at.u_axis + np.sin(angle) * at.v_axis
    v = np.cos(angle) * at.v_axis - np.sin(angle) * at.u_axis
    if mirrored:
        u = -u
    half = (0.5 * (size[1] - 1) * spacing[1], 0.5 * (size[0] - 1) * spacing[0])
    centre = at.origin_mm + middle[0] * at.u_axis + middle[1] * at.v_axis
    return PlanePose(centre - half[0] * u - half[1] * v, u, v)


def painted_pixels(
    shape: HeadShape, pose: PlanePose, size: tuple[int, int] = SIZE, spacing: tuple[float, float] = SPACING
) -> np.ndarray:
    """(rows, columns) uint8: the head's section on black, in `LEVELS`.

    A white block in the corner, like a scanner's mark, keeps the grey scale where no quarter is white.
    """
    points = pose.points(np.arange(size[1])[None, :] * spacing[1], np.arange(size[0])[:, None] * spacing[0])
    level = np.asarray(LEVELS)[2 * (points[..., 1] < 0) + (points[..., 2] > 0)]
    grey = np.where(shape.contains(points), level, 0)
    grey[:8, :8] = 1
    return np.round(255 * grey).astype(np.uint8)


def painted_plane(
    shape: HeadShape,
    plane: str,
    pose: PlanePose | None = None,
    size: tuple[int, int] = SIZE,
    spacing: tuple[float, float] = SPACING,
) -> PlaneImage:
    """A painted plane as reading a file gives it."""
    pose = picture_pose(plane, size=size, spacing=spacing) if pose is None else pose
    return plane_from_array(painted_pixels(shape, pose, size, spacing), spacing, plane)


def painted_planes(shape: HeadShape, names: Iterable[str] = PLANES) -> dict[str, PlaneImage]:
    """Standard planes of a head, each turned by an angle of its own."""
    turns = {"axial": 0.4, "sagittal": -0.7, "coronal": 0.25}
    return {name: painted_plane(shape, name, picture_pose(name, turns[name])) for name in names}


def picture_outline(shape: HeadShape, pose: PlanePose, count: int = 128) -> np.ndarray:
    """True outline (count, 2) of a head in a picture, right and down in mm, seen from the foot of the head's centre."""
    along, across = -pose.origin_mm @ pose.u_axis, -pose.origin_mm @ pose.v_axis
    foot = PlanePose(pose.points(along, across), pose.u_axis, pose.v_axis)
    return section_outline(shape, foot, count) + np.array([along, across])


def painted_shard(shapes: Sequence[HeadShape], sizes_mm: Sequence[float], rng: np.random.Generator) -> Shard:
    """A bank's shard of painted planes, turned, shifted, tilted and mirrored at random; two black negatives."""
    frames, images, outlines = [], [], []
    for shape in shapes:
        poses = []
        for plane in PLANES:
            standard = standard_pose(plane)
            tilt = rng.normal(0, 0.08)
            u = np.cos(tilt) * standard.u_axis + np.sin(tilt) * standard.normal
            at = PlanePose(rng.normal(0, 2) * standard.normal, u, standard.v_axis)
            turn, middle = rng.uniform(-np.pi, np.pi), rng.normal(0, 4, 2)
            poses.append(picture_pose(plane, turn, mirrored=rng.random() < 0.5, middle=middle, at=at))
        images.append([painted_pixels(shape, pose) for pose in poses])
        frames.append([[pose.origin_mm, pose.u_axis, pose.v_axis] for pose in poses])
        outlines.append([picture_outline(shape, pose) for pose in poses])
    n = len(shapes)
    return Shard(
        images=np.asarray(images, np.uint8),
        spacing=np.broadcast_to(np.asarray(SPACING, np.float32), (n, 3, 2)).copy(),
        frames=np.asarray(frames, np.float32),
        outline=np.asarray(outlines, np.float32),
        log_radius=np.asarray([shape.log_radius for shape in shapes], np.float32),
        hc_mm=np.asarray(sizes_mm, np.float32) * np.float32(2 * np.pi),
        weeks=np.full(n, 24, np.float32),
        variant=np.zeros(n, np.int16),
        negatives=np.zeros((2, *SIZE), np.uint8),
    )


def ring(radius: np.ndarray, height: float = 0.8, tissue: float = 0.2, width: float = 0.02) -> np.ndarray:
    """Strip (2, ANGLES, RADII) of a bright ring at `radius` (ANGLES,) on even tissue."""
    echo = np.exp(-0.5 * ((bin_centres() - radius[:, None]) / width) ** 2)
    return np.stack([tissue + (height - tissue) * echo, np.ones_like(echo)]).astype(np.float32)


def shard_files(bank: Path) -> list[Path]:
    """Files of the shards of a bank, in the order of their seeds."""
    return sorted(bank.glob("shard-*.npz"))


class GreyLevelLocator(nn.Module):
    """Reads painted planes by thresholds; the face of a `HeadLocatorNet`. `presence` is what it says of any picture."""

    def __init__(self, presence: float = 0.99) -> None:
        super().__init__()
        self.presence = presence

    def forward(self, image: Tensor, inside: Tensor, plane: Tensor) -> LocatorOutput:
        grey = F.avg_pool2d(image[:, None], 2)[:, 0]
        low, middle, high = ((a + b) / 2 for a, b in itertools.pairwise(LEVELS))
        anterior = _logit(grey - middle)
        superior = torch.maximum(torch.minimum(_logit(grey - low), _logit(middle - grey)), _logit(grey - high))
        first = torch.where((plane == 2)[:, None, None], superior, anterior)
        odds = np.log(self.presence / (1 - self.presence))
        return LocatorOutput(
            _logit(grey - LEVELS[0] / 2), first, superior, torch.full((len(image),), odds), torch.zeros(len(image), 4)
        )


class GreyLevelBorder(nn.Module):
    """Reads the border of painted planes by a threshold; the face of a `BorderReader`.

    A ray is lit up to the border, so that the sum of the lit share of its bins is the radius. `visible` is what it says
    of every angle at which it finds a border.
    """

    def __init__(self, visible: float = 0.98) -> None:
        super().__init__()
        self.visible = visible

    def forward(self, strip: Tensor) -> BorderOutput:
        grey, bins = strip[:, 0], torch.arange(RADII)
        lit = grey > LEVELS[0] / 2
        last = (lit * bins).amax(-1, keepdim=True)
        inside = (last - 3).clamp_min(0)
        share = (grey / grey.gather(-1, inside).clamp_min(LEVELS[0])).clamp(0, 1)
        edge = inside + (share * (bins >= inside)).sum(-1, keepdim=True)
        away = bins + 0.5 - edge  # a Gaussian of 0.7 bins has its mean at the edge, wherever that lies in a bin
        log_probability = (-0.5 * (away / 0.7).square()).log_softmax(-1)
        odds = np.log(self.visible / (1 - self.visible))
        return BorderOutput(log_probability, torch.where(lit.any(-1), odds, -odds))


class SteadyFacing(nn.Module):
    """Never turns a plane; the face of a `FacingNet`."""

    def forward(self, picture: Tensor, plane: Tensor) -> Tensor:
        return torch.zeros(len(picture), device=picture.device)


def seeing_nets(presence: float = 0.99) -> ReaderNets:
    """Networks that read painted planes; `presence` is what the locator says of any picture."""
    return ReaderNets(GreyLevelLocator(presence), GreyLevelBorder(), SteadyFacing())


def _logit(difference: Tensor) -> Tensor:
    return 60 * difference
