"""Orientation of the head in its picture, selected by the facing network from the two opposite ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch

from GenerativeModelsLib.errors import InputError, named
from GenerativeModelsLib.models.facing import FacingNet
from GenerativeModelsLib.models.predictor import Conditions
from GenerativeModelsLib.skull.locate.canonical import (
    CHANNELS,
    HALF_WIDTH,
    PROFILE,
    CanonicalPlane,
    canonical_picture,
    canonical_plane,
)
from GenerativeModelsLib.skull.locate.locator import PLANES, HeadFinding
from GenerativeModelsLib.skull.planes.image import PlaneImage

DIRECTIONS = {"left": (-1.0, 0.0), "right": (1.0, 0.0), "up": (0.0, -1.0), "down": (0.0, 1.0)}
LEAST_ALONG = 0.26
"""Least cosine of the angle between the way a head faces and one of `DIRECTIONS` that names it, about 75 degrees."""


@dataclass(frozen=True)
class UprightPlane:
    """A canonical plane in the selected orientation.

    Attributes
    ----------
    finding : result of the locator, turned if the opposite orientation was selected.
    plane : in this orientation.
    certainty : probability of this orientation against the opposite one, 0.5 to 1; below 0.5 if the user turned it.
    """

    finding: HeadFinding
    plane: CanonicalPlane
    certainty: float


def upright_planes(
    net: FacingNet,
    images: Mapping[str, PlaneImage],
    findings: Mapping[str, HeadFinding],
    head_size_mm: float,
    device: torch.device,
    facings: Mapping[str, str] | None = None,
) -> dict[str, UprightPlane]:
    """Cut every plane in both orientations and keep the one with the higher probability of being upright.

    `facings` are corrections of the user by plane, see `skull.corrections.FACINGS`.

    Raises
    ------
    InputError
        A head faces neither towards the side of the picture that a correction names nor away from it.
    """
    found = {}
    for name, finding in findings.items():
        ways = (finding, finding.turned())
        image = images[name]
        pictures = [
            canonical_picture(
                image.pixels, image.spacing_mm, way.canonical_window(HALF_WIDTH * head_size_mm), image.hidden
            )
            for way in ways
        ]
        plane = torch.full((2,), PLANES.index(name), device=device)
        with torch.inference_mode():
            logits = net(torch.from_numpy(np.stack(pictures)).to(device), plane).cpu().double()
        probability = float(torch.sigmoid(logits[0] - logits[1]))
        likely = 0 if probability >= 0.5 else 1
        index = _told(ways, likely, (facings or {}).get(name), name)
        certainty = probability if index == 0 else 1 - probability
        found[name] = UprightPlane(ways[index], canonical_plane(ways[index], head_size_mm), certainty)
    return found


def _told(ways: tuple[HeadFinding, HeadFinding], likely: int, facing: str | None, name: str) -> int:
    """Which of two opposite ways is meant by a correction; `likely` without one."""
    if facing is None or facing == "flip":
        return likely if facing is None else 1 - likely
    along = float(ways[0].faces @ np.array(DIRECTIONS[facing]))
    if abs(along) < LEAST_ALONG:
        ends = ("left", "right") if facing in ("up", "down") else ("up", "down")
        raise InputError(
            f"{named(f'{name}_facing')} is {facing}, and the head in the {name} plane lies across it: give "
            f"{ends[0]} or {ends[1]}, or flip for the opposite of what is found."
        )
    return 0 if along > 0 else 1


def conditions(cases: list[dict[str, CanonicalPlane]], device: torch.device) -> Conditions:
    """The network's input for cases, each a mapping from names to planes."""
    borders = np.zeros((len(cases), len(PLANES), len(CHANNELS), PROFILE), np.float32)
    present = np.zeros((len(cases), len(PLANES)), bool)
    for i, planes in enumerate(cases):
        for name, plane in planes.items():
            k = PLANES.index(name)
            borders[i, k], present[i, k] = plane.border, True
    return Conditions(*(torch.from_numpy(a).to(device) for a in (borders, present)))
