"""INTERGROWTH-21st: Papageorghiou et al., Lancet 2014;384:869-879 (4321 women, 8 countries, 14 to 40 weeks).

BPD and OFD are measured outer to outer.
"""

from __future__ import annotations

import numpy as np

from GenerativeModelsLib.skull.growth.curves import NormalCurve

__all__ = ["BPD", "CURVES", "HC", "OFD", "WEEKS"]

_TITLE = "INTERGROWTH-21st"
WEEKS = (14.0, 40.0)

HC = NormalCurve(
    _TITLE,
    WEEKS,
    lambda g: -28.2849 + 1.69267 * g**2 - 0.397485 * g**2 * np.log(g),
    lambda g: 1.98735 + 0.0136772 * g**3 - 0.00726264 * g**3 * np.log(g) + 0.000976253 * g**3 * np.log(g) ** 2,
)
BPD = NormalCurve(
    _TITLE,
    WEEKS,
    lambda g: 5.60878 + 0.158369 * g**2 - 0.00256379 * g**3,
    lambda g: np.exp(
        0.101242 + 0.00150557 * g**3 - 0.000771535 * g**3 * np.log(g) + 0.0000999638 * g**3 * np.log(g) ** 2
    ),
)
OFD = NormalCurve(
    _TITLE,
    WEEKS,
    lambda g: -12.4097 + 0.626342 * g**2 - 0.148075 * g**2 * np.log(g),
    lambda g: np.exp(-0.880034 + 0.0631165 * g**2 - 0.0317136 * g**2 * np.log(g) + 0.00408302 * g**2 * np.log(g) ** 2),
)
CURVES = {"hc": HC, "bpd": BPD, "ofd": OFD}
