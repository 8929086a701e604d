"""Is this heart like those the model has learnt from? Judged by its place, its detail and its reconstruction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from GenerativeModelsLib.cardiac.latent_density import LatentDensity
from GenerativeModelsLib.models.in_distribution import FeatureModel, InDistribution, TypicalInput

__all__ = ["REASONS", "TypicalHeart", "heart_measures"]

REASONS = {
    "place": "Few hearts of the population lie near this one on the top level of the latent space.",
    "detail": "The lower levels of the latent space are far from those of the population.",
    "error": "The model reconstructs this heart worse than it does those of the population.",
}
DETAIL = "detail"


@dataclass(frozen=True, eq=False)
class TypicalHeart:
    """Density on the top level, Gaussian of the levels below, and the ranks of held-out hearts, by phases seen.

    `ranks` are those of hearts with both phases (True) and with end diastole alone (False).
    """

    density: LatentDensity
    detail: FeatureModel
    ranks: Mapping[bool, TypicalInput]

    def measures(self, levels: list[np.ndarray], error_mm: np.ndarray) -> list[dict[str, float]]:
        """See `heart_measures`."""
        return heart_measures(self.density, self.detail, levels, error_mm)

    def judge(self, levels: list[np.ndarray], error_mm: np.ndarray, es_present: bool) -> list[InDistribution]:
        """One judgement a heart: levels z_1 .. z_L (N, d) and root mean squared errors (N,) of the reconstruction."""
        ranks = self.ranks[es_present]
        return [ranks.judge(measures, REASONS) for measures in self.measures(levels, error_mm)]

    def settings(self) -> dict[str, Any]:
        """What goes into the manifest."""
        ranks = {
            name: {
                "quantiles": {k: v.tolist() for k, v in self.ranks[both].quantiles.items()},
                "worst": {str(k): v.tolist() for k, v in self.ranks[both].worst.items()},
            }
            for name, both in _NAMES.items()
        }
        return {"density_limit": self.density.limit, "detail_rest": self.detail.rest, "ranks": ranks}

    def tensors(self) -> dict[str, np.ndarray]:
        """What goes beside the weights."""
        detail = {f"{DETAIL}.{part}": getattr(self.detail, part) for part in ("mean", "directions", "variances")}
        return {f"density.{name}": values for name, values in self.density.tensors().items()} | detail

    @classmethod
    def from_bundle(cls, settings: Mapping[str, Any], tensors: Mapping[str, np.ndarray]) -> TypicalHeart:
        """Raises KeyError, TypeError or ValueError where something is missing."""
        own = {k.removeprefix("density."): v for k, v in tensors.items() if k.startswith("density.")}
        density = LatentDensity.from_bundle(own, settings["density_limit"])
        parts = [np.asarray(tensors[f"{DETAIL}.{part}"], float) for part in ("mean", "directions", "variances")]
        ranks = {both: TypicalInput.from_bundle(settings["ranks"][name], {}) for name, both in _NAMES.items()}
        return cls(density, FeatureModel(*parts, float(settings["detail_rest"])), ranks)


_NAMES = {"both phases": True, "end diastole alone": False}


def heart_measures(
    density: LatentDensity, detail: FeatureModel, levels: list[np.ndarray], error_mm: np.ndarray
) -> list[dict[str, float]]:
    """What hearts are judged by, larger = less typical: -log density, distance of the lower levels, error in mm."""
    place = -density.log_density(levels[-1])
    error = np.asarray(error_mm, float)
    if len(levels) == 1:
        return [{"place": float(p), "error": float(e)} for p, e in zip(place, error, strict=True)]
    distance = detail.distance(np.concatenate(levels[:-1], axis=1))
    rows = zip(place, distance, error, strict=True)
    return [{"place": float(p), "detail": float(d), "error": float(e)} for p, d, e in rows]
