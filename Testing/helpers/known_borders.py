"""Borders of known heads in their standard planes."""

from __future__ import annotations

import numpy as np
import torch

from GenerativeModelsLib.models.predictor import Conditions
from GenerativeModelsLib.skull.locate.canonical import PROFILE

__all__ = ["conditions", "ellipsoid_borders"]


def ellipsoid_borders(half_x: float, half_y: float, half_z: float, sd: float = 0.01) -> torch.Tensor:
    """(3, 3, A) canonical borders of an ellipsoid's sections through its centre, visible everywhere."""
    theta = np.arange(PROFILE) * (2 * np.pi / PROFILE)
    found = np.ones((3, 3, PROFILE))
    for k, (right, down) in enumerate(((half_x, half_y), (half_y, half_z), (half_x, half_z))):
        found[k, 0] = 1 / np.hypot(np.cos(theta) / right, np.sin(theta) / down)
    found[:, 1] = np.log(sd)
    return torch.from_numpy(found).float()


def conditions(borders: torch.Tensor, planes: str = "111") -> Conditions:
    """One case of borders (3, 3, A), with the planes that have a 1."""
    return Conditions(borders[None], torch.tensor([[flag == "1" for flag in planes]]))
