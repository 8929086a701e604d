"""Shapes with their uncertainty from a few views: the backend of the 3D Slicer extension GenerativeModels.

    import GenerativeModelsLib as gm

    skull = gm.reconstruct_skull("axial.png", spacing_mm=0.14, gestational_age=27.4)
    heart = gm.analyse_heart("ed.nii.gz", "es.nii.gz", labels="acdc")
    checked = gm.check_segmentation("cine.nii.gz", labels="acdc")
    repaired = gm.repair_segmentation("cine.nii.gz", labels="acdc")
    doubt = gm.segmentation_uncertainty("image.nii.gz", "labels.nii.gz", labels="acdc")
    made = gm.synthesise_labels(condition="hcm", n=4)

What is listed in `__all__` is public; it is imported when it is first used.
"""

from __future__ import annotations

from importlib import import_module

__version__ = "0.2.0"

_PLACES = {
    "CheckedSegmentation": "segmentation.python",
    "InputError": "errors",
    "LeftVentricle": "heart.python",
    "RepairedSegmentation": "segmentation.repair.python",
    "SegmentationUncertainty": "segmentation.uncertainty.python",
    "Skull": "skull.python",
    "SynthesisedLabels": "synthesis.labels.python",
    "analyse_heart": "heart.python",
    "check_segmentation": "segmentation.python",
    "reconstruct_skull": "skull.python",
    "repair_segmentation": "segmentation.repair.python",
    "segmentation_uncertainty": "segmentation.uncertainty.python",
    "synthesise_labels": "synthesis.labels.python",
}
"""Public name -> the module of this package that defines it."""

__all__ = [
    "CheckedSegmentation",
    "InputError",
    "LeftVentricle",
    "RepairedSegmentation",
    "SegmentationUncertainty",
    "Skull",
    "SynthesisedLabels",
    "__version__",
    "analyse_heart",
    "check_segmentation",
    "reconstruct_skull",
    "repair_segmentation",
    "segmentation_uncertainty",
    "synthesise_labels",
]


def __getattr__(name: str):
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_PLACES[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
