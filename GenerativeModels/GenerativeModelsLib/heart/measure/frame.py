"""Long axis, base plane and septum of a labelled heart: the heart frame in the patient's space.

The base is found from the anatomy, not from the orientation in the header: the cavity is open at the base, the long
axis passes through the centres of its cross-sections, and the right ventricle touches the septum.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from GenerativeModelsLib.errors import InputError, named
from GenerativeModelsLib.heart.labels.label_map import LabelMap
from GenerativeModelsLib.heart.measure.anterior import find_anterior, lies_as_in_people
from GenerativeModelsLib.heart.measure.septum import Septum, septal_direction

__all__ = ["BLUNT_APEX", "HeartFrame", "find_frame", "ring_share"]

WHOLE_RING = 0.75
"""Share of a level's circumference that the myocardium must close for the level to be part of the ventricle."""
LEAST_WALL_MM = 1.5
BLUNT_APEX = 0.5
"""Share of the largest cross-section from which the last one of the cavity is not an apex."""
RIM_HEIGHT_MM = 15.0
"""Distance below the base plane within which the open surface of the cavity belongs to its rim."""
MOST_OPEN = 0.06
"""Largest median share, over short-axis slices, of the cavity's outline that no myocardium covers."""
MOST_TILT = np.cos(np.radians(25))
"""Cosine of the largest angle between the slice axis of a stack and the long axis."""
TRUST_IN_SLICES = 0.2
"""Weight of the slice axis against the line through the cavity in the slices, which breath holds displace."""


@dataclass(frozen=True, eq=False)
class HeartFrame:
    """The heart frame: +z from apex to base, the base plane at z = 0, +x to the septum, +y anterior.

    Attributes
    ----------
    origin_lps : (3,) where the long axis meets the base plane.
    axes : (3, 3) rows x, y, z as unit LPS vectors; right-handed unless the file is mirrored.
    septum : source of +x: "rv" (right ventricle), "given", "position" (usual position in the header's orientation) or
        "wall" (its thickest side).
    anterior : source of +y: "header" (plausible orientation), "mirrored" (plausible after mirroring), "display" (no
        orientation in the header; slices as displayed, seen from the apex) or "unknown".
    rim : (3,) unit LPS vector out of the ventricle's opening, which may be tilted against the long axis.
    base_evidence : how clearly a stack tells its base from its apex, from 0; infinite for other maps.
    """

    origin_lps: np.ndarray
    axes: np.ndarray
    septum: str
    anterior: str = "header"
    rim: np.ndarray | None = None
    base_evidence: float = np.inf

    def __post_init__(self) -> None:
        if self.rim is None:
            object.__setattr__(self, "rim", self.axes[2])

    @property
    def mirrored(self) -> bool:
        """Whether the file shows a mirror image of the heart; meshes in LPS are then inside out."""
        return bool(np.linalg.det(self.axes) < 0)

    @property
    def matrix(self) -> np.ndarray:
        """(4, 4) heart frame -> LPS, for `Surface.transformed`, which keeps normals outward."""
        matrix = np.eye(4)
        matrix[:3, :3], matrix[:3, 3] = self.axes.T, self.origin_lps
        return matrix

    def to_heart(self, points_lps: np.ndarray) -> np.ndarray:
        """LPS points (..., 3) -> heart frame."""
        return (points_lps - self.origin_lps) @ self.axes.T

    def to_lps(self, points: np.ndarray) -> np.ndarray:
        """Heart-frame points (..., 3) -> LPS."""
        return points @ self.axes + self.origin_lps


def find_frame(
    label_map: LabelMap, septum: Septum | None = None, phase: str = "ed", up: np.ndarray | None = None
) -> HeartFrame:
    """The heart frame of a label map of one heart.

    Parameters
    ----------
    septum
        Side of the septum given by the user; None = from the right ventricle, or an estimate.
    up
        (3,) LPS vector to the side of a stack's base; None = from the labels.

    Raises
    ------
    InputError
        The cavity is open to the side, cut, or in too few slices.
    """
    called = f"{named(phase)} {label_map.name}"
    evidence = np.inf
    if label_map.slice_column is None:
        origin, z, rim = _solid_axis(label_map, called)
    else:
        origin, z, rim, evidence = _stack_axis(label_map, called, up)
    cavity = label_map.points_lps(label_map.mask("lv"))
    length = -float(((cavity - origin) @ z).min())
    x, source = septal_direction(label_map, origin, z, length, septum, called)
    anterior = find_anterior(x, z, source)
    return HeartFrame(origin, np.stack([x, anterior.direction, z]), source, anterior.source, rim, evidence)


