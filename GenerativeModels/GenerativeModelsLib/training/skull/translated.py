"""Simulated axial pictures with the look of real ones, as an augmentation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.synthesis.translate.domains import SIMULATED
from GenerativeModelsLib.synthesis.translate.model import load_translator
from GenerativeModelsLib.synthesis.translate.translator import Translator
from GenerativeModelsLib.training.skull.config import TranslatedConfig

__all__ = ["Translation"]


@dataclass(frozen=True, eq=False)
class Translation:
    """Translation of a share of pictures; their outlines stay those of the simulator.

    Attributes
    ----------
    translator
        From simulated ultrasound.
    to
        The domain to which it leads.
    share
        Of the axial pictures that are translated.
    """

    translator: Translator
    to: str
    share: float

    @classmethod
    def of(cls, config: TranslatedConfig) -> Translation:
        """The translation of a config; raises `InputError` for a bundle that does not lead from simulated pictures."""
        translator = load_translator(config.bundle)
        if SIMULATED not in translator.generators:
            raise InputError(
                f"translated.bundle {config.bundle} leads from {' to '.join(translator.generators)} and back, and not "
                f"from {SIMULATED}: name another bundle."
            )
        to = next(name for name in translator.generators if name != SIMULATED)
        return cls(translator, to, config.share)

    def applied(self, pixels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """A picture (rows, columns) uint8, translated or, for the other share, as it is."""
        if rng.random() >= self.share:
            return pixels
        made = self.translator.translate(pixels[None].astype(np.float32), self.to, int(rng.integers(2**31)))
        return np.rint(made.values[0]).astype(np.uint8)
