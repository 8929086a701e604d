"""Simulated pictures of the exact standard planes, of heads that share everything but their shape."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from GenerativeModelsLib.skull.shape.star_surface import HeadShape
from GenerativeModelsLib.skull.ultrasound.anatomy import Anatomy, young_share
from GenerativeModelsLib.skull.ultrasound.artefacts import developed
from GenerativeModelsLib.skull.ultrasound.domain import Domain
from GenerativeModelsLib.skull.ultrasound.pose import PLANES, PlanePose, standard_pose
from GenerativeModelsLib.skull.ultrasound.probe import Scan, choose_scan
from GenerativeModelsLib.skull.ultrasound.scanning import scanned
from GenerativeModelsLib.skull.ultrasound.simulate import section_outline

SIZE = (384, 512)
OUTLINE_POINTS = 180


@dataclass(frozen=True, eq=False)
class StandardCut:
    """A probe above the vertex that looks at an exact standard plane; the picture is upright and not mirrored.

    Probe, position and imaging parameters are the same for every head, and so are the random numbers of a seed (common
    random numbers): pictures of two heads differ by what follows from their shapes. Nothing is burned into them.

    Attributes
    ----------
    plane
        One of `PLANES`.
    image_pose
        Pose of the picture in the head frame, mm; see `SimulatedPlane.pose`.
    spacing_mm
        Pixel size.
    scan, domain
        The scanned field and the imaging parameters.
    """

    plane: str
    image_pose: PlanePose
    spacing_mm: float
    scan: Scan
    domain: Domain

    @staticmethod
    def of(head: HeadShape, plane: str, size: tuple[int, int] = SIZE) -> StandardCut:
        """The cut that shows the whole of `head` in a picture of `size` (rows, columns).

        Raises
        ------
        InputError
            `plane` is unknown.
        """
        domain = Domain.middle().for_young(young_share(head), np.random.default_rng(0))
        outline = section_outline(head, standard_pose(plane), OUTLINE_POINTS)
        low, high = outline.min(axis=0), outline.max(axis=0)
        spacing = float(((high - low) / size[::-1]).max() / domain.head_fraction)
        pose = standard_pose(plane)
        corner = 0.5 * (low + high) - 0.5 * (np.array(size[::-1]) - 1) * spacing
        image_pose = PlanePose(pose.points(*corner), pose.u_axis, pose.v_axis)
        return StandardCut(plane, image_pose, spacing, choose_scan(size, domain, (outline - corner) / spacing), domain)

    def outline_px(self, head: HeadShape) -> np.ndarray:
        """Outline (N, 2) of a head in pixels (column, row), by rays from the centre of the head."""
        return self.in_pixels(section_outline(head, standard_pose(self.plane), OUTLINE_POINTS))

    def in_pixels(self, points: np.ndarray) -> np.ndarray:
        """In-plane coordinates (..., 2) in mm from the centre of the head, in pixels (column, row)."""
        pose = standard_pose(self.plane)
        corner = np.array([self.image_pose.origin_mm @ pose.u_axis, self.image_pose.origin_mm @ pose.v_axis])
        return (points - corner) / self.spacing_mm

    def picture(self, head: HeadShape, seed: int = 0, *, texture_seed: int | None = None) -> np.ndarray:
        """Simulated picture (H, W) uint8 of a head.

        Parameters
        ----------
        head
            Outer skull surface, head frame, mm.
        seed
            Of the contents of the head, the same in every plane, and of the textures.
        texture_seed
            Seed of the textures alone; None = `seed`.
        """
        anatomy = Anatomy.sample(head, np.random.default_rng([seed, len(PLANES)]))
        rng = np.random.default_rng([seed if texture_seed is None else texture_seed, PLANES.index(self.plane)])
        outline = section_outline(head, standard_pose(self.plane), OUTLINE_POINTS)
        pose = standard_pose(self.plane)
        grey = scanned(anatomy, pose, outline, self.image_pose, self.spacing_mm, self.scan, self.domain, rng)
        return developed(grey, self.scan.seen, self.domain, rng)
