"""Left ventricles of 1600 people without symptoms (MESA, Cardiac Atlas Project), as meshes and as label maps.

Used only for evaluation: the data set is under the GPL and is neither copied nor used for training
(Medrano-Gracia et al., JCMR 2014).
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.evaluation.data.folders import data_set
from GenerativeModelsLib.evaluation.data.heart_label_maps import LABELS, USUAL_AXES
from GenerativeModelsLib.geometry.grids import Grid
from GenerativeModelsLib.geometry.surfaces import Surface
from GenerativeModelsLib.geometry.voxels import voxelize
from GenerativeModelsLib.heart.labels.label_map import LabelMap

__all__ = ["LvCap", "Person", "read_lv_cap"]

ENDO_POINTS = 841
SPACING_MM = 1.25
MARGIN_MM = 6.0
RIGHT_SIDE_MM = 18.0
"""Extent of the simplified right ventricle beyond the septum."""
SPLIT_SEED = 1600


@dataclass(frozen=True, eq=False)
class Person:
    """One person's ventricle at one phase, in LPS mm in the usual orientation of a heart.

    Attributes
    ----------
    endo, epi
        Surfaces open at the base.
    cavity, whole
        Closed surfaces: the endocardium with a triangle fan from its rim to the rim's centre, and the cavity with the
        myocardium, whose base is a ring between the two rims.
    name
        Row of the data set, and phase.
    """

    endo: Surface
    epi: Surface
    cavity: Surface
    whole: Surface
    name: str

    def label_map(self, spacing_mm: float = SPACING_MM) -> LabelMap:
        """Label map, by voxel centres, of cavity, myocardium and a crescent at the septum for the right ventricle.

        If the two surfaces cross at the apex, the cavity counts as inside.
        """
        towards = RIGHT_SIDE_MM * USUAL_AXES[0]
        right = Surface(self.whole.points + towards, self.whole.triangles)
        grid = Grid.around(np.concatenate([self.epi.points, right.points]), spacing_mm, MARGIN_MM)
        cavity = voxelize(self.cavity, grid) > 0
        whole = (voxelize(self.whole, grid) > 0) | cavity
        values = np.zeros(grid.shape_zyx, np.int32)
        values[(voxelize(right, grid) > 0) & _beside_the_upper_part(self.epi, grid)] = LABELS.rv
        values[whole] = LABELS.myo
        values[cavity] = LABELS.lv
        to_lps = np.diag([*grid.spacing_mm, 1.0])
        to_lps[:3, 3] = grid.origin_mm
        return LabelMap(values, LABELS, to_lps, self.name)


@dataclass(frozen=True, eq=False)
class LvCap:
    """The data set, as a point distribution model.

    Attributes
    ----------
    mean, modes, scores
        By phase "ed", "es": (1682, 3) mm, (K, 1682, 3) and (1600, K); endocardium first, in cardiac axes.
    triangles
        (M, 3) of the endocardium; those of the epicardium are the same with an index offset of `ENDO_POINTS`.
    rim
        (28,) indices of the points at the base, in order.
    volumes_ml
        (1600, 4) EDV, ESV and the myocardium at ED and ES, of the meshes.
    """

    mean: dict[str, np.ndarray]
    modes: dict[str, np.ndarray]
    scores: dict[str, np.ndarray]
    triangles: np.ndarray
    rim: np.ndarray
    volumes_ml: np.ndarray

    def __len__(self) -> int:
        return len(self.volumes_ml)

    def sample(self, count: int) -> np.ndarray:
        """(count,) rows drawn with a fixed seed, so that every model gets the same people."""
        return np.sort(np.random.default_rng(SPLIT_SEED).permutation(len(self))[:count])

    def person(self, row: int, phase: str) -> Person:
        """The ventricle of one row at `phase`, "ed" or "es"."""
        cap = self.mean[phase] + np.tensordot(self.scores[phase][row], self.modes[phase], 1)
        # Cardiac axes point to apex and septum and are right-handed; the heart frame's point to septum, front and base.
        points = np.stack([cap[:, 1], -cap[:, 2], -cap[:, 0]], axis=1) @ USUAL_AXES
        points = np.concatenate([points, points[self.rim].mean(0, keepdims=True)])
        rim, after = self.rim, np.roll(self.rim, -1)
        fan = np.stack([after, rim, np.full_like(rim, len(cap))], axis=1)
        outer = self.triangles + ENDO_POINTS
        outer_rim, outer_after = rim + ENDO_POINTS, after + ENDO_POINTS
        ring = [np.stack([outer_after, outer_rim, rim], axis=1), np.stack([outer_after, rim, after], axis=1)]
        cavity = _used(points, np.concatenate([self.triangles, fan])).outward()
        whole = _used(points, np.concatenate([outer, *ring, fan])).outward()
        return Person(_used(points, self.triangles), _used(points, outer), cavity, whole, f"lv_cap {row} {phase}")


def read_lv_cap(folder: Path) -> LvCap:
    """The data set in `folder` or in its folder `lv_cap`: `lv_cap.npz` and `clinical_index.csv`.

    Raises
    ------
    InputError
        A file is missing.
    """
    folder = data_set(folder, "lv_cap")
    file, table = folder / "lv_cap.npz", folder / "clinical_index.csv"
    if not table.is_file():
        raise InputError(f"{table} does not exist: it belongs to the data set lv_cap, beside {file.name}.")
    stored = np.load(file)
    weld = stored["weld"].astype(int)
    faces = weld[stored["faces_endo"].astype(int)]
    whole = (faces[:, 0] != faces[:, 1]) & (faces[:, 1] != faces[:, 2]) & (faces[:, 0] != faces[:, 2])
    with table.open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    names = ("edv_ml", "esv_ml", "myo_ed_ml", "myo_es_ml")
    return LvCap(
        mean={p: stored[f"mean_{p}"].astype(float) for p in ("ed", "es")},
        modes={p: stored[f"modes_{p}"].astype(float) for p in ("ed", "es")},
        scores={p: stored[f"scores_{p}"].astype(float) for p in ("ed", "es")},
        triangles=faces[whole],
        rim=stored["base_rim_endo"].astype(int),
        volumes_ml=np.array([[float(row[name]) for name in names] for row in rows]),
    )


def _used(points: np.ndarray, triangles: np.ndarray) -> Surface:
    """The mesh of `triangles` without unused points."""
    used, place = np.unique(triangles, return_inverse=True)
    return Surface(points[used], place.reshape(triangles.shape))


def _beside_the_upper_part(epi: Surface, grid: Grid) -> np.ndarray:
    """(z, y, x) bool: the upper 70 % of the distance from base to apex, since the right ventricle is shorter."""
    along = epi.points @ USUAL_AXES[2]
    height = grid.points() @ USUAL_AXES[2]
    base, apex = along.max(), along.min()
    return (height < base - 2.0) & (height > base - 0.7 * (base - apex))
