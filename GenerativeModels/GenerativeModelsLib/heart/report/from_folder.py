"""The report of a finished case, made from its folder: nothing of the heart is computed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from GenerativeModelsLib.geometry.surfaces import Surface
from GenerativeModelsLib.heart.anatomy import HEART, PHASES
from GenerativeModelsLib.heart.case.read import read_case
from GenerativeModelsLib.heart.infer.code import PHASE_NAMES
from GenerativeModelsLib.heart.infer.model import Placed, load_heart_model
from GenerativeModelsLib.heart.report.content import PhaseView, assembled
from GenerativeModelsLib.heart.report.page import write_report
from GenerativeModelsLib.heart.report.population import population_svg
from GenerativeModelsLib.heart.request import HeartRequest
from GenerativeModelsLib.heart.shape.surfaces import thickness_figures
from GenerativeModelsLib.resources import default_bundle
from GenerativeModelsLib.uncertainty.in_distribution import InDistribution

__all__ = ["write_report_again"]


def write_report_again(folder: Path, result: dict[str, Any], request: HeartRequest, path: Path) -> None:
    """Write the page of the case in `folder`, with the numbers and sentences of `result`.

    The model is loaded for the figure of its population.

    Raises
    ------
    InputError
        A file of the case is missing or broken, or the bundle cannot be read.
    """
    case = read_case(folder)
    model = load_heart_model(request.model or default_bundle(HEART.name), "cpu")
    phases = [_view(key, result, case.surfaces[key], case.reconstructions[key]) for key in case.surfaces]
    drawn = population_svg(model, _placed(result))
    write_report(assembled(result, model.manifest, request.shown_title, phases, drawn), path)


def _view(key: str, result: dict[str, Any], surface: Surface, rebuilt: Surface) -> PhaseView:
    """A phase from its meshes in the patient's LPS mm."""
    frame = result["inputs"][key]["frame"]
    from_patient = np.eye(4)
    from_patient[:3, :3], from_patient[:3, 3] = np.array(frame["axes_lps"]).T, frame["origin_lps_mm"]
    from_patient = np.linalg.inv(from_patient)
    wall, agreement = result["wall_thickness_mm"][key], result["reconstruction"]
    return PhaseView(
        key,
        PHASES[key],
        surface.transformed(from_patient),
        rebuilt.transformed(from_patient),
        wall["mean"],
        wall["p95"],
        wall["max"],
        np.array(wall["aha17"], float),
        thickness_figures(rebuilt).aha17,
        agreement[f"dice_{key}"],
        agreement[f"hausdorff_{key}_mm"],
    )


def _placed(result: dict[str, Any]) -> Placed:
    """The place of the heart in the latent space; the error of its reconstruction is not in a result."""
    judged = result["in_distribution"]
    interval = result["hcm_interval90"]
    return Placed(
        tuple(np.array([level]) for level in result["latent"]["z"]),
        np.array([result["hcm_probability"]]),
        np.array([np.nan]),
        (InDistribution(judged["score"], judged["verdict"], tuple(judged.get("reasons", ()))),),
        np.array([[result["wall_thickness_mm"].get(phase) is not None for phase in PHASE_NAMES]]),
        None if interval is None else np.array([interval]),
    )
