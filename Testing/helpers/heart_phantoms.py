"""Hearts of known shape as label maps: a `Ventricle` voxelised on any grid, a right ventricle beside its septum."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from GenerativeModelsLib.heart.labels.label_map import HeartLabels, LabelMap
from GenerativeModelsLib.heart.population.frame_errors import radius_towards
from GenerativeModelsLib.heart.shape.ventricle import ROWS, Ventricle, ray_directions, ray_origins

__all__ = [
    "ACDC",
    "NORMAL_POSE",
    "Pose",
    "bullet",
    "short_axis",
    "terminology",
    "turned",
    "voxelised",
    "write_label_map",
    "write_segmentation",
]

ACDC = HeartLabels(lv=3, myo=2, rv=1)
RV_HALF_ANGLE = np.radians(62.0)
RV_WIDTH_MM = 26.0


@dataclass(frozen=True, eq=False)
class Pose:
    """Where a heart lies: rows x, y, z of the heart frame as unit LPS vectors, and its origin in LPS mm."""

    axes: np.ndarray
    origin_lps: np.ndarray

    def to_lps(self, points: np.ndarray) -> np.ndarray:
        """Heart-frame points (..., 3) -> LPS."""
        return points @ self.axes + self.origin_lps

    def to_heart(self, points_lps: np.ndarray) -> np.ndarray:
        """LPS points (..., 3) -> heart frame."""
        return (points_lps - self.origin_lps) @ self.axes.T


def _pose(z: tuple[float, ...], septum: tuple[float, ...], origin: tuple[float, ...]) -> Pose:
    axis = np.array(z) / np.linalg.norm(z)
    x = np.array(septum) - (np.array(septum) @ axis) * axis
    x /= np.linalg.norm(x)
    return Pose(np.stack([x, np.cross(axis, x), axis]), np.array(origin))


NORMAL_POSE = _pose((-0.65, 0.45, 0.61), (-0.5, -0.8, -0.2), (20.0, -35.0, 10.0))
"""As hearts lie in people: the apex to the left, front and below; the septum to the right and front."""


def bullet(
    *,
    radius_mm: float = 24.0,
    length_mm: float = 85.0,
    wall_mm: float = 9.0,
    septal_bump_mm: float = 0.0,
    apical_wall_share: float = 0.75,
) -> Ventricle:
    """A smooth ventricle: a half prolate ellipsoid a little narrower at the base, with a bump of the wall at +x."""
    reach = 0.6 * length_mm
    directions, origins = ray_directions(), -reach * ray_origins()
    low, high = np.zeros(directions.shape[:2]), np.full(directions.shape[:2], 2.0 * length_mm)
    widest = 0.3 * length_mm
    for _ in range(40):
        middle = (low + high) / 2
        depth = -(origins[:, None] + middle * directions[..., 2])
        flat = middle * np.hypot(directions[..., 0], directions[..., 1])
        below = np.clip((depth - widest) / (length_mm - widest), 0, 1)
        above = np.clip((widest - depth) / widest, 0, 1)
        profile = radius_mm * np.sqrt(1 - below**2) * (1 - 0.1 * above**2)
        inside = (flat < profile) & (depth < length_mm)
        low, high = np.where(inside, middle, low), np.where(inside, high, middle)
    endo = low
    endo[-1] = length_mm - reach
    depth = np.linspace(0, 1, ROWS)[:, None]
    phi = np.arctan2(directions[..., 1], directions[..., 0])
    bump = septal_bump_mm * np.exp(2.5 * (np.cos(phi) - 1)) * np.exp(-0.5 * ((depth - 0.25) / 0.2) ** 2)
    wall = wall_mm * (1 - (1 - apical_wall_share) * depth**2) + bump
    wall[-1] = wall[-1].mean()
    return Ventricle(reach, endo, endo + wall)


def turned(degrees: tuple[float, float, float]) -> np.ndarray:
    """(3, 3) rotation about x, then y, then z: the axes i, j, k of a grid as its columns."""
    a, b, c = np.radians(degrees)
    about_x = np.array([[1, 0, 0], [0, np.cos(a), -np.sin(a)], [0, np.sin(a), np.cos(a)]])
    about_y = np.array([[np.cos(b), 0, np.sin(b)], [0, 1, 0], [-np.sin(b), 0, np.cos(b)]])
    about_z = np.array([[np.cos(c), -np.sin(c), 0], [np.sin(c), np.cos(c), 0], [0, 0, 1]])
    return about_z @ about_y @ about_x


def short_axis(pose: Pose = NORMAL_POSE, in_plane_degrees: float = 20.0, tilt_degrees: float = 4.0) -> np.ndarray:
    """Axes i, j, k (columns) of a short-axis stack, k from apex to base, a little off the long axis."""
    return pose.axes.T @ turned((tilt_degrees, -tilt_degrees / 2, in_plane_degrees))


def voxelised(
    ventricle: Ventricle,
    *,
    spacing_mm: tuple[float, float, float] = (1.25, 1.25, 1.25),
    grid_axes: np.ndarray | None = None,
    pose: Pose = NORMAL_POSE,
    labels: HeartLabels = ACDC,
    margin_mm: float = 8.0,
    offset_voxels: tuple[float, float, float] = (0.3, 0.6, 0.45),
    name: str = "phantom",
) -> LabelMap:
    """What a perfect segmentation of the ventricle would be: each voxel takes the label of its centre.

    Parameters
    ----------
    spacing_mm
        Along i, j, k.
    grid_axes
        (3, 3) unit LPS directions of i, j, k as columns; the patient's axes by default. Left-handed ones are fine.
    labels
        Values; without `rv` no right ventricle is drawn.
    margin_mm
        Empty space around heart and right ventricle.
    offset_voxels
        Shifts the grid against the heart.
    """
    axes = np.eye(3) if grid_axes is None else np.asarray(grid_axes, float)
    epi = ventricle.points("epi").reshape(-1, 3)
    right = epi + np.array([RV_WIDTH_MM if labels.rv is not None else 0.0, 0.0, 0.0])
    corners = pose.to_lps(np.concatenate([epi, right])) @ np.linalg.inv(axes).T
    step = np.asarray(spacing_mm, float)
    low = corners.min(0) - margin_mm - np.asarray(offset_voxels) * step
    count = np.ceil((corners.max(0) + margin_mm - low) / step).astype(int) + 1
    to_lps = np.eye(4)
    to_lps[:3, :3] = axes * step
    to_lps[:3, 3] = axes @ low
    index = np.stack(np.meshgrid(*(np.arange(n) for n in count[::-1]), indexing="ij")[::-1], axis=-1)
    points = pose.to_heart(index @ to_lps[:3, :3].T + to_lps[:3, 3])
    return LabelMap(labelled(ventricle, points, labels), labels, to_lps, name)


def labelled(ventricle: Ventricle, points: np.ndarray, labels: HeartLabels = ACDC) -> np.ndarray:
    """Label (...) of heart-frame points (..., 3)."""
    reach = np.array([ventricle.reach_mm])
    distance, endo = (found[0] for found in radius_towards(ventricle.endo_mm[None], reach, points[None]))
    epi = radius_towards(ventricle.epi_mm[None], reach, points[None])[1][0]
    below = points[..., 2] < 0
    values = np.zeros(points.shape[:-1], np.int32)
    values[below & (distance < epi)] = labels.myo
    values[below & (distance < endo)] = labels.lv
    if labels.rv is not None:
        angle = np.abs(np.arctan2(points[..., 1], points[..., 0])) / RV_HALF_ANGLE
        depth = -points[..., 2] / (0.75 * ventricle.cavity_length_mm)
        width = RV_WIDTH_MM * (1 - np.clip(angle, 0, 1) ** 2) * np.sqrt(np.clip(1 - depth, 0, 1))
        values[below & (distance >= epi) & (distance < epi + width)] = labels.rv
    return values


def write_label_map(label_map: LabelMap, path: Path) -> Path:
    """The label map as a file; NIfTI, NRRD or MHA by its name."""
    import SimpleITK as sitk

    image = sitk.GetImageFromArray(label_map.values.astype(np.uint8))
    image.SetSpacing(label_map.spacing_mm.tolist())
    image.SetDirection((label_map.to_lps[:3, :3] / label_map.spacing_mm).ravel().tolist())
    image.SetOrigin(label_map.to_lps[:3, 3].tolist())
    path.parent.mkdir(parents=True, exist_ok=True)
    sitk.WriteImage(image, str(path))
    return path


def write_segmentation(
    path: Path,
    label_map: LabelMap,
    segments: list[tuple[str, np.ndarray, int, int]],
    tags: dict[str, str] | None = None,
    *,
    old: bool = False,
) -> Path:
    """A `.seg.nrrd` file as Slicer writes it: segments as (name, mask (k, j, i), value, layer).

    `tags` are their terminology entries by name; `old` writes the form of Slicer 4.10, a layer for each segment.
    """
    count = 1 + max(layer for _, _, _, layer in segments)
    layers = np.zeros((*label_map.values.shape, count), np.uint8)
    for _, mask, value, layer in segments:
        layers[mask, layer] = value
    rows = [f"({','.join(f'{v:.9g}' for v in column)})" for column in label_map.to_lps[:3].T]
    several = count > 1
    lines = ["NRRD0004", "type: unsigned char", f"dimension: {3 + several}", "space: left-posterior-superior"]
    lines += [f"sizes: {f'{count} ' if several else ''}{' '.join(map(str, label_map.values.shape[::-1]))}"]
    lines += [f"space directions: {'none ' if several else ''}{' '.join(rows[:3])}"]
    lines += [f"kinds: {'list ' if several else ''}domain domain domain", "encoding: raw", f"space origin: {rows[3]}"]
    for number, (name, _, value, layer) in enumerate(segments):
        lines += [f"Segment{number}_ID:=Segment_{number + 1}", f"Segment{number}_Name:={name}"]
        if not old:
            lines += [f"Segment{number}_LabelValue:={value}", f"Segment{number}_Layer:={layer}"]
        lines += [f"Segment{number}_Tags:={(tags or {}).get(name, '')}|Segmentation.Status:inprogress|"]
    path.write_bytes("\n".join([*lines, "", ""]).encode() + layers.tobytes())
    return path


def terminology(scheme: str, code: str, meaning: str, side: str = "") -> str:
    """Terminology entry of a segment, as Slicer writes it."""
    modifier = f"SCT^7771000^{side}" if side else "^^"
    context = "Segmentation category and type - 3D Slicer General Anatomy list"
    kind = f"SCT^123037004^Anatomical Structure~{scheme}^{code}^{meaning}~{modifier}"
    return f"TerminologyEntry:{context}~{kind}~Anatomic codes - DICOM master list~^^~^^"
