"""In-distribution measures of an input, for comparison with the calibration cases."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import torch

from GenerativeModelsLib.geometry.surfaces import Surface
from GenerativeModelsLib.language import S_, said
from GenerativeModelsLib.skull.locate.canonical import CanonicalPlane
from GenerativeModelsLib.skull.locate.locator import HeadFinding

if TYPE_CHECKING:
    from GenerativeModelsLib.skull.infer.model import SkullModel

SHAPE_NUMBERS = 24
"""Coefficients of the mean shape whose density is judged; the later ones are below the resolution of a reading."""


def border_vector(border: np.ndarray, plane: str) -> np.ndarray:
    """Vector of a canonical border (3, A) whose density is that of usual pictures.

    Harmonics 2 to 8 of the log radius (for the other planes also its mean, the size relative to the axial plane); mean
    and largest log standard deviation; share of visible border in each quarter.
    """
    radius, log_sd, visible = border.astype(float)
    angles = len(radius)
    phi = np.arange(angles) * (2 * np.pi / angles)
    log = np.log(np.maximum(radius, 1e-3))
    waves = [2 * np.mean(log * f(n * phi)) for n in range(2, 9) for f in (np.cos, np.sin)]
    size = [] if plane == "axial" else [log.mean()]
    quarters = np.roll(visible, angles // 8).reshape(4, -1).mean(1)
    return np.array([*waves, *size, log_sd.mean(), log_sd.max(), *quarters])


def measures_of(
    model: SkullModel,
    planes: Mapping[str, CanonicalPlane],
    mean_x: torch.Tensor,
    findings: Mapping[str, HeadFinding],
    surface: Surface,
    outlines: Mapping[str, list[np.ndarray]],
) -> dict[str, float]:
    """Named measures of one case, larger = less typical.

    `<plane> picture`: surprise of the border read in the picture. `<plane> head`: uncertainty of the locator, 1 -
    presence * agreement. `<plane> misfit`: mean distance between the reconstruction's outline and the border's ellipse,
    relative to the head size; `outlines` are the reconstruction's, in mm of each picture. `shape`: surprise of the
    coefficients of the mean shape.
    """
    measures: dict[str, float] = {}
    for name, finding in findings.items():
        if f"{name} picture" in model.typical.densities:
            vector = border_vector(planes[name].border, name)
            measures[f"{name} picture"] = model.typical.surprise(f"{name} picture", vector)
        measures[f"{name} head"] = 1 - finding.presence * finding.agreement
        measures[f"{name} misfit"] = outline_misfit(finding, outlines[name])
    if "shape" in model.typical.densities:
        measures["shape"] = model.typical.surprise("shape", shape_vector(mean_x[0]))
    return measures


def shape_vector(x: torch.Tensor) -> np.ndarray:
    """(SHAPE_NUMBERS,) leading coefficients of a predicted head x (K + 1,)."""
    return x[:-1][:SHAPE_NUMBERS].cpu().double().numpy()


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
    words = {
        "picture": S_("the {plane} image has an outline or a visibility unlike the training images"),
        "head": S_("the {plane} image shows a doubtful head outline"),
        "misfit": S_("the {plane} image does not agree with the reconstructed outline"),
    }
    reasons = {}
    for name in measures:
        plane, _, kind = name.partition(" ")
        reasons[name] = (
            said(words[kind], plane=plane) if kind in words else said("the head's shape is far from the usual")
        )
    return reasons
