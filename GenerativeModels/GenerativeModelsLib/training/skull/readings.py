"""Readings of pictures by the trained locator and border reader: training set of the skull models."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from GenerativeModelsLib.evaluation.data.hc18 import Hc18Case
from GenerativeModelsLib.models.border_reader import BorderReader
from GenerativeModelsLib.models.facing import FacingNet
from GenerativeModelsLib.models.locator import HeadLocatorNet
from GenerativeModelsLib.models.low_rank_field import LowRankField
from GenerativeModelsLib.skull.locate.border import read_border
from GenerativeModelsLib.skull.locate.canonical import (
    CHANNELS,
    PROFILE,
    STANDARD_AXES,
    canonical_plane,
    pose_vector,
    profile,
)
from GenerativeModelsLib.skull.locate.facing import upright_planes
from GenerativeModelsLib.skull.locate.locator import PLANES, HeadFinding, locate
from GenerativeModelsLib.skull.planes.image import PlaneImage, plane_from_array
from GenerativeModelsLib.skull.shape.field import unit_field
from GenerativeModelsLib.training.shared.whole_file import whole_file
from GenerativeModelsLib.training.skull.bank import Shard
from GenerativeModelsLib.training.skull.field_basis import load_basis

MINIMUM_PRESENCE = 0.2
LARGEST_MISS = 0.15
"""|log| of read over annotated circumference above which a real picture does not train."""
MIRROR = (PROFILE // 2 - np.arange(PROFILE)) % PROFILE
"""Index of the angle of every canonical angle's reflection x -> -x."""


@dataclass(frozen=True)
class ReaderNets:
    """Trained networks that read a picture."""

    locator: HeadLocatorNet
    border: BorderReader
    facing: FacingNet


@dataclass(frozen=True)
class Readings:
    """Inputs and targets of the skull networks. Lengths are divided by s, the size measured in the axial picture.

    Attributes
    ----------
    borders : (n, 3, C, A) canonical borders.
    truth : (n, 3, A) radius of the true outlines on the same rays; NaN if unknown.
    present : (n, 3) bool, found by the locator.
    poses : (n, 3, 6) float32, see `pose_vector`; NaN if unknown (real pictures).
    log_size : (n,) log(true head size / s).
    head_size_mm : (n,) true head size, HC / 2 pi.
    coefficients : (n, K) of the true field, see `LowRankField`.
    variant, weeks : (n,).
    """

    borders: np.ndarray
    truth: np.ndarray
    present: np.ndarray
    poses: np.ndarray
    log_size: np.ndarray
    head_size_mm: np.ndarray
    coefficients: np.ndarray
    variant: np.ndarray
    weeks: np.ndarray

    def __len__(self) -> int:
        return len(self.log_size)

    @staticmethod
    def load(path: Path) -> Readings:
        with np.load(path) as z:
            return Readings(**{k: z[k] for k in Readings.__dataclass_fields__})

    @staticmethod
    def concatenate(parts: list[Readings]) -> Readings:
        return Readings(**{k: np.concatenate([getattr(p, k) for p in parts]) for k in Readings.__dataclass_fields__})


def load_reader(locator: Path, reader: Path) -> ReaderNets:
    """Trained networks of the folders of the locator's and the plane reader's training, in evaluation mode."""
    from safetensors.torch import load_file

    found = load_file(Path(locator) / "locator.safetensors")
    locate_net = HeadLocatorNet(locator_channels(found))
    locate_net.load_state_dict(found)
    both = load_file(Path(reader) / "reader.safetensors")
    border, facing = BorderReader(), FacingNet()
    for name, net in (("border", border), ("facing", facing)):
        net.load_state_dict({k.removeprefix(f"{name}."): v for k, v in both.items() if k.startswith(f"{name}.")})
    return ReaderNets(locate_net.eval(), border.eval(), facing.eval())


def locator_channels(tensors: Mapping[str, torch.Tensor]) -> tuple[int, ...]:
    """Channels of the `HeadLocatorNet` with this state dict, level by level."""
    levels = (tensors.get(f"down.{level}.0.weight") for level in range(len(tensors)))
    return tuple(len(weight) for weight in levels if weight is not None)


def found_head(nets: ReaderNets, pixels: np.ndarray, spacing_mm: tuple[float, float], plane: str) -> HeadFinding | None:
    """The located head with its border; None if the locator finds none."""
    finding = locate(nets.locator, pixels, spacing_mm, plane)
    if finding is None or finding.presence < MINIMUM_PRESENCE:
        return None
    return finding.with_border(read_border(nets.border, pixels, spacing_mm, finding.ellipse))


