"""The connected bodies of the left ventricle in a stack of labels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from GenerativeModelsLib.segmentation.maps import CODES

__all__ = ["Bodies", "bodies_of"]

_BESIDE = np.ones((3, 3, 3), bool)


@dataclass(frozen=True, eq=False)
class Bodies:
    """Connected bodies of cavity and wall together.

    Attributes
    ----------
    numbers
        (slices, rows, columns) 1 for the largest body, 2 for the next, and so on; 0 elsewhere.
    sizes
        Number of voxels of each, the largest first.
    """

    numbers: np.ndarray
    sizes: np.ndarray

    @property
    def largest(self) -> np.ndarray:
        """(slices, rows, columns) mask of the largest body."""
        return self.numbers == 1


def bodies_of(values: np.ndarray) -> Bodies:
    """The bodies of labels (slices, rows, columns), connected through sides, edges and corners of voxels.

    Slices without left ventricle are passed over: a missing slice does not part what lies on its sides.
    """
    from scipy.ndimage import label

    ventricle = np.isin(values, (CODES["lv"], CODES["myo"]))
    numbers = np.zeros(values.shape, np.int32)
    if not ventricle.any():
        return Bodies(numbers, np.zeros(0, int))
    there, rows, columns = (np.flatnonzero(ventricle.any(axis=axes)) for axes in ((1, 2), (0, 2), (0, 1)))
    window = there, slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    found, count = label(ventricle[window], _BESIDE)
    sizes = np.bincount(found.ravel(), minlength=count + 1)[1:]
    order = np.argsort(-sizes, kind="stable")
    rank = np.zeros(count + 1, np.int32)
    rank[1 + order] = np.arange(1, count + 1)
    numbers[window] = rank[found]
    return Bodies(numbers, sizes[order])
