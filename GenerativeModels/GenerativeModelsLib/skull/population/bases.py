"""The base of a head: conventions of closing it, as smooth changes of log-radius below the axial plane.

A head has no base of its own here: a star-shaped surface closes the skull below by a convention. `closed` is the one
of the shape basis and of this project's templates (a ball of 45 % of the length). `tight` was measured: the change when
the basis templates are closed with a ball of 22 %; its opposite is close to a nearly convex base. Keeping the brainstem
changed these templates, whose masks end near the foramen, by 0.05 mm, so the depth of `brainstem` is a choice of this
project, as are those of `flat` and of the height of the face.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from GenerativeModelsLib.skull.population.basis import ShapeBasis
from GenerativeModelsLib.skull.population.variants import bump, direction
from GenerativeModelsLib.skull.shape.star_surface import HeadShape, table_directions
from GenerativeModelsLib.skull.shape.unit_head import measure

BASE_WEIGHTS = {"closed": 0.45, "tight": 0.32, "flat": 0.08, "brainstem": 0.15}
"""Share of each convention."""
TIGHTNESS = {"closed": (-0.6, 0.6), "tight": (0.6, 1.4), "flat": (-0.6, 0.6), "brainstem": (-0.6, 1.0)}
"""Range of the multiple of the measured change; -0.6 is about the convex hull."""
FLATNESS, FLAT_DEPTH, FLAT_POWER = (0.2, 0.6), 0.8, 3.5
"""Range of the share of a flat base, whose floor lies at this share of the depth, and the power of its round edge."""
BRAINSTEM = (0.03, 0.12)
"""Range of the log-radius added about the foramen magnum: 1 to 5 mm on a head of 300 mm."""
MOST = 0.1
FACE_SD, FLOOR_SD = 0.04, 0.035
"""SD of the log-radius added to face (anterior fossa, orbits) and posterior fossa, in every convention."""


def below_plane() -> np.ndarray:
    """Table (POLAR, AZIMUTH), 0 in the axial plane and above, 1 from 35 degrees below it on."""
    depth = np.clip(-table_directions()[..., 2] / np.sin(np.radians(35)), 0, 1)
    return depth * depth * (3 - 2 * depth)


def draw_base(rng: np.random.Generator, basis: ShapeBasis, shape: HeadShape) -> tuple[str, np.ndarray]:
    """Convention and table of log-radius that it adds to a placed head `shape` of the closed convention."""
    name = tuple(BASE_WEIGHTS)[rng.choice(len(BASE_WEIGHTS), p=list(BASE_WEIGHTS.values()))]
    foramen, face, floor = _bumps()
    change = rng.uniform(*TIGHTNESS[name]) * below_plane() * basis.base_tight
    z = np.clip(rng.standard_normal(2), -2.2, 2.2)
    change = change + FACE_SD * z[0] * face + FLOOR_SD * z[1] * floor
    if name == "brainstem":
        change = change + rng.uniform(*BRAINSTEM) * foramen
    change = soft_limit(change)
    if name == "flat":
        change = change + rng.uniform(*FLATNESS) * below_plane() * (flat_base(shape) - shape.log_radius)
    return name, change


def soft_limit(change: np.ndarray) -> np.ndarray:
    """`change` of log-radius, compressed to within +-`MOST`, so that no sum of changes makes a neck."""
    return MOST * np.tanh(change / MOST)


def face_bump() -> np.ndarray:
    """Table, 1 at the face, 45 degrees below the brow, and 0 in the axial plane and above."""
    return _bumps()[1]


def flat_base(shape: HeadShape) -> np.ndarray:
    """Log-radius of a body with the axial outline of `shape` and a flat floor with round edges."""
    extents, _, _ = measure(shape)
    x, y, z = np.moveaxis(table_directions(), -1, 0)
    across = np.hypot(x / extents.half_x, y / extents.half_y)
    deep = np.abs(z) / (FLAT_DEPTH * extents.down)
    return -np.log(across**FLAT_POWER + deep**FLAT_POWER) / FLAT_POWER


@lru_cache(maxsize=1)
def _bumps() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Tables below the plane about the foramen magnum, the face, and the floor of the posterior fossa."""
    places = (direction(90, -72), 20), (direction(-90, -45), 32), (direction(90, -35), 30)
    return tuple(below_plane() * bump(*place) for place in places)
