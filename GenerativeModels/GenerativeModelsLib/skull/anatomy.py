"""Record of the fetal skull in the registry of anatomies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from GenerativeModelsLib.anatomy.record import Anatomy, Lazy, Mesh, Quantity
from GenerativeModelsLib.process.memory import MemoryNeed
from GenerativeModelsLib.skull.request import SkullRequest

__all__ = ["COLOUR_RANGE_MM", "FIT_STEP_MM", "LINE_STEP_MM", "QUANTITIES", "SKULL"]

_HERE = "GenerativeModelsLib.skull"
COLOUR_RANGE_MM = 4.0
"""End of the colour scale of the uncertainty in mm by which cases are compared, the same for all cases."""
FIT_STEP_MM, LINE_STEP_MM = 0.1, 0.5
"""The ends of a scale fitted to a case are multiples of the first; lines of equal uncertainty are the second apart."""
_SKULL_MESH = Mesh(
    "skull.vtp", "Skull", "uncertainty_mm", "Uncertainty", "mm", (0.0, COLOUR_RANGE_MM), FIT_STEP_MM, LINE_STEP_MM
)

QUANTITIES = (
    Quantity("bpd_mm", "BPD", "Biparietal diameter", "mm", "biometry", "bpd", "bpd"),
    Quantity("ofd_mm", "OFD", "Occipito-frontal diameter", "mm", "biometry", "ofd", "ofd"),
    Quantity("hc_mm", "HC", "Head circumference", "mm", "biometry", "hc", "hc"),
    Quantity("cephalic_index_percent", "CI", "Cephalic index", "%", "biometry", "cephalic_index"),
    Quantity("head_volume_ml", "Volume", "Head volume", "ml", "biometry", "head_volume"),
)


def _summary(result: Mapping[str, Any]) -> dict[str, Any]:
    return {"uncertainty_mean_mm": (result.get("uncertainty_mm") or {}).get("mean")}


def _notes(result: Mapping[str, Any]) -> list[str]:
    uncertainty = result["uncertainty_mm"]
    if uncertainty.get("mean") is None:
        return []
    return [f"Surface uncertainty: mean {uncertainty['mean']:.2f} mm, 95th percentile {uncertainty['p95']:.2f} mm"]


SKULL = Anatomy(
    name="skull",
    title="Fetal skull",
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
    quantities_title="Biometry",
    meshes=(_SKULL_MESH,),
    need=MemoryNeed("a skull", 700 * 10**6),
    read_inputs=Lazy(f"{_HERE}.case.run:read_planes"),
    load_model=Lazy(f"{_HERE}.infer.model:load_skull_model"),
    compute=Lazy(f"{_HERE}.case.run:compute"),
    document=Lazy(f"{_HERE}.case.write:document"),
    write=Lazy(f"{_HERE}.case.write:write_files"),
    report=Lazy(f"{_HERE}.report.from_run:write_case_report"),
    read=Lazy(f"{_HERE}.case.read:read_case"),
    sample=Lazy(f"{_HERE}.case.run:sample_request"),
    summary_columns=("uncertainty_mean_mm",),
    summary=_summary,
    notes=_notes,
    stale=("planes/*.nii.gz",),
    warm_up=(
        *("torch", "SimpleITK", "skimage.measure", "scipy.ndimage", "scipy.interpolate", "scipy.spatial"),
        *("scipy.sparse.csgraph", f"{_HERE}.infer.reconstruct", f"{_HERE}.case.write", f"{_HERE}.planes.image"),
        *("GenerativeModelsLib.geometry.surface_files", "safetensors.torch", "PIL.Image", "jinja2"),
        *("matplotlib.figure", "matplotlib.backends.backend_agg", "matplotlib.backends.backend_svg", "matplotlib.tri"),
        *("vtkmodules.util.numpy_support", "vtkmodules.vtkIOXML", "vtkmodules.vtkFiltersCore"),
    ),
)
