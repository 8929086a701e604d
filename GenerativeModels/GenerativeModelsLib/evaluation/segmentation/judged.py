"""Slices with labels of a network and the truth, for the measures that an expert drew in them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from GenerativeModelsLib.evaluation.segmentation.sunnybrook_images import ImagedCase
from GenerativeModelsLib.segmentation.maps import CODES

__all__ = ["JudgedSlices", "judged_slices"]


@dataclass(frozen=True, eq=False)
class JudgedSlices:
    """Labelled slices of a case in which the same structures are known.

    Attributes
    ----------
    patient : name.
    which : (n,) their places among all slices of the case, frame by frame.
    images : (n, rows, columns).
    labels : (n, rows, columns) uint8 of the network, values of `maps.CODES`.
    wrong : (n, rows, columns) bool: whether it differs from the expert's. Structures that nobody drew are background.
    structures : names of the known ones.
    pixel_mm : (2,).
    """

    patient: str
    which: np.ndarray
    images: np.ndarray
    labels: np.ndarray
    wrong: np.ndarray
    structures: tuple[str, ...]
    pixel_mm: np.ndarray

    @property
    def known_labels(self) -> np.ndarray:
        """The labels of the network, 0 for structures that are not known."""
        return np.where(np.isin(self.labels, [CODES[name] for name in self.structures]), self.labels, 0)


def judged_slices(case: ImagedCase, labels: np.ndarray) -> Iterator[JudgedSlices]:
    """Slices of a case with labels of a network, (frames, slices, rows, columns), by the structures that are known.

    Slices without a known structure, or in which the network found nothing, are left out.
    """
    names = tuple(case.known)
    images, truth, found = (each.reshape(-1, *each.shape[2:]) for each in (case.images, case.truth.values, labels))
    known = np.stack([case.known[name].reshape(-1) for name in names], axis=1)
    used = known.any(axis=1) & found.any(axis=(1, 2))
    for pattern in np.unique(known[used], axis=0):
        which = np.flatnonzero(used & (known == pattern).all(axis=1))
        structures = tuple(name for name, there in zip(names, pattern, strict=True) if there)
        codes = [CODES[name] for name in structures]
        one, other = (np.where(np.isin(each[which], codes), each[which], 0) for each in (found, truth))
        yield JudgedSlices(
            case.patient, which, images[which], found[which], one != other, structures, case.truth.pixel_mm
        )
