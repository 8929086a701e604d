"""Figures that follow from the measurements of a heart: stroke volume, thickening, the right ventricle, per body."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from GenerativeModelsLib.heart.shape.reference import body_surface_m2, hypertrophy_of

if TYPE_CHECKING:
    from GenerativeModelsLib.heart.infer.measured import MeasuredHeart
    from GenerativeModelsLib.heart.measure.load import LoadedHeart
    from GenerativeModelsLib.heart.request import HeartRequest

__all__ = ["function_figures", "indexed_figures", "thickening_percent", "thickest_segment"]


def function_figures(measured: MeasuredHeart, loaded: LoadedHeart) -> dict[str, float | None]:
    """Stroke volume, wall thickening and volumes of the right ventricle; None where a phase or label is missing."""
    rv_edv = loaded.ed.right_ml
    rv_esv = None if loaded.es is None else loaded.es.right_ml
    both, es = rv_edv is not None and rv_esv is not None, measured.es
    return {
        "sv_ml": None if es is None else measured.edv_ml - measured.esv_ml,
        "wall_thickening_percent": None
        if es is None
        else thickening_percent(measured.ed.thickness.aha17, es.thickness.aha17),
        "rv_edv_ml": rv_edv,
        "rv_esv_ml": rv_esv,
        "rv_ef_percent": 100 * (1 - rv_esv / rv_edv) if both else None,
    }


def thickening_percent(ed_mm: np.ndarray, es_mm: np.ndarray) -> float | None:
    """Mean over the segments of their thickening from end diastole on, of the segments (17,) with a wall at both."""
    known = np.isfinite(ed_mm) & np.isfinite(es_mm) & (np.nan_to_num(ed_mm) > 0)
    return float(100 * np.mean(es_mm[known] / ed_mm[known] - 1)) if known.any() else None


def thickest_segment(ed_mm: np.ndarray) -> dict[str, Any] | None:
    """The segment (of 17, from 1) of the thickest wall at end diastole, and what the guidelines call it."""
    if not np.isfinite(ed_mm).any():
        return None
    segment = int(np.nanargmax(ed_mm))
    mean = float(ed_mm[segment])
    return {"segment": segment + 1, "mean_mm": mean, "judgement": hypertrophy_of(mean)}


def indexed_figures(measured: MeasuredHeart, request: HeartRequest) -> dict[str, float | None] | None:
    """Values per m2 of body surface; None without height and weight."""
    if request.height_cm is None:
        return None
    bsa = body_surface_m2(request.height_cm, request.weight_kg)
    return {
        "bsa_m2": bsa,
        "edv_ml_per_m2": measured.edv_ml / bsa,
        "esv_ml_per_m2": None if measured.esv_ml is None else measured.esv_ml / bsa,
        "mass_g_per_m2": measured.myocardial_mass_g / bsa,
    }
