"""Which way is anterior: left and right hands of labelled hearts, and what a header's orientation is worth.

Long axis and septum leave two choices for the anterior wall. The header's orientation decides, where the heart lies in
it as hearts lie in people. Many files have lost theirs: those of ACDC say that the apex points to the head, and show
the heart's mirror image. Their slices still are what is seen on a screen, from the apex, the anterior wall on top.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

__all__ = ["Anterior", "find_anterior", "lies_as_in_people"]

USUAL_Z = np.array([-0.65, 0.45, 0.61])
"""From apex to base in LPS: to the right, the back and the head."""
USUAL_ANTERIOR = np.array([0.0, -0.5, 0.87])
"""The anterior wall looks to the front and the head, however much the heart is turned about the body's axis."""
PLAUSIBLE = np.cos(np.radians(50))
ALONG_THE_BODY = np.cos(np.radians(35))


@dataclass(frozen=True, eq=False)
class Anterior:
    """Unit LPS vector y across long axis and septum, and where it comes from (`HeartFrame.anterior`)."""

    direction: np.ndarray
    source: str


def lies_as_in_people(z: np.ndarray) -> bool:
    """Whether the long axis (unit LPS vector to the base) lies within 50 degrees of where it lies in people."""
    return bool(z @ USUAL_Z / np.linalg.norm(USUAL_Z) > PLAUSIBLE)


def find_anterior(x: np.ndarray, z: np.ndarray, septum: str) -> Anterior:
    """+y of the heart frame.

    Parameters
    ----------
    x, z
        Unit LPS vectors to the septum and to the base.
    septum
        Where x comes from, see `HeartFrame.septum`.
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
        # On a screen x runs to the right and y down; seen from the apex, the base lies behind them, at higher z.
        return Anterior(right_handed * np.sign(z[2]), "display")
    return Anterior(right_handed, "unknown")
