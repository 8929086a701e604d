"""Implicit head: a perceptron from a code and a point to the signed distance, an auto-decoder.

Park et al., DeepSDF: Learning Continuous Signed Distance Functions for Shape Representation, CVPR 2019, arXiv
1901.05103; with few slices of a shape, Amiranashvili et al., Learning shape reconstruction from sparse measurements
with neural implicit functions, MIDL 2022. For a code z and a point p in head sizes

    f(z, p) = |p| - 1 + g(z, p)

g is the perceptron, and |p| - 1 the distance of a ball of size 1. `training.rivals.implicit` trains network and codes,
`skull.predictors.implicit` finds code, size and poses of a case.

Deviations from these papers:

* signed distance as in DeepSDF; the paper on slices predicts the occupancy;
* fewer and narrower layers: both papers train for hours on a GPU, this for minutes on one core. As in the paper on
  slices, code and point enter the first layer and the middle one again;
* the ball is added, so that the perceptron need not learn what is common to all heads;
* SiLU, not ReLU: the distance is differentiable, as the fit of a case requires.
"""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional as F

__all__ = ["ImplicitHead"]

CODE_GAIN = 5.0
"""Standard deviation of a hidden unit before the training for codes of unit length, times their dimension's root."""


class ImplicitHead(nn.Module):
    """Signed distance of a point in the head of a code.

    Parameters
    ----------
    code
        Length of the code.
    width, depth
        Of the hidden layers.
    """

    def __init__(self, code: int = 64, width: int = 128, depth: int = 4) -> None:
        super().__init__()
        self.code = code
        self.of_code = nn.ModuleList(nn.Linear(code, width) for _ in range(2))
        self.of_point = nn.ModuleList(nn.Linear(3, width, bias=False) for _ in range(2))
        self.hidden = nn.ModuleList(nn.Linear(width, width) for _ in range(depth - 1))
        self.last = nn.Linear(width, 1)
        nn.init.zeros_(self.last.bias)
        for layer in self.of_code:
            nn.init.normal_(layer.weight, std=CODE_GAIN / code**0.5)

    def forward(self, code: Tensor, points: Tensor) -> Tensor:
        """Distances (B, P), negative inside, of codes (B, code) at points (P, 3), or (B, P, 3), in head sizes."""
        middle = len(self.hidden) // 2
        value = F.silu(self.of_code[0](code)[:, None] + self.of_point[0](points))
        for number, layer in enumerate(self.hidden):
            value = layer(value)
            if number == middle:
                value = value + self.of_code[1](code)[:, None] + self.of_point[1](points)
            value = F.silu(value)
        return points.norm(dim=-1) - 1 + self.last(value)[..., 0]
