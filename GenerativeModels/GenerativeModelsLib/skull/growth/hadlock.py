"""Hadlock et al., Radiology 1984;152:497-501 (361 fetuses, 14 to 42 weeks): table III and its footnote, in cm.

BPD is measured outer to inner. The standard deviations are the same at all ages.
"""

from __future__ import annotations

import numpy as np

from GenerativeModelsLib.skull.growth.curves import NormalCurve, OuterInner

__all__ = ["CURVES", "WEEKS"]

_TITLE = "Hadlock 1984"
WEEKS = (14.0, 42.0)

_HC = NormalCurve(_TITLE, WEEKS, lambda g: 10 * (-11.48 + 1.56 * g - 0.0002548 * g**3), lambda g: np.full_like(g, 10.0))
_BPD = NormalCurve(_TITLE, WEEKS, lambda g: 10 * (-3.08 + 0.41 * g - 0.000061 * g**3), lambda g: np.full_like(g, 3.0))
CURVES = {"hc": _HC, "bpd": OuterInner(_TITLE, WEEKS, _BPD)}
