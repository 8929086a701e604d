"""Writes synthetic label maps and their `result.json`, as specified in docs/formats.md."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from GenerativeModelsLib import __version__
from GenerativeModelsLib.anatomy.run import model_summary, warning_entries
from GenerativeModelsLib.synthesis.labels.accept import volumes
from GenerativeModelsLib.synthesis.labels.made import MadeHeart, SyntheticLabels
from GenerativeModelsLib.synthesis.labels.request import LabelsRequest
from GenerativeModelsLib.synthesis.labels.scar_request import parse_segments
from GenerativeModelsLib.synthesis.labels.scars import transmurality_of
from GenerativeModelsLib.synthesis.labels.whole_heart import LABELS

if TYPE_CHECKING:
    from GenerativeModelsLib.heart.infer.model import HeartModel

__all__ = ["SCHEMA", "document", "names_of", "write_maps"]

SCHEMA = "synthesis-labels/1"


def names_of(heart: MadeHeart, number: int) -> dict[str, str]:
    """Names of the files of a heart by phase: "ed", "es", "cycle"."""
    made = {"ed": heart.ed, "es": heart.es, "cycle": heart.cycle}
    ends = {"ed": "", "es": "_es", "cycle": "_cycle"}
    return {phase: f"{number:03d}{ends[phase]}.nii.gz" for phase, values in made.items() if values is not None}


def write_maps(found: SyntheticLabels, folder: Path) -> None:
    """Write the label maps, uint8 on one grid; a cycle has its frames for a fourth axis, in seconds."""
    import SimpleITK as sitk

    for number, heart in enumerate(found.hearts):
        made = {"ed": heart.ed, "es": heart.es, "cycle": heart.cycle}
        for phase, name in names_of(heart, number).items():
            sitk.WriteImage(found.grid.image(made[phase], heart.frame_s), str(folder / name), True)


def document(request: LabelsRequest, found: SyntheticLabels, model: HeartModel | None, device: str) -> dict[str, Any]:
    """The content of `result.json`. It holds no times, so that equal seeds give equal files."""
    scar = None
    if request.scar is not None:
        scar = {"segments": list(parse_segments(request.scar)), "transmurality": transmurality_of(request)}
    software = {"version": __version__}
    if model is not None:
        import torch

        software["torch"] = torch.__version__
    return {
        "schema": SCHEMA,
        "synthetic": True,
        "seed": request.seed,
        "device": device,
        "model": None if model is None else model_summary(model),
        "software": software,
        "source": found.source,
        "labels": LABELS,
        "scar": scar,
        "phases": request.phases,
        "grid": {
            "size": list(found.grid.size),
            "spacing_mm": [round(float(step), 6) for step in found.grid.spacing_mm],
            "to_lps": found.grid.to_lps.tolist(),
        },
        **found.about,
        "maps": [
            {
                "files": names_of(heart, number),
                **volumes(heart.ed, heart.es, found.grid),
                "criteria_passed": list(heart.applied),
                **heart.about,
            }
            for number, heart in enumerate(found.hearts)
        ],
        **found.tally.document(),
        **warning_entries(found.warnings),
    }
