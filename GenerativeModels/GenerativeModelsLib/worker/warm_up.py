"""Importing beforehand what a reconstruction needs."""

from __future__ import annotations

import importlib

__all__ = ["warm_up"]

_MODULES = (
    "torch",
    "SimpleITK",
    "skimage.measure",
    "scipy.ndimage",
    "scipy.interpolate",
    "scipy.spatial",
    "scipy.sparse.csgraph",
    "GenerativeModelsLib.skull.infer.on_device",
    "GenerativeModelsLib.skull.case.write",
    "GenerativeModelsLib.skull.planes.image",
    "GenerativeModelsLib.geometry.surface_files",
    "safetensors.torch",
    "PIL.Image",
    "jinja2",
    "matplotlib.figure",
    "matplotlib.backends.backend_agg",
    "matplotlib.backends.backend_svg",
    "matplotlib.tri",
    "vtkmodules.util.numpy_support",
    "vtkmodules.vtkIOXML",
    "vtkmodules.vtkFiltersCore",
)


def warm_up() -> None:
    """Import them. What is missing is no error here: the job that needs it will say so."""
    for name in _MODULES:
        try:
            importlib.import_module(name)
        except Exception:  # a broken installation can raise anything
            continue
