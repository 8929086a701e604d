"""Record of the synthesis of cardiac images in the registry of anatomies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from GenerativeModelsLib.anatomy.cohort_plan import CohortPlan
from GenerativeModelsLib.anatomy.exporters import exporters_of
from GenerativeModelsLib.anatomy.record import Anatomy, Lazy, Quantity
from GenerativeModelsLib.language import N_, _
from GenerativeModelsLib.process.memory import MemoryNeed
from GenerativeModelsLib.synthesis.images.request import WITHOUT_NETWORKS, ImageSynthesisRequest

__all__ = ["IMAGES", "OVERVIEW", "USEFULNESS"]

USEFULNESS = N_(
    "In a test with 2 to 9 real patients, a segmentation network trained with SPADE's images as well found the wall "
    "better, and one trained with SynthSeg-style images found the cavity worse; with other data this is not known."
)
"""What is known about it; every report, panel and page says it."""
OVERVIEW = "overview.png"
_HERE = "GenerativeModelsLib.synthesis.images"


def _summary(result: Mapping[str, Any]) -> dict[str, Any]:
    return {"synthetic": "yes", "images": len(result["images"])}


def _notes(result: Mapping[str, Any]) -> list[str]:
    lines = []
    for entry in result["images"]:
        apart = (entry["fidelity"] or {}).get("overall")
        if apart is None:
            lines.append(_("{file}: synthetic, {method}", file=entry["file"], method=result["method"]))
        else:
            lines.append(
                _(
                    "{file}: synthetic, {method}, {apart:.3f} of the grey range from the style",
                    file=entry["file"],
                    method=result["method"],
                    apart=apart,
                )
            )
    return [*lines, _(USEFULNESS)]


IMAGES = Anatomy(
    name="images",
    group="synthesise",
    title=N_("Synthetic images"),
    about="Synthetic cine MR images of label maps of the heart.",
    verb="images",
    verb_help=(
        "Draw synthetic cine MR images of a label map.\n\n"
        "Every image lies on the grid of the label map, and is stamped as synthetic in its header, in result.json and "
        "in the report."
    ),
    bundle_kind="heart-image-synthesis",
    schema="image-synthesis/1",
    request=ImageSynthesisRequest,
    inputs_called="the label map",
    quantities=(
        Quantity(
            "overall",
            N_("Distance of grey values"),
            N_("Distance of the grey values from those of the style, in its range"),
            "",
            within="fidelity",
            digits=3,
        ),
    ),
    quantities_title=N_("Likeness to the style image"),
    of_model=False,
    need=MemoryNeed("synthetic images", 900 * 10**6),
    read_inputs=Lazy(f"{_HERE}.run:read_inputs"),
    load_model=Lazy(f"{_HERE}.model:load_synthesiser"),
    needs_model=lambda request: request.method != WITHOUT_NETWORKS,
    shipped_as=lambda request: f"images-{request.method}",
    compute=Lazy(f"{_HERE}.run:compute"),
    document=Lazy(f"{_HERE}.run:document"),
    write=Lazy(f"{_HERE}.run:write_files"),
    read=Lazy(f"{_HERE}.read_case:read_case"),
    sample=Lazy(f"{_HERE}.run:sample_request"),
    summary_columns=("synthetic", "images"),
    summary=_summary,
    notes=_notes,
    stale=("image*.nii.gz",),
    queries={"preview": Lazy(f"{_HERE}.queries:preview")},
    warm_up=("SimpleITK", "scipy.ndimage", "scipy.stats", "skimage.filters", "jinja2", f"{_HERE}.run"),
    pictures=Lazy(f"{_HERE}.read_case:pictures"),
    exporters=exporters_of(images=True),
    cohort=CohortPlan(plots=("overall",)),
)
