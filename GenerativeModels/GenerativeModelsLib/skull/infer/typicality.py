"""In-distribution measures of an input, for comparison with the calibration cases."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import torch

from GenerativeModelsLib.geometry.surfaces import Surface
from GenerativeModelsLib.models.cvae import Conditions, SkullCVAE
from GenerativeModelsLib.skull.locate.locator import PLANES, HeadFinding

if TYPE_CHECKING:
    from GenerativeModelsLib.skull.infer.model import SkullModel


@torch.no_grad()
def plane_features(skull: SkullCVAE, y: Conditions) -> np.ndarray:
    """(B, 3, F) features of the planes; those of absent planes are undefined."""
    return skull.encode_planes(y).cpu().numpy()


def measures_of(
    model: SkullModel,
    y: Conditions,
    mean_x: torch.Tensor,
    findings: Mapping[str, HeadFinding],
    surface: Surface,
    outlines: Mapping[str, list[np.ndarray]],
) -> dict[str, float]:
    """Named measures of one case, larger = less typical.

    `<plane> picture`: distance of the plane's features from those of the calibration cases. `<plane> head`: uncertainty
    of the locator, 1 - presence * agreement. `<plane> misfit`: mean distance between the reconstruction's outline and
    the locator's, relative to the head size; `outlines` are the reconstruction's, in mm of each picture. `shape`: root
    mean squared standardised coefficient of the mean shape.
    """
    measures: dict[str, float] = {}
    features = plane_features(model.skull, y)[0]
    for name, finding in findings.items():
        if name in model.typical.planes:
            distance = model.typical.planes[name].distance(features[PLANES.index(name)])
            measures[f"{name} picture"] = float(distance)
        measures[f"{name} head"] = 1 - finding.presence * finding.agreement
        measures[f"{name} misfit"] = outline_misfit(finding, outlines[name])
    scale = model.skull.x_scale[:-1].cpu()
    measures["shape"] = float(((mean_x[0, :-1].cpu() / scale)[:24] ** 2).mean().sqrt())
    return measures


def outline_misfit(finding: HeadFinding, outline: list[np.ndarray]) -> float:
    """Mean distance of the located ellipse from the reconstruction's outline, relative to the ellipse's mean radius.

    1 if the placed picture does not cut the surface.
    """
    if not outline:
        return 1.0
    line = np.concatenate(outline)
    ellipse = finding.ellipse.points(120)
    distance = np.linalg.norm(ellipse[:, None] - line[None, :: max(1, len(line) // 400)], axis=-1).min(1)
    return float(distance.mean() / finding.radius_mm)


def reasons_of(measures: Mapping[str, float]) -> dict[str, str]:
    """Description of each measure for the warning, by name."""
    words = {"picture": "looks unlike the training images", "head": "shows a doubtful head outline"}
    words["misfit"] = "does not agree with the reconstructed outline"
    reasons = {}
    for name in measures:
        plane, _, kind = name.partition(" ")
        reasons[name] = (
            f"the {plane} image {words[kind]}" if kind in words else "the head's shape is far from the usual"
        )
    return reasons
