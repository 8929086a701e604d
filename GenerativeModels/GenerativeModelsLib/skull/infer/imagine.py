"""Planes that nobody took: simulated pictures of the reconstruction and of some of its draws.

After Deep Mental Maps (Hou et al. 2019), which shows other standard planes from the one that there is. Here the
reconstructed shape is imaged by the simulator in the exact standard plane, and so are draws of it. The contents of the
head are those of a random fetus of the simulated population, the same for all pictures, as are the textures: what
differs between the pictures of a plane follows from the shape.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from GenerativeModelsLib.errors import Caution
from GenerativeModelsLib.language import said
from GenerativeModelsLib.skull.infer.imagined_plane import ImaginedPlane
from GenerativeModelsLib.skull.infer.reconstruct import Progress, Reconstruction
from GenerativeModelsLib.skull.shape.cast import cast_head, last_exit
from GenerativeModelsLib.skull.shape.star_surface import HeadShape
from GenerativeModelsLib.skull.ultrasound.pose import PLANES, standard_pose
from GenerativeModelsLib.skull.ultrasound.standard_cut import OUTLINE_POINTS, StandardCut

__all__ = ["DRAWS", "imagine", "mean_shape", "with_imagined"]

DRAWS = 4
"""Draws that are imaged."""
OUTLINES = 100
"""Largest number of draws whose outlines are found."""
LEAST_SD_MM = 0.05
"""Below this standard deviation of the draws their deviations are not stretched further to the calibrated one."""


def mean_shape(found: Reconstruction) -> HeadShape:
    """The reconstruction as a star-shaped head, head frame, mm."""
    return _cast(found, found.distance_mm)


def with_imagined(found: Reconstruction, progress: Progress | None = None) -> Reconstruction:
    """The reconstruction with pictures of the planes that were not given, or with a warning that says why not."""
    if found.in_distribution.verdict == "outside":
        why = said("No plane is imagined, as the input lies outside what the model was trained on.")
    elif set(found.planes) == set(PLANES):
        why = said("No plane is imagined, as all three planes are given.")
    else:
        (progress or (lambda message, share: None))("Imagining the other planes", 0.9)
        start = time.perf_counter()
        made = imagine(found)
        return replace(found, imagined=made, seconds=found.seconds | {"imagine": time.perf_counter() - start})
    return replace(found, warnings=(*found.warnings, Caution(why, "missing")))


def imagine(found: Reconstruction, planes: Sequence[str] | None = None) -> dict[str, ImaginedPlane]:
    """Pictures of standard planes of a reconstruction.

    Parameters
    ----------
    found
        The reconstruction; its seed makes the pictures reproducible.
    planes
        Names of the planes; None = those of `PLANES` that were not given.

    The deviations of the draws from their mean are multiplied at every point by the ratio of the calibrated standard
    deviation to theirs, so that the outlines spread as the uncertainty of the surface says.
    """
    if planes is None:
        planes = [plane for plane in PLANES if plane not in found.planes]
    mean = mean_shape(found)
    fields = _calibrated_draws(found)
    shapes = [_cast(found, field) for field in fields[:DRAWS]] if planes else []
    seed = found.seed % 2**63
    imagined = {}
    for plane in planes:
        cut = StandardCut.of(mean, plane)
        imagined[plane] = ImaginedPlane(
            plane,
            cut.image_pose,
            cut.spacing_mm,
            cut.picture(mean, seed),
            tuple(cut.picture(shape, seed) for shape in shapes),
            cut.outline_px(mean),
            cut.in_pixels(_outlines_mm(found, fields, plane)),
        )
    return imagined


def _calibrated_draws(found: Reconstruction) -> np.ndarray:
    """Signed distances (S, G, G, G) of up to `OUTLINES` draws in mm, spread as calibrated."""
    if found.drawn is None:
        return np.zeros((0, *found.distance_mm.shape), np.float32)
    fields = found.drawn.fields_mm(slice(OUTLINES)).cpu().numpy()
    sd = fields.std(axis=0, ddof=1)
    return found.distance_mm + (fields - found.distance_mm) * (found.sd_mm / np.maximum(sd, LEAST_SD_MM))


def _cast(found: Reconstruction, distance_mm: np.ndarray) -> HeadShape:
    return cast_head(distance_mm, found.grid.spacing_mm[0], -np.array(found.grid.origin_mm))


def _outlines_mm(found: Reconstruction, fields: np.ndarray, plane: str) -> np.ndarray:
    """Outlines (S, N, 2) in a standard plane, in-plane coordinates in mm, of the zero levels of `fields`."""
    angle = np.arange(OUTLINE_POINTS) * (2 * np.pi / OUTLINE_POINTS)
    directions = np.stack([np.cos(angle), np.sin(angle)], axis=-1)
    radii = np.arange(1.0, float(np.abs(found.surface.points).max()) + 30.0, 0.5)
    points = standard_pose(plane).points(radii[:, None] * directions[:, 0], radii[:, None] * directions[:, 1])
    found_radii = [last_exit(found.grid.sample(field, points), radii) for field in fields]
    return np.array(found_radii).reshape(len(fields), OUTLINE_POINTS, 1) * directions
