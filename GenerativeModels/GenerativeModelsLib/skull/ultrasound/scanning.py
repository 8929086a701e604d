"""Grey values of a head in one plane: the scene along the beams of a scan, and its scan conversion."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import map_coordinates

from GenerativeModelsLib.skull.shape.star_surface import HeadShape
from GenerativeModelsLib.skull.ultrasound.anatomy import Anatomy
from GenerativeModelsLib.skull.ultrasound.beam_grid import BeamGrid
from GenerativeModelsLib.skull.ultrasound.domain import Domain
from GenerativeModelsLib.skull.ultrasound.imaging import compress
from GenerativeModelsLib.skull.ultrasound.pose import PlanePose
from GenerativeModelsLib.skull.ultrasound.probe import Scan
from GenerativeModelsLib.skull.ultrasound.scene import head_echoes


def scanned(
    anatomy: Anatomy,
    pose: PlanePose,
    outline: np.ndarray,
    image_pose: PlanePose,
    spacing_mm: float,
    scan: Scan,
    domain: Domain,
    rng: np.random.Generator,
) -> np.ndarray:
    """Log-compressed grey values (H, W), 0 to 1, of the plane `pose` of a head; 0 outside the scanned field.

    Parameters
    ----------
    anatomy
        The head with its contents.
    pose, outline
        The plane in the head frame, mm, and the head's outline (N, 2) in its in-plane coordinates.
    image_pose, spacing_mm
        Pose of the image, which lies in that plane, and its pixel size.
    scan
        The scanned field of the image.
    domain, rng
        Imaging parameters, and the generator of the textures. How many numbers are drawn depends on `scan` and `domain`
        alone: heads of other shapes have the same textures.
    """
    table, box = _head_table(anatomy.head, pose, outline)
    grid = _beam_grid(scan, scan.seen.shape, spacing_mm, image_pose, pose, table, box)
    echoes = head_echoes(grid, anatomy, domain, rng)
    grey = compress(echoes, grid, domain, rng)
    image = map_coordinates(grey, scan.lookup.reshape(2, -1), order=1, mode="constant", cval=0.0, prefilter=False)
    return image.reshape(scan.seen.shape)


def _head_table(head: HeadShape, pose: PlanePose, outline: np.ndarray) -> tuple[np.ndarray, tuple[float, float, float]]:
    """Signed distance and radius (2, N, N) in mm over the plane, and (u0, v0, step) of that table."""
    count = 104
    centre = 0.5 * (outline.min(axis=0) + outline.max(axis=0))
    reach = 0.95 * float((outline.max(axis=0) - outline.min(axis=0)).max())
    axis = np.linspace(-reach, reach, count)
    points = pose.points(centre[0] + axis[None, :], centre[1] + axis[:, None])
    table = np.stack([head.implicit(points), head.radius(points)]).astype(np.float32)
    return table, (centre[0] - reach, centre[1] - reach, 2 * reach / (count - 1))


def _beam_grid(
    scan: Scan,
    size: tuple[int, int],
    spacing: float,
    image_pose: PlanePose,
    pose: PlanePose,
    table: np.ndarray,
    box: tuple[float, float, float],
) -> BeamGrid:
    """Positions along the beams in the head frame, with the tabulated head fields there."""
    points = image_pose.points(scan.columns * np.float32(spacing), scan.rows * np.float32(spacing)).astype(np.float32)
    relative = points - pose.origin_mm.astype(np.float32)
    u, v = relative @ pose.u_axis.astype(np.float32), relative @ pose.v_axis.astype(np.float32)
    where = np.stack([(v - box[1]) / box[2], (u - box[0]) / box[2]])
    fields = [map_coordinates(t, where, order=1, mode="nearest", prefilter=False) for t in table]
    # outside the table the distance continues to grow
    last = table.shape[1] - 1
    beyond = np.hypot(*(where - np.clip(where, 0, last))) * np.float32(box[2])
    beams = scan.beams[:, :1] * image_pose.u_axis + scan.beams[:, 1:] * image_pose.v_axis
    return BeamGrid(
        points_mm=points,
        beams=beams.astype(np.float32),
        signed_mm=fields[0] + beyond,
        radius_mm=fields[1],
        rows=scan.rows / size[0],
        columns=scan.columns / size[0],
        step_mm=scan.step_px * spacing,
    )
