"""Training set of the skull networks: simulated and real pictures cropped by the trained locator."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from GenerativeModelsLib.evaluation.data.hc18 import Hc18Case
from GenerativeModelsLib.models.locator import HeadLocatorNet
from GenerativeModelsLib.models.low_rank_field import LowRankField
from GenerativeModelsLib.skull.locate.canonical import (
    PICTURE_SIZE,
    SCALARS,
    STANDARD_AXES,
    CanonicalPlane,
    canonical_plane,
    pose_vector,
)
from GenerativeModelsLib.skull.locate.locator import PLANES, HeadFinding, locate
from GenerativeModelsLib.skull.shape.field import unit_field
from GenerativeModelsLib.training.shared.whole_file import whole_file
from GenerativeModelsLib.training.skull.bank import Shard
from GenerativeModelsLib.training.skull.field_basis import load_basis

MINIMUM_PRESENCE = 0.2


@dataclass(frozen=True)
class Crops:
    """Inputs and targets of the skull networks. Lengths are divided by s, the size measured in the axial picture.

    Attributes
    ----------
    pictures : (n, 3, 2, N, N) uint8, grey / 1.25 and mask, times 255.
    scalars : (n, 3, S) float32.
    present : (n, 3) bool, found by the locator.
    poses : (n, 3, 6) float32, see `pose_vector`; NaN if unknown (real pictures).
    log_size : (n,) log(true head size / s).
    head_size_mm : (n,) true head size, HC / 2 pi.
    coefficients : (n, K) of the true field, see `LowRankField`.
    variant, weeks : (n,).
    """

    pictures: np.ndarray
    scalars: np.ndarray
    present: np.ndarray
    poses: np.ndarray
    log_size: np.ndarray
    head_size_mm: np.ndarray
    coefficients: np.ndarray
    variant: np.ndarray
    weeks: np.ndarray

    @staticmethod
    def load(path: Path) -> Crops:
        with np.load(path) as z:
            return Crops(**{k: z[k] for k in Crops.__dataclass_fields__})

    @staticmethod
    def concatenate(parts: list[Crops]) -> Crops:
        return Crops(**{k: np.concatenate([getattr(p, k) for p in parts]) for k in Crops.__dataclass_fields__})


def load_locator(folder: Path) -> HeadLocatorNet:
    """Trained locator of a training folder, in evaluation mode."""
    from safetensors.torch import load_file

    tensors = load_file(Path(folder) / "locator.safetensors")
    net = HeadLocatorNet(locator_channels(tensors))
    net.load_state_dict(tensors)
    return net.eval()


def locator_channels(tensors: Mapping[str, torch.Tensor]) -> tuple[int, ...]:
    """Channels of the `HeadLocatorNet` with this state dict, level by level."""
    levels = (tensors.get(f"down.{level}.0.weight") for level in range(len(tensors)))
    return tuple(len(weight) for weight in levels if weight is not None)


def crop_shard(shard: Shard, net: HeadLocatorNet, basis: LowRankField) -> Crops:
    """Locate and crop every plane of a shard. Cases without a located axial head are left out."""
    rows: dict[str, list] = {name: [] for name in Crops.__dataclass_fields__}
    for i in range(len(shard.images)):
        findings = [
            locate(net, shard.images[i, k], tuple(shard.spacing[i, k]), plane) for k, plane in enumerate(PLANES)
        ]
        if findings[0] is None or findings[0].presence < MINIMUM_PRESENCE:
            continue
        s = findings[0].radius_mm
        pictures = np.zeros((3, 2, PICTURE_SIZE, PICTURE_SIZE), np.uint8)
        scalars, poses = np.zeros((3, SCALARS), np.float32), np.zeros((3, 6), np.float32)
        present = np.zeros(3, bool)
        for k, finding in enumerate(findings):
            if finding is None or finding.presence < MINIMUM_PRESENCE:
                continue
            plane = canonical_plane(shard.images[i, k], tuple(shard.spacing[i, k]), finding, s)
            pictures[k], scalars[k], poses[k] = _unmirrored(PLANES[k], plane, shard.frames[i, k].astype(float), s)
            present[k] = True
        size = float(shard.hc_mm[i]) / (2 * np.pi)
        values = [pictures, scalars, present, poses, np.log(size / s), size]
        field = torch.from_numpy(unit_field(shard.head(i), size))[None]
        values += [basis.project(field)[0].numpy(), shard.variant[i], shard.weeks[i]]
        for name, value in zip(rows, values, strict=True):
            rows[name].append(value)
    return Crops(**{k: np.asarray(v) for k, v in rows.items()})


def quantised(plane: CanonicalPlane) -> np.ndarray:
    return np.round(np.clip(plane.picture / [[[1.25]], [[1.0]]], 0, 1) * 255).astype(np.uint8)


def _unmirrored(name: str, plane: CanonicalPlane, frame: np.ndarray, s: float):
    """Picture, scalars and pose of an upright, unmirrored picture.

    If the locator found the opposite orientation, the picture is turned to the true one, as `facing.upright_planes`
    does at inference. A picture that was acquired mirrored is flipped, since left and right are a convention.
    """
    origin, u, v = frame
    window = plane.window
    centre = (origin + window.centre_mm[0] * u + window.centre_mm[1] * v) / s
    right = window.right[0] * u + window.right[1] * v
    down = window.down[0] * u + window.down[1] * v
    picture, scalars = quantised(plane), plane.scalars.copy()
    standard_right, standard_down = STANDARD_AXES[name]
    if name == "sagittal" and right @ standard_right < 0:
        picture, right = picture[..., ::-1], -right
        scalars[3] = -scalars[3]
    elif name != "sagittal" and down @ standard_down < 0:
        picture, right, down = picture[..., ::-1, ::-1], -right, -down
    normal = np.cross(right, down)
    mirrored = normal[2] < 0 if name == "axial" else normal[1] < 0 if name == "coronal" else False
    if mirrored:
        picture, right = picture[..., ::-1], -right
        scalars[3] = -scalars[3]
    return picture, scalars, pose_vector(name, centre, right, down)


def crop_file(bank_file: Path, output: Path, locator: Path, basis: Path) -> Path:
    """Write the crops of one shard of a bank unless they exist; returns their file."""
    path = Path(output) / f"crops-{bank_file.stem[6:]}.npz"
    if not path.exists():
        torch.set_num_threads(1)
        with whole_file(path) as part:
            np.savez(part, **vars(crop_shard(Shard.load(bank_file), load_locator(locator), load_basis(basis))))
    return path


@dataclass(frozen=True)
class RealCrops:
    """Real axial pictures, for which only the outline is known.

    Attributes
    ----------
    pictures : (n, 2, N, N) uint8.
    scalars : (n, S).
    outline : (n, 64, 2) points of the annotated ellipse in the canonical window, in [-1, 1] when inside.
    """

    pictures: np.ndarray
    scalars: np.ndarray
    outline: np.ndarray


def crop_real(cases: list[Hc18Case], net: HeadLocatorNet) -> RealCrops:
    """Crops of HC18 pictures; those whose located circumference is wrong by more than 15 % are left out."""
    pictures, scalars, outlines = [], [], []
    for case in cases:
        pixels, spacing = case.pixels(), (case.spacing_mm, case.spacing_mm)
        finding: HeadFinding | None = locate(net, pixels, spacing, "axial")
        if finding is None or abs(np.log(finding.ellipse.perimeter / case.hc_mm)) > 0.15:
            continue
        plane = canonical_plane(pixels, spacing, finding, finding.radius_mm)
        pictures.append(quantised(plane))
        scalars.append(plane.scalars)
        outlines.append(plane.window.from_picture(case.ellipse.points(64)))
    return RealCrops(np.asarray(pictures), np.asarray(scalars, np.float32), np.asarray(outlines, np.float32))
