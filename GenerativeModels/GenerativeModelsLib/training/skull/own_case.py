"""Cases of an own cohort: head and pictures, and their crops for the skull networks."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
import torch

from GenerativeModelsLib.models.cvae import SkullCVAE
from GenerativeModelsLib.models.locator import HeadLocatorNet
from GenerativeModelsLib.models.low_rank_field import LowRankField
from GenerativeModelsLib.skull.locate.canonical import PICTURE_SIZE, SCALARS, canonical_plane
from GenerativeModelsLib.skull.locate.facing import upright_planes
from GenerativeModelsLib.skull.locate.locator import PLANES, locate
from GenerativeModelsLib.skull.planes.image import PlaneImage, read_plane
from GenerativeModelsLib.skull.shape.field import unit_field
from GenerativeModelsLib.skull.shape.from_labels import ClosedHead, read_closed_head
from GenerativeModelsLib.skull.ultrasound.simulate import simulate_plane
from GenerativeModelsLib.training.shared.cohort_table import CohortRow
from GenerativeModelsLib.training.skull.bank import PICTURE_SIZE as SIMULATED_SIZE
from GenerativeModelsLib.training.skull.bank import Shard
from GenerativeModelsLib.training.skull.crops import MINIMUM_PRESENCE, Crops, crop_shard, quantised

__all__ = ["OwnCase", "basis_error_mm", "case_crops", "crop_pictures", "read_own_case", "simulated_views"]

VIEWS_SEED = 20261121
OWN_VARIANT = -1
"""Variant index of own cases."""
LARGEST_MISMATCH = 0.3
"""Largest |log| of the ratio of the head sizes in label map and axial picture."""


@dataclass(frozen=True)
class OwnCase:
    """Case of a cohort: its row, its head in the head frame and its pictures by plane (empty: none)."""

    row: CohortRow
    head: ClosedHead
    images: dict[str, PlaneImage]


def read_own_case(row: CohortRow) -> OwnCase:
    """Read the head and the pictures of a row; raises InputError if a file is invalid."""
    images = {
        plane: read_plane(file.image, spacing_mm=file.spacing_mm, name=plane) for plane, file in row.planes.items()
    }
    return OwnCase(row, read_closed_head(row.label_map, row.frame), images)


def case_crops(
    case: OwnCase, net: HeadLocatorNet, basis: LowRankField, views: int, skull: SkullCVAE | None = None
) -> tuple[Crops | None, str]:
    """Crops of the pictures of a case or, if it has none, of `views` simulated examinations; a remark on losses.

    `skull` determines the orientation of the heads in pictures; None: the locator determines it.
    """
    if case.images:
        return crop_pictures(case, net, basis, skull)
    crops = crop_shard(simulated_views(case, views), net, basis)
    return (crops, "") if len(crops.pictures) else (None, "no head found in any simulated picture")


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
        log_radius=np.repeat(shape.log_radius[None].astype(np.float32), views, axis=0),
        hc_mm=np.full(views, case.head.hc_mm, np.float32),
        weeks=np.full(views, case.row.weeks, np.float32),
        variant=np.full(views, OWN_VARIANT, np.int16),
        negatives=np.zeros((0, *SIMULATED_SIZE), np.uint8),
    )


def crop_pictures(
    case: OwnCase, net: HeadLocatorNet, basis: LowRankField, skull: SkullCVAE | None = None
) -> tuple[Crops | None, str]:
    """Crops of the pictures of a case, one row with poses NaN, and a remark; or None and the reason."""
    found = {name: locate(net, image.pixels, image.spacing_mm, name) for name, image in case.images.items()}
    findings = {name: f for name, f in found.items() if f is not None and f.presence >= MINIMUM_PRESENCE}
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
    if skull is None:
        planes = {
            n: canonical_plane(case.images[n].pixels, case.images[n].spacing_mm, f, s) for n, f in findings.items()
        }
    else:
        upright = upright_planes(skull, case.images, findings, s, torch.device("cpu"))
        planes = {name: u.plane for name, u in upright.items()}
    pictures = np.zeros((1, 3, 2, PICTURE_SIZE, PICTURE_SIZE), np.uint8)
    scalars, present = np.zeros((1, 3, SCALARS), np.float32), np.zeros((1, 3), bool)
    for name, plane in planes.items():
        k = PLANES.index(name)
        pictures[0, k], scalars[0, k], present[0, k] = quantised(plane), plane.scalars, True
    crops = Crops(
        pictures,
        scalars,
        present,
        np.full((1, 3, 6), np.nan, np.float32),
        np.log([size / s]),
        np.array([size]),
        basis.project(_field(case.head, size)).numpy(),
        np.array([OWN_VARIANT], np.int16),
        np.array([case.row.weeks], np.float32),
    )
    return crops, "; ".join(f"no head found in the {name} picture" for name in lost)


def basis_error_mm(head: ClosedHead, basis: LowRankField) -> float:
    """Root mean square error, near the surface, of a head's signed distance projected onto the basis."""
    size = head.hc_mm / (2 * np.pi)
    field = _field(head, size)
    left = (field - basis(basis.project(field))).flatten(1)
    return size * float((basis.weight * left**2).sum().sqrt())


def _field(head: ClosedHead, size: float) -> torch.Tensor:
    return torch.from_numpy(unit_field(head.shape, size))[None]
