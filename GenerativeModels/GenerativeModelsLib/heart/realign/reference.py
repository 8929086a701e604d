"""The stiff reference of a realignment: the mean heart of the model's population and its leading modes.

The modes are the principal components of hearts that the model draws. They have a Gaussian prior, so that slices are
held against the hearts that the population makes likely, and not against the model's reconstruction of this very heart,
which follows its shifted slices.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from GenerativeModelsLib.heart.anatomy import CLASSES
from GenerativeModelsLib.heart.infer.code import PHASES
from GenerativeModelsLib.heart.shape.ventricle import AZIMUTHS, ROWS

if TYPE_CHECKING:
    from GenerativeModelsLib.heart.infer.model import HeartModel

__all__ = ["MODES", "Reference", "stiff_reference"]

MODES = 60
"""Leading modes; chosen with `fit.SLICE_MM` on simulated hearts of seeds that no benchmark uses."""
DRAWS = 400
"""Hearts drawn from each class."""


@dataclass(frozen=True, eq=False)
class Reference:
    """Radii of both surfaces in mm along the rays of `Ventricle`.

    Attributes
    ----------
    mean : (PHASES, 2, ROWS, AZIMUTHS), endo- and epicardium of each phase.
    modes : (K, PHASES, 2, ROWS, AZIMUTHS), each of one standard deviation.
    """

    mean: np.ndarray
    modes: np.ndarray


@lru_cache(maxsize=1)
def stiff_reference(model: HeartModel) -> Reference:
    """The mean and the `MODES` leading modes of `DRAWS` hearts of each class of a model, the same for every heart."""
    drawn = [model.sample(condition, DRAWS) for condition in CLASSES]
    radii = np.concatenate([np.stack([rays.endo_mm, rays.epi_mm], axis=2).reshape(DRAWS, -1) for rays in drawn])
    mean = radii.mean(axis=0)
    _, spread, directions = np.linalg.svd(radii - mean, full_matrices=False)
    modes = directions[:MODES] * (spread[:MODES, None] / np.sqrt(len(radii) - 1))
    shape = (PHASES, 2, ROWS, AZIMUTHS)
    return Reference(mean.reshape(shape), modes.reshape(-1, *shape))
