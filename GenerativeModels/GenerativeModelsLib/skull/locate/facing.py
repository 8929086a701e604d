"""Orientation of the head in its picture, selected by the plane encoder from the two opposite ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch

from GenerativeModelsLib.models.cvae import Conditions, SkullCVAE
from GenerativeModelsLib.skull.locate.canonical import PICTURE_SIZE, SCALARS, CanonicalPlane, canonical_plane
from GenerativeModelsLib.skull.locate.locator import PLANES, HeadFinding
from GenerativeModelsLib.skull.planes.image import PlaneImage


@dataclass(frozen=True)
class UprightPlane:
    """A canonical plane in the selected orientation.

    Attributes
    ----------
    finding : result of the locator, turned if the opposite orientation was selected.
    plane : cropped in this orientation.
    certainty : probability of this orientation against the opposite one, 0.5 to 1.
    """

    finding: HeadFinding
    plane: CanonicalPlane
    certainty: float


def upright_planes(
    skull: SkullCVAE,
    images: Mapping[str, PlaneImage],
    findings: Mapping[str, HeadFinding],
    head_size_mm: float,
    device: torch.device,
) -> dict[str, UprightPlane]:
    """Crop every plane in both orientations and keep the one with the higher probability of being upright."""
    both = {
        name: [
            canonical_plane(images[name].pixels, images[name].spacing_mm, way, head_size_mm)
            for way in (finding, finding.turned())
        ]
        for name, finding in findings.items()
    }
    y = conditions([{name: pair[way] for name, pair in both.items()} for way in range(2)], device)
    with torch.inference_mode():
        logits = skull.upright_logits(skull.encode_planes(y)).cpu().double()
    found = {}
    for name, finding in findings.items():
        k = PLANES.index(name)
        probability = float(torch.sigmoid(logits[0, k] - logits[1, k]))
        way = 0 if probability >= 0.5 else 1
        kept = finding if way == 0 else finding.turned()
        found[name] = UprightPlane(kept, both[name][way], max(probability, 1 - probability))
    return found


def conditions(cases: list[dict[str, CanonicalPlane]], device: torch.device) -> Conditions:
    """The network's input for cases, each a mapping from names to planes."""
    pictures = np.zeros((len(cases), 3, 2, PICTURE_SIZE, PICTURE_SIZE), np.float32)
    scalars = np.zeros((len(cases), 3, SCALARS), np.float32)
    present = np.zeros((len(cases), 3), bool)
    for i, planes in enumerate(cases):
        for name, plane in planes.items():
            k = PLANES.index(name)
            pictures[i, k], scalars[i, k], present[i, k] = plane.picture, plane.scalars, True
    return Conditions(*(torch.from_numpy(a).to(device) for a in (pictures, scalars, present)))
