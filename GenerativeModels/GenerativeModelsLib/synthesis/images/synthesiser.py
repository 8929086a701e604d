"""What every method of image synthesis offers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from GenerativeModelsLib.synthesis.images.read import LabelledVolume, StyleImage

if TYPE_CHECKING:
    from GenerativeModelsLib.bundle.manifest import BundleManifest

__all__ = ["Drawn", "ImageSynthesiser"]


@dataclass(frozen=True, eq=False)
class Drawn:
    """An image of a label map.

    Attributes
    ----------
    values
        (frames, slices, rows, columns) float32 in the grey values of the style image; without one from 0 to 1000.
    inside
        (rows, columns) bool: the part of a slice that the method drew.
    surroundings
        What was known outside of the labels: "style" (its classes of intensity), "random" or "nothing".
    device
        Where it was drawn.
    warnings
        Sentences.
    """

    values: np.ndarray
    inside: np.ndarray
    surroundings: str
    device: str = "cpu"
    warnings: tuple[str, ...] = ()


class ImageSynthesiser(Protocol):
    """A method that draws images of label maps; the same draws of `rng` give the same image on the same device."""

    name: str
    manifest: BundleManifest | None

    def require(self, volume: LabelledVolume) -> tuple[str, ...]:
        """Warnings on the labels of a volume; raises `InputError` for labels that the method does not know."""

    def draw(
        self,
        volume: LabelledVolume,
        style: StyleImage | None,
        rng: np.random.Generator,
        only: int | None = None,
        told: Callable[[float], None] = lambda share: None,
    ) -> Drawn:
        """An image of a label map in the style of an image, or in a style that is drawn.

        `only` is the number of the only slice that is drawn, of frames x slices: `Drawn.values` is (1, 1, rows,
        columns). It has the style of the whole image, and other noise. `told` is called with the share that is done.
        """
