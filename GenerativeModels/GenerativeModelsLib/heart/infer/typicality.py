"""Is this heart like those the model has learnt from? Judged by place, detail, reconstruction and volumes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from GenerativeModelsLib.heart.shape.ray_batch import RayBatch
from GenerativeModelsLib.uncertainty.density import LatentDensity
from GenerativeModelsLib.uncertainty.in_distribution import FeatureModel, InDistribution, TypicalInput

__all__ = ["REASONS", "SeenHearts", "TypicalHeart", "VolumeModel"]

REASONS = {
    "place": "Few hearts of the population lie near this one on the top level of the latent space.",
    "detail": "The lower levels of the latent space are far from those of the population.",
    "error": "The model reconstructs this heart worse than it does those of the population.",
    "volumes": "Its volumes are not those of the population, or do not go together as there: a dilated or weak heart?",
}
DETAIL, VOLUMES = "detail", "volumes"


class SeenHearts(NamedTuple):
    """Hearts as they are judged.

    Attributes
    ----------
    rays : (N, 2) shapes as measured.
    levels : means of z_1 .. z_L, (N, d_l) each.
    error_mm : (N,) root mean squared error of the reconstruction, weighted as in the ranks: see `heart.infer.error`.
    es_present : whether end systole was seen; without it its half of `rays` is left aside.
    """

    rays: RayBatch
    levels: list[np.ndarray]
    error_mm: np.ndarray
    es_present: bool


@dataclass(frozen=True, eq=False)
class VolumeModel:
    """Gaussian of the logarithms of a population's volumes: myocardium, cavity at ED, cavity at ES.

    Two latent dimensions that were made for health and hypertrophy say little of a dilated or weak heart, and among a
    hundred of detail it does not stand out; three volumes tell.

    Attributes
    ----------
    mean : (3,)
    covariance : (3, 3)
    """

    mean: np.ndarray
    covariance: np.ndarray

    @classmethod
    def fit(cls, hearts: RayBatch) -> VolumeModel:
        """From hearts (N, 2)."""
        logs = _log_volumes(hearts)
        return cls(logs.mean(0), np.cov(logs.T))

    def distance(self, hearts: RayBatch, es_present: bool) -> np.ndarray:
        """(N,) root mean squared standardised deviation; without ES of the first two volumes alone."""
        used = 3 if es_present else 2
        offset = (_log_volumes(hearts) - self.mean)[:, :used]
        inverse = np.linalg.inv(self.covariance[:used, :used])
        return np.sqrt(np.einsum("ni,ij,nj->n", offset, inverse, offset) / used)


def _log_volumes(hearts: RayBatch) -> np.ndarray:
    cavity = hearts.cavity_ml
    return np.log(np.stack([hearts[:, 0].myocardium_ml, cavity[:, 0], cavity[:, 1]], axis=1))


@dataclass(frozen=True, eq=False)
class TypicalHeart:
    """Density on the top level, Gaussians of the levels below and of volumes, and ranks of held-out hearts.

    `ranks` are those of hearts with both phases (True) and with end diastole alone (False).
    """

    density: LatentDensity
    detail: FeatureModel
    volumes: VolumeModel
    ranks: Mapping[bool, TypicalInput]

    def measures(self, seen: SeenHearts) -> list[dict[str, float]]:
        """What hearts are judged by, larger = less typical: see `REASONS`."""
        columns = {
            "place": -self.density.log_density(seen.levels[-1]),
            DETAIL: self.detail.distance(np.concatenate(seen.levels[:-1] or seen.levels, axis=1)),
            "error": np.asarray(seen.error_mm, float),
            VOLUMES: self.volumes.distance(seen.rays, seen.es_present),
        }
        return [
            {name: float(value) for name, value in zip(columns, row, strict=True)}
            for row in zip(*columns.values(), strict=True)
        ]

    def judge(self, seen: SeenHearts) -> list[InDistribution]:
        """One judgement a heart."""
        ranks = self.ranks[seen.es_present]
        return [ranks.judge(measures, REASONS) for measures in self.measures(seen)]

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
        volumes = {f"{VOLUMES}.{part}": getattr(self.volumes, part) for part in ("mean", "covariance")}
        return {f"density.{name}": values for name, values in self.density.tensors().items()} | detail | volumes

    @classmethod
    def from_bundle(cls, settings: Mapping[str, Any], tensors: Mapping[str, np.ndarray]) -> TypicalHeart:
        """Raises KeyError, TypeError or ValueError where something is missing."""
        own = {k.removeprefix("density."): v for k, v in tensors.items() if k.startswith("density.")}
        density = LatentDensity.from_bundle(own, settings["density_limit"])
        parts = [np.asarray(tensors[f"{DETAIL}.{part}"], float) for part in ("mean", "directions", "variances")]
        ranks = {both: TypicalInput.from_bundle(settings["ranks"][name], {}) for name, both in _NAMES.items()}
        volumes = VolumeModel(*(np.asarray(tensors[f"{VOLUMES}.{part}"], float) for part in ("mean", "covariance")))
        return cls(density, FeatureModel(*parts, float(settings["detail_rest"])), volumes, ranks)


_NAMES = {"both phases": True, "end diastole alone": False}