def read_shard(shard: Shard, nets: ReaderNets, basis: LowRankField) -> Readings:
    """Read every plane of a shard. Cases without a located axial head are left out."""
    rows: dict[str, list] = {name: [] for name in Readings.__dataclass_fields__}
    for i in range(len(shard.images)):
        findings = [
            found_head(nets, shard.images[i, k], tuple(shard.spacing[i, k]), plane) for k, plane in enumerate(PLANES)
        ]
        if findings[0] is None:
            continue
        s = findings[0].radius_mm
        borders = np.zeros((3, len(CHANNELS), PROFILE), np.float32)
        truth, poses = np.full((3, PROFILE), np.nan, np.float32), np.zeros((3, 6), np.float32)
        present = np.zeros(3, bool)
        for k, finding in enumerate(findings):
            if finding is None:
                continue
            borders[k], truth[k], poses[k] = _upright(
                finding, shard.frames[i, k].astype(float), shard.outline[i, k].astype(float), s
            )
            present[k] = True
        size = float(shard.hc_mm[i]) / (2 * np.pi)
        values = [borders, truth, present, poses, np.log(size / s), size]
        field = torch.from_numpy(unit_field(shard.head(i), size))[None]
        values += [basis.project(field)[0].numpy(), shard.variant[i], shard.weeks[i]]
        for name, value in zip(rows, values, strict=True):
            rows[name].append(value)
    return Readings(**{k: np.asarray(v) for k, v in rows.items()})


def _upright(
    finding: HeadFinding, frame: np.ndarray, outline: np.ndarray, s: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Border, true radius and pose of an upright, unmirrored picture.

    If the locator found the opposite orientation, the true one is taken, as `facing.upright_planes` does at inference.
    A picture that was acquired mirrored is reflected, since left and right are a convention.
    """
    origin, u, v = frame
    window = finding.canonical_window(s)
    down = window.down[0] * u + window.down[1] * v
    right = window.right[0] * u + window.right[1] * v
    standard_right, standard_down = STANDARD_AXES[finding.plane]
    if (right @ standard_right if finding.plane == "sagittal" else down @ standard_down) < 0:
        finding = finding.turned()
    plane = canonical_plane(finding, s)
    window = plane.window
    right, down = (a[0] * u + a[1] * v for a in (window.right, window.down))
    border, truth = plane.border, profile(outline, window, s)
    normal = np.cross(right, down)
    if (finding.plane == "axial" and normal[2] < 0) or (finding.plane == "coronal" and normal[1] < 0):
        border, truth, right = border[:, MIRROR], truth[MIRROR], -right
    centre = (origin + window.centre_mm[0] * u + window.centre_mm[1] * v) / s
    return border, truth, pose_vector(finding.plane, centre, right, down)


def readings_path(folder: Path, bank_file: Path) -> Path:
    """File of the readings of a shard of a bank."""
    return Path(folder) / f"readings-{bank_file.stem[6:]}.npz"


def read_file(bank_file: Path, output: Path, locator: Path, reader: Path, basis: Path) -> Path:
    """Write the readings of one shard of a bank unless they exist; returns their file."""
    path = readings_path(output, bank_file)
    if not path.exists():
        with whole_file(path) as part:
            np.savez(part, **vars(read_shard(Shard.load(bank_file), load_reader(locator, reader), load_basis(basis))))
    return path


@dataclass(frozen=True)
class RealReadings:
    """Readings of real axial pictures, of whose heads the circumference is known.

    Attributes
    ----------
    borders : (n, C, A) canonical borders.
    log_size : (n,) log(annotated head size / s), head size HC / 2 pi.
    """

    borders: np.ndarray
    log_size: np.ndarray

    def __len__(self) -> int:
        return len(self.log_size)

    @staticmethod
    def load(path: Path) -> RealReadings:
        with np.load(path) as z:
            return RealReadings(**{k: z[k] for k in RealReadings.__dataclass_fields__})

    @staticmethod
    def concatenate(parts: list[RealReadings]) -> RealReadings:
        names = RealReadings.__dataclass_fields__
        return RealReadings(**{k: np.concatenate([getattr(p, k) for p in parts]) for k in names})


def read_real(cases: list[Hc18Case], nets: ReaderNets) -> RealReadings:
    """Readings of HC18 pictures; those whose circumference is wrong by more than `LARGEST_MISS` are left out."""
    borders, sizes = [], []
    for case in cases:
        image = plane_from_array(case.pixels(), (case.spacing_mm, case.spacing_mm), "axial")
        finding = found_head(nets, image.pixels, image.spacing_mm, "axial")
        if finding is None or abs(np.log(finding.ellipse.perimeter / case.hc_mm)) > LARGEST_MISS:
            continue
        borders.append(upright_border(nets, image, finding))
        sizes.append(np.log(case.hc_mm / finding.ellipse.perimeter))
    return RealReadings(np.asarray(borders, np.float32), np.asarray(sizes, np.float32))


def upright_border(nets: ReaderNets, image: PlaneImage, finding: HeadFinding) -> np.ndarray:
    """Canonical border (C, A) of a located axial head, turned upright by the facing network as at inference."""
    cpu = torch.device("cpu")
    upright = upright_planes(nets.facing, {"axial": image}, {"axial": finding}, finding.radius_mm, cpu)
    return upright["axial"].plane.border
