"""Record of the fetal skull in the registry of anatomies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from GenerativeModelsLib.anatomy.codes import Code, LabelMapFile, Segment
from GenerativeModelsLib.anatomy.cohort_plan import CohortPlan
from GenerativeModelsLib.anatomy.exporters import exporters_of
from GenerativeModelsLib.anatomy.record import Anatomy, Lazy, Mesh, NormalRange, Quantity
from GenerativeModelsLib.errors import SCALE
from GenerativeModelsLib.language import N_, _, in_words_of_page
from GenerativeModelsLib.process.memory import MemoryNeed
from GenerativeModelsLib.skull.case.correction_words import correction_lines
from GenerativeModelsLib.skull.growth.registry import AGES
from GenerativeModelsLib.skull.request import SkullRequest

__all__ = ["COLOUR_RANGE_MM", "FIT_STEP_MM", "LINE_STEP_MM", "QUANTITIES", "SKULL", "normal_lines"]

_HERE = "GenerativeModelsLib.skull"
COLOUR_RANGE_MM = 4.0
"""End of the colour scale of the uncertainty in mm by which cases are compared, the same for all cases."""
FIT_STEP_MM, LINE_STEP_MM = 0.1, 0.5
"""The ends of a scale fitted to a case are multiples of the first; lines of equal uncertainty are the second apart."""
_SKULL_MESH = Mesh(
    "skull.vtp",
    N_("Skull"),
    "uncertainty_mm",
    N_("Uncertainty"),
    "mm",
    (0.0, COLOUR_RANGE_MM),
    FIT_STEP_MM,
    LINE_STEP_MM,
)

HEAD_SITE = Code("69536005", "SCT", "Head")
QUANTITIES = (
    Quantity(
        *("bpd_mm", "BPD", N_("Biparietal diameter"), "mm", "biometry", "bpd", "bpd"),
        code=Code("11820-8", "LN", "Biparietal Diameter"),
    ),
    Quantity(
        *("ofd_mm", "OFD", N_("Occipito-frontal diameter"), "mm", "biometry", "ofd", "ofd"),
        code=Code("11851-3", "LN", "Occipital-Frontal Diameter"),
    ),
    Quantity(
        *("hc_mm", "HC", N_("Head circumference"), "mm", "biometry", "hc", "hc"),
        code=Code("11984-2", "LN", "Head Circumference"),
    ),
    Quantity(
        *("cephalic_index_percent", "CI", N_("Cephalic index"), "%", "biometry", "cephalic_index"),
        normal=NormalRange(74.0, 83.0, N_("Hadlock et al., AJR 1981;137:83-85, one SD either side of the mean")),
        code=Code("11823-2", "LN", "Cephalic Index"),
    ),
    Quantity(
        *("head_volume_ml", N_("Volume"), N_("Head volume"), "ml", "biometry", "head_volume"),
        code=Code("118565006", "SCT", "Volume"),
        site=HEAD_SITE,
    ),
)
"""Codes of CID 12004 and 12005 of DICOM PS3.16; the volume has a code of CID 7469 and a site."""
_LABEL_MAP = LabelMapFile(
    "skull.nii.gz",
    "skull",
    "Fetal head",
    (Segment(1, "Head within the outer skull surface", HEAD_SITE, (222, 196, 150)),),
)


def _summary(result: Mapping[str, Any]) -> dict[str, Any]:
    age = (result.get("age_from") or {}).get("hc") or {}
    low, high = age.get("interval90") or (None, None)
    warnings = zip(result.get("warnings", []), result.get("warning_kinds", []))
    return {
        "gestational_age_weeks": result.get("gestational_age_weeks"),
        "chart": (result.get("chart") or {}).get("name"),
        "age_from_hc_weeks": age.get("weeks"),
        "age_from_hc_low90_weeks": low,
        "age_from_hc_high90_weeks": high,
        "scale_warning": next((text for text, kind in warnings if kind == SCALE), None),
        "uncertainty_mean_mm": (result.get("uncertainty_mm") or {}).get("mean"),
    }


def _notes(result: Mapping[str, Any]) -> list[str]:
    from GenerativeModelsLib.skull.growth.words import age_lines, scores_line

    lines = [*_frame_lines(result), *correction_lines(result), *age_lines(result), scores_line(result)]
    lines += normal_lines(result)
    uncertainty = result["uncertainty_mm"]
    if uncertainty.get("mean") is not None:
        lines.append(
            _(
                "Surface uncertainty: mean {mean:.2f} mm, 95th percentile {p95:.2f} mm",
                mean=uncertainty["mean"],
                p95=uncertainty["p95"],
            )
        )
    return lines


def _frame_lines(result: Mapping[str, Any]) -> list[str]:
    """Which frames of clips were used."""
    frames = {name: plane.get("frame") for name, plane in (result.get("planes") or {}).items()}
    whys = {name: in_words_of_page(frame["why"]) for name, frame in frames.items() if frame}
    called = {name: f"{name.capitalize()} plane" for name in whys}
    return [f"{_(called[name])}: {why}" for name, why in whys.items()]


def normal_lines(result: Mapping[str, Any]) -> list[str]:
    """A line for each measure with a normal range."""
    return [_normal_line(quantity, result) for quantity in QUANTITIES if quantity.normal]


_WHERE = {
    "below": N_("{quantity} below the normal range of {low:g} to {high:g} {unit} ({source})"),
    "within": N_("{quantity} within the normal range of {low:g} to {high:g} {unit} ({source})"),
    "above": N_("{quantity} above the normal range of {low:g} to {high:g} {unit} ({source})"),
}


def _normal_line(quantity: Quantity, result: Mapping[str, Any]) -> str:
    normal, value = quantity.normal, quantity.of(result).value
    text = _WHERE["below" if value < normal.low else "above" if value > normal.high else "within"]
    return _(
        text,
        quantity=_(quantity.label),
        low=normal.low,
        high=normal.high,
        unit=quantity.unit,
        source=_(normal.source),
    )


SKULL = Anatomy(
    name="skull",
    title=N_("Fetal skull"),
    about="Fetal skulls from one to three ultrasound planes.",
    verb="reconstruct",
    verb_help=(
        "Reconstruct a skull from one to three ultrasound planes.\n\n"
        "Writes the surface with its uncertainty in mm, the biometry with intervals and a report."
    ),
    bundle_kind="fetal-skull",
    schema="skull-reconstruction/1",
    request=SkullRequest,
    inputs_called="the planes",
    quantities=QUANTITIES,
    quantities_title=N_("Biometry"),
    meshes=(_SKULL_MESH,),
    need=MemoryNeed("a skull", 700 * 10**6),
    read_inputs=Lazy(f"{_HERE}.case.run:read_planes"),
    load_model=Lazy(f"{_HERE}.infer.model:load_skull_model"),
    compute=Lazy(f"{_HERE}.case.run:compute"),
    document=Lazy(f"{_HERE}.case.write:document"),
    write=Lazy(f"{_HERE}.case.write:write_files"),
    report=Lazy(f"{_HERE}.report.from_run:write_case_report"),
    read=Lazy(f"{_HERE}.case.read:read_case"),
    cautions=Lazy(f"{_HERE}.growth.judge:cautions"),
    judge=Lazy(f"{_HERE}.growth.judge:judged"),
    report_again=Lazy(f"{_HERE}.report.from_folder:write_report_again"),
    sample=Lazy(f"{_HERE}.case.run:sample_request"),
    summary_columns=(
        *("gestational_age_weeks", "chart", "age_from_hc_weeks", "age_from_hc_low90_weeks"),
        *("age_from_hc_high90_weeks", "scale_warning", "uncertainty_mean_mm"),
    ),
    summary=_summary,
    notes=_notes,
    stale=("planes/*.nii.gz", "imagined/*.png"),
    warm_up=(
        *("torch", "SimpleITK", "skimage.measure", "scipy.ndimage", "scipy.interpolate", "scipy.spatial"),
        *("scipy.sparse.csgraph", f"{_HERE}.infer.reconstruct", f"{_HERE}.case.write", f"{_HERE}.planes.image"),
        *("GenerativeModelsLib.geometry.surface_files", "safetensors.torch", "PIL.Image", "jinja2"),
        *("matplotlib.figure", "matplotlib.backends.backend_agg", "matplotlib.backends.backend_svg", "matplotlib.tri"),
        *("vtkmodules.util.numpy_support", "vtkmodules.vtkIOXML", "vtkmodules.vtkFiltersCore"),
    ),
    exporters=exporters_of(coded=True, places={"dicom-sr": f"{_HERE}.case.obstetric_report:write_sr"}),
    label_maps=(_LABEL_MAP,),
    model_title=Code("129018", "DCM", "US 3D CAM model"),
    pictures=Lazy(f"{_HERE}.case.pictures:pictures"),
    cohort=CohortPlan(
        subject=(N_("fetus"), N_("fetuses")),
        plots=("hc_mm", "bpd_mm", "ofd_mm", "cephalic_index_percent", "head_volume_ml"),
        age="gestational_age_weeks",
        age_label=N_("Gestational age, weeks"),
        ages=AGES,
        chart=Lazy(f"{_HERE}.report.cohort_chart:cohort_chart"),
        ageless=("cephalic_index_percent",),
        series=("hc_mm", "bpd_mm", "ofd_mm"),
        growing=("hc_mm",),
        constant={"sex": N_("sex")},
    ),
)
