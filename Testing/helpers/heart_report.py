"""Content of a heart's report, made of phantoms."""

from __future__ import annotations

from functools import lru_cache

from GenerativeModelsLib.heart.anatomy import PHASES, QUANTITIES
from GenerativeModelsLib.heart.report.content import ALWAYS, HeartReport, Measure, PhaseView
from GenerativeModelsLib.heart.shape.reference import RANGES
from GenerativeModelsLib.heart.shape.surfaces import quick_surface, thickness_figures
from Testing.helpers.heart_phantoms import bullet


def a_heart_report(
    *,
    title: str = "Phantom",
    phases: int = 2,
    verdict: str = "typical",
    warnings: list[str] | None = None,
    sex: str | None = None,
    indexed: bool = False,
) -> HeartReport:
    """A report on a bullet with a thick septum, at one phase or two."""
    views = [_view(key) for key in ("ed", "es")[:phases]]
    values = {"edv_ml": 150.0, "esv_ml": 55.0, "ef_percent": 63.3, "myocardial_mass_g": 160.0}
    if phases == 1:
        values |= {"esv_ml": None, "ef_percent": None}
    entry = {"file": "heart.nii.gz", "spacing_mm": [1.5, 1.5, 8.0], "septum": "rv"}
    result = {
        **values,
        "indexed": None,
        "height_cm": 170.0 if indexed else None,
        "weight_kg": 70.0 if indexed else None,
        "thickest_segment": {"segment": 2, "mean_mm": 16.4, "judgement": "hypertrophic"},
        "hcm_interval90": [0.96, 0.999],
        "one_number": {"p95_ed_mm": views[0].p95_mm, "limit_mm": 14.0, "hypertrophic": views[0].p95_mm >= 14.0},
        "hcm_probability": 0.995,
        "latent": {"z_top": [1.5, -0.5], "levels": [64, 32, 2]},
        "in_distribution": {"score": 0.5, "verdict": verdict},
        "sex": sex,
        "labels": "lv=3,myo=2,rv=1",
        "inputs": {view.key: entry for view in views},
        "device": "cpu",
        "seed": 0,
        "seconds": {"read": 0.5, "total": 3.0},
        "model": {"name": "stand-in", "version": "0", "sha256": "0" * 64},
        "software": {"version": "0", "torch": "0"},
        "warnings": [str(warning) for warning in warnings or []],
        "warning_kinds": [getattr(warning, "kind", "input") for warning in warnings or []],
    }
    if indexed:
        per_body = {"edv_ml_per_m2": 82.5, "esv_ml_per_m2": 30.2, "mass_g_per_m2": 88.0}
        result["indexed"] = {"bsa_m2": 1.818, **per_body}
    sexes = RANGES if sex is None else {sex: RANGES[sex]}
    measures = [
        Measure(q.short, q.label, q.unit, value, {name: ranges.get(q.key) for name, ranges in sexes.items()})
        for q in QUANTITIES
        if (value := q.of(result).value) is not None or q.key in ALWAYS
    ]
    population = '<svg class="latent" viewBox="0 0 10 10"><circle cx="5" cy="5" r="2"/></svg>'
    return HeartReport(
        title, "2026-01-01", result, views, measures, population, "Apache-2.0", "Phantoms.", ["Few."], {"Dice": 0.9}
    )


@lru_cache(maxsize=4)
def _view(key: str) -> PhaseView:
    shape = {"ed": bullet(wall_mm=9.0, septal_bump_mm=9.0), "es": bullet(radius_mm=16, length_mm=70, wall_mm=14.0)}[key]
    surface, model = quick_surface(shape), quick_surface(shape.scaled(1.04))
    figures, rebuilt = thickness_figures(surface), thickness_figures(model)
    return PhaseView(
        key,
        PHASES[key],
        surface,
        model,
        figures.mean,
        figures.p95,
        figures.max,
        figures.aha17,
        rebuilt.aha17,
        dice=0.91,
        hausdorff_mm=2.5,
    )
