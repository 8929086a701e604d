"""Writes the files of an analysed heart, as specified in docs/formats.md."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from GenerativeModelsLib.anatomy.run import Case
from GenerativeModelsLib.geometry.surface_files import write_vtp
from GenerativeModelsLib.heart.anatomy import LABEL_VALUES, THICKNESS_RANGE_MM
from GenerativeModelsLib.heart.case.figures import function_figures, indexed_figures, thickest_segment
from GenerativeModelsLib.heart.request import HeartRequest
from GenerativeModelsLib.heart.shape.reference import ONE_NUMBER_MM
from GenerativeModelsLib.heart.shape.surfaces import ThicknessFigures, in_patient
from GenerativeModelsLib.image_files.given import Source

if TYPE_CHECKING:
    from GenerativeModelsLib.heart.infer.measured import MeasuredHeart
    from GenerativeModelsLib.heart.labels.label_map import LabelMap
    from GenerativeModelsLib.heart.measure.load import LoadedHeart, LoadedPhase
    from GenerativeModelsLib.heart.realign.slices import SliceShift

__all__ = ["document", "write_files", "write_label_map"]


def write_files(case: Case, folder: Path) -> None:
    """Write the surfaces, the label maps as measured, and the bull's-eye of an analysis."""
    from GenerativeModelsLib.heart.report.bullseye import bullseye_figure, write_bullseye_png

    measured: MeasuredHeart = case.run.found
    for name, phase in measured.phases.items():
        write_vtp(in_patient(phase.surface, phase.frame), folder / f"{name}.vtp")
        write_vtp(in_patient(phase.reconstruction, phase.frame), folder / f"{name}_reconstruction.vtp")
    for name, phase in measured.loaded.phases.items():
        write_label_map(phase.label_map, folder / f"{name}_labels.nii.gz")
    values = [phase.thickness.aha17 for phase in measured.phases.values()]
    figure = bullseye_figure(*values, limits=(0.0, THICKNESS_RANGE_MM))  # same limits as in the report
    write_bullseye_png(figure, folder / "bullseye.png")


def write_label_map(label_map: LabelMap, path: Path) -> None:
    """Write a label map with the values of `LABEL_VALUES`, uint8, in the patient's LPS."""
    import SimpleITK as sitk

    values = np.zeros(label_map.values.shape, np.uint8)
    for structure, value in LABEL_VALUES.items():
        values[label_map.mask(structure)] = value
    spacing = label_map.spacing_mm
    image = sitk.GetImageFromArray(values)
    image.SetSpacing(spacing.tolist())
    image.SetDirection((label_map.to_lps[:3, :3] / spacing).ravel().tolist())
    image.SetOrigin(label_map.to_lps[:3, 3].tolist())
    sitk.WriteImage(image, str(path), useCompression=True)


def document(case: Case) -> dict[str, Any]:
    """Entries of `result.json` of the heart."""
    measured: MeasuredHeart = case.run.found
    loaded: LoadedHeart = measured.loaded
    request: HeartRequest = case.request
    placed, model = measured.placed, case.run.model
    es = measured.es
    cine = loaded.cine
    return {
        "edv_ml": measured.edv_ml,
        "esv_ml": measured.esv_ml,
        "ef_percent": measured.ef_percent,
        "myocardial_mass_g": measured.myocardial_mass_g,
        **function_figures(measured, loaded),
        "indexed": indexed_figures(measured, request),
        "wall_thickness_mm": {
            "ed": _thickness(measured.ed.thickness),
            "es": None if es is None else _thickness(es.thickness),
        },
        "thickest_segment": thickest_segment(measured.ed.thickness.aha17),
        "one_number": {
            "p95_ed_mm": measured.ed.thickness.p95,
            "limit_mm": ONE_NUMBER_MM,
            "hypertrophic": bool(measured.ed.thickness.p95 >= ONE_NUMBER_MM),
        },
        "hcm_probability": float(placed.hcm_probability[0]),
        "hcm_interval90": None if placed.hcm_interval90 is None else [float(v) for v in placed.hcm_interval90[0]],
        "latent": {
            "z_top": [float(v) for v in placed.z_top[0]],
            "z": [level[0].tolist() for level in placed.levels],
            "levels": [int(n) for n in model.levels],
        },
        "reconstruction": {
            "dice_ed": measured.ed.agreement.dice,
            "dice_es": None if es is None else es.agreement.dice,
            "hausdorff_ed_mm": measured.ed.agreement.hausdorff_mm,
            "hausdorff_es_mm": None if es is None else es.agreement.hausdorff_mm,
            "cavity_dice_ed": measured.ed.agreement.cavity_dice,
            "cavity_dice_es": None if es is None else es.agreement.cavity_dice,
        },
        "in_distribution": {
            "score": float(placed.in_distribution[0].score),
            "verdict": placed.in_distribution[0].verdict,
            "reasons": list(placed.in_distribution[0].reasons),
        },
        "sex": request.sex,
        "height_cm": request.height_cm,
        "weight_kg": request.weight_kg,
        "apex": {name: "labelled" if phase.apex is None else "model" for name, phase in measured.phases.items()},
        "volumes_lower_bounds": any(phase.apex is not None for phase in measured.phases.values()),
        "frames": None if cine is None else dict(cine.frames),
        "cavity_ml": None if cine is None else list(cine.cavity_ml),
        "labels": str(loaded.ed.label_map.labels),
        "segments": _segments(loaded.ed),
        "septum": request.septum,
        "shifts_mm": None if loaded.shifts is None else [_shift(shift) for shift in loaded.shifts],
        "inputs": {
            name: _input(request.cine or getattr(request, name), phase) for name, phase in loaded.phases.items()
        },
    }


def _shift(shift: SliceShift) -> dict[str, Any]:
    return {
        "slice": shift.slice,
        "found_mm": [round(v, 3) + 0.0 for v in shift.found_mm],
        "error_mm": round(shift.error_mm, 3),
        "applied_mm": [round(v, 3) + 0.0 for v in shift.applied_mm],
    }


def _thickness(figures: ThicknessFigures) -> dict[str, Any]:
    aha17 = [float(v) if np.isfinite(v) else None for v in figures.aha17]
    return {"mean": figures.mean, "p95": figures.p95, "max": figures.max, "aha17": aha17}


def _input(source: Source, phase: LoadedPhase) -> dict[str, Any]:
    frame = phase.frame
    return {
        "file": source.name,
        "spacing_mm": [round(float(v), 5) for v in phase.label_map.spacing_mm],
        "septum": frame.septum,
        "segments": _segments(phase),
        "frame": {"origin_lps_mm": frame.origin_lps.tolist(), "axes_lps": frame.axes.tolist()},
    }


def _segments(phase: LoadedPhase) -> dict[str, str] | None:
    return None if phase.label_map.segments is None else dict(phase.label_map.segments)
