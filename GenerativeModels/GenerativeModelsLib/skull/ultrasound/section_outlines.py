"""Outlines of a drawn head in its three planes, as the skull models see them when a picture is read without error."""

from __future__ import annotations

import numpy as np

from GenerativeModelsLib.skull.locate.canonical import PROFILE, pose_vector, profile
from GenerativeModelsLib.skull.locate.window import Window
from GenerativeModelsLib.skull.population.heads import Head
from GenerativeModelsLib.skull.shape.ellipse import fit_ellipse
from GenerativeModelsLib.skull.ultrasound.pose import PLANES, noisy_pose
from GenerativeModelsLib.skull.ultrasound.simulate import section_outline

ROTATION_SD_DEGREES = {"axial": 1.5, "sagittal": 5.0, "coronal": 5.0}
"""Error of the measured rotation in the plane, beyond that of the axis of the ellipse for an axial plane."""
ROUND = 0.15
"""Axis ratio minus 1 above which the axis of the ellipse alone gives the rotation of an axial plane."""


def section_outlines(head: Head, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, float]:
    """Canonical radii (3, A) and poses (3, 6) of randomly placed planes, in units of s, and s in mm.

    s is the size of the axial outline's ellipse; see `skull.locate.canonical`.
    """
    truth, poses = np.zeros((3, PROFILE), np.float32), np.zeros((3, 6), np.float32)
    s = 1.0
    for k, plane in enumerate(PLANES):
        pose = noisy_pose(plane, rng, scale=head.hc_mm / 250.0)
        outline = section_outline(head.shape, pose, 128)
        ellipse = fit_ellipse(outline)
        turn = np.radians(rng.normal(0.0, ROTATION_SD_DEGREES[plane]))
        if plane == "axial":
            s = ellipse.perimeter / (2 * np.pi)
            share = np.clip((ellipse.semi_major / ellipse.semi_minor - 1.0) / ROUND, 0.0, 1.0)
            turn += share * (ellipse.angle_rad - np.pi / 2)
        c, sine = np.cos(turn), np.sin(turn)
        window = Window(np.asarray(ellipse.centre), np.array([c, sine]), np.array([-sine, c]), s)
        truth[k] = profile(outline, window, s)
        right, down = (a[0] * pose.u_axis + a[1] * pose.v_axis for a in (window.right, window.down))
        centre = pose.origin_mm + window.centre_mm[0] * pose.u_axis + window.centre_mm[1] * pose.v_axis
        poses[k] = pose_vector(plane, centre / s, right, down)
    return truth, poses, s
