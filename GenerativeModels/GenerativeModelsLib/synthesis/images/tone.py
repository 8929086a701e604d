"""Grey values of an image as the networks see them, and back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

__all__ = ["PLAIN", "SHOWN", "Tone"]

SHOWN = (1.0, 99.0)
"""Percentiles that become -1 and 1; fat near the coil is brighter than what lies between them."""


@dataclass(frozen=True)
class Tone:
    """From grey values g to s = sqrt((g - low) / (high - low)) from 0 to 1, and t = 2 s - 1 from -1 to 1.

    The square root spreads the dark half of a cine image, in which most of the body lies.
    """

    low: float
    high: float

    @classmethod
    def of(cls, values: np.ndarray) -> Tone:
        """The tone by the percentiles `SHOWN` of grey values of any shape, which must not be all the same."""
        low, high = (float(value) for value in np.percentile(values, SHOWN))
        if high <= low:
            low, high = float(np.min(values)), float(np.max(values))
        return cls(low, high)

    def shares(self, values: np.ndarray) -> np.ndarray:
        """s of grey values, float32, clipped to 0 to 1."""
        return np.sqrt(np.clip((np.asarray(values, np.float32) - self.low) / (self.high - self.low), 0, 1))

    def seen(self, values: np.ndarray) -> np.ndarray:
        """t of grey values, float32."""
        return 2 * self.shares(values) - 1

    def grey(self, seen: np.ndarray) -> np.ndarray:
        """Grey values of t, float32."""
        share = np.clip(0.5 * (np.asarray(seen, np.float32) + 1), 0, 1)
        return np.float32(self.low) + np.float32(self.high - self.low) * share**2


PLAIN = Tone(0.0, 1000.0)
"""Grey values of an image without a style image."""
