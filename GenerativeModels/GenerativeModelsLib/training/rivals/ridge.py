"""Ridge regression from borders to heads, one for each subset of planes; see `skull.predictors.ridge`.

Hoerl and Kennard, Ridge regression: biased estimation for nonorthogonal problems, Technometrics 1970;12(1):55-67. The
penalty is chosen, and the residuals of the draws are found, by cross-validation in which the heads of one reading, and
the drawn heads with its errors, are left out together. Real pictures are not used: of their heads only the
circumference is known.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from GenerativeModelsLib.models.low_rank_field import LowRankField
from GenerativeModelsLib.models.predictor import PLANES
from GenerativeModelsLib.process.parallel import Progress
from GenerativeModelsLib.skull.predictors.ridge import SUBSETS, LinearMap, border_features, ridge_tensors
from GenerativeModelsLib.training.rivals.known_heads import KnownHeads

__all__ = ["fit_map", "fit_ridge"]

PENALTIES = 10.0 ** np.arange(-1, 6)
"""Of standardised features."""


def fit_ridge(heads: KnownHeads, basis: LowRankField, advance: Progress, *, folds: int = 5) -> dict[str, Tensor]:
    """Tensors of a map for each of `SUBSETS`, fitted to the heads whose planes were found.

    Parameters
    ----------
    folds
        Parts of the cross-validation.
    """
    maps = {}
    for number, planes in enumerate(SUBSETS, 1):
        there = heads.batch.present[:, [PLANES.index(name) for name in planes]].all(1).numpy()
        features = border_features(heads.batch.borders[there], planes).double().numpy()
        maps[planes] = fit_map(features, heads.x[there], heads.reading[there], heads.read[there], folds)
        advance(number, len(SUBSETS))
    return ridge_tensors(maps)


def fit_map(features: np.ndarray, x: np.ndarray, group: np.ndarray, read: np.ndarray, folds: int) -> LinearMap:
    """Ridge regression of x (n, K + 1) on features (n, F).

    Parameters
    ----------
    group
        (n,) numbers; rows of one group are left out together.
    read
        (n,) bool, the rows whose residuals, while they are left out, give the covariance of the draws.
    folds
        Parts of the cross-validation.
    """
    from sklearn.linear_model import Ridge, RidgeCV
    from sklearn.model_selection import GroupKFold, cross_val_predict
    from sklearn.preprocessing import StandardScaler

    scaler = StandardScaler().fit(features)
    z = scaler.transform(features)
    parts = list(GroupKFold(min(folds, len(np.unique(group)))).split(z, x, group))
    chosen = RidgeCV(PENALTIES, cv=parts, scoring="neg_mean_squared_error").fit(z, x)
    held_out = cross_val_predict(Ridge(chosen.alpha_), z, x, cv=parts)
    residual = (x - held_out)[read]
    values, vectors = np.linalg.eigh(residual.T @ residual / len(residual))
    weight = chosen.coef_.T / scaler.scale_[:, None]
    bias = chosen.intercept_ - scaler.mean_ @ weight
    factor = vectors * np.sqrt(np.maximum(values, 0))
    return LinearMap(*(torch.from_numpy(np.ascontiguousarray(part)) for part in (weight, bias, factor)))
