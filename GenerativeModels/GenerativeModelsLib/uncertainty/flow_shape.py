"""Architectures of normalising flows.

Two kinds of the library zuko are used, both of affine transforms: masked autoregressive flows (Papamakarios et al.,
Masked Autoregressive Flow for Density Estimation, 2017) and coupling flows (Dinh et al., Density Estimation Using Real
NVP, 2017).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch
    from zuko.lazy import Flow

__all__ = ["KINDS", "FlowShape", "bounded_affine"]

KINDS = {"maf": "masked autoregressive flow", "realnvp": "affine coupling flow"}
"""Kinds of flow, by the words of a bundle."""
MOST = {"features": 1024, "transforms": 32, "hidden": 1024}
"""Largest sizes that a bundle may ask for."""
LARGEST_LOG_SCALE = 3.0
"""Bound of the log scale of one transform, so that the density stays sensible far from the samples."""


def bounded_affine(shift: torch.Tensor, log_scale: torch.Tensor) -> torch.distributions.AffineTransform:
    """x -> exp(s) x + shift with s = a tanh(log_scale / a), a = `LARGEST_LOG_SCALE`, as in RealNVP.

    zuko's own affine transform is not used, since its formula for s differs between versions 1.4 and 1.6.
    """
    from torch.distributions import AffineTransform

    scale = LARGEST_LOG_SCALE * (log_scale / LARGEST_LOG_SCALE).tanh()
    return AffineTransform(shift, scale.exp())


@dataclass(frozen=True)
class FlowShape:
    """Architecture of a flow: everything but its weights.

    Attributes
    ----------
    kind : one of `KINDS`.
    features : size d of a vector, at least 2.
    transforms : number of affine transforms one after the other.
    hidden : widths of the hidden layers of each.

    Raises
    ------
    ValueError
        The kind is unknown or a size is not a whole number from 1 to that of `MOST`.
    """

    kind: str
    features: int
    transforms: int
    hidden: tuple[int, ...]

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"the kind of flow is {self.kind!r}, expected one of {', '.join(KINDS)}")
        sizes = [("features", self.features), ("transforms", self.transforms), *(("hidden", n) for n in self.hidden)]
        for name, size in sizes:
            least = 2 if name == "features" else 1
            if not isinstance(size, int) or isinstance(size, bool) or not least <= size <= MOST[name]:
                raise ValueError(f"a flow's {name} is {size!r}, expected whole numbers from {least} to {MOST[name]}")
        if not 1 <= len(self.hidden) <= 8:
            raise ValueError(f"a flow has {len(self.hidden)} hidden layers, expected 1 to 8")

    def network(self) -> Flow:
        """The flow with random weights from torch's global generator."""
        from torch import nn
        from zuko.flows import MAF, NICE

        made = {"maf": MAF, "realnvp": NICE}[self.kind]
        layers = {"hidden_features": self.hidden, "activation": nn.SiLU}
        return made(self.features, transforms=self.transforms, univariate=bounded_affine, **layers)
