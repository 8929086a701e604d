"""Direction of the anterior wall, and the handedness of labelled hearts.

Long axis and septum leave two choices for the anterior wall. The orientation in the header decides if the heart has
a usual pose in it. Many files have lost their orientation: in those of ACDC the apex points to the head and the heart
is mirrored. Their slices still are as displayed: seen from the apex, with the anterior wall on top.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

__all__ = ["USUAL_ANTERIOR", "USUAL_Z", "Anterior", "find_anterior", "lies_as_in_people"]

USUAL_Z = np.array([-0.65, 0.45, 0.61])
"""Usual direction from apex to base in LPS: to the right, the back and the head."""
USUAL_ANTERIOR = np.array([0.0, -0.5, 0.87])
"""Usual anterior direction in LPS: to the front and the head, also of hearts rotated about the body's axis."""
PLAUSIBLE = np.cos(np.radians(50))
ALONG_THE_BODY = np.cos(np.radians(35))


@dataclass(frozen=True, eq=False)
class Anterior:
    """Unit LPS vector y perpendicular to long axis and septum, and its source (`HeartFrame.anterior`)."""

    direction: np.ndarray
    source: str


def lies_as_in_people(z: np.ndarray) -> bool:
    """Whether the long axis (unit LPS vector to the base) is within 50 degrees of its usual direction."""
    return bool(z @ USUAL_Z / np.linalg.norm(USUAL_Z) > PLAUSIBLE)


def find_anterior(x: np.ndarray, z: np.ndarray, septum: str) -> Anterior:
    """+y of the heart frame.

    Parameters
    ----------
    x, z
        Unit LPS vectors to the septum and to the base.
    septum
        Source of x, see `HeartFrame.septum`.
    """
    right_handed = np.cross(z, x)
    backward = bool(right_handed @ USUAL_ANTERIOR < -0.4)
    if lies_as_in_people(z):
        if backward and septum == "rv":
            return Anterior(-right_handed, "mirrored")
        return Anterior(right_handed, "header")
    if septum in ("rv", "given") and backward and x[0] > 0.2 and lies_as_in_people(z * [-1.0, 1.0, 1.0]):
        return Anterior(-right_handed, "mirrored")
    if abs(z[2]) > ALONG_THE_BODY:
        # On a screen x points right and y down; seen from the apex, the base is behind them, at higher z.
        return Anterior(right_handed * np.sign(z[2]), "display")
    return Anterior(right_handed, "unknown")
