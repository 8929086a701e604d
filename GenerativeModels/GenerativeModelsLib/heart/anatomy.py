"""Record of the left ventricle in the registry of anatomies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from GenerativeModelsLib.anatomy.codes import Code, LabelMapFile, Segment
from GenerativeModelsLib.anatomy.cohort_plan import CohortPlan
from GenerativeModelsLib.anatomy.exporters import exporters_of
from GenerativeModelsLib.anatomy.record import Anatomy, Lazy, Mesh, Quantity
from GenerativeModelsLib.heart.request import HeartRequest
from GenerativeModelsLib.heart.shape.reference import RANGES
from GenerativeModelsLib.language import N_, _
from GenerativeModelsLib.process.memory import MemoryNeed

__all__ = ["CLASSES", "HEART", "PHASES", "PRIORS", "QUANTITIES", "THICKNESS_RANGE_MM"]

_HERE = "GenerativeModelsLib.heart"
CLASSES = ("healthy", "hcm")
"""Classes of the top level of the model."""
PRIORS = ("kernel", "flow")
"""Densities of a class that its hearts may be drawn from: a kernel density, a normalising flow."""
PHASES = {"ed": N_("End diastole"), "es": N_("End systole")}
THICKNESS_RANGE_MM = 30.0
"""End of the colour scale of the wall thickness in mm, the same for all cases; it reaches the walls of systole."""

_LEFT, _RIGHT = Code("87878005", "SCT", "Left ventricle"), Code("53085002", "SCT", "Right ventricle")
PHASE_CODES = {"ed": Code("416190007", "SCT", "End diastole"), "es": Code("416430001", "SCT", "End Systole")}
"""Of CID 12233 of DICOM PS3.16."""
_VOLUME = Code("118565006", "SCT", "Volume")
_EF = Code("70822001", "SCT", "Cardiac ejection fraction")

QUANTITIES = (
    Quantity(
        *("edv_ml", "EDV", N_("End-diastolic volume"), "ml"),
        code=Code("18026-5", "LN", "Left Ventricular End Diastolic Volume"),
    ),
    Quantity(
        *("esv_ml", "ESV", N_("End-systolic volume"), "ml"),
        code=Code("18148-7", "LN", "Left Ventricular End Systolic Volume"),
    ),
    Quantity("ef_percent", "EF", N_("Ejection fraction"), "%", code=_EF, site=_LEFT),
    Quantity(
        "myocardial_mass_g", N_("Mass"), N_("Myocardial mass"), "g", code=Code("18087-7", "LN", "Left Ventricle Mass")
    ),
    Quantity("sv_ml", "SV", N_("Stroke volume"), "ml", code=Code("90096001", "SCT", "Stroke Volume"), site=_LEFT),
    Quantity("wall_thickening_percent", N_("Thickening"), N_("Thickening of the wall in systole"), "%"),
    Quantity("edv_ml_per_m2", "EDVI", N_("End-diastolic volume per body surface"), "ml/m²", within="indexed"),
    Quantity("esv_ml_per_m2", "ESVI", N_("End-systolic volume per body surface"), "ml/m²", within="indexed"),
    Quantity("mass_g_per_m2", N_("Mass index"), N_("Myocardial mass per body surface"), "g/m²", within="indexed"),
    Quantity(
        *("rv_edv_ml", "RVEDV", N_("Right ventricle, end-diastolic volume"), "ml"),
        code=_VOLUME,
        site=_RIGHT,
        phase=PHASE_CODES["ed"],
    ),
    Quantity(
        *("rv_esv_ml", "RVESV", N_("Right ventricle, end-systolic volume"), "ml"),
        code=_VOLUME,
        site=_RIGHT,
        phase=PHASE_CODES["es"],
    ),
    Quantity("rv_ef_percent", "RVEF", N_("Right ventricle, ejection fraction"), "%", code=_EF, site=_RIGHT),
)
"""Codes of CID 12202, 12203, 12207, 12252 and 7469 of DICOM PS3.16; what has none there has none here."""
LABEL_VALUES = {"lv": 3, "myo": 2, "rv": 1}
"""Values in the label maps that a case writes."""
_SEGMENTS = (
    Segment(1, "Right ventricle, cavity", _RIGHT, (80, 140, 220)),
    Segment(2, "Left ventricle, myocardium", Code("49848007", "SCT", "Left Ventricle Myocardium"), (200, 110, 90)),
    Segment(3, "Left ventricle, cavity", _LEFT, (220, 60, 60)),
)


def _range(key: str, sex: str) -> tuple[float, float] | None:
    """95 % range of a quantity in health."""
    found = RANGES.get(sex, {}).get(key)
    return None if found is None else (found.low, found.high)


def _mesh(file: str, label: str) -> Mesh:
    return Mesh(file, label, "wall_thickness_mm", N_("Wall thickness"), "mm", (0.0, THICKNESS_RANGE_MM), 1.0, 2.0)


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
        place, judgement = SEGMENT_NAMES[thickest["segment"] - 1], thickest["judgement"]
        lines.append(
            _(
                "Thickest segment at end diastole: {wall:.1f} mm ({place}), {judgement} by the guidelines (15 mm or "
                "more in any segment; 13 to 14 mm borderline)",
                wall=thickest["mean_mm"],
                place=_(place),
                judgement=_(judgement),
            )
        )
    verdict = (result.get("in_distribution") or {}).get("verdict")
    if verdict == "outside":
        lines.append(
            _(
                "Probability of hypertrophic cardiomyopathy: not shown, the heart lies outside what the model was "
                "trained on"
            )
        )
        return lines
    words = f"{probability_text(result['hcm_probability'])}{interval_text(result.get('hcm_interval90'))}"
    lines.append(
        _(
            "Probability of hypertrophic cardiomyopathy: {words}; this heart is unusual for the model, read it with "
            "care",
            words=words,
        )
        if verdict == "unusual"
        else _("Probability of hypertrophic cardiomyopathy: {words}", words=words)
    )
    return lines


_WALL = {
    "ed": N_("Wall thickness at end diastole: mean {mean:.1f} mm, 95th percentile {p95:.1f} mm"),
    "es": N_("Wall thickness at end systole: mean {mean:.1f} mm, 95th percentile {p95:.1f} mm"),
}


def _notes(result: Mapping[str, Any]) -> list[str]:
    lines = _hypertrophy_notes(result)
    for phase, text in _WALL.items():
        wall = result["wall_thickness_mm"][phase]
        if wall is not None:
            lines.append(_(text, mean=wall["mean"], p95=wall["p95"]))
    agreement = result["reconstruction"]
    dice = (agreement[f"dice_{phase}"] for phase in PHASES)
    shown = ", ".join(f"{d:.3f}" for d in dice if d is not None)
    lines.append(_("Dice of the model's reconstruction: {dice}", dice=shown))
    if result.get("shifts_mm"):
        lines.append(_shift_note(result["shifts_mm"]))
    return lines


def _shift_note(shifts: list[Mapping[str, Any]]) -> str:
    """How far realigned slices were moved."""
    from math import hypot

    moved = {shift["slice"]: hypot(*shift["applied_mm"]) for shift in shifts}
    most = max(moved, key=moved.__getitem__)
    return _(
        "Slices realigned: moved by {mean:.1f} mm on average, slice {slice:d} by {most:.1f} mm",
        mean=sum(moved.values()) / len(moved),
        slice=most,
        most=moved[most],
    )


HEART = Anatomy(
    name="heart",
    title=N_("Left ventricle"),
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
    quantities_title=N_("Left ventricle"),
    of_model=False,
    meshes=(
        _mesh("ed.vtp", PHASES["ed"]),
        _mesh("es.vtp", PHASES["es"]),
        _mesh("ed_reconstruction.vtp", N_("End diastole, model")),
        _mesh("es_reconstruction.vtp", N_("End systole, model")),
    ),
    need=MemoryNeed("a heart", 850 * 10**6),
    read_inputs=Lazy(f"{_HERE}.case.run:read_label_maps"),
    load_model=Lazy(f"{_HERE}.infer.model:load_heart_model"),
    compute=Lazy(f"{_HERE}.case.run:compute"),
    document=Lazy(f"{_HERE}.case.write:document"),
    write=Lazy(f"{_HERE}.case.write:write_files"),
    report=Lazy(f"{_HERE}.report.page:write_case_report"),
    report_again=Lazy(f"{_HERE}.report.from_folder:write_report_again"),
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
    stale=("es.vtp", "es_reconstruction.vtp", "es_labels.nii.gz"),
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
    exporters=exporters_of(coded=True, places={"dicom-sr": f"{_HERE}.case.measurement_report:write_sr"}),
    label_maps=tuple(LabelMapFile(f"{key}_labels.nii.gz", key, words, _SEGMENTS) for key, words in PHASES.items()),
    pictures=Lazy(f"{_HERE}.case.pictures:pictures"),
    cohort=CohortPlan(
        # What the width of a page holds; all are in the summary.
        columns=(
            *("edv_ml", "esv_ml", "ef_percent", "myocardial_mass_g", "sv_ml", "edv_ml_per_m2", "mass_g_per_m2"),
            *("rv_edv_ml", "rv_ef_percent"),
        ),
        plots=("edv_ml", "esv_ml", "ef_percent", "myocardial_mass_g", "sv_ml", "mass_g_per_m2"),
        group="sex",
        ranges=_range,
        ranges_source=N_(
            "95 % ranges by sex: UK Biobank, 804 healthy people aged 45 to 74 (Petersen et al., JCMR 2017)"
        ),
        constant={"sex": N_("sex")},
    ),
)
