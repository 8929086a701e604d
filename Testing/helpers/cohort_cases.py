"""Cases of a cohort made by hand: results of skulls, hearts and checks with the figures that a test asks for."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from GenerativeModelsLib.anatomy.run import warning_entries
from GenerativeModelsLib.cohort.cases import CohortCase
from GenerativeModelsLib.heart.anatomy import HEART
from GenerativeModelsLib.segmentation.anatomy import SEGMENTATION
from GenerativeModelsLib.skull.anatomy import SKULL
from GenerativeModelsLib.skull.growth.judge import cautions, judged
from GenerativeModelsLib.skull.growth.registry import chart_of
from GenerativeModelsLib.skull.request import SkullRequest


def skull_case(
    name: str,
    weeks: float | None = 27.0,
    *,
    hc_mm: float | None = None,
    z: float = 0.0,
    case_id: str | None = None,
    day: str | None = None,
    verdict: str = "typical",
    index: float = 79.0,
    chart: str = "intergrowth",
    at: float = 27.0,
    sex: str | None = None,
) -> CohortCase:
    """A skull of `hc_mm`, or of a z-score at `weeks` (at `at` without an age); BPD and OFD follow from the index."""
    curve = chart_of(chart).curves["hc"]
    hc = float(curve.value_mm(z, weeks if weeks is not None else at)) if hc_mm is None else hc_mm
    bpd = 2 * hc / math.pi / (1 + 100 / index)
    ofd = 100 * bpd / index
    volume = 0.86 * math.pi / 6 * (bpd * ofd) ** 1.5 / 1000
    sizes = {"bpd_mm": bpd, "ofd_mm": ofd, "hc_mm": hc, "cephalic_index_percent": index, "head_volume_ml": volume}
    result: dict[str, Any] = {
        "schema": SKULL.schema,
        "model": {"name": "hand-made", "version": "0", "sha256": "0" * 64},
        "identity": {"case_id": case_id, "examination_date": day},
        "biometry": {
            key: {"value": value, "sd": 0.01 * value, "interval90": [0.98 * value, 1.02 * value]}
            for key, value in sizes.items()
        },
        "in_distribution": {"score": 0.5, "verdict": verdict, "reasons": ["the outline is doubtful"]},
    }
    result = judged(result, SkullRequest(axial=Path("a.png"), gestational_age_weeks=weeks, chart=chart, sex=sex))
    return CohortCase(SKULL, name, "done", result=result | warning_entries(cautions(result)))


def heart_case(name: str, edv_ml: float = 150.0, sex: str | None = None, **identity: str) -> CohortCase:
    """A heart of that volume."""
    result = {
        "schema": HEART.schema,
        "model": {"name": "hand-made", "version": "0", "sha256": "0" * 64},
        "identity": {"case_id": None, "examination_date": None} | identity,
        "edv_ml": edv_ml,
        "esv_ml": 0.4 * edv_ml,
        "ef_percent": 60.0,
        "myocardial_mass_g": 100.0,
        "sex": sex,
        "in_distribution": {"score": 0.5, "verdict": "typical"},
        "warnings": [],
        "warning_kinds": [],
    }
    return CohortCase(HEART, name, "done", result=result)


def segmentation_case(name: str, violating: int, case_id: str | None = None, day: str | None = None) -> CohortCase:
    """The check of a stack with so many slices that break a rule; it has no volumes."""
    result = {
        "schema": SEGMENTATION.schema,
        "model": None,
        "identity": {"case_id": case_id, "examination_date": day},
        "violating": violating,
        "violating_frames": min(violating, 1),
        **dict.fromkeys(("edv_ml", "esv_ml", "ef_percent")),
        "warnings": [],
        "warning_kinds": [],
    }
    return CohortCase(SEGMENTATION, name, "done", result=result)
