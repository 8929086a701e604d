"""Label maps of discs and rings on a small grid, and VAEs and models of them that are made in a moment."""

from __future__ import annotations

import numpy as np
import torch

from GenerativeModelsLib.models.label_vae import LabelVAE
from GenerativeModelsLib.segmentation.label_model import LabelModel
from GenerativeModelsLib.segmentation.maps import CODES
from GenerativeModelsLib.segmentation.population.label_sequence import LabelSequence, known_codes
from Testing.helpers.segmentation_phantoms import disc, ellipse

__all__ = ["GRID", "NETWORK", "TINY_PIXEL_MM", "ring_maps", "ring_sequences", "tiny_model", "tiny_net"]

GRID, TINY_PIXEL_MM = 32, 4.5
NETWORK = {"latent": 8, "channels": [4, 8], "dense": 16}


def ring_maps(count: int, seed: int = 0) -> np.ndarray:
    """(count, GRID, GRID) short-axis maps: a cavity in a ring, a right ventricle to the left, at random places."""
    rng, pixel, shape = np.random.default_rng(seed), np.full(2, TINY_PIXEL_MM), (GRID, GRID)
    maps = np.zeros((count, *shape), np.uint8)
    for values in maps:
        at = tuple(72 + rng.uniform(-10, 10, 2))
        inner = rng.uniform(14, 26)
        outer = inner + rng.uniform(9, 14)
        values[ellipse((26.0, 20.0), (at[0], at[1] - outer - 6), pixel, shape)] = CODES["rv"]
        values[disc(outer, at, pixel, shape)] = CODES["myo"]
        values[disc(inner, at, pixel, shape)] = CODES["lv"]
    return maps


def ring_sequences(hearts: int, frames: int = 2, seed: int = 0) -> list[LabelSequence]:
    """A sequence a heart."""
    maps = ring_maps(hearts * frames, seed).reshape(hearts, frames, GRID, GRID)
    known = np.tile(known_codes("short-axis", "lv", "myo", "rv"), (frames, 1))
    pixel = np.full(2, TINY_PIXEL_MM)
    return [LabelSequence(values, pixel, "short-axis", "mid", known.copy(), f"h{n}") for n, values in enumerate(maps)]


def tiny_net(seed: int = 0) -> LabelVAE:
    """An untrained network, in evaluation mode."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return LabelVAE(size=GRID, **NETWORK).eval().requires_grad_(False)


def tiny_model(objective: str = "ar-vae") -> LabelModel:
    """A model of an untrained network, whose codes are of ring maps."""
    net = tiny_net()
    model = LabelModel(
        net, objective, "short-axis", np.full(2, TINY_PIXEL_MM), np.zeros(8), np.ones(8),
        np.empty((0, net.latent)), 0.5, np.empty((0, net.latent)),
    )  # fmt: skip
    codes = model.encode(ring_maps(40, 1))
    return LabelModel(**{**vars(model), "codes": codes, "valid": codes[:5]})
