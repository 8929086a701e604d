"""A principal component model of the signed distances of cavity and ventricle, which rebuilds every slice from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from GenerativeModelsLib.evaluation.segmentation.methods import Outcome, with_ventricle
from GenerativeModelsLib.evaluation.segmentation.window import STEP_MM, Window, contracted, ventricle_of
from GenerativeModelsLib.segmentation.maps import CODES, LabelMaps
from GenerativeModelsLib.segmentation.repair.distances import FARTHEST_MM, signed_distances

__all__ = ["ShapeModel", "fit_shape_model"]

VARIANCE, WIDEST, COARSE = 0.95, 3.0, 2
"""Share of the variance kept, standard deviations that a component may reach, and pixels of the square a step."""
SHARES = (1.0, 0.7, 0.45, 0.25)
"""Areas of the cavity, of that at end diastole, that a training map is contracted to."""
_PARTS = ("lv", "epi")


@dataclass(frozen=True, eq=False)
class ShapeModel:
    """Signed distances x of cavity and ventricle on a square: x = mean + sum_k b_k modes_k, abs(b_k) <= 3 deviations_k.

    The active shape model's constraint (Cootes et al. 1995) on distance maps (Leventon et al. 2000), for every slice.

    Attributes
    ----------
    mean, modes, deviations
        (2 n n,), (modes, 2 n n) of unit length, and (modes,) standard deviations of their coefficients, in mm.
    """

    mean: np.ndarray
    modes: np.ndarray
    deviations: np.ndarray
    name: str = "PCA shape model"

    def repair(self, maps: LabelMaps) -> Outcome:
        values = maps.values.copy()
        for place in np.ndindex(values.shape[:2]):
            window = Window.around(values[place], maps.pixel_mm)
            if window is not None:
                values[place] = with_ventricle(values[place], self._rebuilt(values[place], window))
        return Outcome(replace(maps, values=values))

    def _rebuilt(self, values: np.ndarray, window: Window) -> np.ndarray:
        square = ventricle_of(window.cut(values, 0, order=0).astype(np.uint8))
        amounts = self.modes @ (_vector(square) - self.mean)
        limit = WIDEST * self.deviations
        found = (self.mean + np.clip(amounts, -limit, limit) @ self.modes).reshape(
            2, *(s // COARSE for s in square.shape)
        )
        cavity, whole = (window.back(_fine(part, square.shape), -FARTHEST_MM) > 0 for part in found)
        return np.where(cavity & whole, CODES["lv"], np.where(whole, CODES["myo"], 0))

    def arrays(self) -> dict[str, np.ndarray]:
        """Its arrays by name, to keep."""
        return {"mean": self.mean, "modes": self.modes, "deviations": self.deviations}

    @classmethod
    def of(cls, arrays: Mapping[str, np.ndarray]) -> ShapeModel:
        """The model of kept arrays."""
        return cls(arrays["mean"], arrays["modes"], arrays["deviations"])


def fit_shape_model(slices: Sequence[np.ndarray], pixel_mm: np.ndarray) -> ShapeModel:
    """The model of slices (rows, columns) with cavity and wall, each also contracted, turned and mirrored."""
    rows = []
    for values in slices:
        window = Window.around(values, pixel_mm)
        for share in SHARES:
            square = contracted(window.cut(values, 0, order=0).astype(np.uint8), share)
            for turned in (np.rot90(square, k) for k in range(4)):
                rows += [_vector(turned), _vector(turned[:, ::-1])]
    x = np.stack(rows)
    mean = x.mean(axis=0)
    _, sizes, modes = np.linalg.svd(x - mean, full_matrices=False)
    share = np.cumsum(sizes**2) / (sizes**2).sum()
    count = int(np.searchsorted(share, VARIANCE)) + 1
    deviations = sizes[:count] / np.sqrt(len(x) - 1)
    return ShapeModel(mean.astype(np.float32), modes[:count].astype(np.float32), deviations.astype(np.float32))


def _vector(square: np.ndarray) -> np.ndarray:
    found = signed_distances(square, np.full(2, STEP_MM))
    half = COARSE // 2
    return np.concatenate([found[part][half::COARSE, half::COARSE].ravel() for part in _PARTS]).astype(np.float32)


def _fine(coarse: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    from scipy.ndimage import affine_transform

    half = COARSE // 2
    return affine_transform(coarse, np.full(2, 1 / COARSE), -half / COARSE, shape, order=1, mode="nearest")
