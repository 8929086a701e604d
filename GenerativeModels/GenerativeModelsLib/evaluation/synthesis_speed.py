"""Run times of the networks that draw an image of a label map, for one slice of 128 x 128 pixels."""

from __future__ import annotations

import numpy as np
import torch

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.evaluation.scores.timing import best
from GenerativeModelsLib.synthesis.images.classes import CLASSES
from GenerativeModelsLib.synthesis.images.model import NETWORKS
from GenerativeModelsLib.synthesis.images.painters import DiffusionPainter, GeneratorPainter, Painter, StyleGaussian

__all__ = ["SIZE", "painter_of", "slice_times"]

SIZE = 128
GUIDANCE = 2.0
"""That of the shipped config: each step then passes the network with and without labels."""


def slice_times(repeats: int) -> dict[str, float]:
    """Seconds for one slice by method, encoding of the style image included, the shortest of `repeats` runs.

    A run time does not depend on the weights: the networks have the sizes of the shipped configs and random weights.
    Methods whose packages are not installed are left out.
    """
    found = {}
    for method in NETWORKS:
        try:
            painter = painter_of(method)
        except InputError:
            continue
        rng = np.random.default_rng(0)
        classes = torch.from_numpy(rng.integers(0, len(CLASSES), (1, SIZE, SIZE)))
        style = torch.rand(1, SIZE, SIZE) * 2 - 1
        noise = painter.noise(1, rng)
        with torch.inference_mode():
            found[method] = best(lambda p=painter, c=classes, s=style, n=noise: p.paint(c, s, n), repeats)
    return found


def painter_of(method: str) -> Painter:
    """The networks of a method in the sizes of its shipped config, untrained; raises `InputError` without MONAI."""
    torch.manual_seed(0)
    net = NETWORKS[method](SIZE, len(CLASSES)).eval().requires_grad_(False)
    if method == "ldm":
        return DiffusionPainter(net, GUIDANCE)
    return GeneratorPainter(net, StyleGaussian(torch.zeros(net.style), torch.eye(net.style)))
