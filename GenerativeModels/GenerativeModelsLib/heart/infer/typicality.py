"""In-distribution judgement of a heart by latent position, detail, reconstruction error and volumes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from GenerativeModelsLib.heart.infer.code import SEEN, presence_names, presence_rows
from GenerativeModelsLib.heart.shape.ray_batch import RayBatch
from GenerativeModelsLib.language import N_
from GenerativeModelsLib.uncertainty.density import LatentDensity
from GenerativeModelsLib.uncertainty.in_distribution import FeatureModel, InDistribution, TypicalInput

__all__ = ["REASONS", "SeenHearts", "TypicalHeart", "VolumeModel"]

REASONS = {
    "place": N_("Few hearts of the population lie near this one on the top level of the latent space."),
    "detail": N_("The lower levels of the latent space are far from those of the population."),
    "error": N_("The model reconstructs this heart worse than it does those of the population."),
    "volumes": N_("Its volumes or their ratios are unusual for the population, as in a dilated or weak heart."),
}
DETAIL, VOLUMES = "detail", "volumes"


class SeenHearts(NamedTuple):
    """Hearts with the values that are judged.

    Attributes
    ----------
    rays : (N, PHASES) shapes as measured; absent phases are ignored.
    levels : means of z_1 .. z_L, (N, d_l) each.
    error_mm : (N,) root mean squared error of the reconstruction, weighted as in the ranks: see `heart.infer.error`.
    """

    rays: RayBatch
    levels: list[np.ndarray]
    error_mm: np.ndarray


@dataclass(frozen=True, eq=False)
class VolumeModel:
    """Gaussian of the logarithms of a population's volumes in ml: myocardium at the first phase, cavity at every phase.

    A dilated or weakly contracting heart is not detected in two latent dimensions that separate health from
    hypertrophy, nor among a hundred dimensions of detail, but by its volumes.

    Attributes
    ----------
    mean : (1 + T,) for T phases.
    covariance : (1 + T, 1 + T)
    """

    mean: np.ndarray
    covariance: np.ndarray

    @classmethod
    def fit(cls, hearts: RayBatch) -> VolumeModel:
        """Fit to hearts (N, T).

        Raises
        ------
        ValueError
            A phase is absent.
        """
        if not hearts.present.all():
            raise ValueError("The volumes of a population are fitted to hearts with all of their phases.")
        logs = np.log(_volumes(hearts))
        return cls(logs.mean(0), np.cov(logs.T))

    def distance(self, hearts: RayBatch) -> np.ndarray:
        """(N,) root mean squared standardised deviation of hearts (N, T), over the volumes of the phases present."""
        found = np.empty(len(hearts.present))
        for pattern, rows in presence_rows(hearts.present):
            used = np.flatnonzero([pattern[0], *pattern])
            offset = np.log(_volumes(hearts[rows])[:, used]) - self.mean[used]
            inverse = np.linalg.inv(self.covariance[np.ix_(used, used)])
            found[rows] = np.sqrt(np.einsum("ni,ij,nj->n", offset, inverse, offset) / len(used))
        return found


def _volumes(hearts: RayBatch) -> np.ndarray:
    """(N, 1 + T) in ml, of absent phases too."""
    return np.concatenate([hearts[:, 0].myocardium_ml[:, None], hearts.cavity_ml], axis=1)


@dataclass(frozen=True, eq=False)
class TypicalHeart:
    """Density on the top level, Gaussians of the levels below and of volumes, and ranks of held-out hearts.

    `ranks` are per pattern of present phases, by the names of `heart.infer.code.SEEN`.
    """

    density: LatentDensity
    detail: FeatureModel
    volumes: VolumeModel
    ranks: Mapping[str, TypicalInput]

    def measures(self, seen: SeenHearts) -> list[dict[str, float]]:
        """Measures of each heart by name (see `REASONS`); larger = less typical."""
        columns = {
            "place": -self.density.log_density(seen.levels[-1]),
            DETAIL: self.detail.distance(np.concatenate(seen.levels[:-1] or seen.levels, axis=1)),
            "error": np.asarray(seen.error_mm, float),
            VOLUMES: self.volumes.distance(seen.rays),
        }
        return [
            {name: float(value) for name, value in zip(columns, row, strict=True)}
            for row in zip(*columns.values(), strict=True)
        ]

    def judge(self, seen: SeenHearts) -> list[InDistribution]:
        """One judgement per heart."""
        names = presence_names(seen.rays.present)
        return [self.ranks[name].judge(measures, REASONS) for name, measures in zip(names, self.measures(seen))]

    def settings(self) -> dict[str, Any]:
        """Entries of the manifest."""
        ranks = {
            name: {
                "quantiles": {k: v.tolist() for k, v in self.ranks[name].quantiles.items()},
                "worst": {str(k): v.tolist() for k, v in self.ranks[name].worst.items()},
            }
            for name in SEEN
        }
        return {"density_limit": self.density.limit, "detail_rest": self.detail.rest, "ranks": ranks}

    def tensors(self) -> dict[str, np.ndarray]:
        """Tensors stored with the weights."""
        detail = {f"{DETAIL}.{part}": getattr(self.detail, part) for part in ("mean", "directions", "variances")}
        volumes = {f"{VOLUMES}.{part}": getattr(self.volumes, part) for part in ("mean", "covariance")}
        return {f"density.{name}": values for name, values in self.density.tensors().items()} | detail | volumes

    @classmethod
    def from_bundle(cls, settings: Mapping[str, Any], tensors: Mapping[str, np.ndarray]) -> TypicalHeart:
        """Build from the parts of a bundle; raises KeyError, TypeError or ValueError if one is missing."""
        own = {k.removeprefix("density."): v for k, v in tensors.items() if k.startswith("density.")}
        density = LatentDensity.from_bundle(own, settings["density_limit"])
        parts = [np.asarray(tensors[f"{DETAIL}.{part}"], float) for part in ("mean", "directions", "variances")]
        ranks = {name: TypicalInput.from_bundle(settings["ranks"][name], {}) for name in SEEN}
        volumes = VolumeModel(*(np.asarray(tensors[f"{VOLUMES}.{part}"], float) for part in ("mean", "covariance")))
        return cls(density, FeatureModel(*parts, float(settings["detail_rest"])), volumes, ranks)
