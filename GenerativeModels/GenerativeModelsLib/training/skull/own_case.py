"""Cases of an own cohort: head and pictures, and their readings for the skull networks."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch

from GenerativeModelsLib.models.low_rank_field import LowRankField
from GenerativeModelsLib.skull.locate.canonical import CHANNELS, PROFILE
from GenerativeModelsLib.skull.locate.facing import upright_planes
from GenerativeModelsLib.skull.locate.locator import PLANES
from GenerativeModelsLib.skull.planes.image import PlaneImage, read_plane
from GenerativeModelsLib.skull.shape.field import unit_field
from GenerativeModelsLib.skull.shape.from_labels import ClosedHead, read_closed_head
from GenerativeModelsLib.skull.ultrasound.simulate import simulate_plane
from GenerativeModelsLib.training.shared.cohort_table import CohortRow
from GenerativeModelsLib.training.skull.bank import PICTURE_SIZE as SIMULATED_SIZE
from GenerativeModelsLib.training.skull.bank import Shard
from GenerativeModelsLib.training.skull.readings import (
    LARGEST_MISS,
    ReaderNets,
    Readings,
    RealReadings,
    found_head,
    read_shard,
    upright_border,
)

__all__ = [
    "OwnCase",
    "basis_error_mm",
    "case_readings",
    "read_circumference",
    "read_own_case",
    "read_pictures",
    "simulated_views",
]

VIEWS_SEED = 20261121
OWN_VARIANT = -1
"""Variant index of own cases."""
LARGEST_MISMATCH = 0.3
"""Largest |log| of the ratio of the head sizes in label map and axial picture."""


@dataclass(frozen=True)
class OwnCase:
    """Case of a cohort: its row, its head in the head frame and its pictures by plane (empty: none).

    Of a row without a label map the circumference alone is known; `head` is None.
    """

    row: CohortRow
    head: ClosedHead | None
    images: dict[str, PlaneImage]

    @cached_property
    def hc_mm(self) -> float:
        """True head circumference."""
        return self.row.hc_mm if self.head is None else self.head.hc_mm


def read_own_case(row: CohortRow) -> OwnCase:
    """Read the head and the pictures of a row; raises InputError if a file is invalid."""
    images = {
        plane: read_plane(file.image, spacing_mm=file.spacing_mm, name=plane) for plane, file in row.planes.items()
    }
    head = None if row.label_map is None else read_closed_head(row.label_map, row.frame)
    return OwnCase(row, head, images)


def case_readings(case: OwnCase, nets: ReaderNets, basis: LowRankField, views: int) -> tuple[Readings | None, str]:
    """Readings of the pictures of a case or, if it has none, of `views` simulated examinations; a remark on losses."""
    if case.images:
        return read_pictures(case, nets, basis)
    readings = read_shard(simulated_views(case, views), nets, basis)
    return (readings, "") if len(readings) else (None, "no head found in any simulated picture")


def simulated_views(case: OwnCase, views: int, seed: int = VIEWS_SEED) -> Shard:
    """`views` simulated examinations of the head of a case, three planes each; same arguments, same bits."""
    name = hashlib.sha256(case.row.case.encode()).digest()[:8]
    rng = np.random.default_rng([seed, int.from_bytes(name, "little")])
    shape = case.head.shape
    examinations = [[simulate_plane(shape, plane, rng, size=SIMULATED_SIZE) for plane in PLANES] for _ in range(views)]
    return Shard(
        images=np.array([[p.image for p in planes] for planes in examinations], np.uint8),
        spacing=np.array([[p.spacing_mm for p in planes] for planes in examinations], np.float32),
        frames=np.array(
            [[[p.pose.origin_mm, p.pose.u_axis, p.pose.v_axis] for p in planes] for planes in examinations], np.float32
        ),
        outline=np.array([[p.outline_mm for p in planes] for planes in examinations], np.float32),
        log_radius=np.repeat(shape.log_radius[None].astype(np.float32), views, axis=0),
        hc_mm=np.full(views, case.head.hc_mm, np.float32),
        weeks=np.full(views, case.row.weeks, np.float32),
        variant=np.full(views, OWN_VARIANT, np.int16),
        negatives=np.zeros((0, *SIMULATED_SIZE), np.uint8),
    )


def read_pictures(case: OwnCase, nets: ReaderNets, basis: LowRankField) -> tuple[Readings | None, str]:
    """Readings of the pictures of a case, one row with poses NaN, and a remark; or None and the reason."""
    found = {name: found_head(nets, image.pixels, image.spacing_mm, name) for name, image in case.images.items()}
    findings = {name: f for name, f in found.items() if f is not None}
    lost = [name for name in case.images if name not in findings]
    if "axial" in lost:
        return None, "no head found in the axial picture"
    s = findings["axial"].radius_mm
    size = case.head.hc_mm / (2 * np.pi)
    if abs(np.log(size / s)) > LARGEST_MISMATCH:
        return (
            None,
            f"the axial picture shows an HC of {2 * np.pi * s:.0f} mm, the label map one of {case.head.hc_mm:.0f}",
        )
    upright = upright_planes(nets.facing, case.images, findings, s, torch.device("cpu"))
    borders = np.zeros((1, 3, len(CHANNELS), PROFILE), np.float32)
    present = np.zeros((1, 3), bool)
    for name, u in upright.items():
        borders[0, PLANES.index(name)], present[0, PLANES.index(name)] = u.plane.border, True
    readings = Readings(
        borders,
        np.full((1, 3, PROFILE), np.nan, np.float32),
        present,
        np.full((1, 3, 6), np.nan, np.float32),
        np.log([size / s]),
        np.array([size]),
        basis.project(_field(case.head, size)).numpy(),
        np.array([OWN_VARIANT], np.int16),
        np.array([case.row.weeks], np.float32),
    )
    return readings, "; ".join(f"no head found in the {name} picture" for name in lost)


def read_circumference(case: OwnCase, nets: ReaderNets) -> tuple[RealReadings | None, str]:
    """Reading of the axial picture of a head whose circumference alone is known; or None and the reason."""
    image = case.images["axial"]
    finding = found_head(nets, image.pixels, image.spacing_mm, "axial")
    if finding is None:
        return None, "no head found in the axial picture"
    miss = np.log(case.hc_mm / finding.ellipse.perimeter)
    if abs(miss) > LARGEST_MISS:
        return None, f"the axial picture shows an HC of {finding.ellipse.perimeter:.0f} mm, the table {case.hc_mm:.0f}"
    border = upright_border(nets, image, finding)
    return RealReadings(np.asarray([border], np.float32), np.asarray([miss], np.float32)), ""


def basis_error_mm(head: ClosedHead, basis: LowRankField) -> float:
    """Root mean square error, near the surface, of a head's signed distance projected onto the basis."""
    size = head.hc_mm / (2 * np.pi)
    field = _field(head, size)
    left = (field - basis(basis.project(field))).flatten(1)
    return size * float((basis.weight * left**2).sum().sqrt())


def _field(head: ClosedHead, size: float) -> torch.Tensor:
    return torch.from_numpy(unit_field(head.shape, size))[None]
