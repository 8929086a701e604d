"""Record of the left ventricle in the registry of anatomies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from GenerativeModelsLib.anatomy.record import Anatomy, Lazy, Mesh, Quantity
from GenerativeModelsLib.heart.request import HeartRequest
from GenerativeModelsLib.process.memory import MemoryNeed

__all__ = ["CLASSES", "HEART", "PHASES", "QUANTITIES", "THICKNESS_RANGE_MM"]

_HERE = "GenerativeModelsLib.heart"
CLASSES = ("healthy", "hcm")
"""Classes of the top level of the model."""
PHASES = {"ed": "End diastole", "es": "End systole"}
THICKNESS_RANGE_MM = 30.0
"""End of the colour scale of the wall thickness in mm, the same for all cases; it reaches the walls of systole."""

QUANTITIES = (
    Quantity("edv_ml", "EDV", "End-diastolic volume", "ml"),
    Quantity("esv_ml", "ESV", "End-systolic volume", "ml"),
    Quantity("ef_percent", "EF", "Ejection fraction", "%"),
    Quantity("myocardial_mass_g", "Mass", "Myocardial mass", "g"),
    Quantity("sv_ml", "SV", "Stroke volume", "ml"),
    Quantity("wall_thickening_percent", "Thickening", "Thickening of the wall in systole", "%"),
    Quantity("edv_ml_per_m2", "EDVI", "End-diastolic volume per body surface", "ml/m²", within="indexed"),
    Quantity("esv_ml_per_m2", "ESVI", "End-systolic volume per body surface", "ml/m²", within="indexed"),
    Quantity("mass_g_per_m2", "Mass index", "Myocardial mass per body surface", "g/m²", within="indexed"),
    Quantity("rv_edv_ml", "RVEDV", "Right ventricle, end-diastolic volume", "ml"),
    Quantity("rv_esv_ml", "RVESV", "Right ventricle, end-systolic volume", "ml"),
    Quantity("rv_ef_percent", "RVEF", "Right ventricle, ejection fraction", "%"),
)


def _mesh(file: str, label: str) -> Mesh:
    return Mesh(file, label, "wall_thickness_mm", "Wall thickness", "mm", (0.0, THICKNESS_RANGE_MM), 1.0, 2.0)


def _summary(result: Mapping[str, Any]) -> dict[str, Any]:
    thickest = result.get("thickest_segment") or {}
    line: dict[str, Any] = {
        "hcm_probability": result.get("hcm_probability"),
        "thickest_segment": thickest.get("segment"),
        "thickest_segment_mean_mm": thickest.get("mean_mm"),
        "hypertrophy": thickest.get("judgement"),
    }
    agreement = result.get("reconstruction") or {}
    for phase in PHASES:
        thickness = (result.get("wall_thickness_mm") or {}).get(phase) or {}
        line |= {f"wall_{figure}_{phase}_mm": thickness.get(figure) for figure in ("mean", "p95", "max")}
        line[f"dice_{phase}"] = agreement.get(f"dice_{phase}")
        line[f"hausdorff_mm_{phase}"] = agreement.get(f"hausdorff_{phase}_mm")
    top = (result.get("latent") or {}).get("z_top") or [None, None]
    line["z_top_1"], line["z_top_2"] = top[:2]
    return line


def _hypertrophy_notes(result: Mapping[str, Any]) -> list[str]:
    """The thickest segment by the guidelines, then the probability unless the heart is outside the population."""
    from GenerativeModelsLib.heart.shape.segments import SEGMENT_NAMES
    from GenerativeModelsLib.uncertainty.platt import interval_text, probability_text

    lines, thickest = [], result.get("thickest_segment")
    if thickest is not None:
        place = SEGMENT_NAMES[thickest["segment"] - 1]
        lines.append(
            f"Thickest segment at end diastole: {thickest['mean_mm']:.1f} mm ({place}), {thickest['judgement']} by "
            "the guidelines (15 mm or more in any segment; 13 to 14 mm borderline)"
        )
    verdict = (result.get("in_distribution") or {}).get("verdict")
    if verdict == "outside":
        lines.append(
            "Probability of hypertrophic cardiomyopathy: not shown, the heart lies outside what the model was "
            "trained on"
        )
        return lines
    words = f"{probability_text(result['hcm_probability'])}{interval_text(result.get('hcm_interval90'))}"
    doubt = "; this heart is unusual for the model, read it with care" if verdict == "unusual" else ""
    lines.append(f"Probability of hypertrophic cardiomyopathy: {words}{doubt}")
    return lines


def _notes(result: Mapping[str, Any]) -> list[str]:
    lines = _hypertrophy_notes(result)
    for phase, words in PHASES.items():
        wall = result["wall_thickness_mm"][phase]
        if wall is not None:
            lines.append(
                f"Wall thickness at {words.lower()}: mean {wall['mean']:.1f} mm, 95th percentile {wall['p95']:.1f} mm"
            )
    agreement = result["reconstruction"]
    dice = (agreement[f"dice_{phase}"] for phase in PHASES)
    lines.append(f"Dice of the model's reconstruction: {', '.join(f'{d:.3f}' for d in dice if d is not None)}")
    return lines


HEART = Anatomy(
    name="heart",
    title="Left ventricle",
    about="Left ventricles from label maps: wall thickness, shape and position in a latent space.",
    verb="analyse",
    verb_help=(
        "Analyse a left ventricle from label maps.\n\n"
        "Writes surfaces with wall thickness in mm, volumes, values of the 17 segments, "
        "the heart's position in the latent space, the probability of hypertrophic cardiomyopathy and a report."
    ),
    bundle_kind="heart-shape",
    schema="heart-analysis/1",
    request=HeartRequest,
    inputs_called="the label maps",
    quantities=QUANTITIES,
    quantities_title="Left ventricle",
    meshes=(
        _mesh("ed.vtp", "End diastole"),
        _mesh("es.vtp", "End systole"),
        _mesh("ed_reconstruction.vtp", "End diastole, model"),
        _mesh("es_reconstruction.vtp", "End systole, model"),
    ),
    need=MemoryNeed("a heart", 850 * 10**6),
    read_inputs=Lazy(f"{_HERE}.case.run:read_label_maps"),
    load_model=Lazy(f"{_HERE}.infer.model:load_heart_model"),
    compute=Lazy(f"{_HERE}.case.run:compute"),
    document=Lazy(f"{_HERE}.case.write:document"),
    write=Lazy(f"{_HERE}.case.write:write_files"),
    report=Lazy(f"{_HERE}.report.page:write_case_report"),
    read=Lazy(f"{_HERE}.case.read:read_case"),
    sample=Lazy(f"{_HERE}.case.run:sample_request"),
    summary_columns=(
        "hcm_probability",
        *("thickest_segment", "thickest_segment_mean_mm", "hypertrophy"),
        *(f"wall_{figure}_{phase}_mm" for phase in PHASES for figure in ("mean", "p95", "max")),
        *(f"{measure}_{phase}" for measure in ("dice", "hausdorff_mm") for phase in PHASES),
        *("z_top_1", "z_top_2"),
    ),
    summary=_summary,
    notes=_notes,
    stale=("es.vtp", "es_reconstruction.vtp"),
    queries={
        name: Lazy(f"{_HERE}.case.queries:{name}")
        for name in ("shape_at", "latent_map", "walk", "class_mean", "difference")
    },
    warm_up=(
        *("torch", "SimpleITK", "skimage.measure", "scipy.ndimage", "scipy.spatial", "scipy.sparse.linalg"),
        *(f"{_HERE}.infer.measured", f"{_HERE}.case.write", f"{_HERE}.measure.load", f"{_HERE}.report"),
        *("GenerativeModelsLib.geometry.surface_files", "safetensors.torch", "jinja2", "matplotlib.figure"),
        *("vtkmodules.util.numpy_support", "vtkmodules.vtkIOXML", "vtkmodules.vtkFiltersCore"),
    ),
)
