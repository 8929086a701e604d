"""Principal components of the training bank: shapes of any number of scores, and classes by logistic regression.

The components are of the error-free shapes under the metric of the networks, so that both count surface alike. A heart
is read by projection onto the components, or by the linear regression of the error-free scores on those of the same
heart with the errors of a label map: the best linear reader with the same training as the networks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec

import numpy as np

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.extras import install_command
from GenerativeModelsLib.heart.infer.code import encode
from GenerativeModelsLib.heart.population.bank import LabelledHearts
from GenerativeModelsLib.heart.population.simulate import observed_hearts
from GenerativeModelsLib.heart.shape.ray_batch import RayBatch

__all__ = ["LinearShapes", "fit_linear", "require_sklearn"]

CHUNK = 500


@dataclass(frozen=True, eq=False)
class LinearShapes:
    """Principal components, linear readers and classifiers of one bank.

    Attributes
    ----------
    root : (CODE_SIZE,) square root of the metric.
    mean : (CODE_SIZE,) mean code in mm.
    components : (F, CODE_SIZE) orthonormal, of codes times `root`.
    reader, offset : (F, F) and (F,), error-free scores as reader @ observed scores + offset.
    classifiers : by number of scores, a fitted pipeline with `predict_proba`; of observed scores.
    """

    root: np.ndarray
    mean: np.ndarray
    components: np.ndarray
    reader: np.ndarray
    offset: np.ndarray
    classifiers: dict[int, object]

    def scores(self, code: np.ndarray) -> np.ndarray:
        """(N, F) scores of codes (N, CODE_SIZE) by projection."""
        return ((code - self.mean) * self.root) @ self.components.T

    def read(self, code: np.ndarray) -> np.ndarray:
        """(N, F) scores of codes (N, CODE_SIZE) with the errors of label maps, by regression."""
        return self.scores(code) @ self.reader.T + self.offset

    def code(self, scores: np.ndarray) -> np.ndarray:
        """Codes (N, CODE_SIZE) of the leading scores (N, k)."""
        return self.mean + scores @ self.components[: scores.shape[1]] / self.root

    def probability(self, hearts: RayBatch, count: int) -> np.ndarray:
        """(N,) probability of the second class by logistic regression on `count` scores, a key of `classifiers`."""
        return self.classifiers[count].predict_proba(self.scores(encode(hearts))[:, :count])[:, 1]


def require_sklearn() -> None:
    """Raise InputError unless scikit-learn is installed."""
    if find_spec("sklearn") is None:
        raise InputError(f"Principal components need scikit-learn, which is not installed: {install_command('train')}.")


def fit_linear(
    hearts: LabelledHearts, metric: np.ndarray, features: int, counts: Sequence[int], seed: int
) -> LinearShapes:
    """Fit components, readers and the classifiers of `counts` scores to the hearts of a bank.

    Parameters
    ----------
    metric
        (CODE_SIZE,) weight of every number of a code.
    features
        Number of components.
    seed
        Of the errors of label maps, one draw a heart, and of the randomised decomposition (Halko et al. 2011).
    """
    require_sklearn()
    from sklearn.decomposition import PCA
    from sklearn.linear_model import LinearRegression, LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    root = np.sqrt(np.asarray(metric, np.float64))
    code = encode(hearts.rays)
    mean = code.mean(axis=0, dtype=np.float64)
    # Centred in double precision; the solver keeps single precision, which is that of the bank.
    centred = ((code - mean) * root).astype(np.float32)
    pca = PCA(features, svd_solver="randomized", iterated_power=7, random_state=seed).fit(centred)
    mean = mean + pca.mean_ / root
    basis = LinearShapes(root, mean, pca.components_.astype(float), np.eye(features), np.zeros(features), {})
    rng, seen = np.random.default_rng([seed, 3]), []
    for start in range(0, len(hearts), CHUNK):
        rays = hearts.rays[start : start + CHUNK]
        whole = replace(rays, **{name: np.asarray(getattr(rays, name), np.float64) for name in RayBatch.FIELDS})
        seen.append(basis.scores(encode(observed_hearts(rng, whole))))
    observed = np.concatenate(seen)
    regression = LinearRegression().fit(observed, basis.scores(code))
    classifiers = {}
    for count in counts:
        model = make_pipeline(StandardScaler(), LogisticRegression(class_weight="balanced", max_iter=2000))
        classifiers[count] = model.fit(observed[:, :count], hearts.label)
    return replace(basis, reader=regression.coef_, offset=regression.intercept_, classifiers=classifiers)