def ring_share(label_map: LabelMap, centre: np.ndarray, z: np.ndarray, azimuths: int = 48) -> float:
    """Share of azimuths with at least `LEAST_WALL_MM` of myocardium around `centre` (3,) in the plane normal to z."""
    radii = np.arange(0.0, 85.0, 0.75)
    x = np.cross(z, np.eye(3)[np.abs(z).argmin()])
    x /= np.linalg.norm(x)
    phi = 2 * np.pi * np.arange(azimuths) / azimuths
    out = np.cos(phi)[:, None] * x + np.sin(phi)[:, None] * np.cross(z, x)
    wall = label_map.at(centre + radii[:, None] * out[:, None, :]) == label_map.labels.myo
    return float((wall.sum(axis=1) * 0.75 >= LEAST_WALL_MM).mean())


def _solid_axis(label_map: LabelMap, called: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Origin, z and rim of a map that is not a stack."""
    mask = label_map.mask("lv")
    cavity = label_map.points_lps(mask)
    opening = _open_direction(label_map, mask)
    if opening is None:
        raise InputError(
            f"{called}: the cavity is closed all around, it has no open base: label the myocardium without the valve "
            "plane and the atrium."
        )
    centre, z = cavity.mean(0), opening
    rim = z
    for _ in range(4):
        base = _base_height(label_map, centre, z, rim, cavity, called)
        # The wedge above a tilted rim is left out, since it would tilt the axis.
        level = (cavity - centre) @ z
        below = level < base - 15.0 * np.sqrt(max(1 - float(rim @ z) ** 2, 0.0))
        centre, z = _line(_cross_sections(cavity[below], level[below]), z)
        # Gaps in the wall far below are not part of the rim.
        upper = mask.copy()
        upper[mask] = level > base - RIM_HEIGHT_MM
        opening = _open_direction(label_map, upper)
        rim = opening if opening is not None and opening @ z > MOST_TILT else z
    base = _base_height(label_map, centre, z, rim, cavity, called)
    return centre + base * z, z, rim


def _open_direction(label_map: LabelMap, cavity: np.ndarray) -> np.ndarray | None:
    """Unit vector towards the base: mean normal of the surface of `cavity` that no myocardium covers; None if closed.

    Surface on the border of the map is used only if the cavity is closed elsewhere: the crop then cuts the base.
    """
    wall = label_map.mask("lv") | label_map.mask("myo")
    step = label_map.to_lps[:3, :3]
    inner, border = np.zeros(3), np.zeros(3)
    for axis, column in ((2, 0), (1, 1), (0, 2)):
        normal = np.cross(step[:, (column + 1) % 3], step[:, (column + 2) % 3])
        normal *= np.sign(normal @ step[:, column])
        for way in (1, -1):
            here, beyond = [slice(None)] * 3, [slice(None)] * 3
            here[axis], beyond[axis] = (slice(None, -1), slice(1, None))[::way]
            faces = float((cavity[tuple(here)] & ~wall[tuple(beyond)]).sum())
            inner += way * normal * faces
            edge = [slice(None)] * 3
            edge[axis] = -1 if way > 0 else 0
            border += way * normal * float(cavity[tuple(edge)].sum())
    section = (label_map.volume_ml("lv") * 1000) ** (2 / 3)
    total = inner if np.linalg.norm(inner) > 0.1 * section else inner + border
    length = np.linalg.norm(total)
    return total / length if length > 0.1 * section else None


def _cross_sections(cavity: np.ndarray, height: np.ndarray, thickness: float = 3.0) -> tuple[np.ndarray, np.ndarray]:
    """Centres (n, 3) of the cavity's cross-sections and their sizes (n,), without the tips."""
    bins = np.floor((height - height.min()) / thickness).astype(int)
    count = np.bincount(bins)
    keep = count > 0.08 * count.max()
    centres = np.stack([np.bincount(bins, cavity[:, k]) for k in range(3)], 1)[keep] / count[keep, None]
    return centres, count[keep]


def _line(sections: tuple[np.ndarray, np.ndarray], z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A point on the line through the centres of cross-sections and its direction, on the side of z."""
    centres, size = sections
    weight = np.sqrt(size)[:, None]
    middle = (weight * centres).sum(0) / weight.sum()
    if len(centres) < 3:
        return middle, z
    _, _, directions = np.linalg.svd(weight * (centres - middle), full_matrices=False)
    return middle, directions[0] * np.sign(directions[0] @ z)


def _base_height(
    label_map: LabelMap, centre: np.ndarray, z: np.ndarray, rim: np.ndarray, cavity: np.ndarray, called: str
) -> float:
    """Height along z above `centre` of the highest plane perpendicular to `rim` that myocardium encloses."""
    heights = (cavity - centre) @ rim / (z @ rim)
    top, bottom = float(heights.max()), float(heights.min())
    for level in np.arange(top + 0.5, bottom + 0.35 * (top - bottom), -0.5):
        if ring_share(label_map, centre + level * z, rim) >= WHOLE_RING:
            # Voxels, and the levels that intersect them, extend half a voxel beyond the centres.
            return float(level) + 0.25
    raise InputError(
        f"{called}: the cavity is open to the side, its myocardium closes around it at no level near the base: check "
        "the labels."
    )


def _stack_axis(
    label_map: LabelMap, called: str, up: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
    """Origin, z, rim and `base_evidence` of a stack of thick slices, with its base on the side of `up` if given."""
    column = label_map.slice_column
    across = label_map.to_lps[:3, column] / label_map.spacing_mm[column]
    # The slices of a sheared stack are still perpendicular to the normal of their plane.
    normal = np.cross(*(label_map.to_lps[:3, c] for c in range(3) if c != column))
    normal *= np.sign(normal @ across) / np.linalg.norm(normal)
    cavity = np.moveaxis(label_map.mask("lv"), 2 - column, 0)
    slices = np.flatnonzero(cavity.any(axis=(1, 2)))
    if len(slices) < 3:
        raise InputError(
            f"{called}: the cavity is in {len(slices)} of the slices only, at least three short-axis slices are needed."
        )
    sizes = cavity[slices].sum(axis=(1, 2)).astype(float)
    points = label_map.points_lps(label_map.mask("lv"))
    which = np.argwhere(label_map.mask("lv"))[:, 2 - column]
    centres = np.stack([points[which == k].mean(0) for k in slices])
    rings = np.array([ring_share(label_map, centre, normal) for centre in centres])
    whole = rings >= WHOLE_RING
    if whole.mean() < 0.5 or _open_in_plane(label_map, slices) > MOST_OPEN:
        raise InputError(
            f"{called}: the myocardium closes around the cavity in {whole.sum()} of {len(slices)} slices: the cavity "
            "is open to the side, or the slices run along the heart and not across it; a short-axis stack is needed."
        )
    evidence = _rises_towards_base(label_map, slices, whole)
    if up is None and sizes[whole][[0, -1]].min() > BLUNT_APEX * sizes.max():
        # Both ends are wide, as where the slices end before the apex: an orientation as in people decides.
        up = next((way * normal for way in (1, -1) if lies_as_in_people(way * normal)), None)
    if evidence < 0 if up is None else normal @ up < 0:
        normal, across = -normal, -across
        slices, sizes, centres, whole = slices[::-1], sizes[::-1], centres[::-1], whole[::-1]
    # From the apex up to the highest slice whose myocardium closes.
    count = int(np.flatnonzero(whole).max()) + 1
    middle, line = _line((centres[:count], sizes[:count]), normal)
    if line @ normal < MOST_TILT:
        line = normal
    z = (1 - TRUST_IN_SLICES) * line + TRUST_IN_SLICES * normal
    z /= np.linalg.norm(z)
    gap = label_map.spacing_mm[column] * abs(float(across @ normal))
    top = centres[count - 1] @ normal + 0.5 * gap
    return middle + (top - middle @ normal) / (z @ normal) * z, z, normal, abs(evidence)


def _rises_towards_base(label_map: LabelMap, slices: np.ndarray, whole: np.ndarray) -> float:
    """Positive if the base is at the last of the slices (indices) that contain the cavity, of which some are `whole`.

    Towards the base, cavity and wall widen, unless an aneurysm widens the apex; the right ventricle is nearer to the
    base, and only the apex has a cap of myocardium alone.
    """
    cavity, wall, right = (
        np.moveaxis(label_map.mask(name), 2 - label_map.slice_column, 0).sum(axis=(1, 2))
        for name in ("lv", "myo", "rv")
    )
    # A slice that the base plane cuts shows less of the heart, as one near the apex does.
    closed = slices[whole]
    middle, half = (closed[-1] + closed[0]) / 2, max((closed[-1] - closed[0]) / 2, 1)

    def rise(areas: np.ndarray) -> float:
        area = areas[closed]
        return float((area * (closed - middle)).sum() / (half * max(area.sum(), 1)))

    below, above = (float(0 <= k < len(wall) and wall[k] > 0) for k in (slices[0] - 1, slices[-1] + 1))
    return rise(cavity) + rise(wall) + 1.5 * rise(right) + 0.3 * (below - above)


def _open_in_plane(label_map: LabelMap, slices: np.ndarray) -> float:
    """Median over slices of the share of the cavity's outline that borders neither myocardium nor cavity."""
    cavity, wall = (np.moveaxis(label_map.mask(name), 2 - label_map.slice_column, 0)[slices] for name in ("lv", "myo"))
    outline, covered = np.zeros(len(slices)), np.zeros(len(slices))
    for axis in (1, 2):
        for way in (1, -1):
            beyond_cavity, beyond_wall = (np.roll(mask, way, axis) for mask in (cavity, wall))
            edge = (slice(None), *(slice(None) if a != axis else (0 if way > 0 else -1) for a in (1, 2)))
            beyond_cavity[edge] = beyond_wall[edge] = False
            outline += (cavity & ~beyond_cavity).sum(axis=(1, 2))
            covered += (cavity & beyond_wall).sum(axis=(1, 2))
    return float(np.median(1 - covered / np.maximum(outline, 1)))
